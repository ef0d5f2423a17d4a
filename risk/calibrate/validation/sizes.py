"""Sizes of limitations: what each does to the headlines when it is switched or moved, on the same draws.

A limitation of `limits.toml` names in `moved` scenarios, or files of the folder `validation/limits`, that say
how; the rest cannot be moved and says why in `size`. Every case is the same random blocks of one seed, so
that changes are of the same paths.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from risk.analysis import contrasts
from risk.analysis.contrasts import Statistic
from risk.analysis.metrics import HEADLINE
from risk.assumptions import load, locate
from risk.calibrate.validation.declared import FOLDER
from risk.calibrate.validation.evidence import Record, Size, made
from risk.engine.admission import admit
from risk.errors import NumericalError, UsageError
from risk.runs import variants
from risk.runs.variants import Variant, Variants
from risk.shocks.stream import BLOCK
from risk.units import SCALE

if TYPE_CHECKING:
    from risk.assumptions import Assumptions

NAME, COMMAND = "limits", "bubblerisk validation measure"
LIMITS = "limits"
"""Folder of what moves a limitation and is no scenario of its own."""

BUST, LEVEL = "bust", 0.95
Array = NDArray[np.float64]


@dataclass(frozen=True)
class Move:
    """A register in which one limitation is switched or moved."""

    limit: str
    word: str
    register: Assumptions


def moves(folder: Path, base: Assumptions) -> tuple[Move, ...]:
    """Every way in which a limitation is moved, in the order of the register.

    Raises
    ------
    UsageError : a limitation names neither a file nor a scenario.
    AssumptionErrors : a file is wrong, with file and line.
    """
    return tuple(
        Move(limit.id, word, load(folder, _which(folder, limit.id, word)))
        for limit in base.limits.values()
        for word in limit.moved
    )


def _which(folder: Path, limit: str, word: str) -> str | Path:
    """File or name of a scenario that a limitation names."""
    file = folder / FOLDER / LIMITS / f"{word}.toml"
    if file.is_file():
        return file
    if word in locate.scenarios(folder):
        return word
    fix = f"write {file}, or name a scenario: bubblerisk scenarios list"
    raise UsageError(f"limit '{limit}' is moved by '{word}', which is neither a file nor a scenario", fix)


def measure(
    base: Assumptions,
    moved: Sequence[Move],
    paths: int,
    seed: int,
    note: Callable[[str], object],
    jobs: int | None,
) -> Record:
    """Simulate the base case and every move of it, and tell what each changes.

    Parameters
    ----------
    paths : of each; rounded up to whole random blocks.
    note : told what is being done before it is done.

    Raises
    ------
    Interrupted : Ctrl-C or SIGTERM; nothing is kept.
    NumericalError : a move does not run.
    """
    each = max(1, -(-paths // BLOCK))
    for move in moved:
        admit(move.register)
    note(f"{len(moved)} moves of limitations and the base case, {each} random blocks each")
    tried = [Variant(register) for register in (base, *(move.register for move in moved))]
    with TemporaryDirectory() as folder:
        planned = variants.variants(tried, seed, each * BLOCK, (BUST, HEADLINE), Path(folder))
        variants.carry_out(planned, jobs)
        before, *after = (_headlines(planned, one) for one in tried)
    sizes = [size(move, before, found) for move, found in zip(moved, after, strict=True)]
    return made(NAME, COMMAND, sizes=sizes, paths=each * BLOCK, seed=seed)


def _headlines(planned: Variants, tried: Variant) -> dict[str, Array]:
    """Flag of bust and headline loss of a register, name → (path,); the loss in USD bn."""
    came = planned.kept(tried)
    if came is None or came.refused:
        name = tried.assumptions.scenario.name
        raise NumericalError(f"'{name}' does not run: {came.refused if came else 'its outcomes are lost'}")
    return {BUST: came.outcomes[BUST], HEADLINE: came.outcomes[HEADLINE] / SCALE["USD bn"]}


def size(move: Move, before: dict[str, Array], after: dict[str, Array]) -> Size:
    """What a move changes, path by path."""

    def change(name: str, measured: Callable[[Array], Statistic]) -> tuple[float, float]:
        found = contrasts.change(measured(before[name]), measured(after[name]), paired=True)
        return found.value, found.standard_error

    bust = change(BUST, contrasts.probability)
    mean, p95 = change(HEADLINE, contrasts.mean), change(HEADLINE, contrasts.quantile(LEVEL))
    return Size(move.limit, move.word, move.register.scenario.title, *bust, *mean, *p95)

"""A register tried out: its outcomes on a few blocks, or why it does not run.

Whatever stops it was made by a number that is tried, and is told in a sentence.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from risk.engine.conditions import conditions, opening_faults
from risk.engine.couplings import Baseline, Links
from risk.engine.quarters import opening
from risk.engine.refusal import told
from risk.engine.simulate import TOGETHER, carried
from risk.errors import NumericalError

if TYPE_CHECKING:
    from risk.assumptions import Assumptions

Array = NDArray[np.float64]


def trial(
    assumptions: Assumptions,
    seed: int,
    rows: Mapping[int, int],
    outcomes: Iterable[str],
    baseline: Baseline | None = None,
) -> dict[str, Array]:
    """Outcomes of a register that may not run, name → (path,).

    Parameters
    ----------
    rows : random block → paths kept of it, 1,024 of all but the last.
    outcomes : which are wanted.
    baseline : medians for couplings that are switched off.

    Raises
    ------
    NumericalError : it does not run, in the words in which a register is refused.
    """
    for problem in conditions(assumptions):
        raise NumericalError(problem.reason)
    try:
        found = [block for some in _groups(rows) for block in _blocks(assumptions, seed, some, baseline)]
    except MemoryError:
        raise
    except Exception as error:  # whatever else it is, the number that is tried made it
        raise NumericalError(told(error)) from error
    return {name: np.concatenate([block[name] for block in found]) for name in outcomes}


def _groups(rows: Mapping[int, int]) -> Iterator[dict[int, int]]:
    """As many blocks as are worth simulating together, with their paths."""
    blocks = list(rows.items())
    for first in range(0, len(blocks), TOGETHER):
        yield dict(blocks[first : first + TOGETHER])


def _blocks(
    assumptions: Assumptions, seed: int, rows: Mapping[int, int], baseline: Baseline | None
) -> list[Mapping[str, Array]]:
    start = opening(assumptions, seed, *rows)
    for problem in opening_faults(assumptions, start):
        raise NumericalError(problem.reason)
    links = Links(assumptions.switches, baseline)
    return [block.outcomes for block in carried(assumptions, start, sum(rows.values()), links)]

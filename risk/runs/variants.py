"""Variants: outcomes of registers on the same draws, computed once and kept.

    runs/variants/<key>/            seed, paths, source and outcomes that are kept
                     <hash>.npz     a register, by its digest: outcomes, or why it does not run

A file is whole or absent, so that whatever ends the program, the next call goes on from there. A register
that several questions share (the state after two changes, a group of changes) is computed once.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from risk.errors import AssumptionError, NumericalError
from risk.runs import parts
from risk.runs.hashing import digest, numerical_versions
from risk.runs.known import Known
from risk.runs.store import Store
from risk.shocks.stream import BLOCK

if TYPE_CHECKING:
    from risk.assumptions import Assumptions

Array = NDArray[np.float64]

FOLDER = "variants"
"""Folder, beside the runs, of all variants."""

OUTCOME = "outcome."
"""Begins the name of an outcome in the file of a variant."""

ENTRIES = ("risk.engine.trial", "risk.assumptions")
"""Where what computes a variant begins."""


@dataclass(frozen=True)
class Variant:
    """A register that is tried.

    Attributes
    ----------
    baseline : base medians that its cut couplings read; None where none is cut.
    """

    assumptions: Assumptions
    baseline: Any = None

    @property
    def name(self) -> str:
        """Of its file."""
        own = "" if self.baseline is None else digest(self.baseline)
        return digest([self.assumptions.digest, own])[:16]


@dataclass(frozen=True)
class Came:
    """What came of a variant.

    Attributes
    ----------
    outcomes : name → (path,); empty where it does not run.
    refused : why it does not; empty where it does.
    seconds : that it took; zero where a stored run had it.
    """

    outcomes: Mapping[str, Array]
    refused: str
    seconds: float


@dataclass(frozen=True)
class Variants:
    """Registers that are tried on the same draws: what workers are handed, one register a block.

    Attributes
    ----------
    outcomes : names of those that are kept.
    """

    variants: tuple[Variant, ...]
    seed: int
    paths: int
    outcomes: tuple[str, ...]
    store: Store

    def engine(self) -> object:
        """What computes a variant."""
        from risk.engine.trial import trial

        return trial

    @property
    def together(self) -> int:
        """Every variant has a register of its own."""
        return 1

    @property
    def missing(self) -> tuple[int, ...]:
        """Places of the variants that are not kept yet, of those alike the first."""
        places = {each.name: place for place, each in reversed([*enumerate(self.variants)])}
        return tuple(sorted(place for place in places.values() if self.kept(self.variants[place]) is None))

    def compute(self, rows: Mapping[int, int]) -> Iterator[int]:
        """Compute and keep variants, a block each, whatever its paths."""
        for index in rows:
            self._compute(self.variants[index])
            yield index

    def _compute(self, found: Variant) -> None:
        from risk.engine.trial import trial

        began, refused, outcomes = time.monotonic(), "", {}
        blocks = range(-(-self.paths // BLOCK))
        rows = {block: min(BLOCK, self.paths - block * BLOCK) for block in blocks}
        try:
            outcomes = trial(found.assumptions, self.seed, rows, self.outcomes, found.baseline)
        except (AssumptionError, NumericalError) as error:
            refused = error.reason
        self._keep(found, Came(outcomes, refused, time.monotonic() - began))

    def take_over(self) -> None:
        """Keep what stored runs have of these registers, as if it had been computed, in no time."""
        known = Known(self.store.directory.parents[1], self.seed, self.paths)
        for place in self.missing:
            found = self.variants[place]
            outcomes = known.outcomes(found.assumptions, found.baseline, self.outcomes)
            if outcomes is not None:
                self._keep(found, Came(outcomes, "", 0.0))

    def _keep(self, found: Variant, came: Came) -> None:
        kept = {f"{OUTCOME}{name}": column for name, column in came.outcomes.items()}
        told: dict[str, Any] = {"refused": came.refused, "seconds": came.seconds}
        parts.keep(self.file(found), kept | told)

    def file(self, found: Variant) -> Path:
        """Where a variant is kept."""
        return self.store.directory / f"{found.name}.npz"

    def kept(self, found: Variant) -> Came | None:
        """What came of a variant; None where it was not computed yet, or its file is damaged."""
        return parts.read(self.file(found), _came)


def _came(columns: Mapping[str, Any]) -> Came:
    outcomes = {name.removeprefix(OUTCOME): x for name, x in columns.items() if name.startswith(OUTCOME)}
    return Came(outcomes, str(columns["refused"]), float(columns["seconds"]))


def variants(
    registers: Sequence[Variant], seed: int, paths: int, outcomes: Sequence[str], root: Path
) -> Variants:
    """Registers to be tried on the first so many paths of a seed; nothing is computed."""
    key = digest([seed, paths, sorted(outcomes), dict(numerical_versions()), parts.source(*ENTRIES)])[:12]
    return Variants(tuple(registers), seed, paths, tuple(outcomes), Store(root / FOLDER / key))


def carry_out(planned: Variants, jobs: int | None = None, progress: parts.Progress | None = None) -> None:
    """Compute the variants that are not kept yet.

    Raises
    ------
    Interrupted : Ctrl-C or SIGTERM; finished variants are kept.
    LockedError : another process computes these variants.
    StorageError, WorkerDied : as of a run.
    """
    total = len({each.name for each in planned.variants})
    parts.carry_out(planned, total, lambda: planned.missing, ("variants", "variants"), jobs, progress)

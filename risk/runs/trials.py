"""Trials: the outcomes of a register with one number moved, on the same draws, computed once and kept.

    runs/trials/<key>/              register, seed, paths, source and outcomes that are kept
                     base.npz       the register as it is
                     <hash>.npz     a number at one end of its range: outcomes, how far it was moved, and why
                                    no farther

A file is whole or absent, so that whatever ends the program, the next call goes on from there. What a number
is moved to is in the name of its file: a range that changes makes two trials anew.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from risk.assumptions.judgements import Judgement, at, moved
from risk.errors import AssumptionError, NumericalError
from risk.runs import parts
from risk.runs.hashing import digest
from risk.runs.known import Known
from risk.runs.specification import Specification
from risk.runs.store import Store

if TYPE_CHECKING:
    from risk.assumptions import Assumptions

Array = NDArray[np.float64]

FOLDER = "trials"
"""Folder, beside the runs, of all trials."""

LOW, HIGH = -1.0, 1.0
"""Ends of a range, as shares of the way there."""

OUTCOME = "outcome."
"""Begins the name of an outcome in the file of a trial."""

STEPS = (1.0, 0.5, 0.25, 0.125)
"""Shares of the way that are tried one after the other where the whole of it is refused; judgement."""

ENTRIES = ("risk.engine.trial", "risk.assumptions")
"""Where what computes a trial begins."""


@dataclass(frozen=True)
class Trial:
    """A number at an end of its range; without a number the register as it is."""

    judgement: Judgement | None = None
    end: float = 0.0

    @property
    def name(self) -> str:
        """Of its file."""
        if self.judgement is None:
            return "base"
        return digest([self.judgement.id, self.end, self.judgement.rows, at(self.judgement, self.end)])[:16]


@dataclass(frozen=True)
class Tried:
    """What came of a trial.

    Attributes
    ----------
    outcomes : name → (path,); empty where it was refused however near.
    reached : share of the way to the end of the range.
    refused : why it is not the whole way; empty where it is.
    seconds : that it took; zero where a stored run had it.
    """

    outcomes: Mapping[str, Array]
    reached: float
    refused: str
    seconds: float


@dataclass(frozen=True)
class Trials:
    """Trials of a register: what workers are handed, one trial a block.

    Attributes
    ----------
    outcomes : names of those that are kept.
    baseline : base medians that cut couplings read.
    """

    assumptions: Assumptions
    specification: Specification
    outcomes: tuple[str, ...]
    trials: tuple[Trial, ...]
    baseline: Any
    store: Store

    def engine(self) -> object:
        """What computes a trial."""
        from risk.engine.trial import trial

        return trial

    @property
    def together(self) -> int:
        """Every trial has a register of its own."""
        return 1

    def compute(self, rows: Mapping[int, int]) -> Iterator[int]:
        """Compute and keep trials, a block each, whatever its paths."""
        for index in rows:
            self._compute(self.trials[index])
            yield index

    def _compute(self, found: Trial) -> None:
        began = time.monotonic()
        outcomes, reached, refused = self._nearest(found)
        self._keep(found, Tried(outcomes, reached, refused, time.monotonic() - began))

    def take_over(self) -> None:
        """Keep what a stored run has of the register as it is, as if it had been computed, in no time."""
        base, planned = self.trials[0], self.specification
        if self.kept(base) is None:
            known = Known(self.store.directory.parents[1], planned.seed, planned.paths)
            outcomes = known.outcomes(self.assumptions, self.baseline, self.outcomes)
            if outcomes is not None:
                self._keep(base, Tried(outcomes, 0.0, "", 0.0))

    def _keep(self, found: Trial, tried: Tried) -> None:
        kept = {f"{OUTCOME}{name}": column for name, column in tried.outcomes.items()}
        told: dict[str, Any] = {
            "reached": tried.reached,
            "refused": tried.refused,
            "seconds": tried.seconds,
        }
        parts.keep(self.file(found), kept | told)

    def _nearest(self, found: Trial) -> tuple[Mapping[str, Array], float, str]:
        """Outcomes as near to the end of the range as the model runs, how near that is, and why no nearer."""
        if found.judgement is None:
            return self._outcomes(self.assumptions), 0.0, ""
        refused = ""
        for share in STEPS:
            try:
                there = moved(self.assumptions, found.judgement, share * found.end)
                return self._outcomes(there), share, refused
            except (AssumptionError, NumericalError) as error:
                refused = refused or error.reason
        return {}, 0.0, refused

    def _outcomes(self, assumptions: Assumptions) -> dict[str, Array]:
        from risk.engine.trial import trial

        planned = self.specification
        rows = {block: planned.rows(block) for block in range(planned.blocks)}
        return trial(assumptions, planned.seed, rows, self.outcomes, self.baseline)

    def file(self, found: Trial) -> Path:
        """Where a trial is kept."""
        return self.store.directory / f"{found.name}.npz"

    def kept(self, found: Trial) -> Tried | None:
        """What came of a trial; None where it was not computed yet, or its file is damaged."""
        return parts.read(self.file(found), _tried)


def _tried(columns: Mapping[str, Any]) -> Tried:
    outcomes = {name.removeprefix(OUTCOME): x for name, x in columns.items() if name.startswith(OUTCOME)}
    return Tried(outcomes, float(columns["reached"]), str(columns["refused"]), float(columns["seconds"]))


def trials(
    assumptions: Assumptions,
    specification: Specification,
    outcomes: Sequence[str],
    numbers: Sequence[Judgement],
    root: Path,
    baseline: Any = None,
) -> Trials:
    """Trials of numbers at both ends of their ranges, the register as it is first.

    Parameters
    ----------
    specification : of the run whose outcomes they are compared with: seed, paths, source.
    """
    key = digest([specification, sorted(outcomes), parts.source(*ENTRIES)])[:12]
    ends = (Trial(number, end) for number in numbers for end in (LOW, HIGH))
    store = Store(root / FOLDER / key)
    return Trials(assumptions, specification, tuple(outcomes), (Trial(), *ends), baseline, store)


def carry_out(planned: Trials, jobs: int | None = None, progress: parts.Progress | None = None) -> None:
    """Compute the trials that are not kept yet.

    Raises
    ------
    Interrupted : Ctrl-C or SIGTERM; finished trials are kept.
    LockedError : another process computes these trials.
    StorageError, WorkerDied : as of a run.
    """

    def missing() -> Iterator[int]:
        return (index for index, found in enumerate(planned.trials) if planned.kept(found) is None)

    parts.carry_out(planned, len(planned.trials), missing, ("screen", "trials"), jobs, progress)

"""Trials: the outcomes of a register with one number moved, on the same draws, computed once and kept.

    runs/trials/<key>/              register, seed, paths, source and outcomes that are kept
                     base.npz       the register as it is
                     <hash>.npz     a number at one end of its range: outcomes, how far it was moved, and why
                                    no farther

A file is whole or absent, so that whatever ends the program, the next call goes on from there. What a number
is moved to is in the name of its file: a range that changes makes two trials anew.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from risk.assumptions.judgements import Judgement, at, moved
from risk.errors import AssumptionError, NumericalError
from risk.runs.files import publish
from risk.runs.hashing import digest
from risk.runs.interrupts import Interrupted
from risk.runs.lock import hold
from risk.runs.source import source_texts
from risk.runs.specification import Specification
from risk.runs.store import Store
from risk.runs.workers import compute

if TYPE_CHECKING:
    from risk.assumptions import Assumptions

log = logging.getLogger(__name__)

Array = NDArray[np.float64]

FOLDER = "trials"
"""Folder, beside the runs, of all trials."""

LOW, HIGH = -1.0, 1.0
"""Ends of a range, as shares of the way there."""

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
    seconds : that it took.
    """

    outcomes: Mapping[str, Array]
    reached: float
    refused: str
    seconds: float


Progress = Callable[[int, int, Mapping[str, float]], None]
"""``progress(trials kept, trials in all, nothing)``, once before the first is computed."""


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
        kept = {f"outcome.{name}": column for name, column in outcomes.items()}
        told = {"reached": reached, "refused": refused, "seconds": time.monotonic() - began}
        publish(self.file(found), lambda file: np.savez_compressed(file, **kept, **told))  # type: ignore[arg-type]

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
        try:
            with np.load(self.file(found), allow_pickle=False) as content:
                columns = {name: content[name] for name in content.files}
            return Tried(
                {name.removeprefix("outcome."): x for name, x in columns.items() if name[:8] == "outcome."},
                float(columns["reached"]),
                str(columns["refused"]),
                float(columns["seconds"]),
            )
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, EOFError, BadZipFile) as error:
            log.warning("%s cannot be read (%s); computed again", self.file(found), error)
            return None


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
    key = digest([specification, sorted(outcomes), _source()])[:12]
    ends = (Trial(number, end) for number in numbers for end in (LOW, HIGH))
    store = Store(root / FOLDER / key)
    return Trials(assumptions, specification, tuple(outcomes), (Trial(), *ends), baseline, store)


@cache
def _source() -> str:
    return digest(source_texts(ENTRIES))


def carry_out(planned: Trials, jobs: int | None = None, progress: Progress | None = None) -> None:
    """Compute the trials that are not kept yet.

    Raises
    ------
    Interrupted : Ctrl-C or SIGTERM; finished trials are kept.
    LockedError : another process computes these trials.
    StorageError, WorkerDied : as of a run.
    """
    with hold(planned.store.directory, "screen"):
        planned.store.tidy()
        every = planned.trials
        missing = {index: 1 for index, found in enumerate(every) if planned.kept(found) is None}
        done = len(every) - len(missing)
        note = progress or (lambda *_: None)
        note(done, len(every), {})

        def finished(_: int) -> None:
            nonlocal done
            done += 1
            note(done, len(every), {})

        interrupt = compute(planned, missing, jobs or os.cpu_count() or 1, finished)
        if interrupt:
            kept = f"{done} of {len(every)} trials are kept in {planned.store.directory}"
            words = f"interrupted: {kept}; the same command goes on from there"
            raise Interrupted(words, interrupt.exit_code)

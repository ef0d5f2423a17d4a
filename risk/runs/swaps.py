"""Swaps: the outcomes of a run some of whose parameters are drawn anew, computed once and kept.

    runs/swaps/<key>/               register, seed, paths, source and outcomes that are kept
                     <hash>.npz     one set of parameters drawn anew

A file is whole or absent, so that whatever ends the program, the next call goes on from there.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

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

FOLDER = "swaps"
"""Folder, beside the runs, of all swaps."""

ENTRIES = ("risk.engine.swapped", "risk.assumptions")
"""Where what computes a swap begins."""

Progress = Callable[[int, int, Mapping[str, float]], None]
"""``progress(swaps kept, swaps in all, nothing)``, once before the first is computed."""


@dataclass(frozen=True)
class Swaps:
    """Sets of parameters that are drawn anew: what workers are handed, one set a block.

    Attributes
    ----------
    outcomes : names of those that are kept.
    sets : name → entries that are drawn anew.
    baseline : base medians that cut couplings read.
    """

    assumptions: Assumptions
    specification: Specification
    outcomes: tuple[str, ...]
    sets: Mapping[str, tuple[str, ...]]
    baseline: Any
    store: Store

    def engine(self) -> object:
        """What computes a swap."""
        from risk.engine.swapped import swapped

        return swapped

    @property
    def together(self) -> int:
        """Each takes as long as a run."""
        return 1

    @property
    def missing(self) -> tuple[str, ...]:
        """Sets that are not kept yet."""
        return tuple(name for name in self.sets if self.kept(name) is None)

    def compute(self, rows: Mapping[int, int]) -> Iterator[int]:
        """Compute and keep sets, a block each, whatever its paths."""
        from risk.engine.swapped import swapped

        planned, names = self.specification, list(self.sets)
        blocks = {block: planned.rows(block) for block in range(planned.blocks)}
        for index in rows:
            ids = self.sets[names[index]]
            found = swapped(self.assumptions, planned.seed, blocks, self.outcomes, ids, self.baseline)
            publish(self.file(names[index]), partial(_write, found))
            yield index

    def file(self, name: str) -> Path:
        """Where a set is kept."""
        return self.store.directory / f"{digest(sorted(self.sets[name]))[:16]}.npz"

    def kept(self, name: str) -> Mapping[str, Array] | None:
        """Outcomes of a set, name → (path,); None where it was not computed yet, or its file is damaged."""
        try:
            with np.load(self.file(name), allow_pickle=False) as content:
                return {outcome: content[outcome] for outcome in self.outcomes}
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, EOFError, BadZipFile) as error:
            log.warning("%s cannot be read (%s); computed again", self.file(name), error)
            return None


def _write(found: Mapping[str, Array], file: BinaryIO) -> None:
    np.savez_compressed(file, **found)  # type: ignore[arg-type]


def swaps(
    assumptions: Assumptions,
    specification: Specification,
    outcomes: Sequence[str],
    sets: Mapping[str, Sequence[str]],
    root: Path,
    baseline: Any = None,
) -> Swaps:
    """Sets of parameters drawn anew.

    Parameters
    ----------
    specification : of the run whose outcomes they are compared with: seed, paths, source.
    """
    key = digest([specification, sorted(outcomes), _source()])[:12]
    own = {name: tuple(ids) for name, ids in sets.items()}
    return Swaps(assumptions, specification, tuple(outcomes), own, baseline, Store(root / FOLDER / key))


@cache
def _source() -> str:
    return digest(source_texts(ENTRIES))


def carry_out(planned: Swaps, jobs: int | None = None, progress: Progress | None = None) -> None:
    """Compute the sets that are not kept yet.

    Raises
    ------
    Interrupted : Ctrl-C or SIGTERM; finished sets are kept.
    LockedError : another process computes them.
    StorageError, WorkerDied : as of a run.
    """
    with hold(planned.store.directory, "budget"):
        planned.store.tidy()
        left = set(planned.missing)
        names = list(planned.sets)
        missing = {index: 1 for index, name in enumerate(names) if name in left}
        done = len(names) - len(missing)
        note = progress or (lambda *_: None)
        note(done, len(names), {})

        def finished(_: int) -> None:
            nonlocal done
            done += 1
            note(done, len(names), {})

        interrupt = compute(planned, missing, jobs or os.cpu_count() or 1, finished)
        if interrupt:
            kept = f"{done} of {len(names)} sets of parameters are kept in {planned.store.directory}"
            raise Interrupted(
                f"interrupted: {kept}; the same command goes on from there", interrupt.exit_code
            )

"""Swaps: the outcomes of a run some of whose parameters are drawn anew, computed once and kept.

    runs/swaps/<key>/               register, seed, paths, source and outcomes that are kept
                     <hash>.npz     one set of parameters drawn anew

A file is whole or absent, so that whatever ends the program, the next call goes on from there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from risk.runs import parts
from risk.runs.hashing import digest
from risk.runs.specification import Specification
from risk.runs.store import Store

if TYPE_CHECKING:
    from risk.assumptions import Assumptions

Array = NDArray[np.float64]

FOLDER = "swaps"
"""Folder, beside the runs, of all swaps."""

ENTRIES = ("risk.engine.swapped", "risk.assumptions")
"""Where what computes a swap begins."""


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
            parts.keep(self.file(names[index]), found)
            yield index

    def file(self, name: str) -> Path:
        """Where a set is kept."""
        return self.store.directory / f"{digest(sorted(self.sets[name]))[:16]}.npz"

    def kept(self, name: str) -> Mapping[str, Array] | None:
        """Outcomes of a set, name → (path,); None where it was not computed yet, or its file is damaged."""
        return parts.read(self.file(name), lambda columns: {key: columns[key] for key in self.outcomes})


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
    key = digest([specification, sorted(outcomes), parts.source(*ENTRIES)])[:12]
    own = {name: tuple(ids) for name, ids in sets.items()}
    return Swaps(assumptions, specification, tuple(outcomes), own, baseline, Store(root / FOLDER / key))


def carry_out(planned: Swaps, jobs: int | None = None, progress: parts.Progress | None = None) -> None:
    """Compute the sets that are not kept yet.

    Raises
    ------
    Interrupted : Ctrl-C or SIGTERM; finished sets are kept.
    LockedError : another process computes them.
    StorageError, WorkerDied : as of a run.
    """

    def missing() -> Iterator[int]:
        left = set(planned.missing)
        return (index for index, name in enumerate(planned.sets) if name in left)

    words = "budget", "sets of parameters"
    parts.carry_out(planned, len(planned.sets), missing, words, jobs, progress)

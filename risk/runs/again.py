"""A random block of a stored run simulated again, as a run of its own paths."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from risk.engine import simulate
from risk.errors import StorageError
from risk.paths import Block
from risk.runs.manifest import RELATIVE, bits_apart, environment
from risk.runs.prepare import Plan
from risk.runs.run import BATCH, Run
from risk.runs.stacking import At
from risk.shocks.stream import BLOCK


class Again(Run):
    """The paths of one random block, as the model gives them now; path i is row i of the block."""

    _block: Block

    @classmethod
    def of(cls, run: Run, block: Block) -> Again:
        """The paths of a block of a run."""
        found = cls(run.store, run.manifest)
        object.__setattr__(found, "_block", block)
        return found

    @property
    def paths(self) -> int:
        """Number of paths: those of the block."""
        return self._block.paths

    def batches(
        self, kind: str, names: Iterable[str] | None = None, blocks: int = BATCH
    ) -> Iterator[tuple[slice, dict[str, NDArray[Any]]]]:
        """Its one block; see `Run.batches`."""
        yield slice(0, self.paths), self._columns(kind, names)

    def _columns(self, kind: str, names: Iterable[str] | None, at: At = None) -> dict[str, NDArray[Any]]:
        wanted = list(self.names(kind) if names is None else names)
        self._require(kind, wanted)
        found = getattr(self._block, kind)
        return {name: found[name] if at is None else found[name][at] for name in wanted}


def again(run: Run, plan: Plan, path: int) -> tuple[Again, int]:
    """The block of a path simulated again, and the row of the path in it.

    Parameters
    ----------
    plan : what the run was made of, settled.
    path : id of the path, below the run's number of paths.

    Raises
    ------
    StorageError : the path's series do not come out as they are stored: to the bit, or to 1e-6 of a series'
        largest number where the run was made on another processor or system.
    """
    index, row = divmod(path, BLOCK)
    paths = min(BLOCK, run.paths - index * BLOCK)
    block = simulate(plan.assumptions, plan.seed, index, paths, plan.baseline())
    near = bool(bits_apart(run.manifest.environment, environment()))
    stored = run.path(path)
    different = [name for name, x in stored.items() if not _same(x, block.series[name][:, row], near)]
    if different:
        raise StorageError(
            f"path {path} of run {run.id} comes out differently now: {', '.join(different[:4])}",
            "was it stored on another machine? simulate it again in another folder: --runs DIR",
        )
    return Again.of(run, block), row


def _same(stored: NDArray[Any], found: NDArray[Any], near: bool) -> bool:
    if np.array_equal(stored, found, equal_nan=True):
        return True
    reach = RELATIVE * float(np.nanmax(np.abs(stored), initial=0.0))
    return near and np.allclose(stored, found, rtol=0.0, atol=reach, equal_nan=True)

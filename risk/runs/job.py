"""What a worker is to compute, and how it travels: as a file in the run's folder."""

from __future__ import annotations

import copyreg
import hashlib
import pickle
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import numpy as np

from risk.errors import NumericalError, StorageError
from risk.paths import Block
from risk.runs.files import publish, temporary_file
from risk.runs.legend import Legend
from risk.runs.records import BlockRecord
from risk.runs.store import Store

if TYPE_CHECKING:
    from risk.assumptions import Assumptions

Simulate = Callable[..., Block]
"""``simulate(assumptions, seed, block, paths, baseline)`` of the engine; workers import it by name."""


Made_co = TypeVar("Made_co", covariant=True)


class Work(Protocol[Made_co]):
    """What can be computed in blocks and stores them: a run's `Job`, or trials of a screen."""

    @property
    def store(self) -> Store:
        """The folder in which all of it is kept."""

    @property
    def together(self) -> int:
        """Blocks at most that are worth computing at once."""

    def engine(self) -> object:
        """What computes a block, imported before the first."""

    def compute(self, rows: Mapping[int, int]) -> Iterator[Made_co]:
        """Compute blocks at once and store them in their order; what comes of each fits through a pipe.

        Parameters
        ----------
        rows : block → paths to keep, at most as many blocks as are worth it.
        """


@dataclass(frozen=True)
class Job:
    """Everything a worker needs to compute and store any block of a run.

    Attributes
    ----------
    blocks : of the run, where workers write into its folder; without them each block gets files of its own,
        in which it travels.
    """

    assumptions: Assumptions
    seed: int
    baseline: Any
    simulate: Simulate | None
    store: Store
    check_all: bool = False
    blocks: int = 0

    @cached_property
    def legend(self) -> Legend:
        """What the columns of the run are."""
        return Legend.of(self.assumptions)

    @property
    def together(self) -> int:
        """Our own engine simulates several blocks at once, any other one by one."""
        from risk.engine import TOGETHER

        return TOGETHER if self.simulate is None else 1

    def engine(self) -> Simulate:
        """What simulates a block; the engine takes a while to import."""
        engine = self.simulate or _engine()
        return partial(engine, check_all=True) if self.check_all and self.simulate is None else engine

    def compute(self, rows: Mapping[int, int]) -> Iterator[Finished]:
        """Simulate blocks and store them; the first is told the time of simulating all."""
        began = time.thread_time()
        for block, record in self._stored(rows):
            means = {name: _mean(column) for name, column in block.outcomes.items()}
            yield Finished(record, means, time.thread_time() - began)
            began = time.thread_time()

    def _stored(self, rows: Mapping[int, int]) -> Iterable[tuple[Block, BlockRecord]]:
        """Blocks with their records, in one file a kind where they make a stretch of the run."""
        from risk.runs import merging

        found = self._at_once(rows)
        stretch = merging.stretch_of(self.store, self.blocks, rows)
        if found and stretch:
            return zip(found, merging.write(self.store, stretch, found, self.legend), strict=True)
        return ((block, self.store.write(block, self.legend)) for block in found or self._one_by_one(rows))

    def _at_once(self, rows: Mapping[int, int]) -> tuple[Block, ...]:
        """Blocks simulated together; none where one of them fails: those before it are sound."""
        if self.simulate is not None:
            return ()
        from risk.engine import simulate_together

        try:
            return simulate_together(self.assumptions, self.seed, rows, self.baseline, self.check_all)
        except NumericalError:
            return ()

    def _one_by_one(self, rows: Mapping[int, int]) -> Iterator[Block]:
        engine = self.engine()
        return (engine(self.assumptions, self.seed, index, n, self.baseline) for index, n in rows.items())


@dataclass(frozen=True)
class Finished:
    """A stored block.

    Attributes
    ----------
    means : mean of every outcome where it is defined.
    seconds : of the processor that it took.
    """

    record: BlockRecord
    means: Mapping[str, float]
    seconds: float = 0.0


def write_job(job: Work[Any]) -> tuple[Path, str]:
    """Write a job for the workers of this process: its file, and the fingerprint that they ask for.

    It is named like any half-written file, so that none outlasts the next run.
    """
    content = pickle.dumps(job)
    path = temporary_file(job.store.directory / "job")
    publish(path, lambda file: file.write(content))
    return path, hashlib.sha256(content).hexdigest()


def read_job(path: Path, fingerprint: str) -> Work[Any]:
    """Read the job that the parent process has just written; StorageError where it is another."""
    job: Work[Any] = unpacked(path.read_bytes(), fingerprint, str(path))
    return job


def unpacked(content: bytes, fingerprint: str, name: str) -> Any:
    """The job in the content of a file; StorageError, with the file's name, where it is another."""
    if hashlib.sha256(content).hexdigest() != fingerprint:
        raise StorageError(f"{name} is not what was written", "run again")
    return pickle.loads(content)


def _engine() -> Simulate:
    from risk.engine import simulate

    engine: Simulate = simulate
    return engine


def _pickle_proxy(proxy: MappingProxyType[Any, Any]) -> tuple[Callable[..., Any], tuple[dict[Any, Any]]]:
    return _unpickle_proxy, (dict(proxy),)


def _unpickle_proxy(content: dict[Any, Any]) -> MappingProxyType[Any, Any]:
    return MappingProxyType(content)


copyreg.pickle(MappingProxyType, _pickle_proxy)  # read-only mappings travel too, from whatever process


def _mean(column: np.ndarray[Any, Any]) -> float:
    known = column[np.isfinite(column)]
    return float(known.mean()) if known.size else float("nan")

"""What a worker is to compute, and how it travels: as a file in the run's folder."""

from __future__ import annotations

import copyreg
import hashlib
import os
import pickle
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import numpy as np

from risk.errors import StorageError
from risk.paths import Block
from risk.runs.files import publish
from risk.runs.legend import Legend
from risk.runs.store import BlockRecord, Store

if TYPE_CHECKING:
    from risk.assumptions import Assumptions

Simulate = Callable[..., Block]
"""``simulate(assumptions, seed, block, paths, baseline)`` of the engine; workers import it by name."""


Made_co = TypeVar("Made_co", covariant=True)


class Work(Protocol[Made_co]):
    """What can be computed block by block and stores it: a run's `Job`, or trials of a screen."""

    @property
    def store(self) -> Store:
        """The folder in which all of it is kept."""

    def engine(self) -> object:
        """What computes a block, imported before the first."""

    def compute(self, index: int, rows: int) -> Made_co:
        """Compute and store a block; what comes back fits through a pipe."""


@dataclass(frozen=True)
class Job:
    """Everything a worker needs to compute and store any block of a run."""

    assumptions: Assumptions
    seed: int
    baseline: Any
    simulate: Simulate | None
    store: Store

    @cached_property
    def legend(self) -> Legend:
        """What the columns of the run are."""
        return Legend.of(self.assumptions)

    def engine(self) -> Simulate:
        """What simulates a block; the engine takes a while to import."""
        return self.simulate or _engine()

    def compute(self, index: int, rows: int) -> Finished:
        """Simulate and store one block."""
        block = self.engine()(self.assumptions, self.seed, index, rows, self.baseline)
        return Finished(
            self.store.write(block, self.legend),
            {name: _mean(column) for name, column in block.outcomes.items()},
        )


@dataclass(frozen=True)
class Finished:
    """A stored block: its record, and the mean of every outcome where it is defined."""

    record: BlockRecord
    means: Mapping[str, float]


def write_job(job: Work[Any]) -> tuple[Path, str]:
    """Write a job for the workers of this process: its file, and the fingerprint that they ask for.

    It is named like any half-written file, so that none outlasts the next run.
    """
    copyreg.pickle(MappingProxyType, _pickle_proxy)  # read-only mappings travel too
    content = pickle.dumps(job)
    path = job.store.directory / f".job.{os.getpid()}.tmp"
    publish(path, lambda file: file.write(content))
    return path, hashlib.sha256(content).hexdigest()


def read_job(path: Path, fingerprint: str) -> Work[Any]:
    """Read the job that the parent process has just written; StorageError where it is another."""
    content = path.read_bytes()
    if hashlib.sha256(content).hexdigest() != fingerprint:
        raise StorageError(f"{path} is not what was written", "run again")
    job: Work[Any] = pickle.loads(content)
    return job


def _engine() -> Simulate:
    from risk.engine import simulate

    engine: Simulate = simulate
    return engine


def _pickle_proxy(proxy: MappingProxyType[Any, Any]) -> tuple[Callable[..., Any], tuple[dict[Any, Any]]]:
    return _unpickle_proxy, (dict(proxy),)


def _unpickle_proxy(content: dict[Any, Any]) -> MappingProxyType[Any, Any]:
    return MappingProxyType(content)


def _mean(column: np.ndarray[Any, Any]) -> float:
    known = column[np.isfinite(column)]
    return float(known.mean()) if known.size else float("nan")

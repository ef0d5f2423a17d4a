"""Blocks of other worlds beside a run: the first block of its seed, in each of several registers.

What calibration asks beside a run costs one random block a world, and all of them share its draws.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from risk.assumptions import load, locate
from risk.assumptions.problems import AssumptionErrors
from risk.engine import simulate
from risk.paths import Block
from risk.runs import Interrupted
from risk.runs.job import Finished, Job
from risk.runs.records import BlockRecord
from risk.runs.store import Store
from risk.runs.workers import compute
from risk.shocks.stream import BLOCK

if TYPE_CHECKING:
    from risk.assumptions import Assumptions


def scenario(register: Path | None, name: str) -> Assumptions | None:
    """A scenario of a register; None where there is none, or the register cannot hold it any more.

    A base date that has moved on leaves a scenario's events behind; `scenarios check` says so.
    """
    if name not in locate.scenarios(locate.register(register)):
        return None
    try:
        return load(register, name)
    except AssumptionErrors:
        return None


@dataclass(frozen=True)
class Cases:
    """An engine whose block number k is a block of case k // each; workers import it by name.

    Attributes
    ----------
    each : random blocks of a case, the first of the seed.
    """

    cases: tuple[Assumptions, ...]
    each: int = 1

    def __call__(self, assumptions: Assumptions, seed: int, block: int, paths: int, baseline: Any) -> Block:
        """Simulate a block of one case; what no comparison reads is not kept."""
        case, own = divmod(block, self.each)
        found = simulate(self.cases[case], seed, own, paths, baseline)
        return replace(found, index=block, facility={}, firm={}, sums={}, squares={})


@dataclass(frozen=True)
class Case:
    """A stored block of a case, read as a run is."""

    register: Assumptions
    store: Store
    record: BlockRecord
    id: str = ""

    def names(self, kind: str) -> tuple[str, ...]:
        """Names of a kind: parameters, outcomes."""
        return tuple(self.record.digests[kind])

    def outcomes(self, names: Iterable[str]) -> Mapping[str, NDArray[np.float64]]:
        """Several outcomes, name → (path,), base units."""
        return self.store.read(self.record, "outcomes", list(names))

    def series(self, name: str) -> NDArray[np.float32]:
        """One quarterly series, (quarter + 1, path), base units."""
        return self.store.read(self.record, "series", [name])[name]

    def parameter(self, identifier: str) -> NDArray[np.float64]:
        """Draws of one uncertain assumption, (path,), base units."""
        return self.store.read(self.record, "parameters", [identifier])[identifier]


def computed(job: Job, count: int, jobs: int) -> dict[int, BlockRecord]:
    """Compute as many blocks, number → record."""
    records: dict[int, BlockRecord] = {}

    def keep(finished: Finished) -> None:
        records[finished.record.index] = finished.record

    interrupt = compute(job, dict.fromkeys(range(count), BLOCK), jobs, keep)
    if interrupt:
        reason = (
            "interrupted: the run is stored, what stands beside it is not measured; the same command does it"
        )
        raise Interrupted(reason, interrupt.exit_code)
    return records

"""Blocks of other worlds beside a run: the first block of its seed, in each of several registers.

What calibration asks beside a run costs one random block a world, and all of them share its draws.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from risk.assumptions import load, locate
from risk.assumptions.problems import AssumptionErrors
from risk.engine import simulate
from risk.paths import Block
from risk.runs import Interrupted, reusable, specify
from risk.runs.job import Finished, Job, Work
from risk.runs.records import BlockRecord
from risk.runs.store import Store
from risk.runs.workers import compute
from risk.shocks.stream import BLOCK

if TYPE_CHECKING:
    from risk.assumptions import Assumptions
    from risk.engine.couplings import Baseline

K = TypeVar("K", bound=Hashable)
T = TypeVar("T")


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


@contextmanager
def first_blocks(
    base: Assumptions,
    cases: Mapping[K, Assumptions],
    seed: int,
    baseline: Baseline | None,
    root: Path,
    jobs: int,
) -> Iterator[dict[K, Case]]:
    """The first block of a seed in each of several registers, while the context lasts.

    Parameters
    ----------
    base : register that says what the columns are.
    baseline : base medians that cut couplings read.
    root : folder that holds the runs; a block that one of them has is not computed again.

    Raises
    ------
    Interrupted : Ctrl-C or SIGTERM; nothing is kept.
    """
    found = {key: case for key, own in cases.items() if (case := _stored(own, seed, baseline, root))}
    missing = {key: own for key, own in cases.items() if key not in found}
    with TemporaryDirectory() as folder:
        store, records = Store(Path(folder)), dict[int, BlockRecord]()

        def keep(finished: Finished) -> None:
            records[finished.record.index] = finished.record

        job = Job(base, seed, baseline, Cases(tuple(missing.values())), store)
        computed(job, len(missing), jobs, keep)
        yield found | {key: Case(missing[key], store, records[k]) for k, key in enumerate(missing)}


def _stored(own: Assumptions, seed: int, baseline: Baseline | None, root: Path) -> Case | None:
    """The first block of a register, where a stored run of it has it whole; else None."""
    medians = None if all(own.switches.values()) else baseline
    asked = specify(own, 2 * BLOCK, seed, medians)
    for wanted in (asked, replace(asked, paths=BLOCK)):  # runs of other lengths, and of this one
        store = reusable(wanted, root).get(0)
        if store is not None:
            return Case(own, store, store.record(0))
    return None


def computed(job: Work[T], count: int, jobs: int, keep: Callable[[T], None]) -> None:
    """Compute as many blocks; what comes of each is handed to `keep`."""
    interrupt = compute(job, dict.fromkeys(range(count), BLOCK), jobs, keep)
    if interrupt:
        reason = (
            "interrupted: the run is stored, what stands beside it is not measured; the same command does it"
        )
        raise Interrupted(reason, interrupt.exit_code)

"""Runs computed apart: some blocks here, some there, and all of them gathered in one folder.

Blocks depend on each other in nothing, and the id of a run on everything that decides its numbers. So any
machine may compute any blocks of it, into one shared folder or one of its own, without asking the others; who
gathers them verifies each and adds the manifest.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from risk.cores import workers
from risk.errors import StorageError, UsageError
from risk.runs import transit
from risk.runs.executor import Progress
from risk.runs.files import publish_json, read_json, require_space
from risk.runs.interrupts import Interrupted
from risk.runs.job import Finished, Job, Simulate
from risk.runs.legend import Legend
from risk.runs.lock import hold
from risk.runs.space import estimated_bytes
from risk.runs.specification import Specification
from risk.runs.store import Store
from risk.runs.stretch import KINDS
from risk.runs.workers import compute

if TYPE_CHECKING:
    from risk.runs.prepare import Plan

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Taken:
    """What was found of a run in a place.

    Attributes
    ----------
    place : folder or address.
    blocks : taken from it.
    damaged : found there and not sound.
    """

    place: str
    blocks: int
    damaged: int


@dataclass(frozen=True)
class Standing:
    """How far a run is.

    Attributes
    ----------
    specification, directory : what it is, and where its blocks are gathered.
    missing : its blocks that are not there, as ranges in their order.
    computed : blocks computed just now.
    taken : what was found where.
    """

    specification: Specification
    directory: Path
    missing: tuple[range, ...]
    computed: int = 0
    taken: tuple[Taken, ...] = ()

    @property
    def stored(self) -> int:
        """Blocks that are there."""
        return self.specification.blocks - sum(map(len, self.missing))


def compute_some(
    plan: Plan,
    blocks: range,
    jobs: int | None,
    progress: Progress | None = None,
    *,
    simulate: Simulate | None = None,
) -> Standing:
    """Compute some blocks of a run and store them in its folder, where others may be writing theirs.

    Parameters
    ----------
    plan : the run, settled.
    blocks : numbers of those wanted; sound ones that are there are not computed again.

    Raises
    ------
    UsageError : the run has no such blocks.
    StorageError, NumericalError, WorkerDied, Interrupted : as of a run; finished blocks are kept.
    """
    specification = settled(plan)
    wanted = _within(specification, blocks)
    store = Store(plan.root / specification.id)
    if store.manifest.exists():
        return standing(specification, store)
    paths = sum(map(specification.rows, wanted))
    require_space(store.directory, estimated_bytes(plan.assumptions, paths))
    store.directory.mkdir(parents=True, exist_ok=True)
    publish_json(store.stamp, asdict(specification))
    rows = {index: specification.rows(index) for index in wanted}
    missing = {index: n for index, n in rows.items() if store.verified(index, n) is None}
    done = paths - sum(missing.values())

    def note(finished: Finished) -> None:
        nonlocal done
        done += finished.record.paths
        if progress:
            progress(done, paths, finished.means)

    job = Job(plan.assumptions, plan.seed, plan.baseline(), simulate, store)
    interrupt = compute(job, missing, workers(jobs), note)
    if interrupt:
        kept = f"{done // 1024} of {len(wanted)} blocks are kept in {store.directory}"
        raise Interrupted(f"interrupted: {kept}; the same command goes on from there", interrupt.exit_code)
    return standing(specification, store, len(missing))


def gather(plan: Plan, places: Sequence[str]) -> Standing:
    """Bring blocks of a run into its folder from wherever they lie, each verified.

    Parameters
    ----------
    plan : the run, settled.
    places : folders of runs, the run's folder copied from another machine, or addresses for `fsspec` of such.

    Raises
    ------
    UsageError : a place has no block of this run, or those of another under its name; nothing is brought.
    StorageError : a place cannot be reached, or the folder cannot be written.
    LockedError : another process is writing this run.
    """
    specification = settled(plan)
    store = Store(plan.root / specification.id)
    if store.manifest.exists():
        return standing(specification, store)
    for place in places:
        _look(place, specification.id)
    with hold(store.directory, "runs gather"):
        legend = Legend.of(plan.assumptions)
        taken = tuple(_take(specification, store, place, legend) for place in places)
    return standing(specification, store, taken=taken)


def settled(plan: Plan) -> Specification:
    """The specification of a plan whose base medians are known."""
    specification = plan.specification()
    if specification is None:
        raise ValueError("settle the plan before")
    return specification


def standing(
    specification: Specification, store: Store, computed: int = 0, taken: tuple[Taken, ...] = ()
) -> Standing:
    """How far a run is: nothing is missing of one that is complete."""
    complete = store.manifest.exists()
    stored = set(range(specification.blocks)) if complete else store.stored()
    missing = (index for index in range(specification.blocks) if index not in stored)
    return Standing(specification, store.directory, tuple(_ranges(missing)), computed, taken)


def _within(specification: Specification, blocks: range) -> range:
    """Those of some blocks that a run has; UsageError where it has none of them."""
    if not blocks or blocks.start >= specification.blocks:
        has = f"a run of {specification.paths:,} paths has blocks 0 to {specification.blocks - 1}"
        raise UsageError(
            f"blocks {blocks.start}:{blocks.stop} are none of the run", f"{has}, 1,024 paths each"
        )
    return range(blocks.start, min(blocks.stop, specification.blocks))


def _look(place: str, run: str) -> None:
    """Refuse a place that is not there, has nothing of a run, or has the blocks of another."""
    if transit.is_address(place):
        there = bool(transit.bundles(_within_address(place, run)))
    elif Path(place).is_dir():
        own = _own(place, run)
        there = own.is_dir()
        if (other := _said(own)) not in ("", run):
            raise UsageError(f"{own} holds blocks of run {other}", "somebody has renamed the folder")
    else:
        raise UsageError(f"there is no folder {place}", "name one that holds runs, or the folder of the run")
    if not there:
        raise UsageError(
            f"{place} has no blocks of run {run}",
            "scenario, paths, seed, source or libraries are others: look at the names of the folders there",
        )


def _take(specification: Specification, store: Store, place: str, legend: Legend) -> Taken:
    blocks = damaged = 0
    for source in _sources(place, specification.id):
        for index in sorted(source.stored() - store.stored()):
            if _brought(store, index, source, specification.rows(index), legend):
                blocks += 1
            else:
                damaged += 1
    return Taken(place, blocks, damaged)


def _brought(store: Store, index: int, source: Store, rows: int, legend: Legend) -> bool:
    """Copy a block, from files of its own or those of a complete run; whether it came sound."""
    holder = source.holder(index)
    try:
        if holder.merged:
            arrays = {kind: holder.read(kind, index) for kind in KINDS}
            store.keep(source.record(index), arrays, legend)
        else:
            store.copy(index, source)
    except StorageError as error:
        log.warning("block %d of %s: %s", index, source.directory, error.reason)
        store.quarantine(index)
        return False
    return store.verified(index, rows) is not None


def _sources(place: str, run: str) -> Iterator[Store]:
    """Folders with blocks of a run in a place: its own folder there, and the bundles in that."""
    if transit.is_address(place):
        for found in transit.bundles(_within_address(place, run)):
            with TemporaryDirectory(prefix="bubblerisk-") as folder:
                yield transit.fetch(found, Path(folder))
        return
    own = _own(place, run)
    parts = sorted(part for part in own.iterdir() if transit.is_bundle(part.name))
    yield from map(Store, (own, *parts))


def _own(place: str, run: str) -> Path:
    """The folder of a run in a folder, which may be the run's itself."""
    root = Path(place)
    return root if root.resolve().name == run else root / run


def _within_address(place: str, run: str) -> str:
    address = place.rstrip("/")
    return address if address.rpartition("/")[2] == run else f"{address}/{run}"


def _said(folder: Path) -> str:
    """Of which run a folder says that it is; empty where it says nothing."""
    store = Store(folder)
    for file in (store.stamp, store.manifest):
        with suppress(StorageError, KeyError, TypeError):
            content = read_json(file)
            return Specification(**content.get("specification", content)).id
    return ""


def _ranges(numbers: Iterable[int]) -> Iterator[range]:
    """Numbers in their order as ranges."""
    first = last = None
    for number in numbers:
        if first is None or last is None:
            first = number
        elif number != last + 1:
            yield range(first, last + 1)
            first = number
        last = number
    if first is not None and last is not None:
        yield range(first, last + 1)

"""Carrying out a run: blocks computed once, kept whatever happens, and reduced in their order."""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from risk.cores import workers
from risk.errors import StorageError
from risk.runs.elsewhere import Elsewhere, Executor
from risk.runs.files import publish_json, require_space
from risk.runs.find import RUNS, newest
from risk.runs.foreign import compute_elsewhere
from risk.runs.interrupts import Interrupted
from risk.runs.job import Finished, Job, Simulate
from risk.runs.lock import hold
from risk.runs.log import log_to_file
from risk.runs.manifest import Manifest, describe, read_manifest, timestamp, write_manifest
from risk.runs.merging import Merging, settle, stretches
from risk.runs.records import BlockRecord
from risk.runs.reuse import take_over
from risk.runs.run import Run
from risk.runs.space import estimated_bytes
from risk.runs.specification import Specification, specify
from risk.runs.store import Store
from risk.runs.stretch import Stretch
from risk.runs.workers import compute, crew

if TYPE_CHECKING:
    from risk.assumptions import Assumptions
    from risk.runs.legend import Legend

log = logging.getLogger(__name__)

Progress = Callable[[int, int, Mapping[str, float]], None]
"""``progress(paths done, paths in all, mean of every outcome in the block just finished)``."""


def execute(
    assumptions: Assumptions,
    paths: int,
    seed: int,
    jobs: int | None = None,
    directory: Path = RUNS,
    progress: Progress | None = None,
    *,
    baseline: Any = None,
    simulate: Simulate | None = None,
    command: str | None = None,
    check_all: bool = False,
    executor: Executor | None = None,
    through: str | None = None,
) -> Run:
    """Simulate a run, or resume it, or open it where it is complete and sound already.

    Parameters
    ----------
    assumptions, paths, seed, baseline
        What to simulate: they make the run id. `baseline` has the base median paths that cut couplings read.
    jobs
        Worker processes, by default one a core; changes no bit of the result.
    directory
        Folder that holds the runs.
    progress
        Called after every block.
    simulate
        The engine's `simulate` by default.
    command
        What the manifest and the lock call this run; by default the command line.
    check_all
        Look at the accounting identities on all paths, also of what is stored already; it is the same run.
    executor
        Whatever submits calls as the pools of `concurrent.futures` do: it computes the blocks, and `jobs` is
        not read. Its workers need the same source and libraries, and write into the folder of the run.
    through
        Address for `fsspec`, such as ``s3://bucket/folder``, over which blocks of an executor come where its
        workers do not share the folder.

    Raises
    ------
    StorageError
        The disk is too small, full, or not writable. Finished blocks are kept.
    LockedError
        Another process is writing this run.
    NumericalError
        The model could not compute a block.
    WorkerDied
        The process of a block died three times, or none could be started.
    ExecutorFailed
        The executor failed three times with the same block.
    UsageError
        Its workers have other source or libraries than this process.
    Interrupted
        Ctrl-C or SIGTERM; finished blocks are kept.
    """
    specification = specify(assumptions, paths, seed, baseline)
    store = Store(directory / specification.id)
    words = command if command is not None else " ".join([Path(sys.argv[0]).name, *sys.argv[1:]])
    complete = _complete(store, check_all)
    if complete is not None:
        return complete
    require_space(store.directory, estimated_bytes(assumptions, paths) - _stored(store))
    with hold(store.directory, words), log_to_file(store.directory / "log.txt"):
        complete = _complete(store, check_all)  # another process may have finished it meanwhile
        if complete is not None:
            return complete
        where = Elsewhere(executor, through) if executor else None
        job = Job(
            assumptions, seed, baseline, simulate, store, check_all, 0 if where else specification.blocks
        )
        task = _Task(specification, store, progress or _silent, where)
        try:
            return task.carry_out(job, where.workers if where else workers(jobs), words)
        except KeyboardInterrupt as stop:
            raise task.interrupted(getattr(stop, "exit_code", 130)) from None


@dataclass
class _Task:
    """A run under way.

    Attributes
    ----------
    kept : sound blocks that are stored → their paths.
    work : seconds of processors that computing the others took.
    """

    specification: Specification
    store: Store
    progress: Progress
    elsewhere: Elsewhere | None = None
    kept: dict[int, int] = field(default_factory=dict)
    work: float = 0.0

    def carry_out(self, job: Job, jobs: int, command: str) -> Run:
        started, clock = timestamp(), time.monotonic()
        self._take_stock(job.legend, job.check_all)
        computed = self.specification.blocks - len(self.kept)
        with crew():
            self._compute_missing(job, jobs)
            found = self._merged(job.legend, workers() if self.elsewhere else jobs)
        sums = self.store.reduce(found, job.legend)
        words = job.assumptions.normalised()
        publish_json(self.store.directory / "assumptions.json", words)
        times = {
            "started": started,
            "finished": timestamp(),
            "seconds": round(time.monotonic() - clock, 3),
            "jobs": jobs,
            "computed": computed,
            "work": round(self.work, 3),
            "command": command,
        }
        previous = newest(job.assumptions.scenario.name, self.store.directory.parent)
        parent = previous.id if previous else ""
        manifest = describe(self.specification, job.assumptions, found, sums, times, parent)
        repaired = self._repaired(manifest)
        if repaired is not None:
            return repaired
        write_manifest(self.store.manifest, manifest)
        self.store.stamp.unlink(missing_ok=True)  # the manifest says it from now on
        log.info("complete: %d paths in %.1f s", manifest.paths, times["seconds"])
        return Run(self.store, manifest)

    def _take_stock(self, legend: Legend, check_all: bool) -> None:
        """Find the sound blocks of an earlier attempt, and of runs of other lengths.

        Parameters
        ----------
        check_all : without those on which nobody looked at identities.
        """

        def enough(record: BlockRecord) -> bool:
            return bool(record.identities) or not check_all

        self.store.tidy()
        take_over(self.specification, self.store, legend)
        total, rows = self.specification.blocks, self.specification.rows
        self.kept = settle(self.store, total, rows, legend, enough)
        for index in range(total):
            if index not in self.kept:
                record = self.store.verified(index, rows(index))
                if record is not None and enough(record):
                    self.kept[index] = rows(index)
        log.info("run %s: %d of %d blocks are stored", self.specification.id, len(self.kept), total)
        if self.kept:
            self.progress(self._done(), self.specification.paths, {})

    def _compute_missing(self, job: Job, jobs: int) -> None:
        missing = (index for index in range(self.specification.blocks) if index not in self.kept)
        rows = {index: self.specification.rows(index) for index in missing}
        if self.elsewhere is not None:
            interrupt = compute_elsewhere(self.elsewhere, job, rows, self._note)
        else:
            interrupt = compute(job, rows, jobs, self._note)
        if interrupt:
            raise self.interrupted(interrupt.exit_code)

    def _merged(self, legend: Legend, jobs: int) -> list[Stretch]:
        """Put the blocks together, all of which are there: the stretches in which they stand."""
        found = stretches(self.store, self.specification.blocks)
        merging = Merging(self.store, found, legend)
        if missing := merging.missing:
            log.info("putting blocks together in %d files a kind", len(found))
            interrupt = compute(merging, missing, jobs, lambda _: None)
            if interrupt:
                raise self.interrupted(interrupt.exit_code)
        return found

    def interrupted(self, exit_code: int) -> Interrupted:
        """What to tell whoever stopped the run, at whatever moment."""
        kept = f"{len(self.store.stored())} of {self.specification.blocks} blocks"
        log.info("interrupted with %s stored", kept)
        return Interrupted(
            f"interrupted: {kept} are kept in {self.store.directory}; the same command goes on from there",
            exit_code,
        )

    def _repaired(self, made: Manifest) -> Run | None:
        """The run as it was, where it was complete before and has its numbers again.

        A block rotted, or identities were looked at on more paths.

        Its manifest stays, so that packs made of it stay its packs.
        """
        try:
            known = read_manifest(self.store.manifest)
        except StorageError:
            return None
        if (known.blocks, known.sums) != (made.blocks, made.sums):
            return None
        changed = ("assumptions", "records", "identities", "checked")
        manifest = replace(known, **{name: getattr(made, name) for name in changed})
        write_manifest(self.store.manifest, manifest)
        log.info("repaired: the numbers of the run are there again")
        return Run(self.store, manifest)

    def _note(self, finished: Finished) -> None:
        self.kept[finished.record.index] = finished.record.paths
        self.work += finished.seconds
        self.progress(self._done(), self.specification.paths, finished.means)

    def _done(self) -> int:
        return sum(self.kept.values())


def _complete(store: Store, check_all: bool) -> Run | None:
    """Open the run if it is complete and sound; what is damaged counts as none, for it can be made again.

    Parameters
    ----------
    check_all : only if its identities were looked at on all paths.
    """
    if not store.manifest.exists():
        return None
    try:
        run = Run(store, read_manifest(store.manifest))
        run.verify()
    except StorageError as error:
        log.warning("%s; checking the blocks again", error.reason)
        return None
    return None if check_all and run.checked < run.paths else run


def _stored(store: Store) -> int:
    return store.size() if store.directory.exists() else 0


def _silent(done: int, total: int, means: Mapping[str, float]) -> None:
    """Report nothing."""

"""Blocks on worker processes: any number of them, in any order, some of them killed.

Each worker is a pool of one spawned process, so that a killed process is known by the one block it held. It
is replaced and the block is tried again. Workers store their own blocks and send back only the record.
"""

from __future__ import annotations

import copyreg
import logging
import multiprocessing
import os
import signal
import threading
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import wait as wait_for
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from risk.errors import BubbleriskError
from risk.paths import Block
from risk.runs.store import BlockRecord, Store

if TYPE_CHECKING:
    from risk.assumptions import Assumptions

log = logging.getLogger(__name__)

Worker = ProcessPoolExecutor

Simulate = Callable[..., Block]
"""``simulate(assumptions, seed, block, paths, baseline)`` of the engine; workers import it by name."""

ATTEMPTS = 3
"""Times a block is tried when the process that computes it dies."""

WORKER_ENVIRONMENT = {
    # Mechanisms multiply no matrices; idle BLAS threads would only compete with the other workers.
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    # A block's temporaries (0.1 to 1 MB) come from the heap and stay there. glibc learns as much by itself,
    # unless the environment says otherwise: the 128 KB that some schedulers set cost 40% more processor time.
    "MALLOC_MMAP_THRESHOLD_": str(1 << 30),
    "MALLOC_TRIM_THRESHOLD_": str(1 << 30),
}


class WorkerDied(BubbleriskError):  # noqa: N818 - says what happened
    """A block's process died every time it was tried: most often memory ran out."""

    exit_code = 70


@dataclass(frozen=True)
class Job:
    """Everything a worker needs to compute and store any block of a run."""

    assumptions: Assumptions
    seed: int
    baseline: Any
    simulate: Simulate | None
    store: Store

    def compute(self, index: int, rows: int) -> Finished:
        """Simulate and store one block."""
        block = (self.simulate or _engine())(self.assumptions, self.seed, index, rows, self.baseline)
        return Finished(
            self.store.write(block), {name: _mean(column) for name, column in block.outcomes.items()}
        )


@dataclass(frozen=True)
class Finished:
    """A stored block: its record, and the mean of every outcome where it is defined."""

    record: BlockRecord
    means: Mapping[str, float]


def compute(job: Job, rows: Mapping[int, int], jobs: int, finished: Callable[[Finished], None]) -> None:
    """Compute blocks and store them.

    Parameters
    ----------
    job
        What to compute and where to store it.
    rows
        Block → paths to keep, in the order in which blocks are started.
    jobs
        Worker processes; with one, the blocks are computed in this process.
    finished
        Called in this process after each block is stored.

    Notes
    -----
    After an interrupt (Ctrl-C) or a failure no block is started; those running are finished and kept. An
    interrupt makes this return early, a failure is then raised.
    """
    with _interrupt() as interrupted:
        if jobs <= 1:
            for index, count in rows.items():
                if interrupted.is_set():
                    return
                finished(job.compute(index, count))
        elif rows:
            _Crew(job, rows, finished, interrupted).work(min(jobs, len(rows)))


@dataclass
class _Crew:
    """Workers and the blocks they hold."""

    job: Job
    rows: Mapping[int, int]
    finished: Callable[[Finished], None]
    interrupted: threading.Event
    running: dict[Future[Finished], tuple[Worker, int]] = field(default_factory=dict)
    deaths: Counter[int] = field(default_factory=Counter)
    failure: BaseException | None = None

    def work(self, size: int) -> None:
        waiting = deque(self.rows)
        idle = [_hire(self.job) for _ in range(size)]
        try:
            while True:
                while idle and waiting and self.failure is None and not self.interrupted.is_set():
                    self._start(idle.pop(), waiting.popleft())
                if not self.running:
                    break
                for future in wait(self.running, return_when=FIRST_COMPLETED).done:
                    self._collect(future, idle, waiting)
        finally:
            for worker in (*idle, *(worker for worker, _ in self.running.values())):
                worker.shutdown(cancel_futures=True)
        if self.failure is not None:
            raise self.failure

    def _start(self, worker: Worker, index: int) -> None:
        with _spawning():
            self.running[worker.submit(_compute, index, self.rows[index])] = (worker, index)

    def _collect(self, future: Future[Finished], idle: list[Worker], waiting: deque[int]) -> None:
        worker, index = self.running.pop(future)
        try:
            self.finished(future.result())
        except BrokenProcessPool:
            worker.shutdown(wait=False)
            worker = _hire(self.job)
            self._retry(index, waiting)
        except BaseException as error:
            self.failure = self.failure or error
        idle.append(worker)

    def _retry(self, index: int, waiting: deque[int]) -> None:
        self.deaths[index] += 1
        if self.deaths[index] < ATTEMPTS:
            log.warning("block %d: its process died; trying again", index)
            waiting.appendleft(index)
        else:
            log.error("block %d: its process died %d times", index, ATTEMPTS)
            self.failure = self.failure or WorkerDied(
                f"block {index} could not be computed: its process died {ATTEMPTS} times",
                "if memory ran out, use fewer workers (--jobs 1); finished blocks are kept",
            )


_assigned: dict[str, Job] = {}
"""The job of this worker process."""


def _hire(job: Job) -> Worker:
    copyreg.pickle(MappingProxyType, _pickle_proxy)  # read-only mappings travel too
    context = multiprocessing.get_context("spawn")
    return Worker(1, mp_context=context, initializer=_begin, initargs=(job,))


def _begin(job: Job) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides what an interrupt means
    threading.Thread(target=_leave_with_parent, daemon=True).start()
    _assigned["job"] = job


def _leave_with_parent() -> None:
    """End this process when its parent is gone, for the pool itself would wait for work forever."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait_for([parent.sentinel])
        os._exit(1)


def _compute(index: int, rows: int) -> Finished:
    return _assigned["job"].compute(index, rows)


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


@contextmanager
def _spawning() -> Iterator[None]:
    """Give processes started meanwhile their environment, and spare them an interrupt while they start."""
    before = {name: os.environ.get(name) for name in WORKER_ENVIRONMENT}
    mask = getattr(signal, "pthread_sigmask", None)
    old = mask(signal.SIG_BLOCK, {signal.SIGINT}) if mask else None
    os.environ.update(WORKER_ENVIRONMENT)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
        if mask:
            mask(signal.SIG_SETMASK, old)


@contextmanager
def _interrupt() -> Iterator[threading.Event]:
    """An event that Ctrl-C sets while the context lasts, instead of raising."""
    event = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield event
        return

    def note(*_: object) -> None:
        if not event.is_set():
            log.warning("interrupted: finishing the running blocks")
        event.set()

    previous = signal.signal(signal.SIGINT, note)
    try:
        yield event
    finally:
        signal.signal(signal.SIGINT, previous)

"""Blocks on worker processes: any number of them, in any order, some of them killed.

A worker is a spawned process that is handed a few blocks at a time through a pipe of its own, so that one
that dies is known by the blocks it held: it is replaced and they are tried again, one by one. Workers read
what to compute from a file, store their own blocks and send back only the record of each: no message is large
enough to wait for a reader that is gone.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import sys
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from multiprocessing.connection import wait as wait_for
from multiprocessing.process import BaseProcess
from pathlib import Path
from types import ModuleType
from typing import Generic, TypeVar

from risk.errors import BubbleriskError
from risk.runs.interrupts import Interrupt, listening
from risk.runs.job import Work, write_job
from risk.runs.worker import READY, serve

log = logging.getLogger(__name__)

ATTEMPTS = 3
"""Times a block is tried when the process that computes it dies, and times a process is started in vain."""

PATIENCE = 60.0
"""Seconds a worker may take to start; one second is usual."""

TICK = 0.2
"""Seconds after which interrupts and late starters are looked after at the latest."""

WORKER_ENVIRONMENT = {
    # Mechanisms multiply no matrices; idle BLAS threads would only compete with the other workers.
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    # A block's temporaries (0.1 to 1 MB) come from the heap and stay there. glibc learns as much by itself,
    # unless the environment says otherwise: the 128 KB that some schedulers set cost 40% more processor time.
    "MALLOC_MMAP_THRESHOLD_": str(1 << 30),
    "MALLOC_TRIM_THRESHOLD_": str(1 << 30),
}


T = TypeVar("T")


class WorkerDied(BubbleriskError):  # noqa: N818 - says what happened
    """A block's process died every time it was tried, or none could be started: most often memory ran out."""

    exit_code = 70

    def __init__(self, reason: str) -> None:
        fix = "if memory ran out, use fewer workers (--jobs 1); finished blocks are kept"
        super().__init__(reason, fix)


def compute(job: Work[T], rows: Mapping[int, int], jobs: int, finished: Callable[[T], None]) -> Interrupt:
    """Compute blocks and store them; return the interrupt that ended it early, if there was one.

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

    Raises
    ------
    WorkerDied
        The process of a block died three times, or none could be started.
    Interrupted
        A second interrupt came; the blocks then running are lost.

    Notes
    -----
    After an interrupt (Ctrl-C, SIGTERM) or a failure no block is started; those running are finished and
    kept. An interrupt makes this return early, a failure is then raised.
    """
    with listening() as interrupt:
        if jobs <= 1:
            waiting = deque(rows)
            while waiting and not interrupt:
                for made in job.compute(_handed(waiting, rows, 1, job.together)):
                    finished(made)
        elif rows:
            _Crew(job, rows, finished, interrupt, min(jobs, len(rows))).work()
        return interrupt


def _handed(waiting: deque[int], rows: Mapping[int, int], workers: int, most: int) -> dict[int, int]:
    """Take blocks for one worker, with their paths: at most its share of them, so that all end together."""
    count = max(1, min(most, len(waiting) // workers))
    return {index: rows[index] for index in (waiting.popleft() for _ in range(count))}


@dataclass(eq=False)
class Worker:
    """A worker process, this end of its pipe, and the blocks that it holds and has not stored yet."""

    process: BaseProcess
    pipe: Connection
    begun: float = field(default_factory=time.monotonic)
    ready: bool = False
    held: deque[int] = field(default_factory=deque)

    @property
    def late(self) -> bool:
        """Whether it should have started long ago."""
        return not self.ready and time.monotonic() > self.begun + PATIENCE

    def start(self, rows: Mapping[int, int]) -> None:
        """Hand it blocks; that it is dead already shows soon enough."""
        self.held.extend(rows)
        try:
            self.pipe.send(rows)
        except OSError:
            log.info("block %d: its process was gone before it began", self.held[0])

    def end(self) -> str:
        """End it, whatever it does, and say how it ended. An idle worker has nothing to lose."""
        self.process.kill()
        self.process.join()
        self.pipe.close()
        code = self.process.exitcode or 0
        return f"signal {-code}" if code < 0 else f"exit code {code}"


@dataclass
class _Crew(Generic[T]):
    """Workers, the blocks that wait for them, and what became of others.

    Attributes
    ----------
    deaths : block → processes that died holding it.
    starts : processes in a row that died before they were ready.
    how : the way the last process died.
    """

    job: Work[T]
    rows: Mapping[int, int]
    finished: Callable[[T], None]
    interrupt: Interrupt
    size: int
    waiting: deque[int] = field(default_factory=deque)
    workers: list[Worker] = field(default_factory=list)
    deaths: Counter[int] = field(default_factory=Counter)
    starts: int = 0
    how: str = ""
    failure: Exception | None = None

    def work(self) -> None:
        self.waiting.extend(self.rows)
        file, fingerprint = write_job(self.job)
        try:
            while True:
                going = self.failure is None and not self.interrupt
                if going:
                    self._employ(file, fingerprint)
                busy = any(worker.held for worker in self.workers)
                if not busy and not (going and self.failure is None and self.waiting):
                    break
                self._listen()
        finally:
            for worker in self.workers:
                worker.end()
            file.unlink(missing_ok=True)
            self.job.store.tidy()  # what killed workers left half-written
        if self.failure is not None:
            raise self.failure

    def _employ(self, file: Path, fingerprint: str) -> None:
        """Hand out blocks, and hire as many workers as there is work for."""
        for worker in self.workers:
            if worker.ready and not worker.held and self.waiting:
                # Once a process has died, most often for want of memory, blocks are computed one by one.
                most = 1 if self.deaths else self.job.together
                worker.start(_handed(self.waiting, self.rows, self.size, most))
        busy = sum(bool(worker.held) for worker in self.workers)
        while len(self.workers) < min(self.size, busy + len(self.waiting)) and self.starts < ATTEMPTS:
            try:
                self.workers.append(_hire(file, fingerprint))
            except OSError as error:  # no memory for another process, or too many of them
                self._died_early(error.strerror or str(error))
        if self.waiting and not self.workers:
            self.failure = WorkerDied(f"no worker process could be started: {ATTEMPTS} died ({self.how})")

    def _listen(self) -> None:
        """Wait for messages and deaths, but not for long."""
        ends = [end for worker in self.workers for end in (worker.pipe, worker.process.sentinel)]
        heard = wait_for(ends, TICK)
        for worker in list(self.workers):
            if worker.pipe in heard:
                self._hear(worker)
            elif worker.process.sentinel in heard:
                self._bury(worker)
            elif worker.late:
                log.warning("a worker process did not start within %.0f s", PATIENCE)
                self._bury(worker)

    def _hear(self, worker: Worker) -> None:
        try:
            said = worker.pipe.recv()
        except (EOFError, OSError):
            self._bury(worker)
            return
        if said == READY:
            worker.ready, self.starts = True, 0
            return
        if isinstance(said, Exception):
            worker.held.clear()
            self.failure = self.failure or said
            return
        worker.held.popleft()
        try:
            self.finished(said)
        except Exception as error:
            self.failure = self.failure or error

    def _bury(self, worker: Worker) -> None:
        self.workers.remove(worker)
        self.how = worker.end()
        if not worker.ready:
            self._died_early(self.how)
        elif worker.held and not self.interrupt:
            self._retry(worker.held)

    def _died_early(self, how: str) -> None:
        self.how = how
        self.starts += 1
        log.info("a worker process died while starting (%s)", how)

    def _retry(self, held: Sequence[int]) -> None:
        self.deaths.update(held)
        index = held[0]
        if self.deaths[index] < ATTEMPTS:
            log.warning("block %d: its process died (%s); trying again", index, self.how)
            self.waiting.extendleft(reversed(held))
        else:
            self.failure = self.failure or WorkerDied(
                f"block {index} could not be computed: its process died {ATTEMPTS} times ({self.how})"
            )


def _hire(file: Path, fingerprint: str) -> Worker:
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=serve, args=(there, file, fingerprint), daemon=True)
    try:
        with _spawning():
            process.start()
    except OSError:
        here.close()
        raise
    finally:
        there.close()
    return Worker(process, here)


@contextmanager
def _spawning() -> Iterator[None]:
    """Give processes started meanwhile their environment, and spare them an interrupt while they start.

    They are also spared the command line: what a process is told at its start must fit into a pipe, for
    nobody reads the rest if it dies. And the program they are started from: a script that simulates as soon
    as it is run would be run again in each of them.
    """
    before = {name: os.environ.get(name) for name in WORKER_ENVIRONMENT}
    words, program = sys.argv, sys.modules["__main__"]
    mask = getattr(signal, "pthread_sigmask", None)
    old = mask(signal.SIG_BLOCK, {signal.SIGINT}) if mask else None
    os.environ.update(WORKER_ENVIRONMENT)
    sys.argv, sys.modules["__main__"] = words[:1], ModuleType("__main__")
    try:
        yield
    finally:
        sys.argv, sys.modules["__main__"] = words, program
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
        if mask:
            mask(signal.SIG_SETMASK, old)

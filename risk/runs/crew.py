"""A crew: worker processes that outlive a job, and the jobs under way that they share.

A worker is a spawned process that is handed a few blocks at a time through a pipe of its own, so that one
that dies is known by the blocks it held: it is replaced and they are tried again, one by one. Workers read
what to compute from a file, store their own blocks and send back only the record of each: no message is large
enough to wait for a reader that is gone.

One thread of a crew listens to its workers. Others may hand in jobs meanwhile and wait for theirs, so that no
worker is idle while there is any block. What was begun first goes first: it ends early, and while its thread
does what only that can do the workers have the blocks of others.
"""

from __future__ import annotations

import logging
import threading
from collections import Counter, deque
from collections.abc import Callable, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from multiprocessing.connection import wait as wait_for
from pathlib import Path
from queue import SimpleQueue
from typing import Any, Generic, TypeVar

from risk.errors import BubbleriskError
from risk.runs import hire as hiring
from risk.runs.hire import Worker, hire
from risk.runs.interrupts import Interrupt, Interrupted, listening
from risk.runs.job import Work, write_job
from risk.runs.worker import READY

log = logging.getLogger(__name__)

ATTEMPTS = 3
"""Times a block is tried when the process that computes it dies, and times a process is started in vain."""

TICK = 0.2
"""Seconds after which interrupts and late starters are looked after at the latest."""

T = TypeVar("T")

TURN: ContextVar[int] = ContextVar("turn", default=0)
"""Place of a thread among those that hand in jobs: blocks of the first are handed out first."""


class WorkerDied(BubbleriskError):  # noqa: N818 - says what happened
    """A block's process died every time it was tried, or none could be started: most often memory ran out."""

    exit_code = 70

    def __init__(self, reason: str) -> None:
        fix = "if memory ran out, use fewer workers (--jobs 1); finished blocks are kept"
        super().__init__(reason, fix)


@dataclass(eq=False)
class Course(Generic[T]):
    """A job under way: the blocks that wait for workers, and what became of others.

    Attributes
    ----------
    finished : called after each block is stored.
    file, fingerprint : what workers read of the job.
    deaths : block → processes that died holding it.
    thread, turn : the one that waits for it, and its place.
    over : set when nothing of it is left to do.
    """

    job: Work[T]
    rows: Mapping[int, int]
    finished: Callable[[T], None]
    file: Path
    fingerprint: str
    waiting: deque[int]
    deaths: Counter[int] = field(default_factory=Counter)
    failure: BaseException | None = None
    thread: int = field(default_factory=threading.get_ident)
    turn: int = field(default_factory=TURN.get)
    over: threading.Event = field(default_factory=threading.Event)

    @classmethod
    def of(cls, job: Work[T], rows: Mapping[int, int], finished: Callable[[T], None]) -> Course[T]:
        """A job that begins, written for the workers."""
        file, fingerprint = write_job(job)
        return cls(job, rows, finished, file, fingerprint, deque(rows))

    def handed(self, workers: int, others: int = 0) -> dict[int, int]:
        """Take blocks for one of so many workers.

        Once a process has died, most often for want of memory, blocks are computed one by one.

        Parameters
        ----------
        others : blocks of other jobs that wait too.
        """
        return share(self.waiting, self.rows, workers, 1 if self.deaths else self.job.together, others)

    def stored(self, said: T) -> None:
        """Note a block that a worker has stored."""
        try:
            self.finished(said)
        except Exception as error:
            self.failure = self.failure or error

    def retry(self, held: Sequence[int], how: str) -> None:
        """Try blocks again whose process died; the one that it was at is named when it dies too often."""
        self.deaths.update(held)
        index = held[0]
        if self.deaths[index] < ATTEMPTS:
            log.warning(
                "block %d: its process died (%s); trying again", index, how, extra={"of": self.thread}
            )
            self.waiting.extendleft(reversed(held))
        else:
            self.failure = self.failure or WorkerDied(
                f"block {index} could not be computed: its process died {ATTEMPTS} times ({how})"
            )

    def close(self) -> None:
        """Leave nothing of it but its blocks, and let whoever waits for it go on."""
        try:
            self.file.unlink(missing_ok=True)
            self.job.store.tidy()  # what killed workers left half-written
        finally:
            self.over.set()


def share(
    waiting: deque[int], rows: Mapping[int, int], workers: int, most: int, others: int = 0
) -> dict[int, int]:
    """Take blocks for one worker, with their paths: at most its share of all, so that all end together.

    Parameters
    ----------
    others : blocks beside those that wait here.
    """
    count = max(1, min(most, len(waiting), (len(waiting) + others) // workers))
    return {index: rows[index] for index in (waiting.popleft() for _ in range(count))}


class Crew:
    """Worker processes, hired when there is work for them and kept until the crew ends.

    Attributes
    ----------
    size : workers at most.
    ahead : workers that are hired before there is work for them, for it will come.
    thread : the one that hires them and listens to them.
    listens : whether a thread listens to the workers for all others.
    interrupt : what asked it to stop; no block is started then.
    """

    def __init__(self, size: int = 1) -> None:
        self.size = size
        self.ahead = 0
        self.thread = threading.get_ident()
        self.listens = False
        self.interrupt = Interrupt()
        self._workers: list[Worker] = []
        self._courses: list[Course[Any]] = []
        self._handed_in: SimpleQueue[Course[Any]] = SimpleQueue()
        self._starts = 0  # processes in a row that died before they were ready
        self._how = ""  # the way the last process died

    def carry_out(self, course: Course[Any], interrupt: Interrupt) -> Interrupt:
        """Compute a job in this thread; it ends with its failure, or with blocks that an interrupt left."""
        self.interrupt = interrupt
        self._bury_the_dead()
        self._courses.append(course)
        try:
            while self._courses:
                self._step()
        except BaseException:
            self.end()
            raise
        return interrupt

    def hand_in(self, course: Course[Any]) -> Interrupt:
        """Let the thread that listens have a job computed, and wait for it."""
        self._handed_in.put(course)
        while not course.over.wait(TICK):
            if not self.listens:
                course.failure = Interrupted("interrupted: nobody listens to the workers any more")
                course.close()
        return self.interrupt

    def heed(self) -> None:
        """Begin nothing new once there was an interrupt; raises `Interrupted`."""
        if self.interrupt:
            raise Interrupted("interrupted before it began", self.interrupt.exit_code)

    def listen(self, until: Callable[[], bool]) -> None:
        """Have the jobs of other threads computed until they have no more, whatever interrupts them.

        Raises
        ------
        Interrupted : a second interrupt came; the blocks then running are lost.
        """
        self.listens = True
        try:
            with listening() as self.interrupt:
                while not until():
                    self._step()
        finally:
            self.listens = False
            if self._courses:
                self.end()

    def end(self) -> None:
        """End all workers; whatever is under way fails."""
        for worker in self._workers:
            worker.end()
        self._workers.clear()
        for course in self._courses:
            course.failure = course.failure or Interrupted("interrupted: the workers were ended")
            course.close()
        self._courses.clear()

    def _step(self) -> None:
        self._take_in()
        if not self.interrupt:
            self._employ()
        for course in [each for each in self._courses if self._over(each)]:
            self._courses.remove(course)
            course.close()
        if self._courses or self.listens:
            self._hear_all()

    def _take_in(self) -> None:
        while not self._handed_in.empty():
            self._courses.append(self._handed_in.get())

    def _over(self, course: Course[Any]) -> bool:
        stopped = course.failure is not None or self.interrupt or not course.waiting
        return bool(stopped) and not any(w.held and w.course is course for w in self._workers)

    @property
    def _open(self) -> list[Course[Any]]:
        """Jobs of which blocks wait, that of the first thread first."""
        found = [each for each in self._courses if each.waiting and each.failure is None]
        return sorted(found, key=lambda each: each.turn)

    def _employ(self) -> None:
        """Hand out blocks, and hire as many workers as there is work for."""
        for worker in self._workers:
            if worker.idle and (wanting := self._open):
                others = sum(len(each.waiting) for each in wanting[1:])
                worker.start(wanting[0].handed(self.size, others), wanting[0])
        wanting = self._open
        busy = sum(bool(worker.held) for worker in self._workers)
        blocks = sum(len(each.waiting) for each in wanting)
        while len(self._workers) < min(self.size, max(self.ahead, busy + blocks)) and self._starts < ATTEMPTS:
            try:
                self._workers.append(hire(wanting[0] if wanting else None))
            except OSError as error:  # no memory for another process, or too many of them
                self._died_early(error.strerror or str(error))
        if wanting and not self._workers:
            for course in wanting:
                died = f"no worker process could be started: {ATTEMPTS} died ({self._how})"
                course.failure = WorkerDied(died)
            self._starts = 0

    def _hear_all(self) -> None:
        """Wait for messages and deaths, but not for long."""
        ends = [end for worker in self._workers for end in (worker.pipe, worker.process.sentinel)]
        heard = wait_for(ends, TICK)
        for worker in list(self._workers):
            if worker.pipe in heard:
                self._hear(worker)
            elif worker.process.sentinel in heard:
                self._bury(worker)
            elif worker.late:
                log.warning("a worker process did not start within %.0f s", hiring.PATIENCE)
                self._bury(worker)

    def _hear(self, worker: Worker) -> None:
        try:
            said = worker.pipe.recv()
        except (EOFError, OSError):
            self._bury(worker)
            return
        if said == READY:
            worker.ready, self._starts = True, 0
            return
        course = worker.course
        assert course is not None, "it answers what it was handed"
        if not isinstance(said, Exception):
            worker.held.popleft()
            course.stored(said)
            return
        worker.held.clear()
        course.failure = course.failure or said
        if not worker.ready:
            self._workers.remove(worker)
            worker.end()

    def _bury(self, worker: Worker) -> None:
        self._workers.remove(worker)
        self._how = worker.end()
        if not worker.ready:
            self._died_early(self._how)
        elif worker.held and worker.course and not self.interrupt:
            worker.course.retry(worker.held, self._how)

    def _bury_the_dead(self) -> None:
        """Dismiss workers that died while nobody listened: they held nothing."""
        for worker in [each for each in self._workers if not each.process.is_alive()]:
            self._bury(worker)

    def _died_early(self, how: str) -> None:
        self._how = how
        self._starts += 1
        log.info("a worker process died while starting (%s)", how)

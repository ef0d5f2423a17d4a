"""A worker process as its parent sees it: how it is started, what it holds, how it ends."""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import sys
import time
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from types import ModuleType
from typing import TYPE_CHECKING, Any

from risk.runs.worker import Order, serve

if TYPE_CHECKING:
    from risk.runs.crew import Course

log = logging.getLogger(__name__)

PATIENCE = 60.0
"""Seconds a worker may take to start; one second is usual."""

WORKER_ENVIRONMENT = {
    # Mechanisms multiply no matrices; idle BLAS threads would only compete with the other workers.
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    # A block's temporaries (0.1 to 1 MB) come from the heap and stay there. glibc learns as much by itself,
    # unless the environment says otherwise: the 128 KB that some schedulers set cost 40% more processor time.
    "MALLOC_MMAP_THRESHOLD_": str(1 << 30),
    "MALLOC_TRIM_THRESHOLD_": str(1 << 30),
}


@dataclass(eq=False)
class Worker:
    """A worker process and this end of its pipe.

    Attributes
    ----------
    course : the job under way that it was started for, or was handed blocks of last; None before the first.
    held : blocks that it was handed and has not stored yet.
    """

    process: BaseProcess
    pipe: Connection
    course: Course[Any] | None
    begun: float = field(default_factory=time.monotonic)
    ready: bool = False
    held: deque[int] = field(default_factory=deque)

    @property
    def idle(self) -> bool:
        """Whether it waits for work."""
        return self.ready and not self.held

    @property
    def late(self) -> bool:
        """Whether it should have started long ago."""
        return not self.ready and time.monotonic() > self.begun + PATIENCE

    def start(self, rows: Mapping[int, int], course: Course[Any]) -> None:
        """Hand it blocks of a job; that it is dead already shows soon enough."""
        self.course = course
        self.held.extend(rows)
        try:
            self.pipe.send(Order(course.file, course.fingerprint, rows))
        except OSError:
            log.info("block %d: its process was gone before it began", self.held[0])

    def end(self) -> str:
        """End it, whatever it does, and say how it ended. An idle worker has nothing to lose."""
        self.process.kill()
        self.process.join()
        self.pipe.close()
        code = self.process.exitcode or 0
        return f"signal {-code}" if code < 0 else f"exit code {code}"


def hire(course: Course[Any] | None) -> Worker:
    """Start a worker, which opens the job of a course, if there is one, before it says that it is ready.

    Raises
    ------
    OSError : there is no memory for another process, or there are too many of them.
    """
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    job = (course.file, course.fingerprint) if course else (None, "")
    process = context.Process(target=serve, args=(there, *job), daemon=True)
    try:
        with _spawning():
            process.start()
    except OSError:
        here.close()
        raise
    finally:
        there.close()
    return Worker(process, here, course)


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

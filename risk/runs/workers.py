"""Blocks on worker processes: any number of them, in any order, some of them killed.

Workers stay for the next job as long as `crew` lasts: whatever takes several jobs starts them once.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar

from risk.runs.crew import Course, Crew, WorkerDied, share
from risk.runs.hire import WORKER_ENVIRONMENT
from risk.runs.interrupts import Interrupt, listening
from risk.runs.job import Work

T = TypeVar("T")

_kept: ContextVar[Crew | None] = ContextVar("crew", default=None)


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
    kept = lent()
    if kept is not None:
        return _done(kept.hand_in, job, rows, finished) if rows else kept.interrupt
    with listening() as interrupt:
        if jobs <= 1:
            waiting = deque(rows)
            while waiting and not interrupt:
                for made in job.compute(share(waiting, rows, 1, job.together)):
                    finished(made)
        elif rows:
            with crew(min(jobs, len(rows))) as found:
                _done(lambda course: found.carry_out(course, interrupt), job, rows, finished)
        return interrupt


def _done(
    way: Callable[[Course[T]], Interrupt],
    job: Work[T],
    rows: Mapping[int, int],
    finished: Callable[[T], None],
) -> Interrupt:
    """Have a job computed in a way; raise its failure."""
    course = Course.of(job, rows, finished)
    interrupt = way(course)
    if course.failure is not None:
        raise course.failure
    return interrupt


def lent() -> Crew | None:
    """The crew of another thread that listens for this one; None where this thread is on its own."""
    kept = _kept.get()
    return kept if kept is not None and kept.thread != threading.get_ident() else None


@contextmanager
def crew(size: int = 1) -> Iterator[Crew]:
    """Keep the workers of what is computed meanwhile; inside of another such context they are those of it.

    They are of the thread that opens the context: others have jobs computed by them as long as it listens.

    Parameters
    ----------
    size : workers at most; more where a job asks for more.
    """
    found = _kept.get()
    if found is not None:
        found.size = max(found.size, size)
        yield found
        return
    made = Crew(size)
    token = _kept.set(made)
    try:
        yield made
    finally:
        _kept.reset(token)
        made.end()


__all__ = ["WORKER_ENVIRONMENT", "WorkerDied", "compute", "crew", "lent"]

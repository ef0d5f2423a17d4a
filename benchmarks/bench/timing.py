"""Processor time and clock time of a piece of work: the least of a few attempts."""

from __future__ import annotations

import time
from collections.abc import Callable

REPEATS = 3


def processor(work: Callable[[], object], repeats: int = REPEATS) -> float:
    """Seconds of the processor; what else the machine does is not in them."""
    return _least(work, time.process_time, repeats)


def wall(work: Callable[[], object], repeats: int = REPEATS) -> float:
    """Seconds by the clock, of work that other processes do."""
    return _least(work, time.perf_counter, repeats)


def _least(work: Callable[[], object], clock: Callable[[], float], repeats: int) -> float:
    taken = []
    for _ in range(repeats):
        start = clock()
        work()
        taken.append(clock() - start)
    return min(taken)

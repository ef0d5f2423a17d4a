"""How many processes compute at once."""

from __future__ import annotations

import os


def workers(jobs: int | None = None) -> int:
    """Worker processes: as many as are asked for; by default one for each core that this process may use.

    A scheduler that gives a process some of a machine's cores says so by its affinity.
    """
    return jobs or _cores()


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):  # not on every system
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1

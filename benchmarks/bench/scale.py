"""How a run grows: two workers against one, paths a second, and what the workbook of larger runs takes."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from figure import Figure
from timing import wall

from risk.assumptions import Assumptions
from risk.runs import execute
from risk.shocks.stream import BLOCK

BLOCKS = 32
"""Random blocks on which workers are compared."""

SCRIPTS = Path(__file__).resolve().parent.parent


def workers(register: Assumptions, seed: int) -> Iterator[Figure]:
    """The same run on one worker and on two, processes started and blocks stored."""
    paths = BLOCKS * BLOCK

    def run(jobs: int) -> None:
        with tempfile.TemporaryDirectory() as folder:
            execute(register, paths, seed, jobs, Path(folder), command="bench")

    one, two = (wall(lambda jobs=jobs: run(jobs), 2) for jobs in (1, 2))
    yield Figure("one worker to two", one / two, "×", f"time of {paths:,} paths", less=False)


def packs(register: Assumptions, seed: int, sizes: Sequence[int], folder: Path) -> Iterator[Figure]:
    """Processor time and memory of the workbook at several sizes, each in a process of its own.

    The largest run is simulated; the others take its blocks over.
    """
    jobs = os.cpu_count() or 1
    for paths in sorted(sizes, reverse=True):
        start = time.perf_counter()
        run = execute(register, paths, seed, jobs, folder, command="bench")
        taken = time.perf_counter() - start
        if paths == max(sizes):
            told = f"{paths:,} paths on {jobs} workers, stored"
            yield Figure("paths a second", paths / taken, "", told, less=False)
            yield Figure("disk a path", run.store.size() / paths, "B", f"of {paths:,}")
        command = [sys.executable, str(SCRIPTS / "pack.py"), "--run", str(run.directory)]
        told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        _, seconds, megabytes = map(float, told.split())
        yield Figure(f"pack of {paths:,} paths", seconds, "s", "of the processor, imports aside")
        yield Figure(f"memory of the pack of {paths:,} paths", megabytes, "MB", "at most")

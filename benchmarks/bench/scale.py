"""How a run grows: two workers against one, paths a second, and what the workbook of larger runs takes."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks import answers
from benchmarks.bench.figure import Figure
from benchmarks.bench.timing import wall
from risk.assumptions import Assumptions
from risk.runs import execute
from risk.shocks.stream import BLOCK
from tests.runs.tiled import tiled

BLOCKS = 32
"""Random blocks on which workers are compared."""

SIMULATED = 100_000
"""Paths up to which a run is simulated to see what its answers cost."""


def workers(register: Assumptions, seed: int) -> Iterator[Figure]:
    """The same run on one worker and on two, processes started and blocks stored."""
    paths = BLOCKS * BLOCK

    def run(jobs: int) -> None:
        with tempfile.TemporaryDirectory() as folder:
            execute(register, paths, seed, jobs, Path(folder), command="bench")

    one, two = (wall(lambda jobs=jobs: run(jobs), 2) for jobs in (1, 2))
    yield Figure("one worker to two", one / two, "×", f"time of {paths:,} paths", less=False)


def packs(register: Assumptions, seed: int, sizes: Sequence[int], folder: Path) -> Iterator[Figure]:
    """What the verdict and the workbook of several sizes take, each in a process of its own.

    The largest run that is simulated gives its blocks to the shorter ones, and over and over to longer ones:
    those cost what others of their length do, and their numbers mean nothing.
    """
    jobs = os.cpu_count() or 1
    paths = max((size for size in sizes if size <= SIMULATED), default=SIMULATED)
    start = time.perf_counter()
    longest = execute(register, paths, seed, jobs, folder / "runs", command="bench")
    told = f"{paths:,} paths on {jobs} workers, stored"
    yield Figure("paths a second", paths / (time.perf_counter() - start), "", told, less=False)
    yield Figure("disk a path", longest.store.size() / paths, "B", f"of {paths:,}")
    for size in sorted(sizes):
        if size <= SIMULATED:
            run = execute(register, size, seed, jobs, folder / "runs", command="bench")
        else:
            run = tiled(longest, size, folder / "tiled")
        for words, name in ((answers.VERDICT, "verdict"), (answers.PACK, "pack")):
            cost = answers.asked(answers.HERE, words, run.directory)
            yield Figure(f"{name} of {size:,} paths", cost.processor, "s", "of the processor, all in")
            yield Figure(f"memory of the {name} of {size:,} paths", cost.memory, "MB", "at most")

"""A Dask cluster on this machine whose workers are killed, one a second: same hash, nothing twice or missing?

A scheduler and two workers on 127.0.0.1 compute scenarios of the register; then the same scenarios are
computed without them. Exit code 1 where a run differs in a bit, or a block was noted twice or not at all.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import random
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.synchronize import Event
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import risk
from risk.door.progress import Progress
from risk.runs.cluster import Cluster, connected
from risk.runs.workers import WORKER_ENVIRONMENT

WORKERS = 2
PATHS = 4096


def work(address: str) -> None:
    """Be a worker of the scheduler until something ends this process."""
    import asyncio
    import logging

    from distributed import Worker

    logging.disable()

    async def serve() -> None:
        async with Worker(address, nthreads=1, dashboard=False, memory_limit=0) as worker:
            await worker.finished()

    asyncio.run(serve())


def nursery(address: str, every: float, stop: Event, computing: Event, killed: Any) -> None:
    """Keep two workers alive and, while blocks are computed, kill one of them, by chance, again and again.

    Workers are forked from this process, which has imported and remembers what they need: one that has to
    read all of it first takes longer to start than it would live.
    """
    import distributed  # noqa: F401

    from risk.assumptions import load
    from risk.engine import simulate
    from risk.runs.conditions import Terms

    Terms.here()
    simulate(load(), 1, 0, 16, None)
    parent, chance, children = os.getppid(), random.Random(1), list[int]()
    while not stop.is_set() and os.getppid() == parent:
        while len(children) < WORKERS:
            child = os.fork()
            if child == 0:
                work(address)
                os._exit(0)
            children.append(child)
        stop.wait(every)
        if computing.is_set():
            end(children.pop(chance.randrange(WORKERS)))
            killed.value += 1
    for child in children:
        end(child)


def end(child: int) -> None:
    """Kill a process that was forked from this one."""
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


@dataclass(frozen=True)
class Single:
    """A cluster that is handed one block at a time: a worker lives for two seconds."""

    cluster: Cluster
    computing: Event

    def submit(self, call: Callable[..., Any], /, *arguments: Any) -> Any:
        self.computing.set()
        return self.cluster.submit(call, *arguments)


@contextmanager
def hunted(every: float, killed: Any) -> Iterator[Single]:
    """A cluster of two workers that are killed in turn; how often a block was under way then says nothing."""
    import dask
    from distributed import LocalCluster

    dask.config.set({"distributed.scheduler.allowed-failures": 10_000})
    context = multiprocessing.get_context("spawn")
    stop, computing = context.Event(), context.Event()
    with LocalCluster(n_workers=0, host="127.0.0.1", dashboard_address=None, processes=True) as scheduler:
        process = context.Process(
            target=nursery, args=(scheduler.scheduler_address, every, stop, computing, killed)
        )
        process.start()
        try:
            with connected(scheduler.scheduler_address) as executor:
                executor.client.wait_for_workers(WORKERS)
                yield Single(executor, computing)
        finally:
            stop.set()
            process.join()


@dataclass
class Counted(Progress):
    """Counts what is noted of a run: paths done after each block."""

    title: str
    done: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(self.title, quiet=True)

    def __call__(self, done: int, total: int, means: Mapping[str, float]) -> None:
        self.done.append(done)


@dataclass
class Row:
    """A scenario on the hunted cluster, and by itself."""

    scenario: str
    run: Any
    seconds: float
    killed: int
    noted: list[int]
    alone: Any = None

    @property
    def twice(self) -> int:
        return len(self.noted) - len(set(self.noted))

    @property
    def missing(self) -> int:
        return len(self.run.manifest.blocks) - len(set(self.noted))

    @property
    def same(self) -> bool:
        one, other = self.run.manifest, self.alone.manifest
        return (one.result, one.blocks) == (other.result, other.blocks)

    def __str__(self) -> str:
        blocks = len(self.run.manifest.blocks)
        return (
            f"{self.scenario:<26}{self.run.id:>14}{blocks:>8}{self.killed:>8}{self.twice:>7}{self.missing:>9}"
            f"{'yes' if self.same else 'NO':>7}{self.seconds:>8.1f}"
        )


HEAD = f"{'scenario':<26}{'run':>14}{'blocks':>8}{'killed':>8}{'twice':>7}{'missing':>9}{'same':>7}{'s':>8}"


def simulated(
    scenario: str, options: argparse.Namespace, folder: Path, **where: Any
) -> tuple[Any, list[int]]:
    """A run of a scenario, and what was noted of it."""
    from dataclasses import replace

    from risk.door import opening
    from risk.door.desk import desk

    bar = Counted(scenario)
    at = replace(desk({"runs": folder, "quiet": True, **where}), bar=lambda _: bar)  # type: ignore[typeddict-item]
    return opening.simulate(opening.plan(scenario, at, options.paths, options.seed), at), bar.done


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("scenarios", nargs="*", help="all of the register's by default")
    parser.add_argument("--paths", type=int, default=PATHS)
    parser.add_argument("--seed", type=int)
    parser.add_argument("--every", type=float, default=1.0, help="seconds between two kills")
    options = parser.parse_args()
    scenarios = options.scenarios or list(risk.scenarios().found)
    killed = multiprocessing.get_context("spawn").Value("i", 0)
    rows = []
    os.environ.update(WORKER_ENVIRONMENT)
    with TemporaryDirectory(prefix="bubblerisk-") as folder:
        with hunted(options.every, killed) as executor:
            for scenario in scenarios:
                before, begun = killed.value, time.monotonic()
                run, noted = simulated(scenario, options, Path(folder, "cluster"), executor=executor)
                executor.computing.clear()
                rows.append(Row(scenario, run, time.monotonic() - begun, killed.value - before, noted))
        print(HEAD)
        for row in rows:
            row.alone, _ = simulated(row.scenario, options, Path(folder, "alone"))
            print(row, flush=True)
    sound = all(row.same and not row.twice and not row.missing for row in rows)
    print(f"{killed.value} workers were killed; {'every hash is the same' if sound else 'RUNS DIFFER'}")
    return 0 if sound else 1


if __name__ == "__main__":
    sys.exit(main())

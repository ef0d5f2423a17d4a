"""Workers are killed all the time, under any number of them and any order of blocks."""

from __future__ import annotations

import multiprocessing
import random
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from risk.runs import Run
from risk.runs.workers import WorkerDied
from tests.runs import fake
from tests.torture.trial import Trial


def killed_workers(folder: Path, blocks: int, rng: random.Random, every: float = 1.0) -> Trial:
    """Compute blocks of a light engine on two workers, one of which is killed each second."""
    trial = Trial(
        f"{blocks} blocks of a light engine on two workers, one of them killed every {every:g} s; "
        "the same command again where a block was killed three times",
        "the fingerprints of a run that nobody disturbs, nothing half-written left",
    )
    paths = blocks * 1024
    (folder / "marks").mkdir()
    slow = fake.marked(folder / "marks")
    expected = fake.run(folder / "calm", slow, paths=paths, jobs=1)
    with _killing(every, rng) as killed:
        run = _insisted(
            lambda: fake.run(folder / "killed", slow, paths=paths, jobs=2, simulate=fake.simulate_slowly)
        )
    trial.tried = len(killed)
    if fake.payload(run) != fake.payload(expected):
        trial.broken.append("other fingerprints")
    if [*run.directory.rglob(".*.tmp")]:
        trial.broken.append("half-written files left")
    return trial


def _insisted(run: Callable[[], Run]) -> Run:
    """A run, begun again whenever it stops at a block whose process was killed three times."""
    while True:
        with suppress(WorkerDied):
            return run()


def counts(folder: Path, most: int) -> Trial:
    """The same run on one worker to so many."""
    trial = Trial(f"A run of a light engine on 1 to {most} workers", "the same fingerprints")
    reference: Run | None = None
    for jobs in range(1, most + 1):
        run = fake.run(folder / f"workers-{jobs}", jobs=jobs)
        reference = reference or run
        trial.note(
            "" if fake.payload(run) == fake.payload(reference) else f"{jobs} workers: other fingerprints"
        )
    return trial


@contextmanager
def _killing(every: float, rng: random.Random) -> Iterator[list[int]]:
    """Kill a worker that is ready, again and again, until it is left."""
    killed: list[int] = []
    done = threading.Event()

    def kill() -> None:
        while not done.wait(every):
            if workers := multiprocessing.active_children():
                chosen = rng.choice(workers)
                chosen.kill()
                killed.append(chosen.pid or 0)

    thread = threading.Thread(target=kill, daemon=True)
    thread.start()
    try:
        yield killed
    finally:
        done.set()
        thread.join()

"""Workers that stay for the next job, and jobs of several threads that share them."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from pathlib import Path
from typing import Any, cast

import pytest

from risk.runs import Interrupted, Run
from risk.runs.crew import Course, Crew
from risk.runs.workers import WorkerDied, crew
from tests.runs import fake


def _pids() -> set[int | None]:
    return {worker.pid for worker in multiprocessing.active_children()}


def test_workers_stay_for_the_next_job_and_end_with_the_crew(reference: Run, tmp_path: Path) -> None:
    with crew():
        fake.run(tmp_path / "first", jobs=2)
        hired = _pids()
        run = fake.run(tmp_path / "second", jobs=2)
        assert _pids() == hired
        assert len(hired) == 2
    assert not multiprocessing.active_children()
    assert fake.payload(run) == fake.payload(reference)
    assert not list(tmp_path.rglob(".*.tmp"))


def test_workers_may_start_before_there_is_work_for_them(reference: Run, tmp_path: Path) -> None:
    with crew(2) as found:
        found.ahead = 2
        found.listen(lambda: sum(worker.idle for worker in found._workers) == 2)
        hired = _pids()
        run = fake.run(tmp_path, jobs=2)
        assert _pids() == hired
    assert fake.payload(run) == fake.payload(reference)


def test_a_crew_within_a_crew_is_the_same() -> None:
    with crew() as outer, crew(8) as inner:
        assert inner is outer


def test_workers_that_die_between_jobs_cost_no_block_a_try(reference: Run, tmp_path: Path) -> None:
    with crew():
        fake.run(tmp_path / "first", jobs=2)
        dead = multiprocessing.active_children()
        for worker in dead:
            worker.kill()
            worker.join()
        run = fake.run(tmp_path / "second", jobs=2)
        assert not _pids() & {worker.pid for worker in dead}
    assert fake.payload(run) == fake.payload(reference)


def test_a_job_that_fails_leaves_the_crew_at_work(reference: Run, tmp_path: Path) -> None:
    with crew():
        with pytest.raises(WorkerDied, match=r"block 1 .* died 3 times"):
            fake.run(tmp_path / "runs", fake.marked(tmp_path), jobs=2, simulate=fake.simulate_or_die)
        assert fake.payload(fake.run(tmp_path / "sound", jobs=2)) == fake.payload(reference)


def _in_threads(folder: Path, *engines: str) -> list[Future[Run]]:
    """Runs of several threads, each with an engine of its own, by the crew of this one."""
    with crew(2) as found, ThreadPoolExecutor(len(engines)) as threads:
        asked = [
            threads.submit(
                copy_context().run, fake.run, folder / name, fake.marked(folder), simulate=getattr(fake, name)
            )
            for name in engines
        ]
        found.listen(lambda: all(each.done() for each in asked))
    assert not multiprocessing.active_children()
    return asked


def test_threads_share_a_crew_and_one_that_fails_stops_no_other(reference: Run, tmp_path: Path) -> None:
    sound, fatal, once = _in_threads(tmp_path, "simulate_slowly", "simulate_or_die", "environment")
    assert fake.payload(sound.result()) == fake.payload(reference)
    assert fake.payload(once.result()) == fake.payload(reference)
    assert isinstance(fatal.exception(), WorkerDied)
    told = [path.read_text() for path in sorted(tmp_path.glob("*/*/log.txt"))]
    assert ["its process died" in log for log in told] == [False, True, False]
    assert not list(tmp_path.rglob(".*.tmp"))


def test_blocks_of_the_first_thread_are_handed_out_first(tmp_path: Path) -> None:
    """Whose job came first does not count."""
    found, job = Crew(2), cast(Any, None)
    for turn in (2, 0, 1):
        found._courses.append(Course(job, {}, print, tmp_path, "", deque([turn]), turn=turn))
    assert [each.turn for each in found._open] == [0, 1, 2]


@pytest.mark.parametrize("times", [1, 2])
def test_an_interrupt_is_heard_by_every_thread(reference: Run, tmp_path: Path, times: int) -> None:
    """The first lets running blocks finish, a second does not."""

    left = [signal.SIGINT] * times

    def stop(*_: object) -> None:
        while left:
            os.kill(os.getpid(), left.pop())

    with crew(2) as found, ThreadPoolExecutor(2) as threads:
        asked = [
            threads.submit(copy_context().run, lambda k: fake.run(tmp_path / str(k), progress=stop), k)
            for k in range(2)
        ]
        if times == 1:
            found.listen(lambda: all(each.done() for each in asked))
        else:
            with pytest.raises(Interrupted):
                found.listen(lambda: all(each.done() for each in asked))
    assert all(isinstance(each.exception(), Interrupted) for each in asked)
    assert not multiprocessing.active_children()
    assert not list(tmp_path.rglob(".*.tmp"))
    assert fake.payload(fake.run(tmp_path / "0")) == fake.payload(reference)

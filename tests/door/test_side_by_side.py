"""Calls side by side, and one bar for several things."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from risk.door.costs import cost, pace, seconds_of
from risk.door.desk import Desk
from risk.door.meter import Meter
from risk.door.progress import Progress
from risk.door.side_by_side import side_by_side


@pytest.mark.parametrize("jobs", [1, 2])
def test_what_fails_stops_no_other_and_results_keep_their_order(jobs: int) -> None:
    def fail() -> int:
        raise ValueError("wrong")

    first, second, third = side_by_side([lambda: 1, fail, lambda: 3], jobs)
    assert (first.result(), third.result()) == (1, 3)
    assert isinstance(second.exception(), ValueError)


def test_a_call_may_wait_for_one_before_it_and_a_call_within_a_call_has_no_threads() -> None:
    done = threading.Event()

    def inner() -> bool:
        return threading.current_thread() is mine[0]

    mine: list[threading.Thread] = []

    def outer() -> bool:
        mine.append(threading.current_thread())
        done.wait()
        (found,) = side_by_side([inner], 2)
        return found.result()

    def first() -> bool:
        done.set()
        return True

    *_, last = side_by_side([first, outer], 2)
    assert last.result()


class Seen(Progress):
    """A bar that notes what it is told."""

    def __init__(self) -> None:
        super().__init__("all", quiet=True)
        self.told: list[tuple[int, int]] = []

    def __call__(self, done: int, total: int, means: Any) -> None:
        self.told.append((done, total))


def test_several_runs_are_shown_as_one_whole_that_never_goes_back() -> None:
    bar = Seen()
    meter = Meter(bar, {"base": 10.0, "glut": 30.0})
    at = meter.desk(Desk(), "glut", 20.0)
    with at.bar("gpu-glut") as run:
        run(512, 1024, {})
        run(256, 1024, {})
        run(1024, 1024, {})
    meter.end("base")
    meter.end("glut")
    assert bar.told == [(10, 40), (20, 40), (30, 40), (40, 40)]


def test_cost_is_of_so_many_processes_as_there_are_pieces() -> None:
    assert cost("3 runs", 3, 60.0, 4) == "3 runs, about 20 s on 3 processes; Ctrl-C keeps what is done"
    assert cost("1 run", 1, 60.0, 4) == "1 run, about 60 s on 1 process; Ctrl-C keeps what is done"
    assert seconds_of(2_000, 0.001) == 2.0
    assert pace(None) is None

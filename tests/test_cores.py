"""How many workers there are by default."""

from __future__ import annotations

import os

import pytest

from risk.cores import workers


def test_as_many_as_are_asked_for() -> None:
    assert workers(3) == 3


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="this system ties no process to cores")
def test_a_process_with_one_core_of_many_has_one_worker() -> None:
    every = os.sched_getaffinity(0)
    try:
        os.sched_setaffinity(0, {min(every)})
        assert workers() == 1
    finally:
        os.sched_setaffinity(0, every)
    assert workers() == len(every)

"""What holds for every test: what makes it slow, one Hypothesis profile, the same surroundings."""

from __future__ import annotations

import os
import signal

import pytest
from hypothesis import settings

HEAVY = {
    "stored", "small_run", "small_results", "small_book", "medians",  # whole runs
    "exported", "typed", "whole",  # the register's workbook, written and read again
    "subprocess",  # other programs, ours among them
}  # fmt: skip
"""Fixtures of a test and names in its module that make it slow, beside a mark of its own."""

UNSEEN = ("COLUMNS", "LINES", "NO_COLOR", "FORCE_COLOR", "TERM")
"""Variables of whoever starts the tests that the program would heed."""

EXAMPLES = 25
"""Of a property in `make check`; `make test` tries Hypothesis's own hundred."""

settings.register_profile(
    "bubblerisk",
    deadline=None,  # a wall clock tells how busy the machine is
    derandomize=True,  # the same examples on every machine, so that a store of failures is not needed
    database=None,
    print_blob=True,
)
settings.load_profile("bubblerisk")


def pytest_configure(config: pytest.Config) -> None:
    """Try fewer examples where a test does not say how many and slow tests are left out."""
    if "not slow" in str(config.getoption("markexpr")):
        fewer = settings(settings.get_profile("bubblerisk"), max_examples=EXAMPLES)
        settings.register_profile("bubblerisk", fewer)
        settings.load_profile("bubblerisk")


for _name in UNSEEN:
    os.environ.pop(_name, None)
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as the program does; each worker has one core
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job would ignore it


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark as slow what simulates whole runs, writes the register's workbook or starts a program.

    Files that hold such a test come first, so that no worker is left alone with one at the end.
    """
    for item in items:
        if isinstance(item, pytest.Function) and HEAVY & {*item.fixturenames, *vars(item.module)}:
            item.add_marker(pytest.mark.slow)
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)

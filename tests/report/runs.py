"""Small real runs, made once a process for all tests that need one."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from risk.assumptions import load
from risk.report.opened import Cells, Opened
from risk.runs import Run, execute

PATHS, SEED = 2048, 20261122


@cache
def _folder() -> TemporaryDirectory[str]:
    return TemporaryDirectory(prefix="bubblerisk-")  # removed when the process ends


@cache
def small_run(scenario: str = "base", seed: int = SEED) -> Run:
    return execute(load(scenario=scenario), PATHS, seed, jobs=1, directory=Path(_folder().name))


def edited(book: Opened, **parts: Cells) -> Opened:
    """A workbook with other values or formulas than its file has."""
    other = Opened(book.path, book.content)
    vars(other).update(parts)
    return other

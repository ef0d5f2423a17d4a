"""Where one works: where the runs, the register and the reports are, and who is told what is being done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

RUNS, REPORTS = Path("runs"), Path("reports")

SHOWN = 8
"""Digits of a run id that messages print; enough to tell runs apart."""


def silent(_: str) -> None:
    """Tell nobody."""


@dataclass(frozen=True)
class Desk:
    """Where one works.

    Attributes
    ----------
    runs : folder of the stored runs.
    register : folder of the register; None = ./assumptions, else the one that came along.
    note : told what takes time before it is done, and what is not plain.
    """

    runs: Path = RUNS
    register: Path | None = None
    note: Callable[[str], object] = silent

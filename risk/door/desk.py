"""Where one works: where the runs, the register and the reports are, and who is told what is being done."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

from risk.door.progress import Progress

if TYPE_CHECKING:
    from risk.runs.elsewhere import Executor

RUNS, REPORTS = Path("runs"), Path("reports")

SHOWN = 8
"""Digits of a run id that messages print; enough to tell runs apart."""


def silent(_: str) -> None:
    """Tell nobody."""


def aside(text: str) -> None:
    """Tell on standard error, where there is one."""
    if sys.stderr is not None:
        print(text, file=sys.stderr)


@dataclass(frozen=True)
class Desk:
    """Where one works.

    Attributes
    ----------
    runs : folder of the stored runs.
    register : folder of the register; None = ./assumptions, else the one that came along.
    jobs : worker processes of what is simulated; one a core by default.
    note : told what is not plain, and what is simulated beside what was asked for.
    step : told what takes time before it is done.
    bar : progress of what is simulated, by its title.
    executor : what computes runs, if not worker processes of this machine.
    through : address over which their blocks come, where its workers do not share the folder of the runs.
    """

    runs: Path = RUNS
    register: Path | None = None
    jobs: int | None = None
    note: Callable[[str], object] = silent
    step: Callable[[str], object] = silent
    bar: Callable[[str], Progress] = Progress
    executor: Executor | None = None
    through: str | None = None


class Where(TypedDict, total=False):
    """Where one works, as the functions of the door take it: ``runs="scratch", quiet=True``.

    Attributes
    ----------
    runs : folder that holds the runs.
    register : folder of the register; ./assumptions by default, else the one that came along.
    jobs : worker processes, one a core by default; changes no bit of a result.
    quiet : nothing is told, and no progress.
    executor : whatever submits calls as pools of `concurrent.futures` do; it computes runs instead.
    through : address for `fsspec` over which its blocks come; by default it shares the folder of the runs.
    desk : all of these, and who is told; the others are left out then.
    """

    runs: str | Path
    register: str | Path | None
    jobs: int | None
    quiet: bool
    executor: Executor | None
    through: str | None
    desk: Desk


def desk(where: Where) -> Desk:
    """The desk that options name."""
    if "desk" in where:
        return where["desk"]
    register, quiet = where.get("register"), where.get("quiet", False)
    tell = silent if quiet else aside
    return Desk(
        Path(where.get("runs", RUNS)),
        None if register is None else Path(register),
        where.get("jobs"),
        tell,
        tell,
        partial(Progress, quiet=quiet),
        where.get("executor"),
        where.get("through"),
    )

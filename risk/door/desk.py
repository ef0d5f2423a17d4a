"""Where one works: where the runs, the register and the reports are, and who is told what is being done."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

from risk.door.progress import Progress
from risk.errors import UsageError, suggestion, whole

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
    """The desk that options name.

    Raises
    ------
    TypeError : there is no such option; a misspelt one would be left out in silence.
    UsageError : `jobs` is no number of processes, or `executor` none, or `through` no address.
    """
    _refuse(where)
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


def _refuse(where: Where) -> None:
    """Refuse options that do not exist or make no sense."""
    for word in where.keys() - Where.__annotations__.keys():
        close = suggestion(word, Where.__annotations__)
        raise TypeError(f"there is no option {word!r}{f': did you mean {close!r}?' if close else ''}")
    jobs, executor, through = where.get("jobs"), where.get("executor"), where.get("through")
    if jobs is not None:
        whole("jobs", jobs, least=1)
        if executor is not None:
            raise UsageError("jobs= and executor= exclude each other", "an executor has processes of its own")
    if executor is not None and not callable(getattr(executor, "submit", None)):
        reason = f"executor= is a {type(executor).__name__}, which submits nothing"
        raise UsageError(reason, "give a pool of concurrent.futures, or its like")
    if through is not None:
        from risk.runs.transit import is_address

        if not is_address(through):
            folder = Path(through).absolute()
            raise UsageError(f"{through} is no address", f"write a folder as file://{folder}")

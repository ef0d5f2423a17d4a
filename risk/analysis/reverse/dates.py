"""When a condition comes true on a path."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from risk.analysis.conditions import Condition
from risk.runs import Run

Quarters = NDArray[np.int64]


class Dates(NamedTuple):
    """When a condition comes true, (path,); where it does not, the last quarter in which it could."""

    quarter: Quarters
    dated: bool
    last: int


def dates(run: Run, condition: Condition) -> Dates:
    """When a condition comes true: a claim that has a date by itself; else all it looks at is past."""
    flags = condition.flags
    if len(condition.quantities) == 1 and condition.words.strip() == condition.quantities[0].name:
        name = f"{condition.words.strip()}_quarter"
        if name in run.names("outcomes"):
            came = run.outcome(name)
            last = int(np.nanmax(came[flags]))
            return Dates(np.where(flags, np.nan_to_num(came, nan=last), last).astype(np.int64), True, last)
    last = max((_until(run, column.name) for column in condition.quantities), default=run.calendar.quarters)
    return Dates(np.full(len(flags), last), False, last)


def _until(run: Run, name: str) -> int:
    """Last quarter that a quantity looks at: of an outcome its window's last, of an assumption the first."""
    _, at, quarter = name.partition("@")
    if at:
        return run.calendar.index(quarter)
    if name in run.names("parameters"):
        return 1
    if name in run.register.outcomes:
        return min(max(int(run.span(name).last), 1), run.calendar.quarters)
    return run.calendar.quarters

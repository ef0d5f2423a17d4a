"""The second reading: the same case with the price or the demand of the record forced on every path.

What the model then still misses it misses of credit; what it misses only without, it missed of the market.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from risk.assumptions import Assumptions
from risk.assumptions.cases.form import Case
from risk.assumptions.schema import Event
from risk.axes import Calendar

LEAST = 1e-9
"""What stands for a rent that is just that of the base date: zero forces nothing."""

Path = Literal["price", "demand"]
PATHS: tuple[Path, ...] = get_args(Path)


def points(case: Case, path: Path) -> dict[int, float]:
    """Quarter → log of a quantity over its value at the base date, as the case has it."""
    found = {
        case.calendar.offset(row.quarter): math.log(row.value) for row, _ in case.forced if row.path == path
    }
    return dict(sorted(found.items()))


def path_of(known: Mapping[int, float], calendar: Calendar) -> list[float]:
    """Log over the base date in every quarter after it: straight between points, flat after the last."""
    at = [0, *known]
    return np.interp(np.arange(1, calendar.quarters + 1), at, [0.0, *known.values()]).tolist()


def events(case: Case, path: Path, revenue: NDArray[np.float32]) -> tuple[Event, ...]:
    """What forces the record's path.

    Parameters
    ----------
    revenue : (quarter + 1, path) of the unforced run, whose median demand is moved to the record's.
    """
    wanted = path_of(points(case, path), case.calendar)
    labels = case.calendar.labels[1:]
    if path == "price":
        sizes: Sequence[float] = [x if x else LEAST for x in wanted]
    else:
        own = np.log(np.median(revenue[1:] / revenue[:1], axis=1))
        sizes = [x - float(y) for x, y in zip(wanted, own, strict=True)]
    variable = "rent" if path == "price" else "demand"
    return tuple(
        Event(variable, quarter, quarter, size, "log", "The record's path.")
        for quarter, size in zip(labels, sizes, strict=True)
    )


def register(case: Case, assumptions: Assumptions, path: Path, revenue: NDArray[np.float32]) -> Assumptions:
    """Return a case's register with a path of the record forced."""
    return assumptions.derived(
        f"forced-{path}", f"{path} of the record forced", events=events(case, path, revenue)
    )

"""When the principal of neocloud facilities falls due, past the end of the paths too.

=========  ==================================================================================================
written    of the base book and of loans made since: what their schedules say, before any default, to the end
           of the run; what is lent since is a mean over paths
left       what is still owed when the paths end, mean over paths: in equal parts until each loan's date
=========  ==================================================================================================

A loan that is still owed at its date was amended: all of it falls due in the quarter after the end. Notes of
holding companies are left out, for the run does not keep when those that are issued on its paths fall due.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from risk.analysis.facilities import facilities
from risk.axes import Calendar
from risk.engine.layout import Layout, layout
from risk.runs import Run

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Maturities:
    """Principal by calendar year, (year,) USD.

    Attributes
    ----------
    years : from that of the first quarter to that of the last date of any loan.
    base, lent : as written, of the base book and of loans made since; zero after the end of the run.
    left : of what is owed when the paths end; `error` an upper bound of its standard error.
    """

    years: tuple[int, ...]
    base: Array
    lent: Array
    left: Array
    error: Array


def maturities(run: Run) -> Maturities:
    """The calendar of a run's facilities."""
    fixed, calendar = layout(run.register), run.calendar
    end = calendar.quarters
    last = max(int(fixed.book.due.max()), end + 1)
    base = np.zeros(last + 1)
    for facility in facilities(run.register, end):
        base[: end + 1] += facility.repaid + facility.bullet
    lent = np.zeros(last + 1)
    lent[: end + 1] = _lent(run, fixed)[: end + 1]
    owed, error = (values[end] for values in run.mean("facility.debt"))
    years = _years(calendar, last)
    parts = [_by_year(values, years) for values in (base, lent, *_left(owed, error, fixed.book.due, end))]
    return Maturities(tuple(sorted(set(years[1:]))), *parts)


def _lent(run: Run, fixed: Layout) -> Array:
    """Principal of loans made since the base date, (quarter,) USD, in equal parts from the last draw."""
    final = {first: t for t, first in fixed.opened.items()}
    amounts = run.mean("facility.lent")[0].sum(axis=0)
    found = np.zeros(int(fixed.book.due.max()) + 1)
    for amount, first, due in zip(amounts, fixed.book.origination, fixed.book.due, strict=True):
        if first:
            drawn = final[int(first)]
            found[drawn + 1 : due + 1] += amount / (due - drawn)
    return found


def _left(owed: Array, error: Array, due: NDArray[np.intp], end: int) -> Iterable[Array]:
    """What is owed at the end, and the bound of its error, by quarter, (quarter,) USD."""
    for amounts in (owed, error):
        found = np.zeros(max(int(due.max()), end + 1) + 1)
        for amount, last in zip(amounts, np.maximum(due, end + 1), strict=True):
            found[end + 1 : last + 1] += amount / (last - end)
        yield found


def _years(calendar: Calendar, last: int) -> tuple[int, ...]:
    """Calendar year of every quarter, those after the run in, (quarter,)."""
    return tuple(int(calendar.label(t)[:4]) for t in range(last + 1))


def _by_year(values: Array, years: tuple[int, ...]) -> Array:
    """Sums by calendar year of (quarter,) amounts after the base date."""
    return np.bincount(np.array(years[1:]) - years[1], values[1:]).astype(np.float64, copy=False)

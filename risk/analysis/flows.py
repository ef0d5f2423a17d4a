"""Entity-level flows and stocks by calendar year, as means over paths with their errors.

A run keeps sums by quarter and entity, so the mean of a year is exact. Its standard error is not: quarters
move together by an amount that was not kept. What is given is the error that full dependence between the
quarters would give, an upper bound; for stocks at a year's end it is exact.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from risk.axes import Calendar
from risk.runs import Run

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Yearly:
    """Means by calendar year and their standard errors, (year, entity) in base units.

    Attributes
    ----------
    labels : the years; one that the run covers in part says which part.
    entities : names along the last axis.
    """

    labels: tuple[str, ...]
    entities: tuple[str, ...]
    mean: Array
    standard_error: Array

    def entity(self, name: str) -> tuple[Array, Array]:
        """Mean and error of one entity by year."""
        column = self.entities.index(name)
        return self.mean[:, column], self.standard_error[:, column]


def year_labels(calendar: Calendar) -> tuple[str, ...]:
    """Every year with a step: "2027", and "2026 H2" or "2026 (3 q)" of which only a part is."""
    labels = []
    for year in calendar.years:
        quarters = [calendar.quarter[t] for t in calendar.steps(year)]
        halves = {"34": " H2", "12": " H1"}
        part = halves.get("".join(map(str, quarters)), f" ({len(quarters)} q)")
        labels.append(f"{year}{'' if len(quarters) == 4 else part}")
    return tuple(labels)


def year_ends(calendar: Calendar) -> list[int]:
    """Last quarter of every year with a step, counted from the base date."""
    return [calendar.steps(year)[-1] for year in calendar.years]


def flows(run: Run, key: str) -> Yearly:
    """Sum over the quarters of each year, of a flow a quarter."""
    return _by_year(run, key, average=False)


def rates(run: Run, key: str) -> Yearly:
    """Average over the quarters of each year, of a flow that is quoted a year."""
    return _by_year(run, key, average=True)


def stocks(run: Run, key: str) -> Yearly:
    """At the end of each year; the error is exact."""
    mean, error = run.mean(key)
    ends = year_ends(run.calendar)
    return Yearly(year_labels(run.calendar), run.entities[key], mean[ends], error[ends])


def by_year(series: NDArray[Any], calendar: Calendar, average: bool = False) -> Array:
    """A quarterly array summed (or averaged) over the quarters of each year, (year, …)."""
    reduce = np.mean if average else np.sum
    steps = [list(calendar.steps(year)) for year in calendar.years]
    return np.stack([reduce(series[t].astype(np.float64), axis=0) for t in steps])


def each_year(quarters: Iterable[NDArray[Any]], calendar: Calendar, average: bool = False) -> Iterator[Array]:
    """As `by_year` of one array a quarter from the base date on, year after year; of quarters one is held."""
    waiting = iter(quarters)
    next(waiting)  # the base date is a state
    for year in calendar.years:
        steps = len(calendar.steps(year))
        total = next(waiting).astype(np.float64)
        for quarter in islice(waiting, steps - 1):
            total += quarter
        yield total / steps if average else total


def _by_year(run: Run, key: str, average: bool) -> Yearly:
    mean, error = (by_year(values, run.calendar, average) for values in run.mean(key))
    return Yearly(year_labels(run.calendar), run.entities[key], mean, error)

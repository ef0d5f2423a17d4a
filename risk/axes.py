"""The time axis: quarters counted from the base date."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date
from functools import cached_property

_LABEL = re.compile(r"(\d{4})Q([1-4])")


def ordinal(label: str) -> int:
    """Return the number of quarters since year 0 of a label such as ``2028Q4``; ValueError otherwise."""
    match = _LABEL.fullmatch(label)
    if match is None:
        raise ValueError(f"{label!r} is not a quarter; write it like 2028Q4")
    return 4 * int(match[1]) + int(match[2]) - 1


def label(number: int) -> str:
    """Return the label of a quarter counted from year 0."""
    return f"{number // 4:04d}Q{number % 4 + 1}"


@dataclass(frozen=True)
class Calendar:
    """Quarters of a run: index 0 is the base date (a state), 1 … `quarters` are steps (flows).

    Parameters
    ----------
    base : last day of the quarter whose end is the initial state.
    quarters : number of quarterly steps.

    Raises
    ------
    ValueError : the base date is not the end of a quarter, or there is no step.
    """

    base: date
    quarters: int

    def __post_init__(self) -> None:
        if self.base != _quarter_end(self._first):
            raise ValueError(f"{self.base} is not the end of a quarter ({_quarter_end(self._first)} is)")
        if self.quarters < 1:
            raise ValueError(f"{self.quarters} quarters; a run needs at least one")

    @property
    def _first(self) -> int:
        return 4 * self.base.year + (self.base.month - 1) // 3

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """Label of every index: ``2026Q2`` (the base date), ``2026Q3``, …; shape (quarter + 1,)."""
        return tuple(label(self._first + t) for t in range(self.quarters + 1))

    @cached_property
    def year(self) -> tuple[int, ...]:
        """Calendar year of every index; shape (quarter + 1,)."""
        return tuple((self._first + t) // 4 for t in range(self.quarters + 1))

    @cached_property
    def quarter(self) -> tuple[int, ...]:
        """Quarter of the year, 1 to 4, of every index; shape (quarter + 1,)."""
        return tuple((self._first + t) % 4 + 1 for t in range(self.quarters + 1))

    @cached_property
    def dates(self) -> tuple[date, ...]:
        """Last day of every index's quarter; shape (quarter + 1,)."""
        return tuple(_quarter_end(self._first + t) for t in range(self.quarters + 1))

    @property
    def years(self) -> tuple[int, ...]:
        """Calendar years with at least one step."""
        return tuple(sorted(set(self.year[1:])))

    @property
    def full_years(self) -> tuple[int, ...]:
        """Calendar years all four quarters of which are steps."""
        return tuple(year for year in self.years if len(self.steps(year)) == 4)

    @property
    def partial_years(self) -> tuple[int, ...]:
        """Calendar years only part of which is stepped through."""
        return tuple(year for year in self.years if len(self.steps(year)) < 4)

    def steps(self, year: int) -> tuple[int, ...]:
        """Return the indices of the steps in a calendar year."""
        return tuple(t for t in range(1, self.quarters + 1) if self.year[t] == year)

    def offset(self, quarter: str) -> int:
        """Return quarters from the base date to a label; negative before it, beyond the horizon allowed."""
        return ordinal(quarter) - self._first

    def index(self, quarter: str) -> int:
        """Return the index of a label; ValueError where it lies outside the run."""
        t = self.offset(quarter)
        if not 0 <= t <= self.quarters:
            raise ValueError(f"{quarter} lies outside {self.labels[0]} … {self.labels[-1]}")
        return t


def _quarter_end(number: int) -> date:
    year, month = number // 4, 3 * (number % 4) + 3
    return date(year, month, calendar.monthrange(year, month)[1])

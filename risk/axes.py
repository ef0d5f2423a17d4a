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


def ended(quarter: str) -> str:
    """Return what a quarter ends: its year if it is the last one, else the quarter."""
    return quarter.removesuffix("Q4")


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
        if self.base != quarter_end(self._first):
            raise ValueError(f"{self.base} is not the end of a quarter ({quarter_end(self._first)} is)")
        if self.quarters < 1:
            raise ValueError(f"{self.quarters} quarters; a run needs at least one")

    @property
    def _first(self) -> int:
        return quarter_of(self.base)

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
        return tuple(quarter_end(self._first + t) for t in range(self.quarters + 1))

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

    def label(self, t: int) -> str:
        """Return the label of a quarter counted from the base date, in the run or not."""
        return label(self._first + t)

    def offset(self, quarter: str) -> int:
        """Return quarters from the base date to a label; negative before it, beyond the horizon allowed."""
        return ordinal(quarter) - self._first

    def index(self, quarter: str) -> int:
        """Return the index of a label; ValueError where it lies outside the run."""
        t = self.offset(quarter)
        if not 0 <= t <= self.quarters:
            raise ValueError(f"{quarter} lies outside {self.labels[0]} … {self.labels[-1]}")
        return t


def quarter_of(day: date) -> int:
    """Return the quarter of a day, counted from year 0."""
    return 4 * day.year + (day.month - 1) // 3


def quarter_end(number: int) -> date:
    """Return the last day of a quarter counted from year 0."""
    year, month = number // 4, 3 * (number % 4) + 3
    return date(year, month, calendar.monthrange(year, month)[1])


@dataclass(frozen=True)
class Span:
    """A stretch of a run's time, clipped to it: what an outcome looks at, and what a label calls it.

    Attributes
    ----------
    first, last : quarter indices, both in; `first` may lie before the base date, and lies after `last` where
        no quarter of the stretch is in the run.
    years : calendar years it is made of; empty for a stretch of quarters.
    label : ``2030``, ``2027-2030``, ``2030Q4``, as it was clipped.
    moved : whether that is another stretch than the one that was asked for.
    """

    first: int
    last: int
    label: str
    years: tuple[int, ...] = ()
    moved: bool = False

    @property
    def year(self) -> str:
        """Calendar year with which it ends; its last quarter where that is not the end of a year."""
        return ended(self.label.rpartition("-")[2])

    @property
    def short(self) -> str:
        """The label; of years of one century ``2026-30``."""
        return re.sub(r"^(\d\d)(\d\d)-\1(\d\d)$", r"\1\2-\3", self.label)

    def __str__(self) -> str:
        return self.label


_WINDOW = re.compile(r"(?P<first>[^.\s]*)(?P<to>\.\.)?(?P<last>[^.\s]*)")
_DATE = re.compile(r"\d{4}|\d{4}Q[1-4]|\+\d{1,3}|base|end(-\d{1,3})?")

EVER = -1_000
"""First quarter of a stretch without a beginning."""

NO_QUARTER = "no quarter"
"""What a label calls an empty stretch."""


def window(text: str) -> tuple[str, str]:
    """Return beginning and end of a window as written; ValueError where it is none.

    ``2030`` a calendar year · ``2030Q4`` a quarter · ``+8`` quarters after the base date · ``base`` · ``end``
    the run's last quarter, ``end-8`` two years before it · ``2027..2030`` · ``..2030Q4`` from whatever is
    known first · ``run`` all quarters after the base date.
    """
    if text == "run":
        return "+1", "end"
    match = _WINDOW.fullmatch(text)
    first, last = (match["first"], match["last"]) if match else ("", "")
    alone = match is not None and not match["to"]
    dates = [first] if alone else [first, last] if first else [last]
    if match is None or not all(_DATE.fullmatch(date) for date in dates):
        forms = "2030, 2030Q4, 2027..2030, ..2030Q4, +8, end-8 or run"
        raise ValueError(f"{text!r} is not a window; write it like {forms}")
    if len(dates) == 2 and first.isdigit() != last.isdigit():
        raise ValueError(f"{text!r} has a year at one end and none at the other")
    if len(dates) == 2 and first[0].isdigit() and last[0].isdigit() and first > last:
        raise ValueError(f"{text!r} ends before it begins")
    return (first, first) if alone else (first, last)


def is_window(text: str) -> bool:
    """Whether a text is a window."""
    try:
        return bool(window(text))
    except ValueError:
        return False


def span(calendar: Calendar, text: str, clip: bool = True) -> Span:
    """Resolve a window in a run.

    What lies outside the run is moved to its nearest quarter, or to the nearest calendar year that it steps
    into and ends; not where the window as it was asked for is wanted. A stretch that begins after the run,
    or ends before it begins, is empty: moved, it would count again what its neighbor counts.
    """
    first, last = window(text)
    if re.fullmatch(r"\d{4}", last):
        return _years(calendar, int(first or last), int(last), clip)
    ends = [_offset(calendar, date) for date in (first, last)]
    if clip and first != last and (ends[0] > calendar.quarters or ends[1] < ends[0]):
        return Span(calendar.quarters + 1, calendar.quarters, NO_QUARTER, moved=True)
    begin, end = (t if t == EVER or not clip else min(max(t, 0), calendar.quarters) for t in ends)
    begin, said = min(begin, end), calendar.label(end)
    said = said if begin in (EVER, 1, end) else f"{calendar.label(begin)}-{said}"
    return Span(begin, end, said, moved=[begin, end] != ends)


def _offset(calendar: Calendar, date: str) -> int:
    """Quarters from the base date to a date as written."""
    known = {"": EVER, "base": 0}
    if date in known:
        return known[date]
    if date.startswith("end"):
        return calendar.quarters + int(date[3:] or 0)
    return int(date) if date.startswith("+") else calendar.offset(date)


def _years(calendar: Calendar, first: int, last: int, clip: bool) -> Span:
    """Calendar years from `first` to `last`, of those whose last quarter the run comes to."""
    whole = [year for year in calendar.years if calendar.offset(f"{year:04d}Q4") <= calendar.quarters]
    known = (whole or [calendar.year[-1]]) if clip else range(first, last + 1)
    years = [year for year in known if first <= year <= last]
    years = years or [known[0] if last < known[0] else known[-1]]
    ends = [calendar.offset(f"{year:04d}Q{quarter}") for year, quarter in ((years[0], 1), (years[-1], 4))]
    label = str(years[0]) if len(years) == 1 else f"{years[0]}-{years[-1]}"
    moved = (years[0], years[-1]) != (first, last)
    until = min(ends[1], calendar.quarters) if clip else ends[1]
    return Span(ends[0], until, label, tuple(years), moved)

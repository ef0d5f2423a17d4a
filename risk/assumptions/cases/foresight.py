"""No foresight: a case says what was known before it, and nothing that came after.

A number describes a day; it may not lie after the base date. When it was known and what it rests on
(`known_by`, `observed`) is held against the information date as in any register. Who wrote it down may be
younger.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

from risk.assumptions.cases.form import Case, Expected
from risk.assumptions.problems import Problem
from risk.assumptions.validation import Site
from risk.axes import EVER, ordinal, quarter_end, span

CODE = "A031"
RULE = "a case says what was known before it; what came after belongs under [[outcome]] or [[forced]]"


def check(case: Case) -> Iterator[Problem]:
    """Yield every number that no contemporary could know."""
    for id, table in case.changes.items():
        if isinstance(table, dict):
            yield from _after(case, table.get("as_of"), Site(case.document, ("change", id)), "as_of")
    for name, rows in case.tables.items():
        for i, row in enumerate(rows if isinstance(rows, list) else []):
            if isinstance(row, dict):
                site = Site(case.document, ("table", name, i))
                yield from _after(case, row.get("as_of"), site, "as_of")
                if name == "capex.actual":
                    yield from _after(case, row.get("quarter"), site, "quarter")
    rows = case.document.data.get("event", [])
    for i, row in enumerate(rows if isinstance(rows, list) else []):
        if isinstance(row, dict):
            yield from _event(case, row, Site(case.document, ("event", i)))
    for outcome, site in case.outcomes:
        yield from _history(case, outcome, site)
        yield from _window(case, outcome, site)


def _after(case: Case, value: Any, site: Site, key: str) -> Iterator[Problem]:
    day = _day(value)
    if day is not None and day > case.head.base_date:
        reason = f"{key} = {value}: the number describes a day after the base date {case.head.base_date}"
        yield site.problem(CODE, (key,), reason, RULE)


def _event(case: Case, row: Mapping[str, Any], site: Site) -> Iterator[Problem]:
    """Yield what is forced on a case though nobody had announced it."""
    day = _day(row.get("known_by"))
    if day is None:
        reason = "an event of a case needs known_by: the day by which it was announced"
        yield site.problem("A004", (), reason, RULE, key=True)
    elif day > case.information:
        reason = f"known_by = {day} lies after the information date {case.information}"
        yield site.problem(CODE, ("known_by",), reason, RULE)


def _history(case: Case, outcome: Expected, site: Site) -> Iterator[Problem]:
    days = [day for day, _ in outcome.history]
    for i, day in enumerate(days):
        if day > case.head.base_date:
            reason = (
                f"history of '{outcome.id}' holds {day}, which lies after the base date {case.head.base_date}"
            )
            yield site.problem(CODE, ("history", i), reason, "a naive forecast knows no more than the case")
        if i and day <= days[i - 1]:
            reason = f"history of '{outcome.id}' goes back from {days[i - 1]} to {day}"
            yield site.problem("A014", ("history", i), reason, "write the oldest point first")


def _window(case: Case, outcome: Expected, site: Site) -> Iterator[Problem]:
    """Yield windows that do not lie between base date and horizon."""
    asked = span(case.calendar, outcome.over, clip=False)
    last = (asked.years and case.calendar.offset(f"{asked.years[-1]}Q4")) or asked.last
    if last <= 0 or last == EVER:
        reason = f"over = '{outcome.over}' ends on the base date or before it"
        yield site.problem("A014", ("over",), reason, "an outcome comes after the base date")
    elif last > case.calendar.quarters:
        reason = f"over = '{outcome.over}' ends after the horizon {case.head.horizon}"
        yield site.problem("A014", ("over",), reason, "move the horizon, or shorten the window")


def _day(value: Any) -> dt.date | None:
    """Return the last day of what a date or a quarter describes; None where it is neither."""
    if isinstance(value, dt.datetime):
        return value.date()
    if isinstance(value, dt.date):
        return value
    try:
        text = str(value or "")
        return quarter_end(ordinal(text)) if "Q" in text else dt.date.fromisoformat(text)
    except ValueError:
        return None

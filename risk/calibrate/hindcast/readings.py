"""Readings: dated facts of `assumptions/readings.toml`, by metric. No part of a run's identity.

A reading describes a period, was published on a day, and is a measurement with an error. Forecasts are held
against readings, and the watch list follows them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from risk.assumptions.locate import BASE
from risk.assumptions.problems import AssumptionErrors, Problem
from risk.assumptions.reader import Document
from risk.assumptions.reader import read as parsed
from risk.assumptions.schema import Grade, Note, Observed, Record, Text
from risk.assumptions.validation import Site, unknown_key, validate
from risk.axes import label, ordinal, quarter_end, quarter_of
from risk.errors import suggestion
from risk.paths import SERIES
from risk.units import SCALE, parse, unknown

FILE = "readings.toml"
UNITS: Mapping[str, str] = {variable.name: variable.unit for variable in SERIES}
Positive = Annotated[float, Field(gt=0)]
Error = Annotated[float, Field(ge=0, le=1)]


class _Row(Record):
    """A reading as written."""

    date: Observed
    value: Positive
    published: dt.date
    source: Note = ""
    grade: Grade | None = None
    error: Error | None = None
    note: Note = ""


class _Table(Record):
    """A metric as written: ``[metric.capex]``."""

    label: Text
    unit: Text
    source: Text
    grade: Grade
    error: Error
    volatility: Annotated[float, Field(gt=0, le=2)]
    quantity: Note = ""
    outcome: Note = ""
    of: Note = ""
    quarters: Annotated[int, Field(ge=1, le=4)] = 1
    relative: bool = False
    unscored: Note = ""
    note: Note = ""
    reading: Annotated[tuple[Any, ...], Field(strict=False)] = ()


@dataclass(frozen=True)
class Reading:
    """A dated fact.

    Attributes
    ----------
    date : the quarter, or the day, that it describes; `quarter` is its label.
    value : in the unit of its metric; `error` is the standard deviation of its logarithm as a measurement.
    published : first day on which it could be known.
    source, grade : key of the bibliography, and how good the evidence is.
    """

    metric: str
    date: str
    quarter: str
    value: float
    error: float
    published: dt.date
    source: str
    grade: str
    note: str = ""


@dataclass(frozen=True)
class Metric:
    """What is read, and where a run has it.

    Attributes
    ----------
    quantity, quarters : the series of a run, and how many quarters of it are added up.
    outcome : an outcome by calendar year in place of a series, ``lost.direct_lending.{year}``.
    relative : both sides are set in relation to the base date.
    unscored : why it is only watched; empty where it is scored.
    volatility : standard deviation of its log change in a quarter, while few changes are known.
    readings : in order of the periods they describe.
    error : of a reading that has none of its own.
    of : the metric whose readings are added up; empty where it has its own.
    """

    id: str
    label: str
    unit: str
    quantity: str
    outcome: str
    quarters: int
    relative: bool
    unscored: str
    volatility: float
    note: str
    readings: tuple[Reading, ...]
    error: float = 0.0
    of: str = ""


def today(register: Path) -> dt.date:
    """Return the day that no reading may be younger than: this one, or the register's where it is later.

    A clock may be wrong, but no figure of a register is younger than its date.
    """
    document, _ = parsed(register / BASE / "run.toml")
    try:
        dated = dt.date.fromisoformat(document.data["run"]["as_of"]["value"])
    except (KeyError, TypeError, ValueError):
        dated = dt.date.min
    return max(dt.date.today(), dated)


def sources(register: Path) -> Set[str]:
    """Return keys of a register's bibliography, read by itself: the whole register takes most of a second."""
    document, problems = parsed(register / BASE / "sources.toml")
    if problems:
        raise AssumptionErrors(problems, 0)
    return document.data.keys()


def read(register: Path, sources: Set[str], day: dt.date | None = None) -> tuple[Metric, ...]:
    """Return every metric with its readings; none where the register has no such file.

    Parameters
    ----------
    register : folder of the register.
    sources : keys of its bibliography.
    day : on which it is read; `today` by default. What is published later is from the future.

    Raises
    ------
    AssumptionErrors : everything that is wrong in the file, with line and column.
    """
    path = register / FILE
    if not path.exists():
        return ()
    document, problems = parsed(path)
    tables = document.data.get("metric", {})
    problems += [
        unknown_key(Site(document, ()), (key,), ["metric"]) for key in document.data if key != "metric"
    ]
    if not isinstance(tables, dict):
        problems.append(
            document.problem("A005", ("metric",), "'metric' must be a table", "write [metric.capex]")
        )
        tables = {}
    latest = day or today(register)
    found: dict[str, _Table] = {}
    rows: dict[str, tuple[_Row, ...]] = {}
    for id, raw in tables.items():
        table, rows[id], refused = _table(document, id, raw, sources, latest)
        problems += refused
        if table is not None:
            found[id] = table
    problems += [problem for id, table in found.items() for problem in _linked(document, id, table, found)]
    if problems:
        raise AssumptionErrors(problems, sum(map(len, rows.values())))
    own = {id: _readings(id, table, rows[id]) for id, table in found.items()}
    summed = {id: _summed(id, table, own[table.of]) for id, table in found.items() if table.of}
    return tuple(_metric(id, table, (own | summed)[id]) for id, table in found.items())


def _table(
    document: Document, id: str, raw: Any, sources: Set[str], day: dt.date
) -> tuple[_Table | None, tuple[_Row, ...], list[Problem]]:
    """Return a valid metric and its valid readings, and what is wrong with the others."""
    site = Site(document, ("metric", id))
    if not isinstance(raw, dict):
        told = site.problem("A005", (), f"'{id}' must be a table", f"write [metric.{id}]", key=True)
        return None, (), [told]
    table, problems = validate(_Table, raw, site)
    if table is None:
        return None, (), problems
    problems += _names(site, table, sources)
    rows: list[_Row] = []
    for i, written in enumerate(table.reading):
        at = Site(document, ("metric", id, "reading", i))
        if not isinstance(written, dict):
            problems.append(
                at.problem("A005", (), "a reading is a table: { date = …, value = …, published = … }")
            )
            continue
        row, refused = validate(_Row, written, at)
        problems += refused
        if row is not None:
            problems += _row(at, row, sources, day)
            if rows and _last_day(row.date) < _last_day(rows[-1].date):
                problems.append(
                    at.problem("A014", ("date",), "is an earlier day than the reading before it has")
                )
            rows.append(row)
    return table, tuple(rows), problems


def _names(site: Site, table: _Table, sources: Set[str]) -> Iterator[Problem]:
    """Yield names in a metric that nobody knows."""
    if table.source not in sources:
        yield site.problem("A018", ("source",), *_unknown("source", table.source, sources))
    if table.unit not in SCALE:
        reason, fix = unknown(table.unit)
        yield site.problem("A009", ("unit",), reason, fix)
    elif table.quantity and table.quantity not in UNITS:
        yield site.problem("A018", ("quantity",), *_unknown("series", table.quantity, set(UNITS)))
    elif (
        table.quantity and table.quarters == 1 and parse(table.unit).base != parse(UNITS[table.quantity]).base
    ):
        reason = f"unit is '{table.unit}', but {table.quantity} is in {UNITS[table.quantity]}"
        yield site.problem("A009", ("unit",), reason)
    if sum(map(bool, (table.quantity, table.outcome, table.unscored))) != 1:
        reason = (
            "a metric has a quantity or an outcome of a run, or says why it is unscored: one of the three"
        )
        yield site.problem("A004", (), reason, key=True)


def _unknown(what: str, name: str, known: Set[str]) -> tuple[str, str]:
    meant = suggestion(name, known)
    return f"{what} '{name}' is unknown", f"did you mean '{meant}'?" if meant else ""


def _row(site: Site, row: _Row, sources: Set[str], day: dt.date) -> Iterator[Problem]:
    """Yield what is wrong with one reading."""
    if row.date == "":
        yield site.problem("A014", ("date",), "date is empty: a quarter such as 2026Q2, or a day")
        return
    end = _last_day(row.date)
    if row.published < end:
        reason = f"published = {row.published} lies before the end of what it describes, {end}"
        yield site.problem("A014", ("published",), reason, "nobody publishes a figure before its day")
    if row.published > day:
        reason = f"published = {row.published} lies in the future: it is {day}"
        yield site.problem("A014", ("published",), reason, "write a reading once it is published")
    if row.source and row.source not in sources:
        yield site.problem("A018", ("source",), *_unknown("source", row.source, sources))


def _linked(document: Document, id: str, table: _Table, known: Mapping[str, _Table]) -> Iterator[Problem]:
    """Yield what is wrong with a metric that is made of another."""
    site = Site(document, ("metric", id))
    if table.of and table.of not in known:
        yield site.problem("A018", ("of",), *_unknown("metric", table.of, set(known)))
    elif table.of and (known[table.of].of or table.reading):
        reason = "is made of the readings of another metric: it has none of its own, and the other has them"
        yield site.problem("A022", ("of",), reason)
    elif table.quarters > 1 and not table.of:
        yield site.problem(
            "A004", ("quarters",), "says how many readings are added up, but not of what: of = …"
        )


def _last_day(date: dt.date | str) -> dt.date:
    """Last day of what a reading describes."""
    if isinstance(date, dt.date):
        return date
    return quarter_end(ordinal(date)) if date else dt.date.min


def _readings(id: str, table: _Table, rows: tuple[_Row, ...]) -> tuple[Reading, ...]:
    found = []
    for row in rows:
        quarter = label(quarter_of(row.date)) if isinstance(row.date, dt.date) else row.date
        found.append(
            Reading(
                id,
                str(row.date),
                quarter,
                float(row.value),
                table.error if row.error is None else row.error,
                row.published,
                row.source or table.source,
                row.grade or table.grade,
                row.note,
            )
        )
    return tuple(found)


def _summed(id: str, table: _Table, parts: tuple[Reading, ...]) -> tuple[Reading, ...]:
    """Readings of so many quarters in a row, added up."""
    n, found = table.quarters, []
    for i in range(n, len(parts) + 1):
        run = parts[i - n : i]
        if ordinal(run[-1].quarter) - ordinal(run[0].quarter) != n - 1:
            continue
        worst, last = max(run, key=lambda r: r.error), run[-1]
        value, published = sum(r.value for r in run), max(r.published for r in run)
        found.append(
            Reading(id, last.date, last.quarter, value, worst.error, published, last.source, worst.grade)
        )
    return tuple(found)


def _metric(id: str, table: _Table, readings: tuple[Reading, ...]) -> Metric:
    return Metric(
        id,
        table.label,
        table.unit,
        table.quantity,
        table.outcome,
        table.quarters,
        table.relative,
        table.unscored,
        table.volatility,
        table.note,
        readings,
        table.error,
        table.of,
    )

"""The watch list as it is registered: `assumptions/watch.toml`. No part of a run's identity.

An item is tied to a metric of `readings.toml`, whose series and unit it takes; to a series that nobody reads,
with the reason; or it lies outside the model, with the reason. What is tied has thresholds both ways, each
with the quarter by whose end it is asked for and the day on which it was registered, before its date.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from risk.assumptions.problems import AssumptionErrors, Problem
from risk.assumptions.reader import Document
from risk.assumptions.reader import read as parsed
from risk.assumptions.schema import Note, Quarter, Record, Text
from risk.assumptions.validation import Site, unknown_key, validate
from risk.axes import ordinal, quarter_end
from risk.calibrate.hindcast.readings import UNITS, Metric
from risk.errors import suggestion
from risk.units import SCALE, parse, unknown

FILE = "watch.toml"
HEAD = ("version", "page", "item")


class _Threshold(Record):
    """Two thresholds as written."""

    by: Quarter
    low: float
    high: float
    registered: dt.date


class _Table(Record):
    """An item as written: ``[item.capex-guidance]``."""

    words: Text
    section: Text
    metric: Note = ""
    quantity: Note = ""
    unit: Note = ""
    unread: Note = ""
    outside: Note = ""
    beside: Note = ""
    note: Note = ""
    threshold: Annotated[tuple[Any, ...], Field(strict=False)] = ()


@dataclass(frozen=True)
class Threshold:
    """Values registered on a day: below `low`, or above `high`, by the end of the quarter `by`."""

    by: str
    low: float
    high: float
    registered: dt.date


@dataclass(frozen=True)
class Item:
    """Something that is watched.

    Attributes
    ----------
    words, section : what the page calls it, and where.
    metric : whose readings judge it; None where nothing does.
    quantity, unit : series of a run, and the unit of its thresholds; empty where the model has none.
    unread : why no reading judges a series; `outside` why the model has none.
    beside : a metric whose newest reading is shown all the same.
    note : in what the series differs from what the words say.
    """

    id: str
    words: str
    section: str
    metric: Metric | None
    quantity: str
    unit: str
    unread: str
    outside: str
    beside: Metric | None
    note: str
    thresholds: tuple[Threshold, ...]


@dataclass(frozen=True)
class WatchList:
    """What is registered; `version` and `page` (the list's source) are empty where nothing is."""

    version: str = ""
    page: str = ""
    items: tuple[Item, ...] = ()


def read(register: Path, metrics: Sequence[Metric]) -> WatchList:
    """Read the watch list; nothing is watched where the register has no such file.

    Parameters
    ----------
    register : folder of the register; `metrics` of its readings.

    Raises
    ------
    AssumptionErrors : everything that is wrong in the file, with line and column.
    """
    path = register / FILE
    if not path.exists():
        return WatchList()
    document, problems = parsed(path)
    data, known = document.data, {metric.id: metric for metric in metrics}
    top = Site(document, ())
    problems += [unknown_key(top, (key,), HEAD) for key in data if key not in HEAD]
    for key in ("version", "page"):
        if not problems and not (isinstance(data.get(key), str) and data[key].strip()):
            reason = f"'{key}' is missing: a changed threshold is a new version" if key == "version" else ""
            problems.append(top.problem("A004", (), reason or f"'{key}' is missing: whose list is it?"))
    raw = data.get("item", {})
    if not isinstance(raw, dict):
        problems.append(top.problem("A005", ("item",), "'item' must be a table", "write [item.capex]"))
        raw = {}
    items = []
    for id, written in raw.items():
        item, wrong = _item(Site(document, ("item", id)), id, written, known)
        problems += wrong
        items += [item] if item else []
    if problems:
        raise AssumptionErrors(problems, len(raw))
    return WatchList(data["version"], data["page"], tuple(items))


def _item(
    site: Site, id: str, written: Any, metrics: Mapping[str, Metric]
) -> tuple[Item | None, list[Problem]]:
    """A valid item, or everything that is wrong with it."""
    if not isinstance(written, dict):
        return None, [site.problem("A005", (), f"'{id}' must be a table", f"write [item.{id}]", key=True)]
    table, problems = validate(_Table, written, site)
    if table is None:
        return None, problems
    problems += [*_tied(site, table), *_named(site, table, metrics)]
    thresholds, wrong = _thresholds(site.document, id, table)
    problems += wrong
    if problems:
        return None, problems
    metric, beside = metrics.get(table.metric), metrics.get(table.beside)
    return Item(
        id=id,
        words=table.words,
        section=table.section,
        metric=metric,
        quantity=metric.quantity if metric else table.quantity,
        unit=metric.unit if metric else table.unit,
        unread=table.unread,
        outside=table.outside,
        beside=beside,
        note=table.note,
        thresholds=thresholds,
    ), []


def _tied(site: Site, table: _Table) -> Iterator[Problem]:
    """Yield what an item lacks or has too much."""
    if sum(map(bool, (table.metric, table.quantity, table.outside))) != 1:
        reason = (
            "an item is tied to a metric of readings.toml or a quantity of a run, or says why it lies outside"
        )
        yield site.problem("A004", (), reason, "give one of metric, quantity and outside", key=True)
    if table.quantity and not table.unread:
        reason = "'unread' is missing: why does no reading judge it?"
        yield site.problem("A004", (), reason, "or name the metric that does in place of quantity", key=True)
    if table.quantity and not table.unit:
        yield site.problem("A004", (), "'unit' is missing: that of its thresholds", key=True)
    for key in ("unit", "unread"):
        if getattr(table, key) and not table.quantity:
            reason = f"'{key}' means nothing without quantity"
            yield site.problem("A003", (key,), reason, "a metric has its own", key=True)
    if table.metric and table.beside:
        yield site.problem("A003", ("beside",), "'beside' means nothing to an item with a metric", key=True)


def _named(site: Site, table: _Table, metrics: Mapping[str, Metric]) -> Iterator[Problem]:
    """Yield names that nobody knows, and metrics that no series has."""
    for key in ("metric", "beside"):
        name = getattr(table, key)
        if name and name not in metrics:
            yield site.problem("A018", (key,), *_unknown("metric", name, metrics))
    if (metric := metrics.get(table.metric)) and (not metric.quantity or metric.relative):
        reason = f"no series of a run is what '{metric.id}' reads"
        yield site.problem("A022", ("metric",), reason, "show it beside, and say outside = why")
    if table.quantity and table.quantity not in UNITS:
        yield site.problem("A018", ("quantity",), *_unknown("series", table.quantity, UNITS))
    elif table.unit and table.unit not in SCALE:
        reason, fix = unknown(table.unit)
        yield site.problem("A009", ("unit",), reason, fix)
    elif table.quantity and table.unit and parse(table.unit).base != parse(UNITS[table.quantity]).base:
        reason = f"unit is '{table.unit}', but {table.quantity} is in {UNITS[table.quantity]}"
        yield site.problem("A009", ("unit",), reason)


def _unknown(what: str, name: str, known: Mapping[str, Any]) -> tuple[str, str]:
    meant = suggestion(name, sorted(known))
    return f"{what} '{name}' is unknown", f"did you mean '{meant}'?" if meant else ""


def _thresholds(document: Document, id: str, table: _Table) -> tuple[tuple[Threshold, ...], list[Problem]]:
    """Valid thresholds of an item, and what is wrong with the others."""
    site, found, problems = Site(document, ("item", id)), list[Threshold](), list[Problem]()
    if bool(table.outside) == bool(table.threshold):
        why = "what lies outside the model has none" if table.outside else "say both ways, and by when"
        problems.append(site.problem("A004", (), f"thresholds of '{id}': {why}", key=True))
    for i, written in enumerate(table.threshold):
        at = Site(document, ("item", id, "threshold", i))
        if not isinstance(written, dict):
            reason = "a threshold is a table: { by = …, low = …, high = …, registered = … }"
            problems.append(at.problem("A005", (), reason))
            continue
        row, wrong = validate(_Threshold, written, at)
        problems += wrong
        if row is not None:
            problems += _threshold(at, row, found)
            found.append(Threshold(row.by, float(row.low), float(row.high), row.registered))
    return tuple(found), problems


def _threshold(site: Site, row: _Threshold, before: Sequence[Threshold]) -> Iterator[Problem]:
    """Yield what cannot be true of a pair of thresholds."""
    if row.low >= row.high:
        reason = f"low = {row.low:g} is not below high = {row.high:g}"
        yield site.problem("A011", ("low",), reason, "one warns from below, the other from above")
    if row.registered >= quarter_end(ordinal(row.by)):
        reason = f"registered = {row.registered} is not before the end of {row.by}, by which it is asked for"
        yield site.problem("A014", ("registered",), reason, "register a threshold before its date")
    if any(row.by == other.by for other in before):
        reason = f"thresholds by {row.by} are given twice"
        yield site.problem("A019", ("by",), reason, "a changed threshold is a new version of the file")

"""Plausible ranges of the columns of entity tables, and the rows that lie outside."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from risk.assumptions import plausible
from risk.assumptions.draft import Draft, Raw
from risk.assumptions.entries import accepted
from risk.assumptions.plausible import Outlier, Range
from risk.assumptions.problems import Problem, quoted
from risk.assumptions.table import Row, numeric, units
from risk.assumptions.tables import TABLES


class Doubt(NamedTuple):
    """A cell outside its plausible range."""

    raw: Raw
    column: str
    value: Any
    range: Range
    unit: str


def problems(draft: Draft, name: str, rows: Mapping[int, Row]) -> Iterator[Problem]:
    """Yield the cells of a table's rows that are implausible and not accepted, and ranges that are none."""
    for i, row in rows.items():
        raw = draft.rows[name][i]
        yield from _own(raw, name, row)
        for doubt in _doubts(draft, name, raw, row):
            if not accepted(raw.table, raw.locate, doubt.column):
                said = plausible.doubt(doubt.value, doubt.range, doubt.unit)
                reason = f"{name}.{row.id} {doubt.column} {said}"
                yield raw.problem(plausible.CODE, (doubt.column,), reason, plausible.KEEP)


def outliers(draft: Draft, name: str, rows: Mapping[int, Row]) -> tuple[Outlier, ...]:
    """Return the cells of a sound table that a reason lets in."""
    return tuple(
        Outlier(
            id=f"{name}.{row.id}",
            field=doubt.column,
            value=doubt.value,
            low=doubt.range.low,
            high=doubt.range.high,
            unit=doubt.unit,
            reason=row.accept,
            file=doubt.raw.locate((doubt.column,)).document.name,
            line=_line(doubt.raw, doubt.column),
        )
        for i, row in rows.items()
        for doubt in _doubts(draft, name, draft.rows[name][i], row)
    )


def _line(raw: Raw, column: str) -> int:
    site = raw.locate((column,))
    return site.document.line((*site.path, column))


def _doubts(draft: Draft, name: str, raw: Raw, row: Row) -> Iterator[Doubt]:
    known = draft.ranges.get(name, {})
    for column in known.keys() | row.plausible.keys():
        value = getattr(row, column, None)
        own = row.plausible.get(column)
        range_ = Range(*own) if own is not None else known[column]
        # A column that may be left out holds no number then, and an empty text is a word of its own.
        if value not in (None, "") and not (isinstance(value, str) and own) and not range_.holds(value):
            yield Doubt(raw, column, value, range_, units(type(row)).get(column, "text"))


def _own(raw: Raw, name: str, row: Row) -> Iterator[Problem]:
    """Yield what is wrong with the ranges that a row gives itself."""
    for column, (low, high) in row.plausible.items():
        if column not in numeric(TABLES[name]):
            reason = f"plausible.{column}: [[{name}]] has no such column of numbers"
            columns = "columns: " + ", ".join(numeric(TABLES[name]))
            yield raw.problem("A003", ("plausible", column), reason, columns)
        elif low > high:
            reason = f"plausible.{column} = {quoted([low, high])}; the first must not lie above the second"
            yield raw.problem("A011", ("plausible", column), reason)

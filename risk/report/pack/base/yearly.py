"""Tables by year: a label, then a number and its error a year, and perhaps all years together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence, Sized
from dataclasses import replace
from itertools import chain
from math import fsum

from risk.analysis.bands import Band
from risk.analysis.flows import Yearly
from risk.analysis.statistics import Estimate
from risk.report.charts import STACK, Bars, Series
from risk.report.content import Cell, Content, Formula
from risk.report.pack.base.cells import (
    Row,
    error_cell,
    format_of,
    margin_cell,
    paired_cells,
    probability_cell,
    table_of,
    value_cell,
)
from risk.report.pack.base.names import words
from risk.report.pack.base.results import Array
from risk.report.table import Column, Table
from risk.units import SCALE

BILLION = SCALE["USD bn"]
TOTAL = "total"
"""Row of the sum."""

ALL = "all"
"""Column of all years together."""


def years(labels: Sized) -> list[str]:
    """Columns of the numbers of a table by year."""
    return [f"y{i}" for i in range(len(labels))]


def columns(first: str, labels: Sequence[str], every: bool = False) -> list[Column]:
    """A label, a number and its error a year, and with `every` both of all years."""
    found = [Column("label", first)]
    for i, label in enumerate(labels):
        found.append(Column(f"y{i}", label, "usd_bn", style="engine"))
        found.append(Column(f"e{i}", "±", "usd_error", style="note", align="right"))
    if every:
        found.append(Column(ALL, "All years", "usd_bn", style="calculation"))
        found.append(Column(f"{ALL}_se", "±", "usd_error", style="note", align="right"))
    return found


def made_of(
    identifier: str,
    title: str,
    labels: Sequence[str],
    first: str,
    rows: Mapping[str, Row],
    note: str = "",
    every: bool = False,
) -> Table:
    """A table of rows by id; a label alone is a heading."""
    return table_of(identifier, columns(first, labels, every), rows, title, note)


def paired(label: str, pairs: Iterable[tuple[Content, Content]]) -> Row:
    """A row from a number and its error a year."""
    return (label, *chain.from_iterable(pairs))


def line(label: str, mean: Array, error: Array | None = None, unit: str = "USD bn") -> Row:
    """Means, and errors if they are known, in base units by year, (year,)."""
    shown = mean / SCALE[unit]
    if error is None:
        return paired(label, ((value_cell(value, 0.0, unit), None) for value in shown.tolist()))
    return (label, *paired_cells(shown, error / SCALE[unit], unit))


def flow(table: str, row: str, label: str, mean: Array, error: Array) -> Row:
    """A line of USD with its live sum over the years, whose error is that of full dependence."""
    text = "+".join(f"{{{table}.{key}[{row}]}}" for key in years(mean))
    whole, bound = fsum(mean / BILLION), fsum(error / BILLION)
    every = Cell(Formula(text, whole), "usd_bn", "calculation")
    return (*line(label, mean, error), every, error_cell(whole, bound, "USD bn"))


def spread(found: Band, unit: str, label: str, row: str = "{}", scale: float = 1.0) -> dict[str, Row]:
    """Quantiles as rows; in `label` and `row`, its id, "{}" stands for the quantile's name."""
    names = (f"p{100.0 * level:g}" for level in found.levels)
    return {
        row.format(name): (label.format(name.upper()), *paired_cells(values / scale, errors / scale, unit))
        for name, values, errors in zip(names, found.quantiles, found.standard_error, strict=True)
    }


def chances(label: str, estimates: Iterable[Estimate | None]) -> Row:
    """A probability and its margin a year."""
    return paired(label, ((probability_cell(e), margin_cell(e)) for e in estimates))


def summed(
    identifier: str,
    title: str,
    found: Yearly,
    first: str,
    total: str,
    unit: str = "USD bn/y",
    named: Callable[[str], str] = words,
    note: str = "",
) -> Table:
    """Means by entity, and below them their live sum."""
    rows = {name: line(named(name), *found.entity(name), unit) for name in found.entities}
    made = made_of(identifier, title, found.labels, first, {**rows, TOTAL: (total,)}, note)
    return made.totaled(years(found.labels), {TOTAL: found.entities}, format_of(unit))


def flowing(
    identifier: str,
    title: str,
    found: Yearly,
    first: str,
    special: Mapping[str, str] | None = None,
    total: str = "All",
    note: str = "",
) -> Table:
    """The same of USD by year and over all years, with bounds of the errors of all sums."""
    rows = {
        name: flow(identifier, name, words(name, special), *found.entity(name)) for name in found.entities
    }
    sums = found.mean.sum(axis=1), found.standard_error.sum(axis=1)
    rows[TOTAL] = flow(identifier, TOTAL, total, *sums)
    made = made_of(identifier, title, found.labels, first, rows, note, every=True)
    return made.totaled(years(found.labels), {TOTAL: found.entities})


def shown(table: Table, row: str) -> list[Formula]:
    """The numbers of a row, one a year, as formulas that show them."""
    return [table.at(column.key, row) for column in table.columns if column.key[0] == "y"]


def ratio(table: Table, label: str, top: str, bottom: str, form: str) -> Row:
    """A row over another, live, for a place below them."""
    sides = zip(shown(table, top), shown(table, bottom), strict=True)
    return paired(label, ((Cell(over / under, form, "calculation"), None) for over, under in sides))


def below(table: Table, rows: Mapping[str, Row]) -> Table:
    """A table with further rows."""
    return replace(table, rows=(*table.rows, *rows.values()), row_ids=(*table.row_ids, *rows))


def yearly_bars(
    identifier: str,
    title: str,
    labels: Sequence[str],
    parts: Mapping[str, Sequence[Content]],
    alt: str,
    height: int = 15,
    x_title: str = "Year",
    y_title: str = "USD bn",
) -> Bars:
    """Stacked bars by year: name and values of each part from the bottom."""
    tones = zip(parts.items(), STACK, strict=False)
    series = [Series(name=name, values=values, tone=tone) for (name, values), tone in tones]
    return Bars(
        id=identifier,
        title=title,
        alt=alt,
        x_title=x_title,
        y_title=y_title,
        format="count",
        labels=labels,
        series=series,
        stacked=True,
        height=height,
    )

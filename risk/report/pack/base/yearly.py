"""Tables by year made of rows, and the numbers of a row for a chart or a further row below."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from risk.analysis.bands import Band
from risk.analysis.flows import Yearly
from risk.analysis.statistics import Estimate
from risk.report.charts import STACK, Bars, Series
from risk.report.pack.base.cells import (
    Line,
    margin_cell,
    paired_cells,
    probability_cell,
    year_columns,
    year_table,
)
from risk.report.pack.base.names import words
from risk.report.table import Cell, Column, Content, Formula, Table, number_of

Row = tuple[Content, ...]


def made_of(
    identifier: str, title: str, labels: Sequence[str], first: str, rows: Mapping[str, Row], note: str = ""
) -> Table:
    """A table of rows by id: a label, then a number and its error a year."""
    columns = (Column("label", first), *year_columns(labels))
    return Table(identifier, columns, tuple(rows.values()), title, note, tuple(rows))


def spread(found: Band, unit: str, label: str, row: str = "{}", scale: float = 1.0) -> dict[str, Row]:
    """Quantiles as rows; in `label` and `row`, its id, "{}" stands for the quantile's name."""
    names = (f"p{100.0 * level:g}" for level in found.levels)
    return {
        row.format(name): (label.format(name.upper()), *paired_cells(values / scale, errors / scale, unit))
        for name, values, errors in zip(names, found.quantiles, found.standard_error, strict=True)
    }


def chances(label: str, estimates: Iterable[Estimate | None]) -> Row:
    """A probability and its margin a year."""
    return (label, *(cell for e in estimates for cell in (probability_cell(e), margin_cell(e))))


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
    """Means by entity, and below them their live sum, the row "total"."""
    lines = [Line(name, named(name), *found.entity(name), unit) for name in found.entities]
    whole = Line("total", total, found.mean.sum(axis=1), None, unit, bold=True)
    totals = {"total": list(found.entities)}
    return year_table(identifier, title, found.labels, [*lines, whole], first, note, totals)


def shown(table: Table, row: str) -> list[Content]:
    """The numbers of a row, one a year, as formulas that show them."""
    return [
        Formula(f"{{{table.id}.{column.key}[{row}]}}", number_of(table.cell(column.key, row)))
        for column in table.columns
        if column.key[0] == "y"
    ]


def ratio(table: Table, label: str, top: str, bottom: str, form: str) -> Row:
    """A row over another, live, for a place below them."""
    cells: list[Content] = [label]
    for over, under in zip(shown(table, top), shown(table, bottom), strict=True):
        assert isinstance(over, Formula)
        assert isinstance(under, Formula)
        quotient = Formula(f"{over.text}/{under.text}", number_of(over) / number_of(under))
        cells += [Cell(quotient, form, "calculation"), None]
    return tuple(cells)


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

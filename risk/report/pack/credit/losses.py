"""Tables and charts of amounts by name and year that the sheets of credit share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import fsum

from risk.analysis.flows import Yearly
from risk.report.charts import Bars
from risk.report.pack.base.cells import Line, error_cell, year_table
from risk.report.pack.base.names import words
from risk.report.pack.base.yearly import yearly_bars
from risk.report.table import Cell, Column, Content, Formula, Table, number_of

BILLION = 1e9
ALL_YEARS = "All years"
TOTAL = "total"


def by_year(
    identifier: str,
    title: str,
    labels: Sequence[str],
    found: Yearly,
    first: str,
    special: Mapping[str, str] | None = None,
    total: str = "All",
    note: str = "",
) -> Table:
    """Mean flows by year and over all years, USD bn, with their live sum."""
    lines = [Line(name, words(name, special), *found.entity(name)) for name in found.entities]
    lines.append(Line(TOTAL, total, found.mean.sum(axis=1), found.standard_error.sum(axis=1), bold=True))
    made = year_table(identifier, title, labels, lines, first, note, {TOTAL: list(found.entities)})
    errors = [fsum(line.error) / BILLION for line in lines if line.error is not None]
    rows = tuple((*row, *all_years(made, i, errors[i])) for i, row in enumerate(made.rows))
    return Table(made.id, (*made.columns, *all_columns()), rows, title, note, made.row_ids, made.total)


def all_columns() -> tuple[Column, Column]:
    """The sum over years and its error, beside the columns of the years."""
    return (
        Column("all", ALL_YEARS, "usd_bn", style="calculation"),
        Column("all_se", "±", "usd_error", style="note", align="right"),
    )


def all_years(table: Table, row: int, error: float) -> tuple[Content, Content]:
    """Live sum over the years of one row; `error` in USD bn."""
    keys = [c.key for c in table.columns if c.key.startswith("y")]
    amount = fsum(number_of(table.rows[row][table.index(key)]) for key in keys)
    text = "+".join(f"{{{table.id}.{key}[{table.row_ids[row]}]}}" for key in keys)
    return Cell(Formula(text, amount), "usd_bn", "calculation"), error_cell(amount, error, "USD bn")


def ratio_cells(
    formula: str, top: float, bottom: float, top_error: float, bottom_error: float, whole: bool = False
) -> tuple[Content, Content]:
    """A live ratio of means and an upper bound of its error, dependence taken as full.

    Parameters
    ----------
    formula : yields top / bottom, or one less it where `whole`.
    """
    if bottom <= 0.0:
        return "–", "–"
    ratio = top / bottom
    bound = top_error / bottom + abs(ratio) * bottom_error / bottom
    value = 1.0 - ratio if whole else ratio
    return Cell(Formula(formula, value), "rate", "calculation"), error_cell(1.0, bound, "fraction")


def chart(
    labels: Sequence[str],
    table: Table,
    names: Sequence[str],
    title: str,
    verb: str,
    special: Mapping[str, str] | None = None,
    height: int = 15,
) -> Bars:
    """Stacked bars by year of some rows of a table of `by_year`, the rest together.

    Parameters
    ----------
    verb : what the largest does, for the sentence read out: "{largest} {verb} …".
    """
    rest = [name for name in table.row_ids if name not in (*names, TOTAL)]
    parts = {words(name, special): [name] for name in names} | ({"All others": rest} if rest else {})
    values = {label: _values(labels, table, rows) for label, rows in parts.items()}
    sums = {label: fsum(map(number_of, yearly)) for label, yearly in values.items()}
    largest = max(sums, key=lambda name: sums[name])
    alt = f"{largest}: {verb}, USD {sums[largest]:,.0f}bn of {fsum(sums.values()):,.0f}bn."
    return yearly_bars(f"chart-{table.id}", title, labels, values, alt, height)


def _values(labels: Sequence[str], table: Table, rows: Sequence[str]) -> list[Content]:
    values: list[Content] = []
    for i, _ in enumerate(labels):
        amount = fsum(number_of(table.rows[table.row_number(row)][1 + 2 * i]) for row in rows)
        values.append(Formula("+".join(f"{{{table.id}.y{i}[{row}]}}" for row in rows), amount))
    return values

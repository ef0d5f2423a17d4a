"""Tables and charts of amounts by name and year that the sheets of credit share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Sized
from itertools import chain
from math import fsum

import numpy as np

from risk.analysis.flows import Yearly
from risk.report.charts import Bars
from risk.report.pack.base.cells import error_cell, paired_cells, year_columns
from risk.report.pack.base.names import words
from risk.report.pack.base.results import Array
from risk.report.pack.base.yearly import yearly_bars
from risk.report.table import Cell, Column, Content, Formula, Table, number_of

BILLION = 1e9
TOTAL = "total"
ALL = "all"
"""Column of all years together."""

Row = tuple[Content, ...]


def years(labels: Sized) -> list[str]:
    """Columns of numbers of a table by year, that of all years last."""
    return [*(f"y{i}" for i in range(len(labels))), ALL]


def whole(values: Sequence[float] | Array) -> list[float]:
    """Numbers by year and their sum, as under `years`."""
    return [*map(float, values), fsum(values)]


def columns(labels: Sequence[str], first: str) -> tuple[Column, ...]:
    """A label, number and error by year, and both of all years."""
    return (
        Column("label", first),
        *year_columns(labels),
        Column(ALL, "All years", "usd_bn", style="calculation"),
        Column(f"{ALL}_se", "±", "usd_error", style="note", align="right"),
    )


def line(label: str, pairs: Iterable[tuple[Content, Content]]) -> Row:
    """A row of such columns, from number and error of each."""
    return (label, *chain.from_iterable(pairs))


def flow(table: str, row: str, label: str, mean: Array, error: Array) -> Row:
    """Means and errors by year, (year,) USD bn each, with their live sum over the years."""
    text = "+".join(f"{{{table}.{key}[{row}]}}" for key in years(mean)[:-1])
    every = Cell(Formula(text, fsum(mean)), "usd_bn", "calculation")
    return label, *paired_cells(mean, error, "USD bn"), every, error_cell(fsum(mean), fsum(error), "USD bn")


def by_year(
    identifier: str,
    title: str,
    found: Yearly,
    first: str,
    special: Mapping[str, str] | None = None,
    total: str = "All",
    note: str = "",
) -> Table:
    """Mean flows by year and over all years, USD bn, with their live sum."""
    names = {name: words(name, special) for name in found.entities} | {TOTAL: total}
    mean, error = found.mean / BILLION, found.standard_error / BILLION
    means = [*mean.T, np.array([fsum(year) for year in mean])]
    every = zip(names, names.values(), means, [*error.T, error.sum(axis=1)], strict=True)
    rows = tuple(flow(identifier, *of) for of in every)
    bold = frozenset({len(rows) - 1})
    made = Table(identifier, columns(found.labels, first), rows, title, note, tuple(names), bold)
    return made.totaled(years(found.labels)[:-1], {TOTAL: found.entities})


def ratio_cells(
    formula: str, top: float, bottom: float, top_error: float, bottom_error: float, *, rest: bool = False
) -> tuple[Content, Content]:
    """A live ratio of means and an upper bound of its error, dependence taken as full.

    Parameters
    ----------
    formula : yields top / bottom, or one less it where `rest`.
    """
    if bottom <= 0.0:
        return "–", "–"
    ratio = top / bottom
    bound = top_error / bottom + abs(ratio) * bottom_error / bottom
    value = 1.0 - ratio if rest else ratio
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
    keys = years(labels)[:-1]
    values = {label: [table.sum((key,), rows) for key in keys] for label, rows in parts.items()}
    sums = {label: fsum(map(number_of, yearly)) for label, yearly in values.items()}
    largest = max(sums, key=lambda name: sums[name])
    alt = f"{largest}: {verb}, USD {sums[largest]:,.0f}bn of {fsum(sums.values()):,.0f}bn."
    return yearly_bars(f"chart-{table.id}", title, labels, values, alt, height)

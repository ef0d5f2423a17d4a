"""Ratios and charts of amounts by name and year that the sheets of credit share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import fsum

from risk.report.charts import Bars
from risk.report.content import Cell, Content, Formula, number_of
from risk.report.pack.base.cells import error_cell
from risk.report.pack.base.names import words
from risk.report.pack.base.results import Array
from risk.report.pack.base.yearly import TOTAL, yearly_bars, years
from risk.report.table import Table


def whole(values: Sequence[float] | Array) -> list[float]:
    """Numbers by year and their sum, as where all years stand beside them."""
    return [*map(float, values), fsum(values)]


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
    """Stacked bars by year of some rows of a table of `flowing`, the rest together.

    Parameters
    ----------
    verb : what the largest does, for the sentence read out: "{largest} {verb} …".
    """
    rest = [name for name in table.row_ids if name not in (*names, TOTAL)]
    parts = {words(name, special): [name] for name in names} | ({"All others": rest} if rest else {})
    values = {label: [table.sum((key,), rows) for key in years(labels)] for label, rows in parts.items()}
    sums = {label: fsum(map(number_of, yearly)) for label, yearly in values.items()}
    largest = max(sums, key=lambda name: sums[name])
    alt = f"{largest}: {verb}, USD {sums[largest]:,.0f}bn of {fsum(sums.values()):,.0f}bn."
    return yearly_bars(f"chart-{table.id}", title, labels, values, alt, height)

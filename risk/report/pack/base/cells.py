"""Cells, columns and tables that several sheets share."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from math import floor, fsum, isfinite, log10
from typing import Any

import numpy as np

from risk.analysis.statistics import Estimate
from risk.report.content import Cell, Content, Formula, Style, number_of, value_of
from risk.report.counted import paths_said
from risk.report.excel.measure import characters
from risk.report.formats import named, show, supported
from risk.report.guards import Condition
from risk.report.intervals import even, half, probability_interval
from risk.report.pack.base.results import Results
from risk.report.sheet import Sheet
from risk.report.table import Column, Table
from risk.units import SCALE

Row = tuple[Content, ...]

FAMILIES: Mapping[str, tuple[str, str]] = {
    "USD bn": ("usd_bn", "usd_error"),
    "USD m": ("usd_m", "usd_error.0"),
    "USD bn/y": ("usd_bn", "usd_error"),
    "USD bn/q": ("usd_bn", "usd_error"),
    "USD/h": ("price", "usd_error.2"),
    "fraction": ("rate", "standard_error"),
    "1/y": ("rate", "standard_error"),
    "bp": ("count", "usd_error.0"),
    "GW": ("years", "usd_error"),
    "TWh": ("years", "usd_error"),
    "TWh/y": ("years", "usd_error"),
    "Mt": ("years", "usd_error"),
    "Mt/y": ("years", "usd_error"),
    "H100e M": ("years", "usd_error"),
    "multiple": ("price", "usd_error.2"),
}
"""Number formats of a value and of its error, by unit."""

UPPER_BOUND = (
    "± = standard error of the mean; an upper bound where quarters or firms are added up, because the run "
    "keeps sums by quarter and firm and full dependence between them is assumed."
)
MOST_DECIMALS = 3
ROUNDING = 1e-6
"""Relative error below which a mean is the same on every path but for rounding."""

LABEL, YEAR, ERROR = 49.3, 9.3, 7.8
NARROW_LABEL, NARROW_YEAR = 37.8, 8.6
"""Widths of a label, of a number by year, and of its error, which fill a page; the narrow ones make
room for a pair of sums beside the years."""


def format_of(unit: str) -> str:
    """Number format of a unit."""
    return FAMILIES.get(unit, ("number", "usd_error.2"))[0]


def value_cell(
    value: float, error: float, unit: str, style: Style | None = None, thin: bool = False
) -> Cell | str:
    """A number with the digits its error supports; starred where its tail is thin, "–" if undefined."""
    if not isfinite(value):
        return "–"
    name = supported(format_of(unit), error if isfinite(error) else 0.0)
    return Cell(value, name + ("*" if thin else ""), style)


def known(value: float, format: str | None = None) -> Cell | str:
    """A number; "–" where few paths leave it undefined."""
    return Cell(value, format) if isfinite(value) else "–"


def error_cell(value: float, error: float, unit: str, typical: float | None = None) -> Cell | str:
    """A standard error, with the decimals of the number it belongs to, or more where it would read zero."""
    if not (isfinite(value) and isfinite(error)):
        return "–"
    if error <= ROUNDING * abs(value):
        return Cell("exact", style="note")
    family, own = FAMILIES.get(unit, ("number", "usd_error.2"))
    first = -floor(log10(error * (100.0 if named(own).percent else 1.0)))
    decimals = max(named(supported(family, typical or error)).decimals, min(first, MOST_DECIMALS))
    return Cell(error, f"{own.partition('.')[0]}.{decimals}", "note")


def typical_error(values: np.ndarray, errors: np.ndarray) -> float:
    """Median error of a row, so that all its numbers have the same decimals; 0 where all are exact."""
    real = errors[np.isfinite(errors) & (errors > ROUNDING * np.abs(values))]
    return float(np.median(real)) if len(real) else 0.0


def value_cells(
    values: np.ndarray, errors: np.ndarray, unit: str, typical: float | None = None
) -> list[Content]:
    """A row of numbers, in `unit`, with the decimals that their typical error supports."""
    typical = typical_error(values, errors) if typical is None else typical
    return [value_cell(float(v), typical, unit) for v in values]


def error_cells(
    values: np.ndarray, errors: np.ndarray, unit: str, typical: float | None = None
) -> list[Content]:
    """The errors of such a row."""
    typical = typical_error(values, errors) if typical is None else typical
    return [error_cell(float(v), float(e), unit, typical) for v, e in zip(values, errors, strict=True)]


def paired_cells(values: np.ndarray, errors: np.ndarray, unit: str) -> list[Content]:
    """Numbers and errors in turn, as under `year_columns`."""
    both = value_cells(values, errors, unit), error_cells(values, errors, unit)
    return [*chain.from_iterable(zip(*both, strict=True))]


def pair(estimate: Estimate, unit: str, style: Style | None = None) -> tuple[Cell | str, Cell | str]:
    """An estimate in base units as a number and its standard error, in `unit`."""
    value, error = estimate.value / SCALE[unit], estimate.standard_error / SCALE[unit]
    return value_cell(value, error, unit, style, estimate.thin), error_cell(value, error, unit)


def probability_cell(estimate: Estimate | None, style: Style | None = None) -> Cell | str:
    """A probability; with no hit (or nothing but hits) it prints the bound of the rule of three."""
    if estimate is None or not estimate.n:
        return "–"
    if estimate.value in (0.0, 1.0):
        form = f"{'none_of' if estimate.value == 0.0 else 'all_of'}.{estimate.n}"
    else:
        form = "probability_high" if estimate.value > 0.99 else "probability"
    return Cell(estimate.value, form, style)


def level_cell(estimate: Estimate) -> Cell | str:
    """A probability beside its change: to a tenth of a point, as changes have; bounds stay bounds."""
    if not estimate.n or not 0.0 < estimate.value < 1.0:
        return probability_cell(estimate)
    return Cell(estimate.value, "rate")


def margin_cell(estimate: Estimate | None) -> Cell | str:
    """Half-width of the 95% interval of a probability; both its ends where it is not symmetric."""
    if estimate is None or not estimate.n or not isfinite(half(estimate)):
        return "–"
    return Cell(half(estimate), "margin") if even(estimate) else Cell(probability_interval(estimate))


def probability_text(estimate: Estimate) -> str:
    """A probability as the sheets print it, for use in a sentence."""
    return _text(probability_cell(estimate))


def level_text(estimate: Estimate) -> str:
    """A probability in a sentence that tells its change."""
    return _text(level_cell(estimate))


def _text(cell: Cell | str) -> str:
    return cell if isinstance(cell, str) else show(value_of(cell), cell.format or "probability")


def counted(results: Results, name: str) -> Formula:
    """Share of paths with a flag, as the workbook counts it: a live sum over the sheet Patterns."""
    found = results.patterns
    hits = int(found.counts @ found.flags[:, found.names.index(name)])
    return Formula(f"SUMPRODUCT({{patterns.{name}}},{{patterns.paths}})/N_Paths", hits / results.run.paths)


def with_margin(estimate: Estimate) -> str:
    """A probability with its 95% Monte Carlo interval."""
    return f"{probability_text(estimate)} ({probability_interval(estimate)})"


def money(value: float, error: float = 0.0) -> str:
    """USD bn in a sentence: "USD 153bn"."""
    decimals = 0 if abs(value) >= 10.0 or error >= 1.0 else 1
    return f"USD {value:,.{decimals}f}bn"


LEAST_YEARS = 7
"""Years for which a sheet has room even if the run is shorter: its other tables need as much."""


def across(labels: Sequence[str]) -> int:
    """Years that a sheet has room for."""
    return max(len(labels), LEAST_YEARS)


def year_grid(labels: Sequence[str], sums: bool = False) -> tuple[float, ...]:
    """Widths of a sheet whose tables have years across, and `sums` over them beside."""
    label, year = (NARROW_LABEL, NARROW_YEAR) if sums else (LABEL, YEAR)
    return (label, *(year, ERROR) * (across(labels) + sums))


def table_of(
    identifier: str,
    columns: Iterable[Column],
    rows: Mapping[str, Row],
    title: str = "",
    note: str = "",
    **given: Any,
) -> Table:
    """A table of rows by id, filled up with blanks; a label alone is a heading, printed bold."""
    shown = tuple(columns)
    full = tuple((*row, *(None,) * (len(shown) - len(row))) for row in rows.values())
    bold = frozenset(i for i, row in enumerate(rows.values()) if len(row) == 1)
    return Table(identifier, shown, full, title, note, tuple(rows), bold, **given)


def linked(table: Table, column: str, row: str, format: str | None = None) -> Cell | str:
    """A formula that shows a cell of another table in its format, marked as a link; a dash stays a dash."""
    if value_of(table.cell(column, row)) in (None, "–"):
        return "–"
    form = format or table.format_of(table.row_number(row), table.index(column))
    return Cell(table.at(column, row), form, "link")


class Tables:
    """Every table of the sheets made so far, for formulas that point at them."""

    def __init__(self, sheets: Iterable[Sheet]) -> None:
        self._tables = {b.id: b for s in sheets for b in s.blocks() if isinstance(b, Table)}

    def __contains__(self, table: str) -> bool:
        return table in self._tables

    def __getitem__(self, table: str) -> Table:
        return self._tables[table]

    def guarded(self) -> Iterator[Condition]:
        """What must hold of single tables."""
        for table in self._tables.values():
            yield from (guard.condition(table) for guard in table.guards)

    def content(self, table: str, column: str, row: str) -> Content:
        """What a cell holds."""
        return self._tables[table].cell(column, row)

    def number(self, table: str, column: str, row: str) -> float:
        """The number in a cell."""
        return number_of(self.content(table, column, row))

    def at(self, table: str, column: str, row: str) -> Formula:
        """A formula that shows a cell of another table."""
        return self._tables[table].at(column, row)

    def link(self, table: str, column: str, row: str, format: str | None = None) -> Cell | str:
        """The same in its format, marked as a link; a dash stays a dash."""
        return linked(self._tables[table], column, row, format)

    def numbers(self, table: str, column: str) -> list[float]:
        """The numbers of a column; text and blanks left out."""
        values = (value_of(c) for c in self._tables[table].column(column))
        return [float(v) for v in values if isinstance(v, int | float)]

    def total(self, table: str, column: str) -> Formula:
        """Sum of a column."""
        return Formula(f"SUM({{{table}.{column}}})", fsum(self.numbers(table, column)))


def shortened(text: str, width: float) -> str:
    """Text that fits columns of a total width; what is left out at its end becomes "…"."""
    if characters(text) <= width:
        return text
    while text and characters(text.rstrip() + "…") > width:
        text = text[:-1]
    return text.rstrip(" ,;:") + "…"


def subtitle(
    results: Results,
    rest: str = "USD billions unless a unit is shown; losses positive",
    explained: bool = False,
) -> str:
    """Date, run and units: the second line of every sheet.

    Parameters
    ----------
    explained : inputs are told apart on it, of a long run on its first paths.
    """
    run = results.run
    paths = paths_said(run.paths, results.first.paths if explained else None)
    return f"As of {results.as_of} · {results.manifest.scenario} · run {run.id} · {paths} · {rest}"

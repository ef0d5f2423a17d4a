"""Fans: how the main quantities spread over time, with the numbers under each chart."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from risk.analysis import gap
from risk.analysis.bands import Band
from risk.report.charts import Fan, Series
from risk.report.formats import show
from risk.report.pack.base.cells import error_cells, format_of, subtitle, typical_error, value_cells
from risk.report.pack.base.quarters import column_key, first_year_end, narrow, short
from risk.report.pack.base.results import Results, series
from risk.report.sheet import At, Sheet
from risk.report.sheet import Band as Side
from risk.report.table import Cell, Column, Content, Formula, Table, number_of

QUANTILES = ("p5", "p25", "p50", "p75", "p95")
SHOWN_ERRORS = ("p5", "p50", "p95")
CHART = 29
"""Rows of a chart on this sheet: three, one below the other, fill a page."""
LABEL, QUARTER = 9.0, 5.9


@dataclass(frozen=True)
class Quantity:
    """What one fan shows.

    Attributes
    ----------
    band : quantiles by quarter in `unit`, from quarter `start` on.
    lines : further lines of the chart, name → values by quarter.
    """

    id: str
    title: str
    unit: str
    band: Band
    start: int = 0
    lines: dict[str, np.ndarray] = field(default_factory=dict)
    prior: np.ndarray | None = None


def quantities(results: Results) -> tuple[Quantity, ...]:
    """The six fans."""
    required = results.band("required_revenue").at(0.5)
    coverage = gap.coverage(results.run, results.revenue.with_internal)
    plain = {
        "capex": "Big-Five cash capex",
        "h100_contract": "H100 one-year contract rent",
        "neocloud_liquidity": "Neocloud cash and undrawn revolvers",
        "hy_spread": "High-yield spread",
    }
    found = {name: _series(results, name, title) for name, title in plain.items()}
    revenue = _series(
        results, "revenue", "AI revenue from end customers against what capex requires", start=1
    )
    lines = {"Required (vintage lens), median": required[1:]}
    revenue = Quantity(revenue.id, revenue.title, revenue.unit, revenue.band, 1, lines, revenue.prior)
    before = None
    if results.comparable:
        before = gap.coverage(results.comparable.run, results.comparable.revenue.with_internal).at(0.5)
    covered = Quantity(
        "coverage",
        "Revenue, internal use in, over what capex requires",
        "fraction",
        coverage,
        1,
        prior=before,
    )
    spot = results.band("h100_spot").at(0.5)
    rent = found["h100_contract"]
    rent = Quantity(rent.id, rent.title, rent.unit, rent.band, 0, {"Spot, median": spot}, rent.prior)
    return (found["capex"], revenue, covered, rent, found["neocloud_liquidity"], found["hy_spread"])


def _series(results: Results, name: str, title: str, start: int = 0) -> Quantity:
    full = results.band(name)
    cut = Band(full.levels, full.quantiles[:, start:], full.standard_error[:, start:], full.count[start:])
    prior = results.comparable.band(name).at(0.5)[start:] if results.comparable else None
    return Quantity(name, title, series(name).unit, cut, start, prior=prior)


def sheet(results: Results, shown: Sequence[Quantity]) -> Sheet:
    """Build the sheet: all charts on one page, two side by side, and all tables on the next."""
    quarters = results.labels
    half = 1 + len(quarters) // 2
    blocks: list[Side | Table] = []
    for left, right in zip(shown[::2], shown[1::2], strict=True):
        charts = (chart(left, quarters, height=CHART), chart(right, quarters, height=CHART))
        blocks.append(Side((At(charts[0], 1, half), At(charts[1], half + 1, 1 + len(quarters) - half))))
    blocks += [table(quantity, quarters) for quantity in shown]
    return Sheet(
        "Fans",
        "Fans – how the main quantities spread over time",
        subtitle(
            results, "quantiles over paths, quarter by quarter, not one path's course; ± = standard error"
        ),
        "P",
        tuple(blocks),
        question="Where do capex, revenue, rents, liquidity and spreads go, and how sure is that?",
        grid=(LABEL, *(QUARTER,) * len(quarters)),
        landscape=False,
    )


def table_id(quantity: Quantity) -> str:
    """Id of a fan's table."""
    return f"fan-{quantity.id}"


def chart_id(quantity: Quantity) -> str:
    """Id of a fan's chart."""
    return f"{quantity.id}-fan"


def table(quantity: Quantity, quarters: Sequence[str]) -> Table:
    """Quantiles by quarter and the errors of three of them."""
    shown = quarters[quantity.start :]
    form = format_of(quantity.unit)
    first = [Column("label", quantity.unit)]
    blank = [Column(f"b{i}", "", "text") for i in range(quantity.start)]
    columns = [*first, *blank, *(Column(column_key(q), short(q), form, style="engine") for q in shown)]
    rows = [_row(quantity, key, key.upper(), value_cells) for key in QUANTILES]
    rows += [_row(quantity, key, f"± of {key.upper()}", error_cells) for key in SHOWN_ERRORS]
    ids = (*QUANTILES, *(f"{key}_se" for key in SHOWN_ERRORS))
    return Table(table_id(quantity), tuple(columns), tuple(rows), quantity.title, "", ids)


def _row(quantity: Quantity, key: str, label: str, make: Callable[..., list[Content]]) -> tuple[Content, ...]:
    place, band = QUANTILES.index(key), quantity.band
    typical = typical_error(band.quantiles, band.standard_error)  # one for the table, so that columns line up
    cells = make(band.quantiles[place], band.standard_error[place], quantity.unit, typical)
    return (label, *(None,) * quantity.start, *(narrow(cell, QUARTER) for cell in cells))


def links(quantity: Quantity, quarters: Sequence[str]) -> dict[str, list[Content]]:
    """The five quantiles as formulas that point at the table on Fans."""
    shown = quarters[quantity.start :]
    found: dict[str, list[Content]] = {}
    for place, key in enumerate(QUANTILES):
        values = quantity.band.quantiles[place]
        found[key] = [
            Formula(f"{{{table_id(quantity)}.{column_key(q)}[{key}]}}", float(v))
            for q, v in zip(shown, values, strict=True)
        ]
    return found


def chart(quantity: Quantity, quarters: Sequence[str], name: str = "", height: int = 14) -> Fan:
    """The chart of a quantity; its numbers are links to its table."""
    shown = quarters[quantity.start :]
    data = links(quantity, quarters)
    return Fan(
        id=name or chart_id(quantity),
        title=quantity.title,
        alt=finding(quantity, quarters),
        x_title="Quarter",
        y_title=quantity.unit.replace("fraction", "Share"),
        format=_axis(quantity),
        height=height,
        labels=shown,
        p5=data["p5"],
        p25=data["p25"],
        p50=data["p50"],
        p75=data["p75"],
        p95=data["p95"],
        prior=None if quantity.prior is None else quantity.prior.tolist(),
        lines=[
            Series(name=n, values=v.tolist(), tone="orange", dashed=True) for n, v in quantity.lines.items()
        ],
        first=first_year_end(shown),
    )


def _axis(quantity: Quantity) -> str:
    top = float(np.nanmax(quantity.band.quantiles))
    if quantity.unit == "fraction":
        return "share"
    return "price" if quantity.unit == "USD/h" else "count" if top >= 10.0 else "years"


def finding(quantity: Quantity, quarters: Sequence[str]) -> str:
    """What a chart shows, in a sentence."""
    form = _axis(quantity)
    start, end = quantity.band.quantiles[:, 0], quantity.band.quantiles[:, -1]
    ends = f"{show(float(end[0]), form)} (P5) to {show(float(end[4]), form)} (P95)"
    unit = "" if quantity.unit == "fraction" else f" {quantity.unit}"
    return (
        f"{quantity.title}: median {show(float(start[2]), form)}{unit} in {quarters[quantity.start]}, "
        f"{show(float(end[2]), form)} in {quarters[-1]}, where nine paths in ten lie between {ends}."
    )


def ordered(sheet_table: Table) -> int:
    """Quarters in which a fan's quantiles are out of order."""
    bad = 0
    for column in sheet_table.columns[1:]:
        cells = [row[sheet_table.index(column.key)] for row in sheet_table.rows[: len(QUANTILES)]]
        if isinstance(cells[0], Cell):
            values = [number_of(c) for c in cells]
            bad += values != sorted(values)
    return bad

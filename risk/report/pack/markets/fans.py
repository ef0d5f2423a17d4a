"""Fans: how the main quantities spread over time, with the numbers under each chart."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

import numpy as np

from risk.analysis import gap
from risk.analysis.bands import Band
from risk.report.charts import Fan, Series
from risk.report.content import Content, Formula
from risk.report.formats import show
from risk.report.guards import Condition
from risk.report.pack.base.cells import error_cells, format_of, subtitle, table_of, typical_error, value_cells
from risk.report.pack.base.quarters import column_key, first_year_end, narrow, short
from risk.report.pack.base.results import Array, Results, series
from risk.report.pack.markets import spaghetti
from risk.report.sheet import At, Sheet
from risk.report.sheet import Strip as Side
from risk.report.table import Column, Table

QUANTILES = ("p5", "p25", "p50", "p75", "p95")
SHOWN_ERRORS = ("p5", "p50", "p95")
ABREAST, CHART = 3, 18
"""Charts side by side, and rows of each: all fit one page."""
LABEL, QUARTER = 9.0, 5.9
RENT = "h100_contract"
CAPEX = "Big-Five cash capex"


@dataclass(frozen=True)
class Quantity:
    """What one fan shows.

    Attributes
    ----------
    band : quantiles by quarter in `unit`, from quarter `start` on.
    quarters : their names.
    lines : further lines of the chart, name → values by quarter.
    prior : median of the run before.
    """

    id: str
    title: str
    unit: str
    band: Band
    quarters: Sequence[str]
    start: int = 0
    lines: dict[str, Array] = field(default_factory=dict)
    prior: Array | None = None


def quantities(results: Results) -> tuple[Quantity, ...]:
    """The six fans."""
    required = {"Required (vintage lens), median": results.band("required_revenue").at(0.5)[1:]}
    demand = "AI revenue from end customers against what capex requires"
    return (
        _series(results, "capex", CAPEX),
        _series(results, "revenue", demand, 1, required),
        _coverage(results),
        rent(results),
        _series(results, "neocloud_liquidity", "Neocloud cash and undrawn revolvers"),
        _series(results, "hy_spread", "High-yield spread"),
    )


def rent(results: Results) -> Quantity:
    """Fan of the H100 contract rent."""
    spot = {"Spot, median": results.band("h100_spot").at(0.5)}
    return _series(results, RENT, "H100 one-year contract rent", lines=spot)


def front(results: Results) -> tuple[Fan, Fan]:
    """Charts of the first page: rents and capex, with what was read of them before and since."""
    shown = {"summary-rent": rent(results), "summary-capex": _series(results, "capex", CAPEX)}
    first, second = (replace(_read(results, each), id=name) for name, each in shown.items())
    return first, second


def _read(results: Results, quantity: Quantity) -> Fan:
    """A fan behind two years of history: there its quantiles are what was read, whose line goes on since."""
    fan = chart(quantity)
    known = (results.watch.read if results.watch else {}).get(quantity.id, {})
    past = sorted(quarter for quarter in known if quarter < results.labels[0])
    if not past:
        return fan
    quarters = (*past, *quantity.quarters)
    before = [known[quarter] for quarter in past]
    read = Series(name="Read", values=[known.get(quarter) for quarter in quarters], tone="orange")
    return replace(
        fan,
        labels=quarters,
        p5=[*before, *fan.p5],
        p25=[*before, *fan.p25],
        p50=[*before, *fan.p50],
        p75=[*before, *fan.p75],
        p95=[*before, *fan.p95],
        prior=None if fan.prior is None else [*before, *fan.prior],
        lines=(read,),
        first=first_year_end(quarters),
    )


def _coverage(results: Results) -> Quantity:
    def found(own: Results) -> Band:
        return gap.coverage(own.run)

    title, quarters = "Revenue, internal use in, over what capex requires", results.labels[1:]
    before = found(results.comparable).at(0.5) if results.comparable else None
    return Quantity("coverage", title, "fraction", found(results), quarters, 1, prior=before)


def _series(
    results: Results, name: str, title: str, start: int = 0, lines: dict[str, Array] | None = None
) -> Quantity:
    full, quarters = results.band(name), results.labels[start:]
    cut = Band(full.levels, full.quantiles[:, start:], full.standard_error[:, start:], full.count[start:])
    prior = results.comparable.band(name).at(0.5)[start:] if results.comparable else None
    return Quantity(name, title, series(name).unit, cut, quarters, start, lines or {}, prior)


def sheet(results: Results) -> Sheet:
    """Build the sheet: all charts on one page, and their numbers on the screen."""
    quarters, shown = results.labels, quantities(results)
    charts = [replace(chart(quantity), every=8) for quantity in shown]  # there is room for no more dates
    return Sheet(
        "Fans",
        "Fans – how the main quantities spread over time",
        subtitle(
            results, "quantiles over paths, quarter by quarter, not one path's course; ± = standard error"
        ),
        "P",
        tuple(_side(charts[i : i + ABREAST], 1 + len(quarters)) for i in range(0, len(charts), ABREAST)),
        question="Where do capex, revenue, rents, liquidity and spreads go, and how sure is that?",
        screen=(spaghetti.chart(results, CHART + 6), *map(table, shown)),
        grid=(LABEL, *(QUARTER,) * len(quarters)),
    )


def _side(charts: Sequence[Fan], columns: int) -> Side:
    """Charts side by side over so many columns."""
    edges = [1 + round(i * columns / len(charts)) for i in range(len(charts) + 1)]
    return Side(
        tuple(At(c, start, end - start) for c, (start, end) in zip(charts, pairwise(edges), strict=True))
    )


def table(quantity: Quantity) -> Table:
    """Quantiles by quarter and the errors of three of them."""
    form = format_of(quantity.unit)
    columns = (
        Column("label", quantity.unit),
        *(Column(f"b{i}", "", "text") for i in range(quantity.start)),
        *(Column(column_key(q), short(q), form, style="engine") for q in quantity.quarters),
    )
    rows = {key: _row(quantity, key, key.upper(), value_cells) for key in QUANTILES}
    rows |= {f"{key}_se": _row(quantity, key, f"± of {key.upper()}", error_cells) for key in SHOWN_ERRORS}
    return table_of(f"fan-{quantity.id}", columns, rows, quantity.title, guards=tuple(_guards(quantity)))


def _guards(quantity: Quantity) -> Iterator[Condition]:
    """What must hold of the chart, which is drawn from the table."""
    drawn = f"chart-{quantity.id}-fan"
    steps = (f"SUMPRODUCT(--({{{drawn}.{b}}}<{{{drawn}.{a}}}))" for a, b in pairwise(QUANTILES))
    falls = Formula("+".join(steps), int((np.diff(quantity.band.quantiles, axis=0) < 0.0).sum()))
    how = "P5 ≤ P25 ≤ P50 ≤ P75 ≤ P95 in every quarter"
    yield Condition(f"Fan out of order: {quantity.title}", falls, 0, 0.0, how)
    if quantity.id == RENT:
        lowest = Formula(f"MIN({{{drawn}.p5}})", float(quantity.band.quantiles[0].min()))
        yield Condition("Rents are positive", 0, lowest, 0.0, "lowest P5 of the H100 contract rent", "≤")


def _row(quantity: Quantity, key: str, label: str, make: Callable[..., list[Content]]) -> tuple[Content, ...]:
    place, band = QUANTILES.index(key), quantity.band
    typical = typical_error(band.quantiles, band.standard_error)  # one for the table, so that columns line up
    cells = make(band.quantiles[place], band.standard_error[place], quantity.unit, typical)
    return (label, *(None,) * quantity.start, *(narrow(cell, QUARTER) for cell in cells))


def _links(quantity: Quantity, key: str) -> list[Content]:
    """A quantile as formulas that point at the table on Fans."""
    values = zip(quantity.quarters, quantity.band.quantiles[QUANTILES.index(key)], strict=True)
    return [Formula(f"{{fan-{quantity.id}.{column_key(q)}[{key}]}}", float(v)) for q, v in values]


def chart(quantity: Quantity, name: str = "", height: int = CHART) -> Fan:
    """The chart of a quantity; its numbers are links to its table."""
    p5, p25, p50, p75, p95 = (_links(quantity, key) for key in QUANTILES)
    return Fan(
        id=name or f"{quantity.id}-fan",
        title=quantity.title,
        alt=finding(quantity),
        x_title="Quarter",
        y_title=quantity.unit.replace("fraction", "Share"),
        format=_axis(quantity),
        height=height,
        labels=quantity.quarters,
        p5=p5,
        p25=p25,
        p50=p50,
        p75=p75,
        p95=p95,
        prior=None if quantity.prior is None else quantity.prior.tolist(),
        lines=[
            Series(name=n, values=v.tolist(), tone="orange", dashed=True) for n, v in quantity.lines.items()
        ],
        first=first_year_end(quantity.quarters),
    )


def _axis(quantity: Quantity) -> str:
    top = float(np.nanmax(quantity.band.quantiles))
    if quantity.unit == "fraction":
        return "share"
    return "price" if quantity.unit == "USD/h" else "count" if top >= 10.0 else "years"


def finding(quantity: Quantity) -> str:
    """What a chart shows, in a sentence."""
    form, quarters = _axis(quantity), quantity.quarters
    start, end = quantity.band.quantiles[:, 0], quantity.band.quantiles[:, -1]
    ends = f"{show(float(end[0]), form)} (P5) to {show(float(end[4]), form)} (P95)"
    unit = "" if quantity.unit == "fraction" else f" {quantity.unit}"
    return (
        f"{quantity.title}: median {show(float(start[2]), form)}{unit} in {quarters[0]}, "
        f"{show(float(end[2]), form)} in {quarters[-1]}, where nine paths in ten lie between {ends}."
    )

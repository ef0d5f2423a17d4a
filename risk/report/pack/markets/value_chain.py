"""Who earns the inflow: value added by layer of the chain, and what bids for compute."""

from __future__ import annotations

from collections.abc import Sequence
from math import fsum

from risk.analysis.flows import Yearly, rates
from risk.report.charts import STACK, Bars, Series
from risk.report.guards import Adds
from risk.report.pack.base.cells import Line, year_table
from risk.report.pack.base.names import CHAIN, words
from risk.report.pack.base.results import Results
from risk.report.table import Cell, Check, Content, Formula, Table, number_of

BILLION = 1e9
TOLERANCE = 1e-6
"""USD bn that sums of means may differ by rounding."""


def tables(results: Results, labels: Sequence[str]) -> tuple[Table, ...]:
    """Inflow, value added and the check that they agree; demand for compute and its shares."""
    inflow, layers = rates(results.run, "inflow"), rates(results.run, "value_added")
    return _inflow(labels, inflow), _layers(labels, layers, inflow), _demand(results, labels)


def _lines(found: Yearly, special: dict[str, str] | None = None) -> list[Line]:
    return [Line(name, words(name, special), *found.entity(name), "USD bn/y") for name in found.entities]


def _inflow(labels: Sequence[str], found: Yearly) -> Table:
    total = Line("total", "External inflow", found.mean.sum(axis=1), None, "USD bn/y", bold=True)
    note = "Final demand, as in national accounts: chips are a share of investment and never added to it."
    title = "What flows into the chain, mean over paths, USD bn a year"
    return year_table(
        "inflow", title, labels, [*_lines(found), total], "Inflow", note, {"total": list(found.entities)}
    )


def _layers(labels: Sequence[str], found: Yearly, inflow: Yearly) -> Table:
    """Value added by layer, its sum, and its comparison with the inflow."""
    total = Line("total", "Value added, all layers", found.mean.sum(axis=1), None, "USD bn/y", bold=True)
    title = "Value added by layer of the chain, mean over paths, USD bn a year"
    lines = [*_lines(found, CHAIN), total]
    made = year_table("layers", title, labels, lines, "Layer", "", {"total": list(found.entities)})
    cells: list[Content] = ["   equals the inflow"]
    for i, _ in enumerate(labels):
        gap = abs(fsum(found.mean[i]) - fsum(inflow.mean[i])) / BILLION
        condition = f"ABS({{layers.y{i}[total]}}-{{inflow.y{i}[total]}})<={TOLERANCE}"
        cells += [Check(condition, gap <= TOLERANCE), None]
    note = (
        "A cascade, not a sum: each layer's revenue is the next layer's cost, so only value added may be "
        "added up."
    )
    return Table(
        made.id, made.columns, (*made.rows, tuple(cells)), title, note, (*made.row_ids, "check"), made.total
    )


def _demand(results: Results, labels: Sequence[str]) -> Table:
    """Dollars that bid for compute, and the shares that are internal and circular."""
    found = rates(results.run, "demand")
    total = Line("total", "Demand for compute", found.mean.sum(axis=1), None, "USD bn/y", bold=True)
    title = "Dollars that bid for compute, mean over paths, USD bn a year"
    made = year_table(
        "demand", title, labels, [*_lines(found), total], "Payer", "", {"total": list(found.entities)}
    )
    rows, ids = [*made.rows], [*made.row_ids]
    shares = (
        ("internal", "   Internal share"),
        ("lab_recycled", "   Circular share (suppliers fund their customers)"),
    )
    for name, label in shares:
        cells: list[Content] = [label]
        amounts, totals = (made.rows[made.row_number(row)] for row in (name, "total"))
        for i, _ in enumerate(labels):
            ratio = number_of(amounts[1 + 2 * i]) / number_of(totals[1 + 2 * i])
            formula = Formula(f"{{demand.y{i}[{name}]}}/{{demand.y{i}[total]}}", ratio)
            cells += [Cell(formula, "rate", "calculation"), None]
        rows.append(tuple(cells))
        ids.append(f"{name}_share")
    note = (
        "Internal use at the base date is solved so that the market clears at observed rent and utilization."
    )
    last = (f"y{len(labels) - 1}",)
    guards = tuple(
        Adds(f"Share of demand at most one: {name}", last, (f"{name}_share",), 1, 0.0, "last year", "≤")
        for name, _ in shares
    )
    return Table("demand", made.columns, tuple(rows), title, note, tuple(ids), made.total, guards=guards)


def demand_chart(results: Results, labels: Sequence[str]) -> Bars:
    """Demand for compute by payer."""
    found = rates(results.run, "demand")
    series = []
    for name, tone in zip(found.entities, STACK, strict=False):
        mean = found.entity(name)[0] / BILLION
        values = [Formula(f"{{demand.y{i}[{name}]}}", float(v)) for i, v in enumerate(mean)]
        series.append(Series(name=words(name), values=values, tone=tone))
    last = found.mean[-1] / fsum(found.mean[-1])
    alt = (
        f"In {labels[-1]} internal use is {last[found.entities.index('internal')]:.0%} of the dollars that "
        "bid for compute, and funding recycled from suppliers "
        f"{last[found.entities.index('lab_recycled')]:.0%}."
    )
    return Bars(
        id="compute-demand",
        title="Dollars that bid for compute, means",
        alt=alt,
        x_title="Year",
        y_title="USD bn a year",
        format="count",
        labels=labels,
        series=series,
        stacked=True,
        height=20,
    )

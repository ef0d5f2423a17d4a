"""Who earns the inflow: value added by layer of the chain, and what bids for compute."""

from __future__ import annotations

from dataclasses import replace

from risk.analysis.flows import rates
from risk.report.charts import Bars
from risk.report.content import Check, number_of
from risk.report.guards import ROUNDING, Adds
from risk.report.pack.base.names import CHAIN, words
from risk.report.pack.base.results import Results
from risk.report.pack.base.yearly import below, paired, ratio, shown, summed, yearly_bars
from risk.report.table import Table

SHARES = {
    "internal": "   Internal share",
    "lab_recycled": "   Circular share (suppliers fund their customers)",
}


def inflow(results: Results) -> Table:
    """What flows into the chain."""
    return summed(
        "inflow",
        "What flows into the chain, mean over paths, USD bn a year",
        rates(results.run, "inflow"),
        "Inflow",
        "External inflow",
        note="Final demand, as in national accounts: chips are a share of investment and never added to it.",
    )


def layers(results: Results, inflow: Table) -> Table:
    """Value added by layer, its sum, and its comparison with the inflow."""
    made = summed(
        "layers",
        "Value added by layer of the chain, mean over paths, USD bn a year",
        rates(results.run, "value_added"),
        "Layer",
        "Value added, all layers",
        named=lambda name: words(name, CHAIN),
        note="A cascade, not a sum: each layer's revenue is the next layer's cost, so only value added may "
        "be added up.",
    )
    sides = zip(shown(made, "total"), shown(inflow, "total"), strict=True)
    checks = (
        Check(f"ABS({a.text}-{b.text})<={ROUNDING}", abs(number_of(a) - number_of(b)) <= ROUNDING)
        for a, b in sides
    )
    return below(made, {"check": paired("   equals the inflow", ((check, None) for check in checks))})


def demand(results: Results) -> Table:
    """Money that bids for compute, and the shares that are internal and circular."""
    made = summed(
        "demand",
        "Money that bids for compute, mean over paths, USD bn a year",
        rates(results.run, "demand"),
        "Payer",
        "Demand for compute",
        note="Internal use at the base date is solved so that the market clears at observed rent and "
        "utilization.",
    )
    shares = {f"{name}_share": ratio(made, label, name, "total", "rate") for name, label in SHARES.items()}
    last = (f"y{len(results.years) - 1}",)
    guards = (
        Adds(f"Share of demand at most one: {name}", last, (f"{name}_share",), 1, 0.0, "last year", "≤")
        for name in SHARES
    )
    return replace(below(made, shares), guards=tuple(guards))


def demand_chart(demand: Table) -> Bars:
    """Demand for compute by payer."""
    payers = demand.row_ids[: demand.row_number("total")]
    labels = [column.label for column in demand.columns[1::2]]
    own, recycled = (number_of(shown(demand, f"{name}_share")[-1]) for name in SHARES)
    return yearly_bars(
        "compute-demand",
        "Money that bids for compute, means",
        labels,
        {words(name): shown(demand, name) for name in payers},
        f"In {labels[-1]} internal use is {own:.0%} of the money that bids for compute, and funding "
        f"recycled from suppliers {recycled:.0%}.",
        20,
        y_title="USD bn a year",
    )

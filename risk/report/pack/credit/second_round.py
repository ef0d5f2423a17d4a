"""The second round: what forced sales mark down, apart from losses and never added to them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from math import fsum

import numpy as np

from risk.analysis import statistics
from risk.analysis.flows import Yearly, flows, rates
from risk.analysis.metrics import HEADLINE
from risk.analysis.statistics import Estimate
from risk.report import spec
from risk.report.pack.base.cells import money, pair, with_margin
from risk.report.pack.base.fields import chance
from risk.report.pack.base.names import CHANNELS, HOLDERS, words
from risk.report.pack.base.results import Results
from risk.report.pack.base.yearly import ALL, BILLION, TOTAL, below, flowing, line, made_of, paired, years
from risk.report.pack.credit.losses import ratio_cells, whole
from risk.report.sheet import Heading
from risk.report.spec import Spec
from risk.report.table import Column, Table

QUANTILES = (0.05, 0.25, 0.50, 0.75, 0.95, 0.99)
PROPOSITION = "B8"
ROUNDS = {"first": "Sales that leverage or a channel forces", "second": "Sales that those marks force"}
OTHER = "other"
SALES = CHANNELS | {OTHER: "All other holders over their leverage"}
SPREAD = {
    "second_round_share": ("Marks over first-round loss, worst calendar year", "fraction"),
    "second_round": ("Marks to the end, USD bn", "USD bn"),
    "bankruptcy_cost": ("Cost of failed vehicles to the end, USD bn", "USD bn"),
}
PRESSURE = {
    "discount": "Fall in price in a quarter, mean over what is owed",
    "squeeze": "Private credit withheld, as bank lines are pulled",
    "freeze": "CLO bid that is missing",
}
LIMITS = (
    "Marks are reported apart and never added to losses: a loan held to its end pays what it pays, prices "
    "recover, and the mark of one quarter is not carried into the next. What the model carries are the "
    "wider spread, the lines pulled and the missing CLO bid. Who holds, owns and funds what is mostly "
    "judgement and fixed; holders are their books of these instruments, and sellers of one class stand for "
    "thousands of institutions."
)


def finding(results: Results) -> str:
    """Who bears how much, and what the second round is beside it."""
    run = results.run
    lost = _sum(flows(run, "losses.instrument"))
    owners = flows(run, "losses.ultimate")
    borne = owners.mean.sum(axis=0) / BILLION
    first, second = (int(i) for i in np.argsort(-borne)[:2])
    names = [words(owners.entities[i], HOLDERS) for i in (first, second)]
    marks = _sum(flows(run, "mark_to_market.holder"))
    share = f", {marks / lost:.0%} of the loss" if lost > 0.0 else ""
    cost = fsum(flows(run, "cascade").entity("bankruptcy_cost")[0]) / BILLION
    p = results.verdict.claim(PROPOSITION).probability
    bar = f"In some year they reach the share of its losses that {PROPOSITION} asks for"
    often = f" {bar} on {with_margin(p)} of paths." if p else ""
    exposed = results.metric(HEADLINE).mean.value
    return (
        f"Lenders lose {money(lost)} in the mean, booked once ({exposed:,.0f} in the headline; "
        f"{lost - exposed:,.0f} other), and failed vehicles cost {money(cost)} more. "
        f"Of both, {names[0].lower()} bear {money(borne[first])} and {names[1].lower()} "
        f"{money(borne[second])}. Apart from that, forced sales mark down what is held by {money(marks)}"
        f"{share}.{often}"
    )


def _sum(found: Yearly) -> float:
    return fsum(found.mean.ravel()) / BILLION


def blocks(results: Results, labels: Sequence[str]) -> tuple[Heading | Table, ...]:
    """Marks by holder and round, how they are distributed, who sells and why, and the pressure on prices."""
    run, sold = results.run, flows(results.run, "sold.holder")
    forced = _channels(flows(run, "forced"), sold)
    titles = (
        "The same by round of sales, mean over paths, USD bn",
        "Sold under pressure by holder, mean over paths, USD bn",
        "The same by what forces it, mean over paths, USD bn",
    )
    return (
        Heading("Second round: marks, apart from losses"),
        _marks(results),
        flowing("marks-round", titles[0], flows(run, "rounds"), "Round", ROUNDS),
        _spread(results),
        _chances(results),
        flowing("sold-holder", titles[1], sold, "Seller", HOLDERS, "All sold"),
        flowing("forced", titles[2], forced, "Channel", SALES, "All sold"),
        _pressure(results, labels),
    )


def _marks(results: Results) -> Table:
    """Marks by holder, and what share of the first round they are."""
    found, lost = flows(results.run, "mark_to_market.holder"), flows(results.run, "losses.instrument")
    title = "Marked down by holder, mean over paths, USD bn"
    note = "A mean over paths of few large events; the worst year of each path is distributed below."
    made = flowing("marks-holder", title, found, "Holder of record", HOLDERS, "All marks", note)
    parts = (found.mean, lost.mean, found.standard_error, lost.standard_error)
    sums = zip(*(whole(yearly.sum(axis=1)) for yearly in parts), strict=True)
    pairs = (
        ratio_cells(f"{{marks-holder.{key}[{TOTAL}]}}/{{losses-instrument.{key}[{TOTAL}]}}", *values)
        for key, values in zip([*years(found.labels), ALL], sums, strict=True)
    )
    return below(made, {"share": paired("   over the loss of the first round", pairs)})


def _spread(results: Results) -> Table:
    """Distribution over paths of the share, the amount and the cost of failed vehicles."""
    heads = {"mean": "Mean"} | {f"p{round(100 * q)}": f"P{round(100 * q)}" for q in QUANTILES}
    pairs = (spec.measure(key, head, None, tuple).columns for key, head in heads.items())
    rows = []
    for name, (label, unit) in SPREAD.items():
        values = results.run.outcome(name)
        estimates = (statistics.mean(values), *statistics.quantiles(values, QUANTILES))
        rows.append(paired(label, (pair(estimate, unit) for estimate in estimates)))
    note = (
        "Worst year: among the calendar years in which the first round loses enough to count. * fewer than "
        f"{statistics.THIN_TAIL} paths in the tail."
    )
    columns = (Column("label", "Over paths"), *chain.from_iterable(pairs))
    title = "How the second round is distributed"
    return Table("second-round", columns, tuple(rows), title, note, tuple(SPREAD))


def _chances(results: Results) -> Table:
    """The proposition on cascades, and paths without a second round."""
    claim = results.verdict.claim(PROPOSITION)
    none = statistics.probability(results.run.outcome("second_round") <= 0.0)
    made: Spec[tuple[str, Estimate | None, str]] = Spec(
        (
            spec.text("label", "Chance", lambda row: row[0]),
            chance("p", "P", lambda row: row[1]),
            spec.text("median", "Median", lambda row: row[2], format="quarter"),
        ),
        id="second-round-chances",
        note=str(claim.statement),
    )
    median = claim.timing.median if claim.timing else "–"
    rows = (f"{claim.id}  {claim.label}", claim.probability, median), ("Nobody is forced to sell", none, "–")
    return made.table(rows, row_ids=(claim.id, "none"))


def _channels(forced: Yearly, sold: Yearly) -> Yearly:
    """Sales by what forces them; the rest is deleveraging of the other holders."""
    rest = sold.mean.sum(axis=1) - forced.mean.sum(axis=1)
    bound = sold.standard_error.sum(axis=1) + forced.standard_error.sum(axis=1)
    return Yearly(
        forced.labels,
        (*forced.entities, OTHER),
        np.column_stack([forced.mean, rest]),
        np.column_stack([forced.standard_error, bound]),
    )


def _pressure(results: Results, labels: Sequence[str]) -> Table:
    """What prices and lending feel, on average over the quarters of a year."""
    found = rates(results.run, "cascade")
    rows = {key: line(label, *found.entity(key), "fraction") for key, label in PRESSURE.items()}
    title = "Pressure on prices and lending, mean over paths and quarters"
    return made_of("pressure", title, labels, "Share", rows)

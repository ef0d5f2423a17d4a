"""The second round: what forced sales mark down, apart from losses and never added to them."""

from __future__ import annotations

from collections.abc import Sequence
from math import fsum

import numpy as np

from risk.analysis import statistics
from risk.analysis.flows import Yearly, flows, rates
from risk.analysis.metrics import HEADLINE
from risk.analysis.statistics import Estimate
from risk.report.pack.base.cells import (
    Line,
    margin_cell,
    money,
    pair,
    probability_cell,
    with_margin,
    year_table,
)
from risk.report.pack.base.names import CHANNELS, HOLDERS, words
from risk.report.pack.base.results import Array, Results
from risk.report.pack.credit import losses
from risk.report.pack.credit.losses import BILLION, TOTAL
from risk.report.sheet import Heading, Paragraph
from risk.report.table import Column, Content, Table

QUANTILES = (0.05, 0.25, 0.50, 0.75, 0.95, 0.99)
PROPOSITION = "B8"
ROUNDS = {"first": "Sales that leverage or a channel forces", "second": "Sales that those marks force"}
OTHER = "other"
SALES = CHANNELS | {OTHER: "All other holders over their leverage"}
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
AMPLIFICATION = (
    "How much each feedback amplifies the losses, and the gain of the loop, need runs with the feedback cut: "
    "bubblerisk amplification"
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
    p = next(c.probability for c in results.verdict.claims if c.id == PROPOSITION)
    bar = f"In some year they reach the share of its losses that {PROPOSITION} asks for"
    chance = f" {bar} on {with_margin(p)} of paths." if p else ""
    exposed = results.metric(HEADLINE).mean.value
    return (
        f"Lenders lose {money(lost)} in the mean, booked once ({exposed:,.0f} AI-exposed, the headline; "
        f"{lost - exposed:,.0f} other), and failed vehicles cost {money(cost)} more. "
        f"Of both, {names[0].lower()} bear {money(borne[first])} and {names[1].lower()} "
        f"{money(borne[second])}. Apart from that, forced sales mark down what is held by {money(marks)}"
        f"{share}.{chance}"
    )


def _sum(found: Yearly) -> float:
    return fsum(found.mean.ravel()) / BILLION


def blocks(results: Results, labels: Sequence[str]) -> tuple[Heading | Paragraph | Table, ...]:
    """Marks by holder and round, how they are distributed, who sells and why, and the pressure on prices."""
    run = results.run
    rounds = losses.by_year(
        "marks-round",
        "The same by round of sales, mean over paths, USD bn",
        labels,
        flows(run, "rounds"),
        "Round",
        ROUNDS,
    )
    sold = losses.by_year(
        "sold-holder",
        "Sold under pressure by holder, mean over paths, USD bn",
        labels,
        flows(run, "sold.holder"),
        "Seller",
        HOLDERS,
        "All sold",
    )
    return (
        Heading("Second round: marks, apart from losses"),
        _marks(results, labels),
        rounds,
        _spread(results),
        _chances(results),
        sold,
        _channels(results, labels),
        _pressure(results, labels),
    )


def _marks(results: Results, labels: Sequence[str]) -> Table:
    """Marks by holder, and what share of the first round they are."""
    run = results.run
    found, lost = flows(run, "mark_to_market.holder"), flows(run, "losses.instrument")
    title = "Marked down by holder, mean over paths, USD bn"
    made = losses.by_year("marks-holder", title, labels, found, "Holder of record", HOLDERS, "All marks")
    cells: list[Content] = ["   over the loss of the first round"]
    sums = [(x.mean.sum(axis=1), x.standard_error.sum(axis=1)) for x in (found, lost)]
    (marks, marks_se), (losses_, losses_se) = ([_with_all(v) for v in both] for both in sums)
    for i, key in enumerate([*(f"y{i}" for i in range(len(labels))), "all"]):
        formula = f"{{marks-holder.{key}[{TOTAL}]}}/{{losses-instrument.{key}[{TOTAL}]}}"
        cells += losses.ratio_cells(formula, marks[i], losses_[i], marks_se[i], losses_se[i])
    note = "A mean over paths of few large events; the worst year of each path is distributed below."
    rows, ids = (*made.rows, tuple(cells)), (*made.row_ids, "share")
    return Table(made.id, made.columns, rows, title, note, ids, made.total)


def _with_all(values: Array) -> list[float]:
    return [*(float(v) for v in values), fsum(values)]


def _spread(results: Results) -> Table:
    """Distribution over paths of the share, the amount and the cost of failed vehicles."""
    columns = [Column("label", "Over paths"), *_paired("mean", "Mean")]
    for level in QUANTILES:
        columns += _paired(f"p{round(100 * level)}", f"P{round(100 * level)}")
    rows = []
    names = {
        "second_round_share": ("Marks over first-round loss, worst calendar year", "fraction"),
        "second_round": ("Marks to the end, USD bn", "USD bn"),
        "bankruptcy_cost": ("Cost of failed vehicles to the end, USD bn", "USD bn"),
    }
    for name, (label, unit) in names.items():
        values = results.run.outcome(name)
        estimates: list[Estimate] = [statistics.mean(values), *statistics.quantiles(values, QUANTILES)]
        rows.append((label, *(cell for e in estimates for cell in pair(e, unit))))
    note = (
        "Worst year: among the calendar years in which the first round loses enough to count. * fewer than "
        f"{statistics.THIN_TAIL} paths in the tail."
    )
    title = "How the second round is distributed"
    return Table("second-round", tuple(columns), tuple(rows), title, note, tuple(names))


def _paired(key: str, header: str) -> list[Column]:
    return [
        Column(key, header, "number", style="engine"),
        Column(f"{key}_se", "± SE", "number", style="note", align="right"),
    ]


def _chances(results: Results) -> Table:
    """The proposition on cascades, and paths without a second round."""
    claim = next(c for c in results.verdict.claims if c.id == PROPOSITION)
    none = statistics.probability(results.run.outcome("second_round") <= 0.0)
    columns = (
        Column("label", "Chance"),
        Column("p", "P", "probability", style="engine"),
        Column("mc", "± 95%", "margin", style="note"),
        Column("median", "Median", "quarter"),
    )
    found = {f"{claim.id}  {claim.label}": claim.probability, "Nobody is forced to sell": none}
    medians = (claim.timing.median if claim.timing else "–", "–")
    rows = tuple(
        (label, probability_cell(p), margin_cell(p), median)
        for (label, p), median in zip(found.items(), medians, strict=True)
    )
    return Table("second-round-chances", columns, rows, "", str(claim.statement), (claim.id, "none"))


def _channels(results: Results, labels: Sequence[str]) -> Table:
    """Sales by what forces them; the rest is deleveraging of the other holders."""
    forced, sold = flows(results.run, "forced"), flows(results.run, "sold.holder")
    rest = sold.mean.sum(axis=1) - forced.mean.sum(axis=1)
    bound = sold.standard_error.sum(axis=1) + forced.standard_error.sum(axis=1)
    every = Yearly(
        forced.labels,
        (*forced.entities, OTHER),
        np.column_stack([forced.mean, rest]),
        np.column_stack([forced.standard_error, bound]),
    )
    title = "The same by what forces it, mean over paths, USD bn"
    return losses.by_year("forced", title, labels, every, "Channel", SALES, "All sold")


def _pressure(results: Results, labels: Sequence[str]) -> Table:
    """What prices and lending feel, on average over the quarters of a year."""
    found = rates(results.run, "cascade")
    lines = [Line(key, label, *found.entity(key), "fraction") for key, label in PRESSURE.items()]
    title = "Pressure on prices and lending, mean over paths and quarters"
    return year_table("pressure", title, labels, lines, "Share")

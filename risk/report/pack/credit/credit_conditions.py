"""What the sheet of checks recomputes of PrivateCredit and Cascade."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from math import fsum

from risk.analysis.flows import year_labels
from risk.report.guards import EXACT, ROUNDING, Condition
from risk.report.pack.base.cells import Tables
from risk.report.pack.base.results import Results
from risk.report.pack.control.checks import count, total_gap
from risk.report.pack.credit import recoveries, shortfall, wall
from risk.report.pack.credit.losses import TOTAL
from risk.report.pack.credit.waterfall import EXPOSED, INSTRUMENTS, PAPER, VIEWS, waterfall_id
from risk.report.table import Formula, number_of

SECURED = ("ddtl", "vendor", "site_loan")
"""Instruments that facilities are."""

HORIZON = "all years"


def conditions(results: Results, t: Tables) -> Iterator[Condition]:
    """Losses and their holders, recoveries, the second round."""
    yield from _losses(results, t)
    yield from shortfall.conditions(t)
    yield from _holders(t)
    yield from _recoveries(results, t)
    yield from _second_round(results, t)
    yield from _segments(results, t)


def _lost(t: Tables, names: Sequence[str]) -> Formula:
    return plus(t, [("losses-instrument", "all", name) for name in names])


def _losses(results: Results, t: Tables) -> Iterator[Condition]:
    """Instruments add up to the outcomes of the engine, and to the rows of other sheets."""
    outcomes = {
        "headline_loss": ("Headline loss is the sum of its instruments", EXPOSED),
        "loss_without_software": ("… and without software borrowers", EXPOSED[:-1]),
        "neocloud_loss": ("Neocloud loss: facilities, revolvers and HoldCo paper", PAPER),
    }
    for name, (text, parts) in outcomes.items():
        mean = t.at("metrics", "mean", name)
        yield Condition(text, _lost(t, parts), mean, ROUNDING, "PrivateCredit v. Metrics")
    base, cohorts = t.total("facility-defaults", "loss"), t.total("cohorts", "loss")
    rows = Formula(f"({base.text}+{cohorts.text})/1000", (number_of(base) + number_of(cohorts)) / 1000.0)
    how = "Neoclouds v. PrivateCredit: DDTL, vendor finance, site loans"
    yield Condition("Facility losses, row by row", rows, _lost(t, SECURED), ROUNDING, how)
    for name in results.run.entities["credit.loss"]:
        years = range(len(year_labels(results.run.calendar)))
        pooled = plus(t, [("credit-segments", f"y{i}", f"{name}_loss") for i in years])
        yield Condition(
            f"Segment loss: {name}", pooled, _lost(t, [name]), ROUNDING, f"segments v. instruments, {HORIZON}"
        )


def _holders(t: Tables) -> Iterator[Condition]:
    """The first round conserves claims."""
    instruments, record, owners = (
        t.at(f"losses-{by}", "all", TOTAL) for by in ("instrument", "holder", "ultimate")
    )
    cost = t.at("conservation", "all", "cost")
    net = Formula(f"{owners.text}-{cost.text}", number_of(owners) - number_of(cost))
    yield Condition(
        "Losses at holders of record equal losses on instruments",
        record,
        instruments,
        ROUNDING,
        "first round",
    )
    yield Condition(
        "Losses at ultimate owners, less bankruptcy cost, equal the same", net, instruments, ROUNDING, HORIZON
    )
    mean = t.at("second-round", "mean", "bankruptcy_cost")
    yield Condition("Bankruptcy cost by year adds up to the outcome", cost, mean, ROUNDING, "means")
    columns = [c.key for c in t["exceedance"].columns if c.key.startswith("l") and c.key != "label"]
    steps = [
        f"--({{exceedance.{column}[{rarer}]}}<{{exceedance.{column}[{often}]}})"
        for column in columns
        for often, rarer in pairwise(t["exceedance"].row_ids)
    ]
    yield count(
        "Exceedance curves that rise", "+".join(steps) or "0", "a rarer loss is not smaller, owner by owner"
    )


def _recoveries(results: Results, t: Tables) -> Iterator[Condition]:
    """Par in default is what came back and what was lost; recoveries are shares."""
    for view in VIEWS:
        table = waterfall_id(view)
        gap = total_gap(f"{{{table}.par}}-{{{table}.recovered}}", f"{{{table}.loss}}")
        yield Condition(
            f"Recovered and lost make up par in default: {view.id}",
            Formula(gap, fsum(_gaps(t, table))),
            0,
            ROUNDING,
            f"summed over rows, {view.label}",
        )
    mean = waterfall_id(VIEWS[0])
    lost = t.at(mean, "loss", "all")
    yield Condition(
        "Loss by path and loss by year", lost, _lost(t, INSTRUMENTS), ROUNDING, "outcomes v. sums by quarter"
    )
    head, mean_head = t.at(mean, "loss", "exposed"), t.at("metrics", "mean", "headline_loss")
    yield Condition("The waterfall ends at the headline loss", head, mean_head, ROUNDING, "means")
    lowest, highest = recoveries.extremes(results)
    yield Condition("Recovery of instruments in [0, 1]", highest, 1, EXACT, "largest on any path", "≤")
    yield Condition(
        "Recovery of instruments in [0, 1], lower end", 0, lowest, EXACT, "smallest on any path", "≤"
    )
    shares = ("pooled", *recoveries.QUANTILES, "stress", "rest")
    outside = "+".join(f'COUNTIF({{recoveries.{key}}},"{sign}")' for key in shares for sign in ("<0", ">1"))
    yield count("Recoveries shown outside [0, 1]", outside, "all quarters, stress and the rest")


def _gaps(t: Tables, table: str) -> list[float]:
    rows = zip(*(t.numbers(table, stage) for stage in ("par", "recovered", "loss")), strict=True)
    return [abs(par - back - lost) for par, back, lost in rows]


def _second_round(results: Results, t: Tables) -> Iterator[Condition]:
    """Marks and sales add up the same by holder, round and channel."""
    marks, rounds = (t.at(table, "all", TOTAL) for table in ("marks-holder", "marks-round"))
    yield Condition("Marks by holder equal marks by round", marks, rounds, ROUNDING, HORIZON)
    mean = t.at("second-round", "mean", "second_round")
    yield Condition("Marks by year add up to the outcome", marks, mean, ROUNDING, "means")
    sold, forced = (t.at(table, "all", TOTAL) for table in ("sold-holder", "forced"))
    yield Condition("Sales by holder equal sales by channel", sold, forced, ROUNDING, HORIZON)
    for name in wall.SEGMENTS:
        fates = plus(t, [("maturity-wall", "all", f"{name}_{key}") for key in wall.FATES])
        due = t.at("maturity-wall", "all", f"{name}_due")
        yield Condition(
            f"What becomes of the wall is not more than what is due: {name}",
            fates,
            due,
            ROUNDING,
            HORIZON,
            "≤",
        )


def _segments(results: Results, t: Tables) -> Iterator[Condition]:
    """Par in default of the pools, by year and by path."""
    years = range(len(year_labels(results.run.calendar)))
    for name in results.run.entities["credit.loss"]:
        par = plus(t, [("credit-segments", f"y{i}", f"{name}_par") for i in years])
        shown = t.at(waterfall_id(VIEWS[0]), "par", name)
        yield Condition(f"Par in default: {name}", par, shown, ROUNDING, "segments v. waterfall")


def plus(t: Tables, cells: Sequence[tuple[str, str, str]]) -> Formula:
    """Sum of single cells."""
    text = "+".join(f"{{{table}.{column}[{row}]}}" for table, column, row in cells)
    return Formula(text, fsum(t.number(*cell) for cell in cells))

"""What moves the tail and what is true in it: tables of the sheet Metrics, quoted by the Summary."""

from __future__ import annotations

from dataclasses import dataclass
from math import hypot

from risk.analysis.attribution import Driver, TailFact
from risk.analysis.statistics import Estimate
from risk.paths import OUTCOMES, Variable
from risk.report.pack.elements import pair
from risk.report.pack.names import assumption
from risk.report.pack.results import TAIL, Results
from risk.report.table import Cell, Column, Content, Table
from risk.units import SCALE

MOST_DRIVERS = 15
LOSSES = ("loss", "recovery", "credit")
"""Outcomes with these words are the tail itself; they explain nothing."""

OF_EACH = 4, 3
"""Outcomes and propositions shown as true in the tail."""

NOISE = 2.0
"""Standard errors that a swing must exceed to be more than noise."""


@dataclass(frozen=True)
class Fact:
    """A fact of the tail with its label, unit and how unusual it is, in standard deviations of all paths."""

    id: str
    label: str
    unit: str
    fact: TailFact
    distance: float


def is_noise(driver: Driver) -> bool:
    """Whether a driver's swing could be chance."""
    return driver.swing < NOISE * hypot(driver.low.standard_error, driver.high.standard_error)


def drivers(results: Results) -> Table:
    """The assumptions that move the expected shortfall most."""
    columns = (
        Column("label", "Assumption"),
        Column("blank", ""),
        Column("low", "Lowest tenth", "usd_change", style="engine", span=2),
        Column("low_se", "±", "usd_error", style="note"),
        Column("high", "Highest tenth", "usd_change", style="engine", span=2),
        Column("high_se", "±", "usd_error", style="note"),
        Column("rank", "Rank corr.", "number.2", style="engine", span=2),
        Column("rank_se", "±", "usd_error.2", style="note"),
        Column("noise", "Beyond noise?", span=2, align="center"),
    )
    shown = results.drivers[:MOST_DRIVERS]
    rows = []
    for d in shown:
        low, high = (_change(e) for e in (d.low, d.high))
        rank = d.rank_correlation
        noise = "within noise" if is_noise(d) else "yes"
        rows.append((assumption(d.id), None, *low, *high, rank.value, rank.standard_error, noise))
    note = (
        "Change of the headline ES 97.5, USD bn, over the paths on which the assumption lies in its lowest "
        "or highest tenth, the others as they fall: conditional means, not re-runs. Rank correlation with "
        "the headline loss. Within noise: the swing is less than two standard errors."
    )
    return Table("drivers", columns, tuple(rows), "What moves the tail", note, tuple(d.id for d in shown))


def _change(estimate: Estimate) -> tuple[Content, Content]:
    decimals = 0 if estimate.standard_error >= 1.0 else 1
    return (
        Cell(estimate.value, f"usd_change.{decimals}" + ("*" if estimate.thin else "")),
        Cell(estimate.standard_error, f"usd_error.{decimals}"),
    )


def facts(results: Results) -> tuple[Fact, ...]:
    """What differs most between the worst paths and all paths, one outcome of a kind."""
    known = {v.name: v for v in OUTCOMES if not any(word in v.name for word in LOSSES)}
    claims = {c.id: c for c in results.verdict.claims if c.probability is not None}
    found = {f.name: f for f in results.tail_facts((*known, *claims))}
    outcomes = [_outcome_fact(results, known[name], found[name]) for name in known]
    flags = [
        Fact(c.id, f"{c.id}  {c.label}", "probability", found[c.id], _distance(found[c.id], c.probability))
        for c in claims.values()
    ]
    chosen: list[Fact] = []
    for fact in sorted(outcomes, key=lambda f: -f.distance):
        if _kind(fact.id) not in {_kind(f.id) for f in chosen}:
            chosen.append(fact)
    most, flagged = OF_EACH
    return (*chosen[:most], *sorted(flags, key=lambda f: -f.distance)[:flagged])


def _outcome_fact(results: Results, variable: Variable, fact: TailFact) -> Fact:
    spread = results.metric(variable.name).deviation * SCALE[variable.unit]
    gap = abs(fact.tail.value - fact.everywhere.value)
    return Fact(variable.name, variable.label, variable.unit, fact, gap / spread if spread > 0.0 else 0.0)


def _distance(fact: TailFact, probability: Estimate | None) -> float:
    p = probability.value if probability else 0.0
    spread = (p * (1.0 - p)) ** 0.5
    return abs(fact.tail.value - fact.everywhere.value) / spread if spread > 0.0 else 0.0


def _kind(name: str) -> str:
    return name.partition("_")[0]


def table(results: Results) -> Table:
    """Means in the worst paths against means over all."""
    share = f"{TAIL:.0%}"
    columns = (
        Column("label", "Fact"),
        Column("unit", "Unit"),
        Column("tail", f"Worst {share}", "number", style="engine", span=2),
        Column("tail_se", "±", "number", style="note"),
        Column("all", "All paths", "number", style="engine", span=2),
        Column("all_se", "±", "number", style="note"),
        Column("distance", "Std dev apart", "years", style="engine", span=2),
    )
    shown = facts(results)
    rows = []
    for f in shown:
        unit = "fraction" if f.unit == "probability" else f.unit
        worst, everywhere = pair(f.fact.tail, unit), pair(f.fact.everywhere, unit)
        rows.append(
            (f.label, "paths" if f.unit == "probability" else f.unit, *worst, *everywhere, f.distance)
        )
    note = (
        f"Means over the {share} of paths with the largest headline loss, and over all; of a proposition, "
        "its probability."
    )
    return Table(
        "tail", columns, tuple(rows), f"What is true in the worst {share}", note, tuple(f.id for f in shown)
    )

"""What is true in the tail: facts of the sheet Tail that the Summary quotes."""

from __future__ import annotations

from dataclasses import dataclass

from risk.analysis.attribution import TailFact
from risk.analysis.statistics import Estimate
from risk.paths import Variable
from risk.report.pack.base.cells import pair
from risk.report.pack.base.results import TAIL, Results
from risk.report.table import Column, Table
from risk.units import SCALE

LOSSES = ("loss", "recovery", "credit")
"""Outcomes with these words are the tail itself; they explain nothing."""

OF_EACH = 4, 3
"""Outcomes and propositions shown as true in the tail."""


@dataclass(frozen=True)
class Fact:
    """A fact of the tail with its label, unit and how unusual it is, in standard deviations of all paths."""

    id: str
    label: str
    unit: str
    fact: TailFact
    distance: float


def facts(results: Results) -> tuple[Fact, ...]:
    """What differs most between the worst paths and all paths, one outcome of a kind."""
    known = {v.name: v for v in results.run.variables if not any(word in v.name for word in LOSSES)}
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
        Column("tail_se", "± SE", "number", style="note"),
        Column("all", "All paths", "number", style="engine", span=2),
        Column("all_se", "± SE", "number", style="note"),
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

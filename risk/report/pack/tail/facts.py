"""What is true in the tail: facts of the sheet Tail that the Summary quotes."""

from __future__ import annotations

from dataclasses import dataclass

from risk.analysis.attribution import TailFact
from risk.analysis.statistics import Estimate
from risk.paths import Variable
from risk.report.content import Content
from risk.report.pack.base.cells import pair
from risk.report.pack.base.fields import itself, number
from risk.report.pack.base.results import TAIL, Results
from risk.report.spec import Spec, measure, shown, text
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
    claims = {c.id: c for c in results.verdict.known}
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


def _pair(fact: Fact, estimate: Estimate) -> tuple[Content, Content]:
    return pair(estimate, "fraction" if fact.unit == "probability" else fact.unit)


FACTS: Spec[Fact] = Spec(
    (
        text("label", "Fact"),
        shown("unit", "Unit", lambda f: "paths" if f.unit == "probability" else f.unit),
        measure("tail", f"Worst {TAIL:.0%}", itself, lambda f: _pair(f, f.fact.tail), span=2),
        measure("all", "All paths", itself, lambda f: _pair(f, f.fact.everywhere), span=2),
        number("distance", "Std dev apart", None, "years", span=2),
    ),
    id="tail",
    title=f"What is true in the worst {TAIL:.0%}",
    note=(
        f"Means over the {TAIL:.0%} of paths with the largest headline loss, and over all; of a proposition, "
        "its probability."
    ),
    row_id=lambda f: f.id,
)

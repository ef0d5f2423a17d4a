"""Checks of what went in and of the run itself: register, page figures, calibration, identities."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from risk.analysis.identities import TOLERANCE, identities
from risk.report.guards import Condition
from risk.report.pack.base.cells import Tables
from risk.report.pack.base.results import Results
from risk.report.pack.control import assumptions
from risk.report.pack.control.checks import count
from risk.report.table import Formula

WIDEST_ERROR = 0.01
"""Standard error of the probability of a bust that a decision can be based on."""


def register_conditions(results: Results, t: Tables) -> Iterator[Condition]:
    """Assumptions are complete, dated and counted alike; targets hold in the base case."""
    for column, what in (
        ("source", "source"),
        ("as_of", "date"),
        ("owner", "owner"),
        ("unit", "unit"),
        ("grade", "grade"),
    ):
        blank = f"COUNTBLANK({{assumptions.{column}}})"
        yield count(f"Assumptions without a {what}", blank, "entries and cells of tables")
    rows = assumptions.all_rows(results)
    old = sum(assumptions.stale(results, a.as_of) for a in rows)
    live = Formula(f'COUNTIF({{assumptions.stale}},"{assumptions.STALE}")', old)
    yield Condition(
        "Stale assumptions: workbook and engine count alike", live, old, 0.0, "age over Stale_Days at As_Of"
    )
    judged = sum(a.grade.startswith("judgement") for a in rows)
    counted = Formula('COUNTIF({assumptions.grade},"judgement*")', judged)
    yield Condition(
        "Judgement assumptions: workbook and engine count alike", counted, judged, 0.0, "by grade"
    )
    yield count("Assumptions dated after the run", 'COUNTIF({assumptions.age},"<0")', "age in days")
    steps = pairwise(("p5", "p50", "p95"))
    order = "+".join(f"SUMPRODUCT(--({{assumptions.{b}}}<{{assumptions.{a}}}))" for a, b in steps)
    yield count("Priors with quantiles out of order", order, "P5 ≤ P50 ≤ P95")
    if results.manifest.scenario == "base":
        wrong = sum(target.contradicts for target in results.targets)
        failing = Formula('COUNTIF({targets.agrees},"FAIL")', wrong)
        yield Condition(
            "Calibration results that contradict their declaration", failing, 0, 0.0, "Calibration"
        )


def run_conditions(results: Results, t: Tables) -> Iterator[Condition]:
    """The run is large enough, complete, and its identities hold."""
    error = t.at("classes", "se", "bust")
    yield Condition("Standard error of P(bust)", error, WIDEST_ERROR, 0.0, "small enough to decide on", "≤")
    blocks = Formula("ROUNDUP(N_Paths/1024,0)", -(-results.run.paths // 1024))
    yield Condition(
        "Random blocks of the run", t.at("manifest", "value", "blocks"), blocks, 0.0, "1,024 paths a block"
    )
    columns = ("{metrics.mean}", "{metrics.es99}", "{claims.p}", "{losses-holder.all}", "{facilities.cash}")
    # One error makes the sum of its column one; ISERROR of a whole column is not an array in every program.
    errors = "+".join(f'ISERROR(SUMPRODUCT(--({column}="")))' for column in columns)
    yield count("Main columns with a formula error", errors, "Metrics, PrivateCredit, Neoclouds")
    for identity in identities(results.run):
        text = f"Identity: {identity.name}"
        yield Condition(text, identity.error, 0, TOLERANCE, "engine, every path and quarter")

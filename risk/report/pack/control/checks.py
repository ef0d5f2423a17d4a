"""Checks: what must hold of the pack, recomputed by the workbook, and the engine's own identities."""

from __future__ import annotations

from collections.abc import Sequence

from risk.report import spec
from risk.report.content import Cell, Check, Formula, number_of
from risk.report.guards import DIGITS, Condition
from risk.report.pack.base.cells import subtitle
from risk.report.pack.base.results import Results
from risk.report.sheet import Paragraph, Sheet
from risk.report.spec import Spec
from risk.report.table import Column, Table

SMALL = 1e-4


def sheet(results: Results, conditions: Sequence[Condition]) -> Sheet:
    """Build the sheet, failures first; the count of failures is named Checks_Failed."""
    failed = sum(not c.passed for c in conditions)
    total = Table(
        "checks-total",
        (
            Column("label", "Checks"),
            Column("failed", "FAIL", "count", style="calculation"),
            Column("n", "Of", "count"),
        ),
        (("Number that fail", Formula('COUNTIF({checks.result},"FAIL")', failed), len(conditions)),),
    )
    return Sheet(
        "Checks",
        "Checks – does the pack agree with itself and with the engine?",
        subtitle(results, "recomputed from the cells it names; failures first"),
        "C",
        screen=(
            total,
            Paragraph(_note(results), "note"),
            CHECKS.table(sorted(conditions, key=lambda c: c.passed), excel_name="tblChecks"),
        ),
        question="Can the numbers be trusted to be what they say they are?",
        grid=(66.0, 15.0, 15.0, 13.0, 12.0, 7.0, 9.0, 76.0),
    )


def _note(results: Results) -> str:
    return (
        "= : the difference is within the tolerance; ≤ : the first is not larger by more than it. "
        f"Identities are the largest relative error on any of the {results.run.paths:,} paths and any "
        "quarter. Checks find slips in the arithmetic; they say nothing about whether the model is right."
    )


def _format(value: float) -> str:
    """Powers of ten for what is nearly zero, whole numbers as such, six digits for the rest."""
    if value == round(value):
        return "count"
    return "tolerance" if abs(value) < SMALL else "number.6"


def _side(value: Formula | float) -> Cell:
    return Cell(value, _format(number_of(value)))


def _result(condition: Condition) -> Check:
    size = "ABS({row.difference})" if condition.rule == "=" else "{row.difference}"
    return Check(f"{size}<={{row.tolerance}}", condition.passed)


DIFFERENCE = f"ROUND({{row.value}}-{{row.other}},{DIGITS})"
CHECKS: Spec[Condition] = Spec(
    (
        spec.text("check", "Check", lambda c: c.text),
        spec.shown("value", "Pack value", lambda c: _side(c.value), "general", style="calculation"),
        spec.shown("other", "Compared with", lambda c: _side(c.other), "general", style="calculation"),
        spec.live("difference", "Difference", DIFFERENCE, lambda c: c.difference, "tolerance"),
        spec.figure("tolerance", "Tolerance", form="tolerance"),
        spec.text("rule", "Rule", align="center"),
        spec.shown("result", "Result", _result),
        spec.text("how", "How"),
    ),
    id="checks",
)

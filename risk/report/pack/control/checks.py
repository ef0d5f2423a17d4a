"""Checks: conditions that the workbook recomputes, and the engine's own identities."""

from __future__ import annotations

from risk.report.guards import DIGITS, Condition
from risk.report.pack.base.cells import subtitle
from risk.report.pack.base.results import Results
from risk.report.sheet import Paragraph, Sheet
from risk.report.table import Cell, Check, Column, Content, Formula, Table, number_of

SMALL = 1e-4
PRINTED = 66
"""Checks that are printed, on one page; what they are made of is told on the screen."""


def count(text: str, formula: str, how: str) -> Condition:
    """A count that must be zero."""
    return Condition(text, Formula(formula, 0), 0, 0.0, how)


def total_gap(one: str, other: str) -> str:
    """Formula of the sum over rows of how far two columns are apart.

    Within SUMPRODUCT operators take whole columns in every program, functions of one value like ABS do not.
    """
    return f"SUMPRODUCT(({one}-{other})*(({one}>{other})-({one}<{other})))"


def sheet(results: Results, conditions: list[Condition]) -> Sheet:
    """Build the sheet; the count of failures is named Checks_Failed."""
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
        subtitle(
            results, f"recomputed from the cells it names; in print the first {PRINTED} rows, failures first"
        ),
        "C",
        (total, Paragraph(_note(results), "note"), _table(conditions)),
        question="Can the numbers be trusted to be what they say they are?",
        grid=(66.0, 15.0, 15.0, 13.0, 12.0, 7.0, 9.0, 76.0),
        landscape=False,
        printed_columns=7,
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


def _table(conditions: list[Condition]) -> Table:
    columns = (
        Column("check", "Check"),
        Column("value", "Pack value", "general", style="calculation"),
        Column("other", "Compared with", "general", style="calculation"),
        Column("difference", "Difference", "tolerance", style="calculation"),
        Column("tolerance", "Tolerance", "tolerance"),
        Column("rule", "Rule", align="center"),
        Column("result", "Result"),
        Column("how", "How"),
    )
    rows = []
    for c in sorted(conditions, key=lambda c: c.passed):
        size = "ABS({row.difference})" if c.rule == "=" else "{row.difference}"
        row: tuple[Content, ...] = (
            c.text,
            Cell(c.value, _format(number_of(c.value))),
            Cell(c.other, _format(number_of(c.other))),
            Formula(f"ROUND({{row.value}}-{{row.other}},{DIGITS})", c.difference),
            c.tolerance,
            c.rule,
            Check(f"{size}<={{row.tolerance}}", c.passed),
            c.how,
        )
        rows.append(row)
    return Table("checks", columns, tuple(rows), "", excel_name="tblChecks", printed_rows=PRINTED)

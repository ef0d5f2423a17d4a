"""Calibration: every target, what the run gives, and whether the declaration stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from risk.report.pack.base.cells import FAMILIES, error_cell, subtitle, value_cell
from risk.report.pack.base.results import Results
from risk.report.sheet import Paragraph, Sheet
from risk.report.table import Cell, Column, Content, Table

if TYPE_CHECKING:
    from risk.calibrate.targets import TargetResult

_EXTRA = {"USD tn": "number.2", "1": "number.2"}
SMALL = 1e-3


def sheet(results: Results) -> Sheet:
    """Build the sheet."""
    return Sheet(
        "Calibration",
        "Calibration – what the base case must hit",
        subtitle(results, "targets and their declarations stand in targets.toml"),
        "C",
        (Paragraph(_finding(results), "finding"), _table(results)),
        question="Does the model reproduce what is known, and does it say so where it does not?",
        freeze="title",
    )


def _finding(results: Results) -> str:
    counts = {
        status: sum(t.status == status for t in results.targets)
        for status in ("met", "missed", "pending", "informational")
    }
    text = ", ".join(f"{n} {status}" for status, n in counts.items() if n)
    wrong = [t.id for t in results.targets if t.contradicts]
    scope = (
        ""
        if results.manifest.scenario == "base"
        else " Targets are set for the base case; this run is another scenario."
    )
    if wrong:
        return f"Declared: {text}. Contradicted by this run: {', '.join(wrong)}.{scope}"
    return f"Declared: {text}. No result contradicts its declaration.{scope}"


def _table(results: Results) -> Table:
    columns = (
        Column("id", "Target", width=7),
        Column("label", "What", width=35),
        Column("statement", "Asked for", width=38.5),
        Column("unit", "Unit", width=13),
        Column("low", "At least", "number", width=8.5),
        Column("high", "At most", "number", width=8.5),
        Column("value", "This run", "number", width=9, style="engine"),
        Column("se", "SE", "number", width=9, style="note"),
        Column("inside", "Inside", width=7, align="center"),
        Column("status", "Declared", width=13, align="center"),
        Column("agrees", "Holds", width=7, style="flag", align="center"),
        Column("reason", "Reason", width=41),
        Column("source", "Source", width=47),
    )
    rows = tuple(_row(results, target) for target in results.targets)
    note = (
        "Holds: FAIL where the result lies on the other side of a bound than declared by more than two "
        "standard errors. Informational targets are readings after the base date, printed and never fitted."
    )
    return Table(
        "targets", columns, rows, "", note, tuple(t.id for t in results.targets), excel_name="tblTargets"
    )


def _row(results: Results, target: TargetResult) -> tuple[Content, ...]:
    source = results.register.source_title(target.source)
    where = f"{source}, {target.locator}" if target.locator else source
    value: Content = "not measured"
    error: Content = "–"
    if target.value is not None:
        se = target.standard_error or 0.0
        value, error = (
            _number(target.value, se, target.unit),
            "exact" if se == 0.0 else _error(target.value, se, target.unit),
        )
    inside = "–" if target.inside is None else "yes" if target.inside else "no"
    return (
        target.id,
        target.label,
        target.statement,
        target.unit,
        _bound(target.low, target.unit),
        _bound(target.high, target.unit),
        value,
        error,
        inside,
        target.status,
        "FAIL" if target.contradicts else "OK",
        target.reason,
        Cell(where, quoted=True),
    )


def _number(value: float, error: float, unit: str) -> Content:
    if unit in FAMILIES:
        return value_cell(value, error, unit)
    if 0.0 < abs(value) < SMALL:
        return Cell(value, "tolerance")
    return Cell(value, _EXTRA.get(unit, "number"))


def _error(value: float, error: float, unit: str) -> Content:
    return error_cell(value, error, unit if unit in FAMILIES else "1")


def _bound(value: float | None, unit: str) -> Content:
    if value is None:
        return "–"
    if 0.0 < abs(value) < SMALL:
        return Cell(value, "tolerance")
    return Cell(value, FAMILIES[unit][0] if unit in FAMILIES else _EXTRA.get(unit, "number"))

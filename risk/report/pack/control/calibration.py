"""Calibration: every target, what the run gives, and whether the declaration stands."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from risk.report import spec
from risk.report.content import Cell, Content
from risk.report.guards import Counted
from risk.report.pack.base.cells import FAMILIES, error_cell, subtitle, value_cell
from risk.report.pack.base.results import Results
from risk.report.sheet import Paragraph, Sheet
from risk.report.spec import Spec
from risk.report.table import Column, Table

if TYPE_CHECKING:
    from risk.calibrate.targets import TargetResult

SMALL = 1e-3
STATUSES = ("met", "missed", "pending", "informational")
BASE = "base"
INSIDE = {None: "–", True: "yes", False: "no"}


def sheet(results: Results) -> Sheet:
    """Build the sheet."""
    return Sheet(
        "Calibration",
        "Calibration – what the base case must hit",
        subtitle(results, "targets and their declarations stand in targets.toml", explained=True),
        "C",
        question="Does the model reproduce what is known, and does it say so where it does not?",
        screen=(Paragraph(_finding(results), "finding"), _table(results)),
    )


def _finding(results: Results) -> str:
    counts = Counter(t.status for t in results.targets)
    text = ", ".join(f"{counts[status]} {status}" for status in STATUSES if counts[status])
    wrong = [t.id for t in results.targets if t.contradicts]
    other = results.manifest.scenario != BASE
    scope = " Targets are set for the base case; this run is another scenario." if other else ""
    if wrong:
        return f"Declared: {text}. Contradicted by this run: {', '.join(wrong)}.{scope}"
    return f"Declared: {text}. No result contradicts its declaration.{scope}"


def _table(results: Results) -> Table:
    hold = Counted(
        "Calibration results that contradict their declaration", ({"agrees": "FAIL"},), "Calibration"
    )
    guards = (hold,) if results.manifest.scenario == BASE else ()
    rows = [replace(target, source=_source(results, target)) for target in results.targets]
    return TARGETS.table(rows, excel_name="tblTargets", guards=guards)


def _source(results: Results, target: TargetResult) -> str:
    """Title of a target's source, and where in it."""
    return ", ".join(filter(None, (results.register.source_title(target.source), target.locator)))


def _found(target: TargetResult) -> tuple[Content, Content]:
    """What the run gives, and its error."""
    value, error, unit = target.value, target.standard_error or 0.0, target.unit
    if value is None:
        return "not measured", "–"
    told = value_cell(value, error, unit) if unit in FAMILIES else _number(value, unit)
    return told, error_cell(value, error, unit if unit in FAMILIES else "1") if error else "exact"


def _number(value: float | None, unit: str) -> Content:
    """A number as its unit is printed; a small one as a power of ten."""
    if value is None:
        return "–"
    small = 0.0 < abs(value) < SMALL
    return Cell(value, "tolerance" if small else FAMILIES.get(unit, ("number", ""))[0])


TARGETS: Spec[TargetResult] = Spec(
    (
        spec.text("id", "Target", width=7),
        spec.text("label", "What", width=35),
        spec.text("statement", "Asked for", width=38.5),
        spec.text("unit", "Unit", width=13),
        spec.shown("low", "At least", lambda t: _number(t.low, t.unit), "number", width=8.5),
        spec.shown("high", "At most", lambda t: _number(t.high, t.unit), "number", width=8.5),
        spec.several(
            Column("value", "This run", "number", width=9, style="engine"),
            Column("se", "SE", "number", width=9, style="note"),
            cells=_found,
        ),
        spec.shown("inside", "Inside", lambda t: INSIDE[t.inside], width=7, align="center"),
        spec.text("status", "Declared", width=13, align="center"),
        spec.flag(
            "agrees",
            "Holds",
            lambda t: not t.contradicts,
            "OK",
            "FAIL",
            width=7,
            style="flag",
            align="center",
        ),
        spec.text("reason", "Reason", width=41),
        spec.quoted("source", "Source", width=47),
    ),
    id="targets",
    note="Holds: FAIL where the result lies on the other side of a bound than declared by more than two "
    "standard errors. Informational targets are printed beside the record and never fitted.",
    row_id=lambda t: t.id,
)

"""The check screen: calibration targets against their declarations, and the accounting identities."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rich.console import RenderableType
from rich.text import Text

from risk.analysis.identities import TOLERANCE, Identity, identities
from risk.calibrate import TargetResult, results
from risk.report.formats import show
from risk.report.terminal.numbers import FAMILIES, margin, number
from risk.report.terminal.page import Cell, Column, Page, Screen, grid, heading, note
from risk.report.terminal.summary import Heading, heading_data
from risk.report.terminal.summary import heading as run_heading
from risk.report.terminal.summary import number as json_number
from risk.report.terminal.verdict import titles
from risk.runs import Run

SCHEMA = "bubblerisk.check/1"
NEARLY = "OK (2 SE)"
ABSENT = "–"
MISSED = "as declared"
"""Found of a target that misses its bounds, as its file says it does."""

SHORT = {"informational": "for info"}


@dataclass(frozen=True)
class Checks:
    """What is checked of a run."""

    heading: Heading
    targets: tuple[TargetResult, ...]
    identities: tuple[Identity, ...]

    @property
    def failures(self) -> int:
        """Targets that contradict their declaration, and identities that are broken."""
        contradicted = sum(target.contradicts for target in self.targets)
        return contradicted + sum(not identity.holds for identity in self.identities)


def checks(run: Run) -> Checks:
    """Check a run."""
    return Checks(run_heading(run), results(run), identities(run))


def screen(found: Checks, page: Page) -> Screen:
    """Targets, reasons, identities, and the sentence that counts."""
    return (
        *titles(found.heading, page, "Calibration"),
        _targets(found.targets, page),
        *_reasons(found.targets, page),
        Text(),
        heading(
            f"Accounting identities (at most {show(TOLERANCE, 'tolerance')} relative, any path and quarter)",
            page,
        ),
        _identities(found.identities, page),
        Text(),
        _count(found, page),
    )


def _targets(targets: Sequence[TargetResult], page: Page) -> RenderableType:
    headings = (
        Column(),
        Column("Target", least=18),
        Column("Value", "right"),
        Column("± SE", "right", optional=2),
        Column("Bounds"),
        Column("Unit", optional=1),
        Column("Source", optional=3),
        Column("Declared"),
        Column("Found", least=9),
    )
    return grid(headings, [_target(target) for target in targets], page)


def _target(target: TargetResult) -> tuple[Cell, ...]:
    return (
        target.id,
        target.label,
        *_value(target),
        bounds(target),
        _unit(target.unit),
        target.source,
        SHORT.get(target.status, target.status),
        Text("FAIL", style="bold red") if target.contradicts else _found(target),
    )


def _unit(unit: str) -> str:
    return "" if unit in ("1", "fraction") else unit


def _value(target: TargetResult) -> tuple[str, str]:
    value, error = target.value, target.standard_error
    if value is None:
        return "–", ""
    if 0.0 < abs(value) < 1e-4:
        return show(value, "tolerance"), ""
    shown = number(value, error or 0.0, target.unit).removesuffix(" bp")
    return shown, margin(error, error, target.unit).removesuffix(" bp") if error else ""


def bounds(target: TargetResult) -> str:
    """Bounds of a target, in its unit."""
    low, high = target.low, target.high
    if low is not None and high is not None:
        dash = " to " if low < 0.0 else "–"
        return dash.join(_bound(end, target.unit) for end in (low, high))
    if low is not None:
        return f"≥ {_bound(low, target.unit)}"
    return f"≤ {_bound(high, target.unit)}" if high is not None else ""


def _bound(value: float, unit: str) -> str:
    """A bound as it was written, not as a result would be."""
    if FAMILIES.get(unit) == "rate":
        return f"{100.0 * value:g}%"
    return f"{value:,g}" if abs(value) < 1e6 else f"{value:,.0f}"


def _found(target: TargetResult) -> str:
    if target.status in ("pending", "informational"):
        return "inside" if target.inside else "" if target.inside is None else "outside"
    if target.inside is None:
        return ABSENT
    if target.inside is not (target.status == "met"):
        return NEARLY
    return "OK" if target.inside else MISSED


def _reasons(targets: Sequence[TargetResult], page: Page) -> Screen:
    lines = [f"{target.id} {target.status}: {target.reason}" for target in targets if target.reason]
    if any(_found(target) == NEARLY and not target.contradicts for target in targets):
        lines.append(f"{NEARLY}: on the wrong side of a bound, by less than two standard errors.")
    if any(_found(target) == ABSENT for target in targets):
        lines.append(f"{ABSENT}: measured beside runs of the base case only, or not defined by so few paths.")
    return tuple(note(line, page) for line in lines)


def _identities(found: Sequence[Identity], page: Page) -> RenderableType:
    headings = (Column("Identity"), Column("Largest error", "right"), Column("Found"))
    rows = [
        (
            identity.name,
            show(identity.error, "tolerance") if identity.error == identity.error else "not defined",
            "OK" if identity.holds else Text("FAIL", style="bold red"),
        )
        for identity in found
    ]
    return grid(headings, rows, page)


def _count(found: Checks, page: Page) -> Text:
    number = len(found.targets) + len(found.identities)
    if found.failures:
        return Text(
            page.say(f"FAIL: {found.failures} of {number} checks"), style="" if page.plain else "bold red"
        )
    return Text(
        page.say(f"OK: no target contradicts its declaration, every identity holds ({number} checks)")
    )


def checks_data(found: Checks) -> dict[str, Any]:
    """Checks as plain data for JSON."""
    return {
        **heading_data(found.heading),
        "ok": found.failures == 0,
        "failures": found.failures,
        "targets": [
            vars(target)
            | {
                "value": None if target.value is None else json_number(target.value),
                "standard_error": None
                if target.standard_error is None
                else json_number(target.standard_error),
            }
            for target in found.targets
        ],
        "identities": [
            {"name": i.name, "error": json_number(i.error), "tolerance": TOLERANCE, "holds": i.holds}
            for i in found.identities
        ],
    }

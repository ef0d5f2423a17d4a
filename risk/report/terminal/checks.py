"""The check screen: calibration targets against their declarations, and the accounting identities."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite

from rich.text import Text

from risk.analysis.identities import TOLERANCE, Identity, identities
from risk.calibrate import TargetResult, results
from risk.report.content import Cell, Content
from risk.report.formats import show
from risk.report.record import Document, Field, Many, told, whole
from risk.report.spec import Spec, shown, text
from risk.report.table import Column
from risk.report.terminal.headed import Headed, document, titles
from risk.report.terminal.numbers import FAMILIES, margin, number
from risk.report.terminal.page import WORDS, Page, Screen, heading, line, note, table
from risk.runs import Run
from risk.runs.first import first

NEARLY = "within 2 SE"
ABSENT = "–"
MISSED = "as declared"
"""Found of a target that misses its bounds, as its file says it does."""

LEAST = show(TOLERANCE, "tolerance")
"""Relative error that an identity may have."""

SHORT = {"informational": "for info"}


@dataclass(frozen=True)
class Checks:
    """What is checked of a run.

    Attributes
    ----------
    checked, paths : on how many paths the identities were looked at, and how many there are.
    """

    targets: tuple[TargetResult, ...]
    identities: tuple[Identity, ...]
    checked: int
    paths: int

    @property
    def failures(self) -> int:
        """Targets that contradict their declaration, and identities that are broken."""
        contradicted = sum(target.contradicts for target in self.targets)
        return contradicted + sum(not identity.holds for identity in self.identities)


def checks(run: Run) -> Headed[Checks]:
    """Check a run."""
    return Headed.of(run, Checks(results(run), identities(run), run.checked, run.paths), first(run))


def screen(headed: Headed[Checks], page: Page) -> Screen:
    """Targets, reasons, identities, and the sentence that counts."""
    found = headed.result
    return (
        *titles(headed.heading, page, "Calibration"),
        table(TARGETS.table(found.targets), page),
        *_reasons(found.targets, page),
        Text(),
        heading(f"Accounting identities (at most {LEAST} relative, any quarter; {_looked(found)})", page),
        table(IDENTITIES.table(found.identities), page),
        Text(),
        _count(found, page),
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


def _looked(found: Checks) -> str:
    """On which paths the identities were looked at, in words."""
    if found.checked == found.paths:
        return "all paths"
    return f"{found.checked:,} of {found.paths:,} paths, all with run --check-all"


def _reasons(targets: Sequence[TargetResult], page: Page) -> Screen:
    lines = [f"{target.id} {target.status}: {target.reason}" for target in targets if target.reason]
    if any(_found(target) == NEARLY and not target.contradicts for target in targets):
        lines.append(f"{NEARLY}: on the wrong side of a bound, by less than two standard errors.")
    if any(_found(target) == ABSENT for target in targets):
        lines.append(f"{ABSENT}: measured beside runs of the base case only, or not defined by so few paths.")
    return tuple(note(line, page) for line in lines)


def _count(found: Checks, page: Page) -> Text:
    number = len(found.targets) + len(found.identities)
    if found.failures:
        return line(f"FAIL: {found.failures} of {number} checks", page, WORDS["FAIL"])
    return line(f"OK: no target contradicts its declaration, every identity holds ({number} checks)", page)


def _verdict(target: TargetResult) -> Content:
    return Cell("FAIL", style="flag") if target.contradicts else _found(target)


TARGETS: Spec[TargetResult] = Spec(
    (
        text("id", ""),
        text("label", "Target", least=18),
        Field(
            "shown",
            lambda target: target,
            columns=(
                Column("value_shown", "Value", align="right"),
                Column("error_shown", "± SE", align="right", optional=2),
            ),
            cells=_value,
            told=False,
        ),
        shown("bounds", "Bounds", bounds),
        shown("unit_word", "Unit", lambda target: _unit(target.unit), optional=1),
        text("source", "Source", optional=3),
        shown("declared", "Declared", lambda target: SHORT.get(target.status, target.status)),
        shown("found", "Found", _verdict, least=9),
        *whole(TargetResult, "id", "label", "source").fields,
    ),
    id="check-targets",
)
IDENTITIES: Spec[Identity] = Spec(
    (
        text("name", "Identity"),
        told("error", float),
        shown("shown", "Largest error", lambda i: _error(i.error), align="right"),
        told("tolerance", float, lambda i: TOLERANCE),
        told("holds", bool),
        shown("found", "Found", lambda i: "OK" if i.holds else "FAIL", style="flag", align="left"),
    ),
    id="check-identities",
)

DOCUMENT: Document[Headed[Checks]] = document(
    told("ok", bool, lambda found: found.failures == 0),
    told("failures", int),
    told("targets", Many(TARGETS)),
    told("identities", Many(IDENTITIES)),
    told("checked", int),
    name="check/1",
    title="Targets and identities of a run: bubblerisk check --json",
)


def _error(error: float) -> str:
    return show(error, "tolerance") if isfinite(error) else "not defined"

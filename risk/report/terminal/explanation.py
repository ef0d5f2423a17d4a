"""The screen of an explanation: why a result is what it is, by every input, alone and beyond the others."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

from rich.text import Text

from risk.analysis.explain import Explanation, Importance
from risk.analysis.explain import explain as found_by
from risk.analysis.explain_inputs import FEATURE, PARAMETER, SHOCK
from risk.analysis.explain_model import DISCOVERY
from risk.analysis.statistics import NORMAL_95, Estimate
from risk.report.formats import show
from risk.report.record import Document, Many, told
from risk.report.spec import Spec, measure, shown, text
from risk.report.terminal.headed import Headed, document, facts
from risk.report.terminal.numbers import error, number, points, with_error, with_interval
from risk.report.terminal.page import Page, Screen, heading, note, table
from risk.runs import Run
from risk.runs.first import first

SHOWN = 15
"""Inputs on a screen unless more are asked for."""

KINDS = {
    PARAMETER: "what was drawn of what we do not know",
    SHOCK: "shocks of the common factors",
    FEATURE: "features of the path",
}


@dataclass(frozen=True)
class Explained:
    """An explanation, and how many inputs are shown; None = as many as a screen has, all in a document."""

    found: Explanation
    top: int | None = None


def explanation(
    run: Run, words: str, when: str = "", features: tuple[str, ...] = (), top: int | None = None
) -> Headed[Explained]:
    """Explain a result of a run; nothing is simulated."""
    run = first(run)
    return Headed.of(run, Explained(found_by(run, words, when, features), top))


def screen(headed: Headed[Explained], page: Page) -> Screen:
    """The inputs that tell most on a page."""
    run, found = headed.heading, headed.result.found
    rows = found.inputs[: headed.result.top or SHOWN]
    where = f", where {found.target.when}" if found.target.when else ""
    return (
        heading(f"What explains {found.target.label}{where}: {run.title}", page),
        facts(run, page),
        note(finding(found), page),
        Text(),
        table(_spec(found).table(rows), page),
        note(how(found, len(rows)), page),
    )


def finding(found: Explanation) -> str:
    """What is explained, how much of it, and by what."""
    goal = found.target
    level = with_interval(found.level) if goal.flag else f"{with_error(found.level, goal.unit)} {goal.unit}"
    said = f"{'Probability' if goal.flag else 'Mean'} {level} on {len(goal.values):,} paths. "
    if not math.isfinite(found.whole.value):
        return said + "They are too few to tell what each input does beyond the others."
    kinds = "; ".join(f"{percent(total)} goes without {KINDS[kind]}" for kind, total in found.kinds.items())
    clear = len(found.found)
    return (
        f"{said}Curves and products of {len(found.inputs)} inputs explain {percent(found.whole)} of its "
        f"variance: {kinds}. {clear} inputs are told from chance; the rest of the variance is other shocks, "
        "and what curves and products do not tell."
    )


def percent(share: Estimate) -> str:
    """A share with the half-width of its interval."""
    half = 100.0 * NORMAL_95 * share.standard_error
    decimals = 0 if half >= 0.95 else 1
    return f"{100.0 * share.value:.{decimals}f}% ±{half:.{decimals}f}"


def how(found: Explanation, rows: int) -> str:
    """How to read the table."""
    left = len(found.inputs) - rows
    more = f" {left} more: --top {len(found.inputs)}." if left > 0 else ""
    ends = "points of probability" if found.target.flag else found.target.unit
    return (
        f"Lowest, highest: change of the {'probability' if found.target.flag else 'mean'} over the tenth of "
        f"paths on which the input is lowest or highest, {ends}. Alone: share of the variance that goes with "
        "the input (first order). Beyond: share that is lost without it and its products with others: "
        "what only follows another input is not credited. ± is half of a 95% interval. Chance: of all inputs "
        f"that are called clear, at most {DISCOVERY:.0%} are none.{more}"
    )


def _spec(found: Explanation) -> Spec[Importance]:
    """The table in the unit of what is explained."""
    ends = _points if found.target.flag else _amount(found.target.unit)
    fields = tuple(
        replace(field, cells=ends) if field.key in ("lowest_tenth", "highest_tenth") else field
        for field in INPUTS.fields
    )
    return replace(INPUTS, fields=fields)


def _points(change: Estimate) -> tuple[str, str]:
    half = NORMAL_95 * change.standard_error
    return points(change.value).removesuffix(" pp"), f"{100.0 * half:.1f}" if math.isfinite(half) else ""


def _amount(unit: str) -> Callable[[Estimate], tuple[str, str]]:
    def cells(change: Estimate) -> tuple[str, str]:
        sign = "+" if change.value > 0.0 else ""
        said = sign + number(change.value, change.standard_error, unit)
        return said, error(change, unit).lstrip("±")

    return cells


def _share(found: Estimate) -> tuple[str, str]:
    if not math.isfinite(found.value):
        return "–", ""
    return show(found.value, "rate"), f"{100.0 * NORMAL_95 * found.standard_error:.1f}"


def _chance(row: Importance) -> str:
    if not math.isfinite(row.beyond.q):
        return "–"
    return "clear" if row.beyond.found else "may be chance"


INPUTS: Spec[Importance] = Spec(
    (
        text("name", "Input", least=22),
        told("label"),
        told("kind"),
        measure("lowest_tenth", "Lowest", lambda r: r.low, _points, "±", suffix="mc"),
        measure("highest_tenth", "Highest", lambda r: r.high, _points, "±", suffix="mc"),
        measure("alone", "Alone", None, _share, "±", suffix="mc", optional=2),
        measure("beyond", "Beyond", lambda r: r.beyond.total, _share, "±", suffix="mc"),
        told("q", float, lambda r: r.beyond.q),
        told("clear", bool, lambda r: r.beyond.found),
        told("acts_with", list[str], lambda r: r.beyond.partners),
        shown("chance", "Chance?", _chance),
        shown("with", "Acts with", lambda r: ", ".join(r.beyond.partners[:2]), optional=1),
    ),
    id="explanation-inputs",
)

DOCUMENT: Document[Headed[Explained]] = document(
    told("result", get=lambda e: e.found.target.name),
    told("label", get=lambda e: e.found.target.label),
    told("unit", get=lambda e: "probability" if e.found.target.flag else e.found.target.unit),
    told("when", get=lambda e: e.found.target.when),
    told("paths_looked_at", int, lambda e: len(e.found.target.values)),
    told("level", Estimate, lambda e: e.found.level),
    told("explained", Estimate, lambda e: e.found.whole),
    told("lost_without", dict[str, Estimate], lambda e: e.found.kinds),
    told("inputs", Many(INPUTS), lambda e: e.found.inputs[: e.top]),
    name="explanation/1",
    title="Why a result is what it is: bubblerisk drivers RUN --outcome RESULT --json",
)
"""Shares as fractions; changes in the unit of the result, probabilities as fractions."""

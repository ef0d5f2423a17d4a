"""Actions, their triggers and what it is worth to know more, in tables and sentences for screen and sheet."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite

from risk.analysis.actions import Actions
from risk.analysis.contrasts import beyond_noise
from risk.analysis.estimate import Estimate
from risk.analysis.triggers import Fired
from risk.analysis.verdict import Timing
from risk.analysis.voi import NOTHING, Information, Worth
from risk.report.content import Cell, Content
from risk.report.intervals import half
from risk.report.pack.base.fields import chance
from risk.report.spec import Spec, flag, measure, quoted, shown, text

FIRED_SAID = (
    "Fires: share of paths on which the trigger is met by the end of the quarter in which the action is due. "
    "Warned: share of busts before which it fires; lead: median quarters from there to the bust. ± 95%."
)
WORTH_SAID = (
    "What one gains on average who knows the input before choosing, and nothing else: curves learned on four "
    "fifths of the paths choose the action on the fifth, and are paid what it pays there. A lower bound, "
    "without bias; ± 95%. Other action: how often another one is chosen. Found: worth more than nothing, "
    "false discoveries held at 5%."
)
EXAMPLE = "The payoffs are an example and nobody's: put your own in actions.toml."
TOP = 10
"""Inputs that are shown."""


@dataclass(frozen=True)
class Decision:
    """Actions of a run, their triggers, and what information is worth to the choice among them.

    Attributes
    ----------
    why : why nothing is said of information; empty where it is.
    """

    actions: Actions
    fired: tuple[Fired, ...]
    information: Information | None
    why: str = ""


def paid(found: Estimate) -> tuple[Content, Content]:
    """Money, and half of its 95% interval; a decimal where the interval is narrower than ten."""
    if not isfinite(found.value):
        return "–", "–"
    wide = half(found)
    digits = 1 if not wide > 10.0 else 0
    if found.standard_error == 0.0:
        return Cell(found.value, f"number.{digits}"), Cell("exact", style="note")
    return Cell(found.value, f"number.{digits}"), Cell(wide, f"usd_error.{digits}") if isfinite(wide) else "–"


def _lead(found: Estimate | None) -> tuple[Content, Content]:
    if found is None:
        return "–", "–"
    low, high = found.interval
    ends = f"{low:.0f}" if low == high else f"{low:.0f} to {high:.0f}"
    return Cell(found.value, "count"), Cell(ends, style="note")


def _when(found: Timing | None) -> str:
    return found.median if found else "–"


FIRED: Spec[Fired] = Spec(
    (
        text("id", "Action", lambda row: row.action.id, least=9),
        chance("fires", "Fires", lambda row: row.fires, error="±"),
        shown("when", "Median", lambda row: _when(row.when), optional=2),
        chance("given", "P(bust | fires)", lambda row: row.given, error="±"),
        chance("rest", "P(bust | not)", lambda row: row.rest, error="±", optional=3),
        chance("warned", "Warned", lambda row: row.warned, error="±", optional=1),
        measure("lead", "Lead, quarters", lambda row: row.lead, _lead, error="95%", suffix="mc", optional=1),
    ),
    id="actions-triggers",
    title="How often each trigger fires, and how early",
    row_id=lambda row: row.action.id,
)
DECLARED: Spec[Fired] = Spec(
    (
        text("id", "Action", lambda row: row.action.id, least=9),
        quoted("action", "What is done", lambda row: row.action.action, span=5),
        quoted("trigger", "Trigger", lambda row: row.action.trigger, span=4),
        text("owner", "Owner", lambda row: row.action.owner, span=2),
        text("by", "By", lambda row: row.action.by),
    ),
    id="actions-declared",
    title="What to do, when, and who",
)


def payoffs(unit: str) -> Spec[Fired]:
    """Mean payoff of each action if it is taken now, whatever comes, and where its trigger fires."""
    return Spec(
        (
            text("id", "Action", lambda row: row.action.id, least=9),
            measure("payoff", f"Pays, {unit}", lambda row: row.payoff, paid, "±", suffix="mc"),
            measure(
                "acted",
                "Where its trigger fires",
                lambda row: row.acted,
                paid,
                "±",
                suffix="mc",
            ),
            quoted("words", "Payoff", lambda row: row.action.payoff, span=8, optional=1),
        ),
        id="actions-payoffs",
        title="What each pays beside doing nothing, taken now",
        row_id=lambda row: row.action.id,
    )


def worth(unit: str, id: str = "voi", title: str = "What to find out next") -> Spec[Worth]:
    """What inputs, or groups of them, are worth."""
    return Spec(
        (
            text("name", "Input", least=24),
            measure("value", f"Worth, {unit}", lambda row: row.value, paid, "±", suffix="mc"),
            chance("changes", "Other action", lambda row: row.changes, error="±", optional=1),
            flag("found", "Found?", align="center", optional=2),
        ),
        id=id,
        title=title,
        row_id=lambda row: row.name,
    )


def said(found: Decision) -> str:
    """Which action is ahead, and what is worth finding out, in two sentences."""
    own, unit = found.information, found.actions.unit
    if own is None:
        return f"What information is worth is not known: {found.why}."
    best = "doing nothing" if own.best == NOTHING else own.best
    ahead = own.ahead
    clear = "" if beyond_noise(ahead.value, ahead.standard_error) else ", within noise of the second"
    first = (
        f"Ahead is {best}{clear} ({unit} {own.means[own.best].value:.1f} on average); who knew all that "
        f"comes would have {unit} {own.perfect.value:.1f} more, who knew all inputs "
        f"{own.inputs.value.value:.1f}."
    )
    real = [each for each in own.single if each.found]
    if not real:
        return f"{first} No single input is worth finding out."
    next_ = real[0]
    return f"{first} Find out next: {next_.name}, worth {next_.value.value:.1f} ±{half(next_.value):.1f}."

"""What a validator is told, in tables and sentences for the sheet, the page of the docs and the screen."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from risk.analysis.statistics import Estimate
from risk.assumptions.schema import Limit
from risk.calibrate.validation.declared import Approval, Override, Use
from risk.calibrate.validation.drift import Drift, Moved
from risk.calibrate.validation.evidence import Figure, Record, Size
from risk.calibrate.validation.monitoring import State
from risk.calibrate.validation.validation import Validation
from risk.report import spec
from risk.report.content import Cell, Content
from risk.report.formats import show, supported
from risk.report.record import Field, told, whole
from risk.report.spec import Spec
from risk.report.table import Column
from risk.runs.signature import Signature, in_words
from risk.units import SCALE

DRAFT = "DRAFT"
"""What a pack past a trigger is."""

PAST = "PAST"
"""What a trigger is that something has passed."""

OTHER = "*"
"""Behind the day of a figure that another version of the engine gave."""

ABOUT = (
    "What the model is for, what was tested and with which result, how large its limitations are, "
    "who answers "
    "for it, and whether it still holds. It is evidence for whoever validates the model; no compliance with "
    "any regulation is claimed."
)
MEASURED = (
    "Each figure is what a command found on its day; * = by another version of the engine than this run's."
)
SIZED = (
    "Changes against the base case on the same draws, each limitation switched or moved by itself; SE: "
    "standard error of the paired difference. What is not listed cannot be switched or moved: Limits "
    "says why."
)
WATCHED = "Past one trigger the pack is a draft until a newer state, an estimate or a decision answers it."
UNSIGNED = "Nobody has signed this run: bubblerisk sign RUN --by NAME --role ROLE."


@dataclass(frozen=True)
class Measured:
    """A figure or a size with the record that has it.

    Attributes
    ----------
    own : whether the engine of the run at hand gave it.
    """

    of: Any
    record: Record
    own: bool

    @property
    def when(self) -> str:
        """Day on which it was found."""
        return self.record.date + ("" if self.own else OTHER)


def figures(found: Validation) -> list[Measured]:
    """Everything that was measured but limitations."""
    return [Measured(figure, record, _own(found, record)) for figure, record in found.figures]


def sizes(found: Validation) -> list[Measured]:
    """What each limitation does when it is moved."""
    return [Measured(size, record, _own(found, record)) for size, record in found.sizes]


def _own(found: Validation, record: Record) -> bool:
    return record.source == found.source


def _figure(figure: Figure, value: float | None) -> str:
    """A figure as its unit is printed."""
    if value is None:
        return "–"
    if figure.unit == "fraction":
        return show(value, "share")
    return show(value, "tolerance") if 0.0 < abs(value) < 1e-3 else f"{value:g}"


def _value(row: Measured) -> str:
    return _figure(row.of, row.of.value)


def _wanted(row: Measured) -> str:
    low, high = (_figure(row.of, end) for end in (row.of.low, row.of.high))
    if row.of.low is None:
        return "–" if row.of.high is None else f"≤ {high}"
    if row.of.high is None:
        return low if row.of.low == 1.0 and row.of.unit == "fraction" else f"≥ {low}"
    return f"{low} to {high}"


def _holds(row: Measured) -> str:
    return {None: "–", True: "OK", False: "FAIL"}[row.of.wanted]


def _how(row: Measured) -> str:
    return " ".join(filter(None, (f"{row.of.how}.", row.of.note)))


FIGURES: Spec[Measured] = Spec(
    (
        told("id", get=lambda row: row.of.id),
        spec.text("what", "Test", lambda row: row.of.what, least=24),
        spec.shown("how", "How, and what to know", _how, least=24, optional=2),
        spec.shown("found", "Found", _value, align="right"),
        spec.shown("bounds", "Wanted", _wanted, align="right", span=2),
        spec.shown("counted", "On", lambda row: f"{row.of.n:,} {row.of.of}", optional=1, span=2),
        spec.shown("holds", "Holds", _holds, style="flag", align="center"),
        spec.text("when", "Measured", align="center", optional=1, span=2),
        told("value", float, lambda row: row.of.value),
        told("unit", get=lambda row: row.of.unit),
        told("low", float | None, lambda row: row.of.low),
        told("high", float | None, lambda row: row.of.high),
        told("n", int, lambda row: row.of.n),
        told("of", get=lambda row: row.of.of),
        told("inside", bool | None, lambda row: row.of.wanted),
        told("command", get=lambda row: row.record.command),
        told("machine", get=lambda row: row.record.machine),
        told("source", get=lambda row: row.record.source),
        told("this_engine", bool, lambda row: row.own),
        told("note", get=lambda row: row.of.note),
    ),
    id="validation-figures",
    note=MEASURED,
    row_id=lambda row: str(row.of.id),
)


def _points(estimate: Estimate) -> tuple[Content, Content]:
    value, error = estimate.value, estimate.standard_error
    return Cell(value, supported("change.1", error)), Cell(error, "standard_error", "note")


def _billions(estimate: Estimate) -> tuple[Content, Content]:
    value, error = estimate.value, estimate.standard_error
    return Cell(value, supported("usd_change", error)), Cell(error, "usd_error", "note")


Pair = Callable[[Estimate], tuple[Content, Content]]


def _change(key: str, header: str, cells: Pair, form: str, note: str) -> Field[Measured]:
    def get(row: Measured) -> Estimate:
        size: Size = row.of
        return Estimate(getattr(size, key), getattr(size, f"{key}_se"), row.record.paths)

    return spec.measure(key, header, get, cells, form=form, note=note, rest=1)


def sized(limits: dict[str, Limit]) -> Spec[Measured]:
    """Table of sizes; limitations in the words of a register."""

    def words(row: Measured) -> str:
        return limits[row.of.limit].limitation if row.of.limit in limits else row.of.limit

    return Spec(
        (
            told("limit", get=lambda row: row.of.limit),
            told("move", get=lambda row: row.of.move),
            spec.quoted("limitation", "Limitation", words, least=20, optional=2),
            spec.quoted("title", "Moved to", lambda row: row.of.title, least=24),
            _change("bust", "P(bust)", _points, "change", "standard_error"),
            _change("mean", "Mean", _billions, "usd_change", "usd_error"),
            _change("p95", "P95", _billions, "usd_change", "usd_error"),
            spec.text("when", "Measured", align="center", optional=3, span=2),
            told("paths", int, lambda row: row.record.paths),
            told("machine", get=lambda row: row.record.machine),
            told("source", get=lambda row: row.record.source),
            told("this_engine", bool, lambda row: row.own),
        ),
        id="validation-sizes",
        note=SIZED,
        row_id=lambda row: str(row.of.move),
    )


SIZES = sized({})
"""The same with limitations by id: of documents."""


def size_in_words(rows: Sequence[Measured], limit: str) -> str:
    """Between which ends the headlines change over the moves of a limitation; empty where none is known."""
    own = [row for row in rows if row.of.limit == limit]
    if not own:
        return ""
    bust, mean, p95 = ([getattr(row.of, key) for row in own] for key in ("bust", "mean", "p95"))
    points = _ends([100.0 * x for x in bust], "usd_change")
    losses = f"mean loss {_ends(mean, 'usd_change')}, P95 {_ends(p95, 'usd_change.0')} USD bn"
    return f"Moved: P(bust) {points} points, {losses} ({own[0].when})."


def _ends(values: Sequence[float], form: str) -> str:
    """Least and largest change, or the only one; what rounds to nothing has no sign."""
    told = (show(x, form) for x in (min(values), max(values)))
    return " to ".join(dict.fromkeys(text if text.strip("+-0.") else "0" for text in told))


def _state(state: State) -> str:
    return PAST if state.past else "clear"


def _found(state: State) -> str:
    """What was found, and what to do about it where the trigger is past."""
    if state.past:
        return f"{'; '.join(state.past)}. Then: {state.action}"
    return f"{state.told[0].upper()}{state.told[1:]}."


STATES: Spec[State] = Spec(
    (
        told("id"),
        spec.text("label", "Trigger", least=24),
        spec.shown("found", "Found", _found, least=24),
        spec.shown("state", "State", _state, style="flag", align="center"),
        spec.count("looked", "Looked at", optional=2, align="right", span=2),
        spec.text("owner", "Owner", optional=1, span=2),
        told("past", list[str], lambda state: list(state.past)),
        told("action"),
        told("why"),
    ),
    id="validation-triggers",
    note=WATCHED,
    row_id=lambda state: state.id,
)


def uses(kind: str) -> Spec[Use]:
    """Table of intended or forbidden uses."""
    return Spec(
        (
            told("id"),
            told("kind"),
            spec.text("use", f"{kind.capitalize()} use", least=30),
            spec.text("why", "Why", least=20, optional=1),
        ),
        id=f"validation-{kind}",
        row_id=lambda use: use.id,
    )


KINDS = ("intended", "forbidden")


def _all(kind: type[BaseModel]) -> tuple[Field[Any], ...]:
    """Everything a declaration has, for documents."""
    return tuple(told(name, own.annotation) for name, own in kind.model_fields.items())


def _instead(row: Override) -> str:
    return f"{row.after} for {row.before}: {row.why} By {row.by}, approved by {row.approved_by}."


def _dates(row: Override | Approval) -> tuple[Content, ...]:
    return row.date.isoformat(), row.until.isoformat()


DATES = (
    Column("on", "On", span=2, align="center", optional=1),
    Column("to", "Until", span=2, align="center"),
)
OVERRIDES: Spec[Override] = Spec(
    (
        *_all(Override),
        spec.shown("row_subject", "Override of", lambda row: row.subject, least=16),
        spec.shown("instead", "What stands for what, and why", _instead, least=24),
        spec.several(*DATES, cells=_dates),
    ),
    id="validation-overrides",
    row_id=lambda row: row.id,
)
APPROVALS: Spec[Approval] = Spec(
    (
        *_all(Approval),
        spec.shown("row_use", "Approved for", lambda row: row.use, least=16),
        spec.shown("given", "By", lambda row: f"{row.by}, {row.role}. {row.conditions}".strip(), least=24),
        spec.several(*DATES, cells=_dates),
    ),
    id="validation-approvals",
    row_id=lambda row: row.id,
)
SIGNATURES: Spec[Signature] = Spec(
    (
        *whole(Signature).fields,
        spec.shown("row_by", "Signed by", lambda row: f"{row.by}, {row.role}", least=16),
        spec.shown("row_note", "Note", lambda row: row.note or "–", least=16, optional=1),
        spec.shown("minute", "UTC", lambda row: row.date.replace("T", " ")[:16], span=3),
        spec.shown("short", "Result", lambda row: row.result[:12], optional=1, span=2),
    ),
    id="validation-signatures",
)


def _unit(row: Moved) -> str:
    return {"": "points", "USD/h": row.unit}.get(row.unit, row.unit)


def _number(row: Moved, x: float, change: bool = False) -> str:
    """A headline, or its change, as its unit is printed."""
    if row.unit == "":
        return show(x, "change.1" if change else "rate")
    form = "usd_change" if change else "years"
    digits = ".2" if SCALE[row.unit] == 1.0 or "/h" in row.unit else ""
    return show(x, supported(f"{form}{digits}", row.standard_error))


DRIFT: Spec[Moved] = Spec(
    (
        told("name"),
        spec.text("label", "Moved since beyond its error", least=24),
        spec.shown("in", "Unit", _unit, optional=1),
        spec.shown("was", "Was", lambda row: _number(row, row.before), align="right"),
        spec.shown("is", "Is", lambda row: _number(row, row.after), align="right", span=2),
        spec.shown("moved", "Change", lambda row: _number(row, row.change, True), align="right"),
        spec.shown("error", "± SE", lambda row: _number(row, row.standard_error), align="right", span=2),
        told("unit"),
        told("before", float),
        told("after", float),
        told("change", float),
        told("standard_error", float),
    ),
    id="validation-drift",
)


def draft(found: Validation) -> str:
    """Why a pack is a draft, in a sentence; empty where it is none."""
    return f"{DRAFT}: {' '.join(found.reasons)}" if found.reasons else ""


def standing(found: Validation) -> str:
    """Where the run stands, in a sentence."""
    past = sum(bool(state.past) for state in found.states)
    watch = f"{past} of {len(found.states)} triggers past" if found.states else "no trigger is declared"
    failed = sum(figure.wanted is False for figure, _ in found.figures)
    many = len(found.figures)
    tested = f"{failed} of {many} figures outside what was wanted" if many else "nothing was measured"
    return f"{watch[0].upper()}{watch[1:]}; {tested}."


def approved(found: Validation) -> str:
    """For what somebody has approved the model."""
    names = ", ".join(dict.fromkeys(approval.use for approval in found.approvals))
    return f"Approved for {names}." if names else "Nobody has approved the model for any use."


def signed(found: Validation) -> str:
    """Who has signed the run."""
    if found.altered:
        return f"{found.altered}."
    return (
        f"Signed by {in_words(found.signatures)}." if found.signatures else UNSIGNED.replace("RUN", found.run)
    )


def drifted(drift: Drift | None) -> str:
    """How the run compares with the last signed one."""
    if drift is None:
        return "No other run of this scenario is signed: there is nothing to drift from."
    head = f"Last signed: run {drift.run} by {drift.by}, {drift.role}, on {drift.date}."
    if drift.why:
        return f"{head} It cannot be compared: {drift.why}."
    moved = len(drift.moved)
    return f"{head} {moved} of {drift.compared} headlines have moved beyond their errors."


def none(found: Validation) -> Iterator[str]:
    """What is not there, a sentence each."""
    if not found.overrides:
        yield "No override is logged: no judgement stands in for a number or a result."
    if not found.approvals:
        yield approved(found)

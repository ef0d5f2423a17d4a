"""A book's losses in tables and sentences for screen and sheet."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from math import isfinite
from typing import Any

from risk.analysis.book.answer import Answer, Breach, Case, Measured, Part
from risk.analysis.book.book import TOTAL
from risk.analysis.words import probability_text
from risk.report.content import Cell, Content
from risk.report.formats import show
from risk.report.intervals import half, parameter_range
from risk.report.pack.base.fields import chance
from risk.report.record import Field
from risk.report.spec import Spec, figure, measure, quoted, shown, text
from risk.units import SCALE

EXAMPLE = "This book is an example and nobody's: write your own (docs/book.md)."
ADDED = (
    "Mean and ES: what a position adds to those of the book; both add up (Euler; ES is the mean of the worst "
    "2.5% of paths). P95: of the position by itself. Mapping: its mean loss at either end of the plausible "
    "range of its beta and of what today's price expects."
)
RANGES = (
    "± is sampling alone. Over inputs: 5 to 95% of parameter sets, the mean loss of each; a dash where they "
    "move it by no more than noise. Mapping: every beta, and what prices expect, at the lower and at the "
    "upper ends together."
)
BREACHES = (
    "P(breach): share of paths on which the loss of what is limited exceeds its bound by the end of the run."
)
CASES = (
    "Share: of all paths; of a way, of busts. Ways: groups of paths to a bust that took a like course (sheet "
    "Reverse), counted on the other half of the paths."
)


@dataclass(frozen=True)
class Line:
    """A loss of the book in a table: which one, and how it was counted."""

    id: str
    label: str
    found: Measured
    inputs: tuple[float, float] | None = None
    known: bool = False


def lines(found: Answer) -> tuple[Line, ...]:
    """The book as it is, without its hedges, and at either end of the mapping."""
    return (
        Line("whole", "The book", found.whole, found.mean_range, found.ranged),
        Line("unhedged", "Without its hedges", found.unhedged),
        Line("low", "Mapping, lower ends", found.low),
        Line("high", "Mapping, upper ends", found.high),
    )


def money(unit: str) -> Callable[[Any], tuple[Content, Content]]:
    """An estimate in USD as a number of a unit, and half of its 95% interval."""
    scale = SCALE[unit]

    def cells(found: Any) -> tuple[Content, Content]:
        if found is None or not isfinite(found.value):
            return "–", "–"
        wide = half(found) / scale
        digits = 1 if not wide > 10.0 else 0
        error: Content = Cell(wide, f"usd_error.{digits}") if isfinite(wide) else "–"
        return Cell(found.value / scale, f"number.{digits}*" if found.thin else f"number.{digits}"), error

    return cells


def loss(key: str, header: str, get: Callable[[Any], Any], unit: str, **look: Any) -> Field[Any]:
    """A loss in a unit, with its ±."""
    return measure(key, header, get, money(unit), "±", suffix="mc", **look)


def ends(low: float, high: float, unit: str) -> str:
    """Both ends of a range of money."""
    a, b = (show(end / SCALE[unit], "number.0") for end in (low, high))
    return f"{a} to {b}"


def _inputs(line: Line, unit: str) -> str:
    if line.inputs is None:
        return "–" if line.known else ""
    return ends(*line.inputs, unit)


def losses(unit: str) -> Spec[Line]:
    """Mean, P95 and ES of the book."""
    return Spec(
        (
            text("label", f"Loss, {unit}", least=20),
            loss("mean", "Mean", lambda row: row.found.mean, unit),
            shown("inputs", "Over inputs", lambda row: _inputs(row, unit), align="right"),
            loss("p95", "P95", lambda row: row.found.p95, unit),
            loss("es", "ES 97.5%", lambda row: row.found.es, unit),
        ),
        id="book-losses",
        title="What the book loses to the end of the run",
        row_id=lambda row: row.id,
    )


def parts(unit: str, id: str, title: str, header: str) -> Spec[Part]:
    """What adds up to the book."""
    return Spec(
        (
            quoted("name", header, least=16),
            figure("amount", f"Amount, {unit}", lambda row: row.amount / SCALE[unit], "number.1"),
            loss("mean", "Mean", lambda row: row.mean, unit, rest=3),
            loss("es", "Part of ES", lambda row: row.es, unit, rest=2),
            loss("own", "P95 alone", lambda row: row.own, unit, rest=3, optional=2),
            shown("mapping", "Mapping", lambda row: ends(row.low, row.high, unit), align="right", optional=1),
        ),
        id=id,
        title=title,
        row_id=lambda row: row.name,
    )


def cases(unit: str) -> Spec[Case]:
    """Loss by outcome class, and by way to a bust."""
    return Spec(
        (
            text("label", "On paths of", least=18),
            chance("share", "Share", lambda row: row.share, error="±"),
            loss("mean", f"Mean, {unit}", lambda row: row.mean, unit),
            loss("p95", "P95", lambda row: row.p95, unit, optional=1),
            shown("marks", "Set apart by", _marks, span=6, optional=2),
        ),
        id="book-cases",
        title="Loss by outcome, and by way to a bust",
        row_id=lambda row: row.name,
    )


def _marks(case: Case) -> str:
    return "; ".join(f"{mark.label} {mark.score.value:+.1f} sd" for mark in case.marks[:2])


def scope(breach: Breach) -> str:
    """What a limit is on."""
    return "The total" if breach.limit.of == TOTAL else f"{breach.limit.of.capitalize()} {breach.limit.name}"


def limits(unit: str) -> Spec[Breach]:
    """How often limits are broken."""
    return Spec(
        (
            quoted("limit", "Limit on", scope, least=20),
            figure("bound", f"Bound, {unit}", lambda row: row.limit.bound / SCALE[unit], "number.1"),
            chance("breach", "P(breach)", lambda row: row.probability, error="±"),
            shown("inputs", "Over inputs", lambda row: parameter_range(row.band), align="right"),
        ),
        id="book-limits",
        title="Limits on losses",
        row_id=lambda row: f"{row.limit.of}-{row.limit.name}" if row.limit.name else row.limit.of,
    )


def told_cases(found: Answer) -> tuple[Case, ...]:
    """Outcome classes, whose shares are of all paths, then ways, whose shares are of busts."""
    ways = (replace(way, label=f"{way.label}, of busts") for way in found.ways or ())
    return (*found.classes, *ways)


def finding(found: Answer) -> str:
    """What the book loses, how far that is known, what hedges take off it, and what most of it is."""
    parts = (lost(found), _hedged(found), _largest(found.parts), _broken(found))
    return " ".join(filter(None, parts))


def shortly(found: Answer) -> str:
    """The same as far as a first page has room."""
    return " ".join(filter(None, (lost(found), _broken(found))))


def lost(found: Answer) -> str:
    """What the book loses and how far that is known, in a sentence."""
    unit, whole = found.unit, found.whole
    said = f"The book loses {_amount(whole.mean.value, unit)} on average"
    if found.mean_range is not None:
        said += f" ({ends(*found.mean_range, unit)} over parameter sets)"
    low, high = sorted((found.low.mean.value, found.high.mean.value))
    return (
        f"{said}, {ends(low, high, unit)} over what its mapping may be; more than "
        f"{_amount(whole.p95.value, unit)} on one path in twenty, {_amount(whole.es.value, unit)} on average "
        "of the worst 2.5%."
    )


def _hedged(found: Answer) -> str:
    if not any(part.row and part.row.hedge for part in found.parts):
        return ""
    saved = found.unhedged.es.value - found.whole.es.value
    cost = found.whole.mean.value - found.unhedged.mean.value
    taken = (
        f"take {_amount(saved, found.unit)} off the worst" if saved > 0.0 else "take nothing off the worst"
    )
    price = f"cost {_amount(cost, found.unit)}" if cost > 0.0 else f"pay {_amount(-cost, found.unit)}"
    return f"Its hedges {taken} and {price} on average."


def _largest(found: Sequence[Part]) -> str:
    first = max(found, key=lambda part: part.es.value)
    total = sum(part.es.value for part in found)
    if not total > 0.0:
        return ""
    return f"{first.name} brings most of the worst, {100.0 * first.es.value / total:.0f}%."


def _broken(found: Answer) -> str:
    if not found.limits:
        return ""
    worst = max(found.limits, key=lambda breach: breach.probability.value)
    name = scope(worst)
    often = probability_text(worst.probability)
    return f"Of its limits that on {name[0].lower()}{name[1:]} breaks most often, on {often} of paths."


def _amount(value: float, unit: str) -> str:
    """``USD 63m``."""
    currency, _, scale = unit.partition(" ")
    return f"{currency} {show(value / SCALE[unit], 'number.0')}{scale}"

"""What positions of a book ride on, and what their betas rest on, in tables for screen and sheet."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from risk.analysis.book.answer import Answer, Part
from risk.analysis.book.instruments import NUMBERS, Number
from risk.report.spec import Spec, figure, flag, quoted, shown, text

ABOUT = (
    "A run keeps, path by path, the loss on each loan of the base date, each neocloud's failure and what "
    "its paper loses, the loss of each pool, and series such as capex, revenue, rents and the high-yield "
    "spread. Share prices, marks of funds and spreads of one company it does not keep: they ride on the "
    "nearest of these by a stated beta."
)
RIDES = "Rides on: the share that is lost is beta times this, between the bounds of its instrument."
JUDGED = "Judgement is what nobody publishes: put your own betas in instruments.toml, or one in a position."


@dataclass(frozen=True)
class Assumed:
    """A number of the mapping: of which instrument, which one."""

    instrument: str
    what: str
    number: Number


def assumed(found: Answer) -> tuple[Assumed, ...]:
    """Numbers on which the mapping of the book's instruments rests."""
    used = {row.instrument.id: row.instrument for row in found.book.rows}
    numbers = ((one, what, getattr(one, what)) for one in used.values() for what in NUMBERS)
    return tuple(Assumed(one.id, what, number) for one, what, number in numbers if number is not None)


def _row(part: Part) -> Any:
    return part.row


def _range(part: Part) -> str:
    row = _row(part)
    return f"{row.low:g} to {row.high:g}"


MAPPED: Spec[Part] = Spec(
    (
        quoted("name", "Position", least=16),
        text("instrument", "Instrument", lambda part: _row(part).instrument.label, span=3, optional=3),
        quoted("of", "Of", lambda part: _row(part).issuer, span=2),
        quoted("rides", "Rides on", lambda part: _row(part).words, span=6, least=24),
        figure("beta", "Beta", lambda part: _row(part).beta),
        shown("range", "Range", _range, align="right", optional=2),
        text("grade", "Grade", lambda part: _row(part).grade),
        flag("hedge", "Hedge?", lambda part: _row(part).hedge, no="", align="center", optional=1),
    ),
    id="book-mapping",
    title="What each position rides on",
    row_id=lambda part: part.name,
)


def assumptions(title: Callable[[str], str]) -> Spec[Assumed]:
    """Where betas, and what prices expect, come from; `title` of a source's key."""
    return Spec(
        (
            text("instrument", "Instrument", least=16),
            text("what", "Number"),
            figure("value", "Value", lambda row: row.number.value),
            shown("range", "Range", lambda row: f"{row.number.low:g} to {row.number.high:g}", align="right"),
            text("unit", "Unit", lambda row: row.number.unit),
            text("grade", "Grade", lambda row: row.number.grade),
            shown("as_of", "As of", lambda row: row.number.as_of, "date"),
            quoted("source", "Source", lambda row: _source(row.number, title), span=3),
            quoted("note", "Why", lambda row: row.number.note, span=6),
        ),
        id="book-assumptions",
        title="What the mapping rests on",
        row_id=lambda row: f"{row.instrument}-{row.what}",
    )


def _source(number: Number, title: Callable[[str], str]) -> str:
    said = title(number.source)
    return f"{said}: {number.locator}" if number.locator else said

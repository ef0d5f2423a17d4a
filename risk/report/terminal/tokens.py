"""The tokens screen: what a token costs by generation and phase, and what coupling that would move."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from rich.text import Text

from risk.analysis.estimate import Estimate
from risk.calibrate.tokens import Changed, Moved, Moves
from risk.processes import serving
from risk.report.record import Document, Many, Record, told, whole
from risk.report.terminal.headed import Headed, document, facts
from risk.report.terminal.page import Page, Screen, heading, note, table
from risk.report.tokens import said, tables
from risk.report.tokens.found import MILLION, Generation, Hits, Tokens, hits


def screen(found: Headed[Tokens], page: Page) -> Screen:
    """What tokens cost, on a page."""
    own, moves = found.result, _measured(found.result)
    return (
        heading(f"Tokens: {found.heading.title}", page),
        facts(found.heading, page),
        note(said.finding(own), page),
        Text(),
        table(tables.phases(own), page),
        Text(),
        table(tables.costs(own), page),
        Text(),
        note(said.hits_finding(own), page),
        table(tables.hits_table(own), page),
        Text(),
        note(said.decline_finding(own), page),
        table(tables.decline_table(own), page),
        Text(),
        note(said.WHY, page),
        note(said.moves_finding(moves), page),
        table(tables.MOVES.table(moves.moved), page),
        note(said.moves_note(moves), page),
    )


def _measured(found: Tokens) -> Moves:
    if found.moves is None:
        raise ValueError("a screen is of what was measured")
    return found.moves


GENERATION: Record[tuple[Tokens, Generation]] = Record(
    (
        told("name", get=lambda row: row[1].name),
        told("batch", float, lambda row: row[0].served.batch[row[1].place]),
        told("prefill_seconds", float, lambda row: row[0].served.prefill[row[1].place]),
        told("decode_seconds", float, lambda row: row[0].served.decode[row[1].place]),
        told("token_seconds", float, lambda row: row[0].served.time()[row[1].place]),
        told("work", float, lambda row: row[0].served.work[row[1].place]),
        told("rent", float | None, lambda row: row[1].rent),
    )
)
"""Device-seconds a token; work and rent over the numeraire's."""


def _of_decline(name: str, found: Tokens) -> float | str:
    value: float | str = getattr(found.decline, name)
    return value


DECLINE = ("until", "bought", "rented", "priced", "saved")


@dataclass(frozen=True)
class Price:
    """What a million tokens cost on a generation at a date's mean rent, USD."""

    date: str
    generation: str
    rent: float
    cost: float


def _prices(found: Tokens) -> Iterator[Price]:
    for date, rents in found.rents.items():
        for g in found.generations:
            time, rent = float(found.served.time()[g.place]), rents[g.place]
            yield Price(date, g.name, rent, MILLION * float(serving.cost(time, rent)))


MOVED: Record[Moved] = Record(
    (
        told("name"),
        told("label"),
        told("changed", Many(whole(Changed))),
        told("effects", dict[str, Estimate]),
    )
)
DOCUMENT: Document[Headed[Tokens]] = document(
    told("hit_rate", float),
    told("generations", Many(GENERATION), lambda found: [(found, g) for g in found.generations]),
    told("prices", Many(whole(Price)), lambda found: [*_prices(found)]),
    told("hits", Many(whole(Hits)), lambda found: [*hits(found)]),
    *(told(name, str if name == "until" else float, partial(_of_decline, name)) for name in DECLINE),
    told("each", int, lambda found: _measured(found).paths),
    told("base", dict[str, Estimate], lambda found: _measured(found).base),
    told("moved", Many(MOVED), lambda found: _measured(found).moved),
    name="tokens/1",
    title="What tokens cost by generation, and what coupling would move: bubblerisk tokens RUN --json",
)

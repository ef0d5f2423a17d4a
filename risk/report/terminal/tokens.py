"""The tokens screen: what a token costs by generation and phase, and what coupling that to paths would move."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from rich.text import Text

from risk.analysis.estimate import Estimate
from risk.calibrate.tokens import Changed, Moved
from risk.processes import serving
from risk.report import tokens as tables
from risk.report import tokens_said as said
from risk.report.record import Document, Many, Record, told, whole
from risk.report.terminal.headed import Headed, document, facts
from risk.report.terminal.page import Page, Screen, heading, note, table
from risk.report.tokens import Generation, Hits, Tokens


def screen(found: Headed[Tokens], page: Page) -> Screen:
    """What tokens cost, on a page."""
    own, moves = found.result, found.result.moves
    return (
        heading(f"Tokens: {found.heading.title}", page),
        facts(found.heading, page),
        note(said.finding(own), page),
        Text(),
        table(tables.phases(own), page),
        table(tables.costs(own), page),
        Text(),
        note(said.hits_finding(own), page),
        table(tables.hits_table(own), page),
        Text(),
        note(said.decline_finding(own), page),
        table(tables.decline_table(own), page),
        Text(),
        note(said.WHY, page),
        *(_moves(own, page) if moves else ()),
    )


def _moves(found: Tokens, page: Page) -> Screen:
    assert found.moves
    return (
        note(said.moves_finding(found.moves), page),
        table(tables.MOVES.table(found.moves.moved), page),
        note(said.moves_note(found.moves), page),
    )


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
    for date, rents in found.rents:
        for g in found.generations:
            time, rent = float(found.served.time()[g.place]), rents[g.place]
            yield Price(date, g.name, rent, tables.MILLION * float(serving.cost(time, rent)))


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
    told("hits", Many(whole(Hits)), lambda found: [*tables.hits(found)]),
    *(told(name, str if name == "until" else float, partial(_of_decline, name)) for name in DECLINE),
    told("each", int, lambda found: found.moves.paths),
    told("base", dict[str, Estimate], lambda found: found.moves.base),
    told("moved", Many(MOVED), lambda found: found.moves.moved),
    name="tokens/1",
    title="What tokens cost by generation, and what coupling would move: bubblerisk tokens RUN --json",
)

"""The views screen: ballots side by side, every view, how far members are apart, what must be believed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rich.console import RenderableType
from rich.text import Text

from risk.analysis.estimate import Estimate
from risk.analysis.views.ballot import View
from risk.analysis.views.belief import Belief, Believed, Shift
from risk.analysis.views.members import Apart, Ballots, Figure, Held, Member
from risk.analysis.views.views import Views
from risk.report import views as tables
from risk.report.record import Document, Keyed, Many, Perhaps, Record, lifted, told, whole
from risk.report.terminal.headed import Headed, document, facts
from risk.report.terminal.page import Page, Screen, heading, line, note, parts, table
from risk.report.terminal.summary import BAND


def screen(found: Headed[Views], page: Page) -> Screen:
    """Views on a page."""
    ballots, beliefs = found.result.ballots, found.result.beliefs
    return (
        heading(f"Views: {found.heading.title}", page),
        facts(found.heading, page),
        note(tables.ABOUT, page),
        Text(),
        *(_ballots(ballots, page) if ballots.voting else ()),
        heading("What you would have to believe", page),
        *(line(tables.believed(each), page) for each in beliefs),
        *_moved(found.result, page),
    )


def _ballots(found: Ballots, page: Page) -> Iterator[RenderableType]:
    yield table(tables.MEMBERS.table(found.members), page)
    yield Text()
    yield heading("The verdict, and losses in USD bn", page)
    yield from parts(tables.side_by_side(found).table(tables.rows(found)), page)
    yield note(tables.COLUMNS, page)
    if found.bands:
        yield note(tables.OVER_INPUTS, page)
    yield Text()
    yield from parts(tables.side_by_side(found, claims=True).table(tables.rows(found, claims=True)), page)
    yield Text()
    yield heading("Every view", page)
    yield table(tables.VIEWS.table(tables.told_views(found)), page)
    yield note(tables.VIEWS_SAID, page)
    yield Text()
    if found.apart:
        yield heading("How far members are apart", page)
        yield table(tables.APART.table(found.apart), page)
        yield note(tables.APART_SAID, page)
        yield Text()


def _moved(found: Views, page: Page) -> Iterator[RenderableType]:
    rows = [*tables.moved(found.beliefs)]
    if rows:
        yield Text()
        yield table(tables.BELIEFS.table(rows), page)
        yield note(tables.BELIEF_SAID, page)


PRICE: Record[View] = Record(
    (
        *(told(name) for name in ("label", "why", "source", "reading", "conversion")),
        told("as_of", str | None, lambda view: view.as_of.isoformat() if view.as_of else None),
    )
)

HELD: Record[Held] = Record(
    (
        told("view", int, lambda held: held.place),
        *(told(name) for name in ("words", "unit", "shown", "relation")),
        told("asked", float),
        told("before", Estimate),
        told("after", Estimate),
        told("alone", float),
        told("binds", bool),
        told("confidence", float),
        *lifted(lambda held: held.view, PRICE.fields),
    )
)

FIGURE: Record[Figure] = Record((told("label"), told("unit"), told("estimate", Estimate)))


def _figures(member: Member) -> dict[str, Figure]:
    return {figure.name: figure for figure in member.figures}


MEMBER: Record[Member] = Record(
    (
        *(told(name) for name in ("name", "label", "note")),
        told("effective", float),
        told("cost", Estimate),
        told("figures", Keyed(FIGURE), _figures),
        told("views", Many(HELD)),
    )
)

SHIFT: Record[Shift] = whole(Shift)
BELIEF: Record[Belief] = Record(
    (
        told("reached", Estimate),
        told("cost", Estimate),
        told("effective", float),
        told("shifts", Many(SHIFT)),
    )
)

BELIEVED: Record[Believed] = Record(
    (
        told("of", get=lambda each: each.words),
        told("bar", float),
        told("above", bool),
        told("before", Estimate),
        told("nearest", Perhaps(BELIEF)),
        told("smallest", Many(BELIEF)),
        told("why"),
        told("said", get=tables.believed),
    )
)

APART: Record[Apart] = whole(Apart)


def _bands(found: Views) -> Any:
    return found.ballots.bands


DOCUMENT: Document[Headed[Views]] = document(
    told("members", Many(MEMBER), lambda found: found.ballots.members),
    told("bands", Keyed(BAND), _bands),
    told("apart", Many(APART), lambda found: found.ballots.apart),
    told("beliefs", Many(BELIEVED)),
    name="views/1",
    title="A run under ballots, and what must be believed: bubblerisk views RUN --json",
)

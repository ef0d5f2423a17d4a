"""The book screen: what positions lose, what adds up to it, in which outcome, past which limits."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

from rich.console import RenderableType
from rich.text import Text

from risk.analysis.book.answer import Answer, Breach, Case, Measured, Part
from risk.analysis.book.book import Row
from risk.analysis.estimate import Estimate
from risk.report import book as tables
from risk.report import mapping
from risk.report.record import Document, Many, Perhaps, Record, told, whole
from risk.report.terminal.headed import Headed, document, facts
from risk.report.terminal.page import Page, Screen, heading, line, note, parts, table
from risk.report.terminal.summary import BAND


def screen(found: Headed[Answer], page: Page) -> Screen:
    """A book on a page."""
    own = found.result
    return (
        heading(f"{own.book.title}: {found.heading.title}", page),
        facts(found.heading, page),
        line(tables.finding(own), page),
        *(note(tables.EXAMPLE, page) for _ in range(own.book.illustrative)),
        Text(),
        table(tables.losses(own.unit).table(tables.lines(own)), page),
        note(tables.RANGES, page),
        Text(),
        *_limits(own, page),
        *parts(tables.cases(own.unit).table(tables.told_cases(own)), page),
        note(own.why or tables.CASES, page),
        Text(),
        *_added(own, page),
        *parts(mapping.MAPPED.table(own.parts), page),
        note(f"{mapping.RIDES} {mapping.ABOUT}", page),
    )


def _limits(own: Answer, page: Page) -> Iterator[RenderableType]:
    if own.limits:
        yield table(tables.limits(own.unit).table(own.limits), page)
        yield note(tables.BREACHES, page)
        yield Text()


def _added(own: Answer, page: Page) -> Iterator[RenderableType]:
    """Positions, the largest part of the worst first, then whose they are."""
    ranked = sorted(own.parts, key=lambda part: -part.es.value)
    yield from parts(tables.parts(own.unit, "book-positions", "Positions", "Position").table(ranked), page)
    yield note(tables.ADDED, page)
    yield Text()
    issuers = tables.parts(own.unit, "book-issuers", "Whose they are", "Issuer")
    yield from parts(issuers.table(own.issuers), page)
    yield Text()


def _row(part: Part) -> Row:
    assert part.row is not None
    return part.row


def _of_number(name: str) -> Callable[[mapping.Assumed], Any]:
    """What a number of the mapping has under a name."""
    return lambda row: getattr(row.number, name)


SUM: Record[Part] = Record(
    (
        told("name"),
        told("amount", float),
        told("own_p95", Estimate, lambda part: part.own),
        told("mean", Estimate),
        told("es", Estimate),
        told("low", float),
        told("high", float),
    )
)
POSITION: Record[Part] = Record(
    (
        *SUM.fields,
        told("instrument", get=lambda part: _row(part).instrument.id),
        told("issuer", get=lambda part: _row(part).issuer),
        told("rides_on", get=lambda part: _row(part).words),
        told("beta", float, lambda part: _row(part).beta),
        told("beta_low", float, lambda part: _row(part).low),
        told("beta_high", float, lambda part: _row(part).high),
        told("grade", get=lambda part: _row(part).grade),
        told("source", get=lambda part: _row(part).instrument.beta.source),
        told("strike", float | None, lambda part: _row(part).strike),
        told("cost", float, lambda part: _row(part).cost),
        told("hedge", bool, lambda part: _row(part).hedge),
    )
)
ASSUMED: Record[mapping.Assumed] = Record(
    (
        told("instrument"),
        told("what"),
        *(told(name, float, _of_number(name)) for name in ("value", "low", "high")),
        *(told(name, get=_of_number(name)) for name in ("unit", "grade", "source", "locator", "note")),
        told("as_of", dt.date, _of_number("as_of")),
    )
)
LOSS: Record[Measured] = whole(Measured)
CASE: Record[Case] = Record(
    (
        told("name"),
        told("label"),
        told("share", Estimate),
        told("mean", Estimate),
        told("p95", Estimate),
        told("marks", list[str], lambda case: [mark.id for mark in case.marks]),
    )
)
LIMIT: Record[Breach] = Record(
    (
        told("of", get=lambda breach: breach.limit.of),
        told("name", get=lambda breach: breach.limit.name),
        told("bound", float, lambda breach: breach.limit.bound),
        told("probability", Estimate),
        told("band", Perhaps(BAND)),
    )
)


def _cases(found: Answer) -> Any:
    return found.ways or ()


DOCUMENT: Document[Headed[Answer]] = document(
    told("book", get=lambda found: found.book.title),
    told("as_of", dt.date | None, lambda found: found.book.as_of),
    told("illustrative", bool, lambda found: found.book.illustrative),
    told("unit", get=lambda found: "USD"),
    told("loss", LOSS, lambda found: found.whole),
    told("mean_range", list[float] | None, lambda found: found.mean_range and list(found.mean_range)),
    told("beyond_p95", Perhaps(BAND), lambda found: found.tail),
    told("unhedged", LOSS),
    told("mapping_low", LOSS, lambda found: found.low),
    told("mapping_high", LOSS, lambda found: found.high),
    told("positions", Many(POSITION), lambda found: found.parts),
    told("issuers", Many(SUM)),
    told("instruments", Many(SUM)),
    told("classes", Many(CASE)),
    told("ways", Many(CASE), _cases),
    told("why"),
    told("limits", Many(LIMIT)),
    told("assumptions", Many(ASSUMED), mapping.assumed),
    told("said", get=tables.finding),
    name="book/1",
    title="The committee's book on a run, losses in USD: bubblerisk book FILE RUN --json",
)

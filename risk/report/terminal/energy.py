"""The energy screen: power, energy and emissions by year, what a bust strands, places beside."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

from rich.console import RenderableType
from rich.text import Text

from risk.analysis.energy import Against, Energy, Stranded, Year
from risk.analysis.grids import WORLD, Charge, Place
from risk.assumptions.page import Figure
from risk.report import energy as tables
from risk.report.record import Document, Many, Perhaps, Record, told, whole
from risk.report.spec import Spec
from risk.report.terminal.headed import Headed, document, facts
from risk.report.terminal.page import Page, Screen, heading, line, note, table

T = TypeVar("T")


def screen(found: Headed[Energy], page: Page) -> Screen:
    """Energy and carbon of a run, on a page."""
    own = found.result
    where = "" if own.place.name == WORLD else f", and {own.place.label}"
    return (
        heading(f"Energy and carbon{where}: {found.heading.title}", page),
        facts(found.heading, page),
        *(line(words(own), page) for words in (tables.finding, tables.emitted, tables.lost, tables.charged)),
        Text(),
        *_years(own, page),
        *_shown(tables.STRANDED, own.stranded, tables.STRANDED_SAID, page),
        *_shown(tables.CHARGES, own.charges, tables.CHARGES_SAID, page),
        *_places(own, page),
    )


def _years(own: Energy, page: Page) -> Iterator[RenderableType]:
    yield from _shown(tables.POWER, own.years, "", page)
    yield from _shown(tables.EMITTED, own.years, tables.ABOUT, page)
    yield from _shown(tables.QUEUE, own.years, tables.QUEUE_SAID, page)


def _places(own: Energy, page: Page) -> Iterator[RenderableType]:
    """The place that was asked for beside the world; all of them where none was."""
    chosen = own.place.name
    rows = own.places if chosen == WORLD else [p for p in own.places if p.name in (WORLD, chosen)]
    yield from _shown(tables.PLACES, rows, tables.PLACES_SAID, page)
    if chosen != WORLD:
        yield note(f"{own.place.label}: {own.place.note}", page)
    yield from _shown(tables.FIGURES, own.figures, tables.PAGE_SAID, page)


def _shown(spec: Spec[T], rows: Sequence[T], said: str, page: Page) -> Iterator[RenderableType]:
    """A table and what must be known to read it; nothing of no row."""
    if rows:
        yield heading(spec.title, page)
        yield table(spec.table(rows), page)
        if said:
            yield note(said, page)
        yield Text()


YEAR: Record[Year] = whole(Year)
FIGURE: Record[Figure] = Record(tuple(told(name) for name in ("id", "name", "value", "unit", "section")))
DOCUMENT: Document[Headed[Energy]] = document(
    told("finding", get=tables.finding),
    told("emitted", get=tables.emitted),
    told("lost", get=tables.lost),
    told("charged", get=tables.charged),
    told("years", Many(YEAR)),
    told("against", Perhaps(whole(Against))),
    told("stranded", Many(whole(Stranded))),
    told("charges", Many(whole(Charge))),
    told("place", whole(Place)),
    told("places", Many(whole(Place))),
    told("figures", Many(FIGURE)),
    told("added", float),
    told("charged_from"),
    name="energy/1",
    title="Energy and carbon of a run: bubblerisk energy RUN --json",
)

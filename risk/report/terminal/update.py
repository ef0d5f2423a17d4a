"""The update screen: readings since the base date against the paths, and what they change."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import RenderableType
from rich.text import Text

from risk.analysis.contrasts import Difference
from risk.analysis.estimate import Estimate
from risk.calibrate.watch.update import Held, Update
from risk.report import watch as tables
from risk.report.record import Document, Many, Record, told, whole
from risk.report.terminal.headed import Headed, document, facts
from risk.report.terminal.page import WORDS, Page, Screen, heading, line, note, table


def screen(headed: Headed[Update], page: Page) -> Screen:
    """What readings say, on a page."""
    found = headed.result
    return (
        heading(f"Read since {found.base}: {headed.heading.title}", page),
        facts(headed.heading, page),
        line(tables.told(found), page, WORDS["FAIL"] if found.exhausted else ""),
        *(line(words, page, WORDS["FAIL"]) for words in tables.misses(found)),
        *_tables(found, page),
    )


def _tables(found: Update, page: Page) -> Iterator[RenderableType]:
    if found.held:
        yield Text()
        yield table(tables.HELD.table(found.held), page)
        yield note(tables.READ, page)
    if found.moved:
        yield Text()
        yield heading("What they change", page)
        yield table(tables.MOVED.table(found.moved), page)
        yield note(tables.MOVED_SAID, page)


HELD: Record[Held] = Record(
    (
        told("metric", get=lambda held: held.score.metric),
        told("label"),
        *(
            told(name, get=_get)
            for name, _get in (
                ("date", lambda held: held.score.date),
                ("quarter", lambda held: held.score.quarter),
                ("unit", lambda held: held.score.unit),
                ("published", lambda held: held.score.published),
                ("source", lambda held: held.score.source),
            )
        ),
        *(
            told(name, float, _get)
            for name, _get in (
                ("value", lambda held: held.score.value),
                ("low", lambda held: held.score.low),
                ("median", lambda held: held.score.median),
                ("high", lambda held: held.score.high),
                ("percentile", lambda held: held.score.pit),
            )
        ),
        told("outside", bool),
        told("known_at_base", bool, lambda held: held.known),
        told("weighs", bool),
        told("why"),
        told("error", float),
        told("alone", Estimate | None),
        told("after", Estimate | None),
        told("effective", float | None),
    )
)
MOVED: Record[Difference] = whole(Difference)

DOCUMENT: Document[Headed[Update]] = document(
    told("base"),
    told("last"),
    told("effective", float),
    told("told", get=tables.told),
    told("readings", Many(HELD), lambda found: found.held),
    told("misses", list[str], lambda found: list(tables.misses(found))),
    told("moved", Many(MOVED)),
    name="update/1",
    title="What readings since the base date change: bubblerisk update RUN --json",
)

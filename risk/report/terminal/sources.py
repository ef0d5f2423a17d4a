"""The sources screen: what the headlines do if a source is wrong."""

from __future__ import annotations

from rich.text import Text

from risk.analysis.estimate import Estimate
from risk.analysis.sources import Dropped, Sources, Wide
from risk.report import bridge as tables
from risk.report.record import Document, Many, Record, lifted, told, whole
from risk.report.terminal.headed import Headed, document, facts
from risk.report.terminal.page import Page, Screen, heading, note, table

REFUSED = "the model does not run without it"


def screen(found: Headed[Sources], page: Page) -> Screen:
    """Sources by what hangs on them, on a page."""
    own = found.result
    moved = [row for row in own.dropped if row.changes]
    refused = [row for row in own.dropped if row.refused]
    kept = [row.wide for row in own.dropped if row.wide.held] + list(own.idle)
    return (
        heading(f"Sources: {found.heading.title}", page),
        facts(found.heading, page),
        note(tables.dropped_said(own), page),
        Text(),
        table(tables.SOURCES.table(moved), page),
        note(f"{own.paths:,} paths each. {tables.DROPPED_SAID}", page),
        *(note(f"{row.wide.source}: {REFUSED} ({row.refused})", page) for row in refused),
        *((Text(), heading("Left as it is", page)) if kept else ()),
        *(note(f"{wide.source}: {tables.held(wide)}", page) for wide in kept),
    )


WIDE = whole(Wide)
DROPPED: Record[Dropped] = Record(
    (
        *lifted(lambda row: row.wide, WIDE.fields),
        told("changes", dict[str, Estimate]),
        told("weight", float),
        told("peak"),
        told("refused"),
    )
)
DOCUMENT: Document[Headed[Sources]] = document(
    told("each", int, lambda found: found.paths),
    told("base", dict[str, Estimate]),
    told("dropped", Many(DROPPED)),
    told("idle", Many(WIDE)),
    name="sources/1",
    title="What the headlines do if a source is wrong: bubblerisk sources RUN --all --json",
)

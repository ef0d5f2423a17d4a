"""The watch screen: tripwires by what they tell, what is outside the model, what is decided."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import RenderableType
from rich.text import Text

from risk.analysis.estimate import Estimate
from risk.analysis.watch import Lead
from risk.calibrate.watch.past import Decided
from risk.calibrate.watch.tripwires import Newest, Tripwire
from risk.calibrate.watch.watching import Outside, Watch
from risk.report import watch as tables
from risk.report.record import Document, Field, Many, Perhaps, Record, lifted, told, whole
from risk.report.terminal.headed import Headed, document, facts
from risk.report.terminal.page import WORDS, Page, Screen, heading, line, note, table


def screen(headed: Headed[Watch], page: Page) -> Screen:
    """What to watch, on a page."""
    found = headed.result
    return (
        heading(f"What to watch: {headed.heading.title}", page),
        facts(headed.heading, page),
        line(tables.finding(found), page),
        Text(),
        *_tripwires(found, page),
        *_rest(found, page),
    )


def _tripwires(found: Watch, page: Page) -> Iterator[RenderableType]:
    if not found.tripwires:
        return
    yield table(tables.tripwires(bool(found.updated)).table(tables.rows(found)), page)
    yield note(tables.ABOUT, page)
    if not all(row.judged for row in found.tripwires):
        yield note(tables.JUDGED, page)
    yield Text()


def _rest(found: Watch, page: Page) -> Iterator[RenderableType]:
    """What is outside, left out and decided."""
    if found.outside:
        yield heading("Outside the model", page)
        yield table(tables.OUTSIDE.table(found.outside), page)
        yield Text()
    for held in tables.misses(found.update):
        yield line(held, page, WORDS["FAIL"])
    if found.left_out:
        yield note(f"Their dates do not lie within this run: {'; '.join(found.left_out)}.", page)
    yield line(tables.scored(found), page)
    if found.decided:
        yield table(tables.DECIDED.table(found.decided), page)
        yield note(tables.SCORES, page)


NEWEST: Record[Newest] = whole(Newest)
LEAD: Record[Lead] = whole(Lead)

TRIPWIRE: tuple[Field[Tripwire], ...] = (
    *(told(name) for name in ("id", "item", "words", "section", "note", "label", "unit", "side")),
    told("level", float),
    *(told(name) for name in ("since", "by", "registered")),
    told("base", float),
    told("judged", bool),
    told("newest", Perhaps(NEWEST)),
    *lifted(
        lambda of: of.told,
        (
            *(told(name, Estimate) for name in ("crossed", "given", "rest")),
            told("expected_change", Estimate, lambda t: t.change),
            told("information", Estimate),
            told("warned", Estimate | None),
            told("lead", Perhaps(LEAD)),
        ),
    ),
)
ROW: Record[tables.Row] = Record(
    (
        *lifted(lambda row: row.of, TRIPWIRE),
        told("crossed_by_readings", Estimate | None, lambda row: row.later),
    )
)
OUTSIDE: Record[Outside] = Record(
    (
        *(told(name) for name in ("item", "words", "section", "reason")),
        told("newest", Perhaps(NEWEST)),
    )
)
DECIDED: Record[Decided] = Record(
    (
        *lifted(
            lambda row: row.tripwire, [f for f in TRIPWIRE if f.key in ("id", "words", "by", "side", "level")]
        ),
        told("crossed", bool),
        told("value", float),
        told("date"),
        told("probability", float),
        told("brier", float),
        told("logarithm", float),
    )
)

DOCUMENT: Document[Headed[Watch]] = document(
    told("version"),
    told("page"),
    told("event"),
    told("probability", Estimate),
    told("finding", get=tables.finding),
    told("tripwires", Many(ROW), tables.rows),
    told("outside", Many(OUTSIDE)),
    told("left_out", list[str]),
    told("decided", Many(DECIDED)),
    told("scored", get=tables.scored),
    name="watch/1",
    title="Tripwires by what they tell of an event: bubblerisk watch RUN --json",
)

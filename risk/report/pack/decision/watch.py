"""Watch: which readings would tell most, what has been read since the base date, what it changes."""

from __future__ import annotations

from collections.abc import Iterator

from risk.calibrate.watch.update import Update
from risk.calibrate.watch.watching import Watch
from risk.report import watch as tables
from risk.report.pack.base.cells import subtitle
from risk.report.pack.base.results import Results
from risk.report.sheet import Block, Heading, Paragraph, Sheet

GRID = (28.0, 40.0, 17.0, *(9.5, 7.5) * 4, 10.5, *(10.5, 8.0) * 3)
"""Two columns of words, what was read, numbers with errors, a lead; to its right what does not print."""


def sheet(results: Results) -> Sheet | None:
    """Build the sheet; None where nobody has looked what is watched, or nothing is."""
    found = results.watch
    if found is None or not (found.tripwires or found.outside or found.decided):
        return None
    return Sheet(
        "Watch",
        "Watch – which readings would change the answer?",
        subtitle(results, f"watch list version {found.version}", explained=True),
        "P",
        question="What is to be watched, past which threshold, and what has been read since?",
        screen=(
            *(*_front(found), *_tripwires(found)),
            *(*_outside(found), *_decided(found), *_read(found.update)),
        ),
        grid=GRID,
    )


def _front(found: Watch) -> Iterator[Block]:
    """What tells most, and what readings since the base date do."""
    yield Paragraph(tables.finding(found), "finding")
    yield Paragraph(tables.told(found.update), "alert" if found.update.exhausted else "bullet")
    yield from (Paragraph(words, "alert") for words in tables.misses(found.update))
    yield Paragraph(tables.scored(found), "bullet")


def _tripwires(found: Watch) -> Iterator[Block]:
    if found.tripwires:
        said = tables.ABOUT if all(t.judged for t in found.tripwires) else f"{tables.ABOUT} {tables.JUDGED}"
        yield Paragraph(said, "note")
        made = tables.tripwires(bool(found.updated))
        yield made.table(tables.rows(found), title="Tripwires, by what they tell")


def _outside(found: Watch) -> Iterator[Block]:
    if found.outside:
        yield Heading("Watched, and on no path")
        yield from (Paragraph(tables.reason(row), "bullet") for row in found.outside)


def _decided(found: Watch) -> Iterator[Block]:
    if found.decided:
        yield tables.DECIDED.table(found.decided, title="Tripwires that are decided")


def _read(found: Update) -> Iterator[Block]:
    if found.held:
        yield tables.HELD.table(found.held, title="What was read since the base date")
    if found.moved:
        yield tables.MOVED.table(found.moved, title="What readings change")

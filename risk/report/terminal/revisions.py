"""Screens of the register's history: what differs between two states of it, and what has grown old."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from rich.text import Text

from risk.analysis.inputs import InputChange
from risk.assumptions import Assumptions, Entry
from risk.assumptions.table import Row
from risk.report import spec
from risk.report.record import Document, Many, lifted, whole
from risk.report.spec import Spec
from risk.report.terminal.comparison import change_fields
from risk.report.terminal.page import Page, Screen, heading, note, table


@dataclass(frozen=True)
class Changed:
    """One change with who made it and why; both empty where nothing is known."""

    change: InputChange
    who: str
    why: str


@dataclass(frozen=True)
class Old:
    """One entry or row, and its age in days."""

    id: str
    as_of: str
    age: int
    grade: str
    owner: str
    source: str
    place: str


@dataclass(frozen=True)
class Diff:
    """What differs between two states of a register of so many entries and rows."""

    before: str
    after: str
    inputs: int
    changes: Sequence[Changed]


@dataclass(frozen=True)
class Stale:
    """Entries and rows older than `days` on a day, of so many."""

    on: date
    days: int
    inputs: int
    stale: Sequence[Old]


CHANGES: Spec[Changed] = Spec(
    (
        *lifted(lambda found: found.change, change_fields(22, 10, 3)),
        spec.text("who", "Who", optional=2),
        spec.worded("why", "Why", lambda why: why or "–", least=16),
    ),
    id="changes",
)

DIFF: Document[Diff] = Document(
    whole(Diff, changes=Many(CHANGES)).fields,
    name="assumptions.diff/1",
    title="What changed in the register: bubblerisk assumptions diff --json",
)

OLD: Spec[Old] = Spec(
    (
        spec.text("id", "Assumption", least=24),
        spec.text("as_of", "As of"),
        spec.count("age", "Days", form="general"),
        spec.text("grade", "Grade"),
        spec.text("owner", "Owner", optional=2),
        spec.text("source", "Source", optional=3),
        spec.text("place", "File", optional=1),
    ),
    id="stale",
)

STALE: Document[Stale] = Document(
    whole(Stale, stale=Many(OLD)).fields,
    name="assumptions.stale/1",
    title="What is older than it may be: bubblerisk assumptions stale --json",
)


def diff_screen(found: Diff, page: Page) -> Screen:
    """What differs between two states of a register."""
    count = f"Assumptions changed ({len(found.changes)} of {found.inputs:,} inputs)"
    title = heading(f"{count}: {found.before} → {found.after}", page)
    return title, table(CHANGES.table(found.changes), page) if found.changes else note("none", page)


def stale(register: Assumptions, days: int, today: date) -> tuple[Old, ...]:
    """Entries and rows older than `days`, the oldest first."""
    found: list[tuple[str, Entry | Row, str, int]] = [
        (id, entry, entry.file, entry.line) for id, entry in register.entries.items()
    ]
    for name, known in register.tables.items():
        for row, file, line in zip(known.rows, known.files, known.lines, strict=True):
            found.append((f"{name}[{getattr(row, 'name', line)}]", row, file, line))
    rows = [
        Old(id, x.as_of.isoformat(), age, x.grade, x.owner, x.source, f"{register.place(file)}:{line}")
        for id, x, file, line in found
        if (age := (today - x.as_of).days) > days
    ]
    return tuple(sorted(rows, key=lambda row: (-row.age, row.id)))


def stale_screen(found: Stale, page: Page) -> Screen:
    """What is older than it may be."""
    count = f"{len(found.stale)} of {found.inputs:,} entries and rows"
    words = note(f"{count} are older than {found.days} days on {found.on}.", page)
    return (table(OLD.table(found.stale), page), Text(), words) if found.stale else (words,)

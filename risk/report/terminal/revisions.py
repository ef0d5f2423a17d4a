"""Screens of the register's history: what differs between two states of it, and what has grown old."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from rich.text import Text

from risk.analysis.inputs import InputChange
from risk.assumptions import Assumptions, Entry
from risk.assumptions.table import Row
from risk.report.terminal.comparison import worded
from risk.report.terminal.page import Cell, Column, Page, Screen, grid, heading, note

DIFF, STALE = "bubblerisk.assumptions.diff/1", "bubblerisk.assumptions.stale/1"


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


def diff_screen(changes: Sequence[Changed], before: str, after: str, inputs: int, page: Page) -> Screen:
    """What differs between two states of a register."""
    title = heading(f"Assumptions changed ({len(changes)} of {inputs:,} inputs): {before} → {after}", page)
    if not changes:
        return title, note("none", page)
    headings = (
        Column("Assumption", least=22),
        Column("Unit", optional=3),
        Column("Old", "right", least=10),
        Column("New", "right", least=10),
        Column("File", optional=1),
        Column("Who", optional=2),
        Column("Why", least=16),
    )
    rows: list[tuple[Cell, ...]] = []
    for found in changes:
        change = found.change
        name = change.id if change.field == "value" else f"{change.id} ({change.field})"
        old, new = worded(change.before), worded(change.after)
        rows.append((name, change.unit, old, new, place(change), found.who, found.why or "–"))
    return title, grid(headings, rows, page)


def place(change: InputChange) -> str:
    """File and line of a change."""
    return f"{change.file}:{change.line}" if change.line else change.file


def diff_data(changes: Sequence[Changed], before: str, after: str, inputs: int) -> dict[str, Any]:
    """A difference as plain data for JSON."""
    rows = [{**vars(found.change), "who": found.who, "why": found.why} for found in changes]
    return {"before": before, "after": after, "inputs": inputs, "changes": rows}


def stale(register: Assumptions, days: int, today: date) -> tuple[Old, ...]:
    """Entries and rows older than `days`, the oldest first."""
    found: list[tuple[str, Entry | Row, str, int]] = [
        (id, entry, entry.file, entry.line) for id, entry in register.entries.items()
    ]
    for name, table in register.tables.items():
        for row, file, line in zip(table.rows, table.files, table.lines, strict=True):
            found.append((f"{name}[{getattr(row, 'name', line)}]", row, file, line))
    rows = [
        Old(id, x.as_of.isoformat(), age, x.grade, x.owner, x.source, f"{register.place(file)}:{line}")
        for id, x, file, line in found
        if (age := (today - x.as_of).days) > days
    ]
    return tuple(sorted(rows, key=lambda row: (-row.age, row.id)))


def stale_screen(rows: Sequence[Old], known: int, days: int, today: date, page: Page) -> Screen:
    """What is older than it may be."""
    count = f"{len(rows)} of {known:,} entries and rows are older than {days} days on {today}."
    if not rows:
        return (note(count, page),)
    headings = (
        Column("Assumption", least=24),
        Column("As of"),
        Column("Days", "right"),
        Column("Grade"),
        Column("Owner", optional=2),
        Column("Source", optional=3),
        Column("File", optional=1),
    )
    shown = [(r.id, r.as_of, str(r.age), r.grade, r.owner, r.source, r.place) for r in rows]
    return grid(headings, shown, page), Text(), note(count, page)


def stale_data(rows: Sequence[Old], known: int, days: int, today: date) -> dict[str, Any]:
    """What is stale as plain data for JSON."""
    return {"on": today.isoformat(), "days": days, "inputs": known, "stale": [asdict(row) for row in rows]}

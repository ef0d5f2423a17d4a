"""Who changed an assumption last, and why: from the history that a run keeps of its register."""

from __future__ import annotations

from collections.abc import Iterator

from risk.analysis.inputs import InputChange
from risk.assumptions import Assumptions
from risk.runs.history import LAST, Commit, History, last_change


def author(change: InputChange, register: Assumptions, known: History) -> Commit | None:
    """Newest commit that touched the lines of a changed entry, row or event; None where nothing is known."""
    if not change.file or not change.line:
        return None
    return last_change(known, change.file, change.line, _end(change, register))


def reason(change: InputChange, register: Assumptions) -> str:
    """Why a scenario changes an assumption, in its own words; empty where the base was changed."""
    stated = [(c.file, c.line, c.why) for c in register.changes]
    stated += [(event.file, event.line, event.why) for event in register.events]
    found = (why for file, line, why in stated if (register.place(file), line) == (change.file, change.line))
    return next(found, "")


def _end(change: InputChange, register: Assumptions) -> int:
    """Last line of what begins at a line: the next entry, row or change begins after it."""
    later = [line for line in _starts(register, change.file) if line > change.line]
    return min(later) - 1 if later else LAST


def _starts(register: Assumptions, file: str) -> Iterator[int]:
    places = [(entry.file, entry.line) for entry in register.entries.values()]
    places += [(change.file, change.line) for change in register.changes]
    places += [(event.file, event.line) for event in register.events]
    for table in register.tables.values():
        places += zip(table.files, table.lines, strict=True)
    yield from (line for own, line in places if register.place(own) == file)

"""Who changed an assumption last, and why: from the history that a run keeps of its register."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from risk.analysis.inputs import InputChange
from risk.runs.history import LAST, Commit, History, last_change

Register = Mapping[str, Any]


def author(change: InputChange, register: Register, known: History) -> Commit | None:
    """Newest commit that touched the lines of a changed entry, row or event; None where nothing is known."""
    if not change.file or not change.line:
        return None
    return last_change(known, change.file, change.line, _end(change, register))


def reason(change: InputChange, register: Register) -> str:
    """Why a scenario changes an assumption, in its own words; empty where the base was changed."""
    stated = [*register["changes"], *register["events"]]
    return next(
        (str(c["why"]) for c in stated if (c["file"], c["line"]) == (change.file, change.line)),
        "",
    )


def _end(change: InputChange, register: Register) -> int:
    """Last line of what begins at a line: the next entry, row or change begins after it."""
    later = [line for line in _starts(register, change.file) if line > change.line]
    return min(later) - 1 if later else LAST


def _starts(register: Register, file: str) -> Iterator[int]:
    places = (*register["entries"].values(), *register["changes"], *register["events"])
    yield from (place["line"] for place in places if place["file"] == file)
    for table in register["tables"].values():
        if table["file"] == file:
            yield from table["lines"]

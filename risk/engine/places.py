"""Problems of a register that is valid and does not run, at the place to look at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from risk.assumptions.problems import Problem

if TYPE_CHECKING:
    from risk.assumptions import Table
    from risk.assumptions.schema import Entry


def at_entry(code: str, entry: Entry, reason: str, key: str = "value", *fixes: str) -> Problem:
    """A problem at an entry, or where a scenario changed it last."""
    changes = [c for c in entry.changes if c.field == key] or list(entry.changes)
    file, line = (changes[-1].file, changes[-1].line) if changes else (entry.file, entry.line)
    return Problem(code, file, line, 1, reason, fixes)


def at_row(code: str, table: Table, i: int, reason: str, column: str, *fixes: str) -> Problem:
    """A problem at a row of a table, or where a scenario changed it last."""
    id = f"{table.name}.{table.rows[i].id}"
    changes = [c for c in table.changes if (c.id, c.field) == (id, column)]
    file, line = (changes[-1].file, changes[-1].line) if changes else (table.file, table.lines[i])
    return Problem(code, file, line, 1, reason, fixes)

"""What a case says, laid over its ground as a scenario's differences, and what must hang together then."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from risk.assumptions.cases import changed, rows
from risk.assumptions.cases.filled import Filled
from risk.assumptions.cases.form import Case
from risk.assumptions.draft import Draft
from risk.assumptions.problems import Problem
from risk.assumptions.table import Row, references
from risk.assumptions.tables import MAY_BE_EMPTY, TABLES

SAID = ("known_by", "source", "grade", "as_of", "note")
"""What a case says of an event beside what a scenario does."""


def prepared(draft: Draft, case: Case) -> tuple[dict[str, Any], Filled, list[Problem]]:
    """Return a case's data as a scenario's, what was filled in, and what is wrong with it."""
    filled, problems = Filled(), list[Problem]()
    changes = {
        id: changed.change(draft, case, id, table, filled, problems) for id, table in case.changes.items()
    }
    tables = rows.tables(draft, case, filled, problems)
    events = case.document.data.get("event", [])
    if rows.dicts(events):
        events = [{key: x for key, x in row.items() if key not in SAID} for row in events]
    return {"change": changes, "table": tables, "event": events}, filled, problems


def settled(draft: Draft, case: Case, filled: Filled) -> Iterator[Problem]:
    """Take out rows of today's register that name what a case does not have; yield tables empty for it."""
    for name, model in TABLES.items():
        every = draft.rows.get(name, [])
        if name in case.tables:
            continue
        draft.rows[name] = [raw for raw in every if _stands(draft, model, raw.table)]
        gone = len(every) - len(draft.rows[name])
        if gone:
            filled.dropped[name] = gone
        if gone == len(every) and gone and name not in MAY_BE_EMPTY:
            named = dict.fromkeys(mark.table for mark in references(model).values())
            replaced = ", ".join(table for table in named if table in case.tables)
            reason = f'[[table."{name}"]] is missing: the register\'s rows name those of {replaced}'
            fix = f"a case that replaces {replaced} gives {name} too"
            yield case.document.problem("A004", ("table",), reason, fix, key=True)


def _stands(draft: Draft, model: type[Row], row: Mapping[str, Any]) -> bool:
    """Whether every row that a row names is there."""
    for column, mark in references(model).items():
        known = {str(raw.table.get("name")) for raw in draft.rows.get(mark.table, [])} | set(mark.also)
        if column in row and str(row[column]) not in known:
            return False
    return True

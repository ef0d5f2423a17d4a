"""What a case leaves open: every number that its file does not give, with the rule that fills it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from risk.assumptions.cases.filled import Filled
from risk.assumptions.cases.form import Case
from risk.assumptions.cases.scale import LOGARITHMS, Scale
from risk.assumptions.table import numeric, units
from risk.assumptions.tables import TABLES

if TYPE_CHECKING:
    from risk.assumptions.register import Assumptions

RATIO, PRIOR, VALUE, WIDE, NOTHING = (
    "AI ratio",
    "base prior",
    "base value",
    "wide prior",
    "nothing of the kind",
)
RULES = {
    RATIO: "today's amount in the ratio of the case's size to today's",
    PRIOR: "today's uncertain number, with its prior",
    VALUE: "today's number, fixed",
    WIDE: "the value is the case's, its uncertainty today's and half as wide again",
    NOTHING: "zero, or what stands for nothing of the kind",
}
"""How what is left open is filled."""

SILENT = ("run.", "propositions.", "gpu.decode.", "gpu.serving.", "neoclouds.stylised.")
"""Entries that no path of a case reads: settings, the verdict's bars, what is measured beside."""


@dataclass(frozen=True)
class Open:
    """A number, or a table's columns, that a case leaves open.

    Attributes
    ----------
    id : entry, table, or ``table.column``.
    rule : one of `RULES`; `numbers` how many it fills.
    uncertain : drawn path by path.
    """

    id: str
    rule: str
    numbers: int
    uncertain: bool


def opened(case: Case, filled: Filled, scale: Scale, register: Assumptions) -> Iterator[Open]:
    """Yield what a case leaves open, in the order of the register."""
    for id, entry in register.entries.items():
        if id.startswith(SILENT):
            continue
        if id in filled.priors:
            yield Open(id, WIDE if entry.prior is not None else VALUE, 1, entry.prior is not None)
        elif id not in case.changes:
            amount = not isinstance(entry.value, str) and (scale.of(entry.unit) != 1.0 or id in LOGARITHMS)
            rule = RATIO if amount else PRIOR if entry.prior is not None else VALUE
            yield Open(id, rule, _leaves(entry.value), entry.prior is not None)
    for name, table in register.tables.items():
        if name in case.tables:
            columns = filled.columns.get(name, {})
            yield from (
                Open(f"{name}.{c}", RATIO if c == "overhead" else NOTHING, n, False)
                for c, n in columns.items()
            )
        elif table.rows:
            amounts = any(scale.of(unit) != 1.0 for unit in units(TABLES[name]).values())
            count = len(table.rows) * len(numeric(TABLES[name])) - _changed(case, name)
            yield Open(name, RATIO if amounts else VALUE, max(count, 0), False)


def _changed(case: Case, name: str) -> int:
    """Cells of a table's rows that a case changes one by one."""
    rows = [
        table for id, table in case.changes.items() if id.startswith(f"{name}.") and isinstance(table, dict)
    ]
    return sum(key in numeric(TABLES[name]) for table in rows for key in table)


def _leaves(value: object) -> int:
    return sum(map(_leaves, value)) if isinstance(value, tuple) else 1


def given(case: Case) -> int:
    """Numbers that a case gives itself."""
    cells = [
        isinstance(x, (int, float)) and not isinstance(x, bool)
        for rows in case.tables.values() if isinstance(rows, list)
        for row in rows if isinstance(row, dict)
        for key, x in row.items() if key != "stream"
    ]  # fmt: skip
    changes = [t for t in case.changes.values() if isinstance(t, dict)]
    values = sum(len(t["value"]) if isinstance(t.get("value"), list) else "value" in t for t in changes)
    rows = sum(isinstance(x, (int, float)) for t in changes if "value" not in t for x in t.values())
    return sum(cells) + values + rows


def judged(case: Case) -> int:
    """Entries and rows that a case's author had to judge."""
    rows = [row for found in case.tables.values() if isinstance(found, list) for row in found]
    every = [*case.changes.values(), *rows]
    return sum(isinstance(t, dict) and t.get("grade") in ("judgement", "memory", "nowcast") for t in every)

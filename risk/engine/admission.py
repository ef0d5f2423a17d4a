"""Whether a register runs. What stops it is one of its numbers.

It is found by taking numbers back one by one, of a scenario its changes, of a base what lies farthest out,
and told with its file and line.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import partial
from itertools import chain
from math import log10
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from risk.assumptions.load import load
from risk.assumptions.problems import Problem
from risk.assumptions.register import Assumptions
from risk.assumptions.schema import Change, Entry
from risk.assumptions.table import Table
from risk.assumptions.values import NEVER
from risk.engine.conditions import LENGTH, leaves
from risk.engine.places import at_entry, at_row
from risk.engine.refusal import CODE, corner, refuse, stopped, told
from risk.engine.world import READERS
from risk.parameters import entry_ids

if TYPE_CHECKING:
    from collections.abc import Callable

SUSPECTS = 24
"""Numbers of a base that are taken back before the search is given up; judgement."""

NEAR = 1.5
"""How much farther out a number counts that the mechanism reads which fails, log10; judgement."""

ODD = 2.5
"""How far out a zero, or a share of one, counts beside numbers of other orders of magnitude, log10."""


A_YEAR = 4.0
"""What stands for a length of time that is taken back, in its unit: it is counted in whole ones."""


class Variant(NamedTuple):
    """The register with one number taken back, and where that number stands."""

    words: str
    file: str
    line: int
    assumptions: Assumptions


def admit(assumptions: Assumptions) -> None:
    """Refuse a register that would not run.

    Raises
    ------
    AssumptionErrors : what keeps it from running, with file and line.
    """
    refuse(assumptions, _at_fault)


def _at_fault(assumptions: Assumptions, error: Exception) -> Iterator[Problem]:
    """Yield the number with whose draw, or without which, the register runs; else where to look."""
    words, extreme = told(error), corner(assumptions, error)
    entry = assumptions.entries[extreme.id] if extreme is not None else None
    if entry is not None and stopped(_with_entry(assumptions, replace(entry, prior=None))) is None:
        yield at_entry(CODE, entry, f"{entry.id} {extreme}: {words}", "prior", "narrow its prior")
        return
    file, line = _named(assumptions, words)
    if line:
        yield Problem(CODE, file, line, 1, words)
        return
    tried = []
    for variant in _variants(assumptions, words):
        if stopped(variant.assumptions) is None:
            yield Problem(CODE, variant.file, variant.line, 1, f"{variant.words}: {words}")
            return
        tried.append(variant)
    # More than one number must be wrong: the likeliest is shown.
    file, line = tried[0][1:3] if tried else (assumptions.directory, 0)
    fix = "several numbers may be at fault: look at what changed last"
    yield Problem(CODE, file, line, 1 if line else 0, f"the model does not run: {words}", (fix,))


def _variants(assumptions: Assumptions, words: str) -> Iterator[Variant]:
    """Of a scenario whose base runs its differences, one by one; of a base what lies farthest out."""
    if assumptions.changes or assumptions.events:
        base = load(Path(assumptions.directory))
        if stopped(base) is None:
            return chain(_changes(assumptions, base), _events(assumptions))
        assumptions = base
    return _moderated(assumptions, words)


def _named(assumptions: Assumptions, words: str) -> tuple[str, int]:
    """Place of the table or row with whose name an answer begins; line 0 where there is none."""
    for name, table in assumptions.tables.items():
        if words.startswith((f"{name} ", f"{name}:")):
            return table.file, table.lines[0]
        for row, line in zip(table.names, table.lines, strict=True):
            if words.startswith(f"{row} "):
                return table.file, line
    return "", 0


def _changes(assumptions: Assumptions, base: Assumptions) -> Iterator[Variant]:
    """Every entry or row that a scenario changed, as the base has it."""
    for id, entry in assumptions.entries.items():
        if entry.changes:
            yield _variant(entry.changes[-1], _with_entry(assumptions, base.entries[id]))
    for name, table in assumptions.tables.items():
        for change in table.changes:
            i = [f"{name}.{row}" for row in table.names].index(change.id)
            rows = (*table.rows[:i], base.tables[name].rows[i], *table.rows[i + 1 :])
            yield _variant(change, _with_table(assumptions, replace(table, rows=rows)))


def _variant(change: Change, without: Assumptions) -> Variant:
    return Variant(f"{change.id} as {change.scenario} changes it", change.file, change.line, without)


def _events(assumptions: Assumptions) -> Iterator[Variant]:
    for i, event in enumerate(assumptions.events):
        left = (*assumptions.events[:i], *assumptions.events[i + 1 :])
        words = f"{event.variable} forced by {event.size:g} {event.unit}"
        yield Variant(words, event.file, event.line, replace(assumptions, events=left))


def _moderated(assumptions: Assumptions, words: str) -> Iterator[Variant]:
    """The numbers that lie farthest out, the farthest first, each with something ordinary in its place."""
    near = {id for name, kind in READERS.items() if f"{name}." in words for id in entry_ids(kind)}
    suspects: list[tuple[float, Callable[[], Variant]]] = []
    for entry in assumptions.entries.values():
        if not isinstance(entry.value, str):
            far = _far(_reached(entry)) + NEAR * (entry.id in near)
            suspects.append((far, partial(_ordinary, assumptions, entry)))
    for table in assumptions.tables.values():
        for i, row in enumerate(table.rows):
            for column, x in row:
                if isinstance(x, float):
                    far = _far([x]) + NEAR * (f"{table.name}.{column}" in near)
                    suspects.append((far, partial(_ordinary_cell, assumptions, table, i, column)))
    suspects.sort(key=lambda suspect: -suspect[0])
    return (make() for _, make in suspects[:SUSPECTS])


def _far(values: Iterable[float]) -> float:
    return max((abs(log10(abs(x))) if x not in (0.0, 1.0) else ODD for x in values), default=0.0)


def _reached(entry: Entry) -> Iterator[float]:
    """Its numbers, and the ends of its prior."""
    yield from leaves(entry.value)
    if entry.prior is not None and isinstance(entry.value, (int, float)):
        yield from (entry.prior.quantile(p) for p in (NEVER, 1.0 - NEVER))


def _ordinary(assumptions: Assumptions, entry: Entry) -> Variant:
    """One of its unit in the place of each number of an entry; half where it is a share."""

    def moderate(value: Any, low: Any, high: Any) -> Any:
        if isinstance(value, tuple):  # with one bound for all components, or one for each
            ends = (end if isinstance(end, tuple) else (end,) * len(value) for end in (low, high))
            return tuple(map(moderate, value, *ends))
        if _far([value]) < ODD:
            return value
        share = entry.domain in ("share", "weights") or entry.unit == "fraction"
        x = 0.5 if share else A_YEAR if entry.unit in LENGTH else -1.0 if value < 0 else 1.0
        return max(x if low is None else low, min(x if high is None else high, x))

    other = replace(entry, value=moderate(entry.value, entry.low, entry.high), prior=None)
    place = at_entry(CODE, entry, "", "value" if entry.prior is None else "prior")
    value = f"{entry.value:g}" if isinstance(entry.value, (int, float)) else str(entry.value)
    words = f"{entry.id} is {value} {entry.unit}" if entry.prior is None else f"{entry.id} by its prior"
    return Variant(words, place.file, place.line, _with_entry(assumptions, other))


def _ordinary_cell(assumptions: Assumptions, table: Table, i: int, column: str) -> Variant:
    """The median of the other rows in the place of a cell."""
    others = sorted(getattr(row, column) for j, row in enumerate(table.rows) if j != i)
    middle = others[len(others) // 2] if others else 0.0
    row = table.rows[i].model_copy(update={column: middle or 1.0})
    place = at_row(CODE, table, i, "", column)
    return Variant(
        f"{table.name}.{table.rows[i].id} {column} is {getattr(table.rows[i], column):g}",
        place.file,
        place.line,
        _with_table(assumptions, replace(table, rows=(*table.rows[:i], row, *table.rows[i + 1 :]))),
    )


def _with_entry(assumptions: Assumptions, entry: Entry) -> Assumptions:
    return replace(assumptions, entries={**assumptions.entries, entry.id: entry})


def _with_table(assumptions: Assumptions, table: Table) -> Assumptions:
    return replace(assumptions, tables={**assumptions.tables, table.name: table})

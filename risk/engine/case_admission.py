"""Whether a case runs. What stops it is a number of its file, which stands on a register that runs.

Its numbers are taken back one by one, those first that lie farthest from what the register would have put in
their place.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from math import log
from typing import TYPE_CHECKING, Any

from risk.assumptions.priors import parse
from risk.assumptions.problems import Problem
from risk.engine.conditions import leaves
from risk.engine.places import at_entry
from risk.engine.refusal import CODE, corner, refuse, stopped, told

if TYPE_CHECKING:
    from risk.assumptions import Assumptions
    from risk.assumptions.schema import Entry

SUSPECTS = 6
"""Numbers of a case that are taken back before the search is given up; a rehearsal each."""


def admit_case(assumptions: Assumptions) -> None:
    """Refuse a case that would not run.

    Raises
    ------
    AssumptionErrors : what keeps it from running, with file and line.
    """
    refuse(assumptions, _at_fault)


def _at_fault(assumptions: Assumptions, error: Exception) -> Iterator[Problem]:
    """Yield the number with whose draw, or without which, the case runs; else where to look."""
    words, extreme = told(error), corner(assumptions, error)
    if extreme is not None:
        entry = assumptions.entries[extreme.id]
        yield at_entry(CODE, entry, f"{entry.id} {extreme}: {words}", "prior", "narrow its prior")
        return
    suspects = [entry for _, entry in sorted(_strange(assumptions), key=lambda pair: -pair[0])][:SUSPECTS]
    for entry in suspects:
        entries = {**assumptions.entries, entry.id: _before(entry)}
        if stopped(replace(assumptions, entries=entries)) is None:
            yield at_entry(CODE, entry, f"{entry.id} as the case has it: {words}")
            return
    names = ", ".join(f"{e.id} (line {e.changes[-1].line})" for e in suspects)
    fix = f"several numbers may be at fault; farthest from the register are {names}"
    file = next((change.file for change in assumptions.changes), assumptions.directory)
    yield Problem(CODE, file, 0, 0, f"the model does not run: {words}", (fix,))


def _strange(assumptions: Assumptions) -> Iterator[tuple[float, Entry]]:
    """Yield what a case changed, and by how much: log of the ratio to what the register would have."""
    for entry in assumptions.entries.values():
        change = next((c for c in entry.changes if c.field == "value"), None)
        if change is None or isinstance(entry.value, str):
            continue
        pairs = zip(leaves(entry.value), leaves(_frozen(change.before)), strict=False)
        yield max((_apart(x, y) for x, y in pairs), default=0.0), entry


def _apart(x: float, y: float) -> float:
    return abs(log(x / y)) if x * y > 0 else 0.0 if x == y else 3.0


def _before(entry: Entry) -> Entry:
    """An entry as the register would have it."""
    before = {c.field: c.before for c in reversed(entry.changes) if c.field in ("value", "prior")}
    prior = before.get("prior")
    parsed = parse(prior) if isinstance(prior, dict) else entry.prior if "prior" not in before else None
    return replace(entry, value=_frozen(before.get("value", entry.value)), prior=parsed)


def _frozen(value: Any) -> Any:
    return tuple(map(_frozen, value)) if isinstance(value, (list, tuple)) else value

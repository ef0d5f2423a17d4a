"""Registers without a source: each number of it that can be drawn is drawn from its plausible range."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from risk.analysis.sources import Wide
from risk.assumptions import Assumptions
from risk.assumptions.priors import DiscreteUniform, Prior, Uniform
from risk.assumptions.schema import INTEGERS, Entry
from risk.errors import UsageError, suggestion

JUDGEMENTS = ("judgement", "computed")
"""Grades and sources that nobody published: what is our own is looked at number by number (`screen`)."""

SETTINGS = "run"

VECTOR = "nothing says how its components move together"
TABLE = "a table: what is drawn are entries"
SETTING = "a setting, not a number"
RANGE = "no plausible range"


def named(register: Assumptions) -> tuple[str, ...]:
    """Sources that entries or rows of a register rest on, in the order in which they are met."""
    entries = [entry.source for entry in register.entries.values()]
    rows = [row.source for table in register.tables.values() for row in table.rows]
    return tuple(dict.fromkeys((*entries, *rows)))


def published(register: Assumptions) -> tuple[str, ...]:
    """Those that somebody published."""
    return tuple(source for source in named(register) if source not in JUDGEMENTS)


def wide(register: Assumptions, source: str) -> tuple[Wide, Assumptions]:
    """A source, and the register without it.

    Raises
    ------
    UsageError : nothing rests on it.
    """
    known = named(register)
    if source not in known:
        close = suggestion(source, known)
        hint = f"did you mean {close}?" if close else "see: bubblerisk sources RUN --all"
        raise UsageError(f"nothing in the register rests on a source '{source[:80]}'", hint)
    own = [entry for entry in register.entries.values() if entry.source == source]
    held = {entry.id: why for entry in own if (why := _held(entry))}
    held |= dict(_rows(register, source))
    drawn = [entry for entry in own if entry.id not in held]
    changed = {entry.id: replace(entry, prior=_whole(entry)) for entry in drawn}
    found = Wide(source, register.source_title(source), tuple(changed), held)
    return found, replace(register, entries={**register.entries, **changed})


def _held(entry: Entry) -> str:
    """Why an entry cannot be drawn from its range; empty where it can."""
    if entry.section == SETTINGS or isinstance(entry.value, str):
        return SETTING
    if isinstance(entry.value, tuple):
        return VECTOR
    ends = (entry.low, entry.high)
    return "" if all(isinstance(x, int | float) for x in ends) and ends[0] < ends[1] else RANGE  # type: ignore[operator]


def _whole(entry: Entry) -> Prior:
    """Anywhere in an entry's plausible range."""
    low, high = (float(x) for x in (entry.low, entry.high))  # type: ignore[arg-type]
    if entry.domain in INTEGERS:
        return DiscreteUniform(shape="discrete_uniform", low=round(low), high=round(high))
    return Uniform(shape="uniform", low=low, high=high)


def _rows(register: Assumptions, source: str) -> Iterator[tuple[str, str]]:
    for table in register.tables.values():
        count = sum(row.source == source for row in table.rows)
        if count:
            yield f"{table.name} ({count} rows)" if count > 1 else f"{table.name} (1 row)", TABLE

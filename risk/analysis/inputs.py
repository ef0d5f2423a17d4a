"""What differs between the registers of two runs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from risk.assumptions import Assumptions, Entry, Event
from risk.assumptions.normalised import WORDS, plain, prior_data
from risk.assumptions.table import Row, units
from risk.axes import Calendar

UNCOUNTED = frozenset({*WORDS, "accept", "plausible"})
"""Columns of a row that make no numbers."""


@dataclass(frozen=True)
class InputChange:
    """One number, prior, switch or event that differs.

    Attributes
    ----------
    id : entry, ``table.row.column``, coupling or event.
    field : what of it: value, prior, unit, row …
    before, after : plain data; None where there is none.
    file, line : where the second says so; line 0 where it is not known.
    """

    id: str
    field: str
    unit: str
    before: Any
    after: Any
    file: str = ""
    line: int = 0

    @property
    def place(self) -> str:
        """File and line, as far as they are known."""
        return f"{self.file}:{self.line}" if self.line else self.file


def input_changes(before: Assumptions, after: Assumptions) -> tuple[InputChange, ...]:
    """Everything that makes numbers and differs; notes, sources and dates do not."""
    found = (
        *_calendar(before.calendar, after.calendar),
        *_entries(before, after),
        *_tables(before, after),
        *_switches(before.switches, after.switches),
        *_events(before, after),
    )
    # What a scenario changed stands in its file, not in the base's.
    places = {f"{c.id}.{c.field}": (after.place(c.file), c.line) for c in after.changes}
    return tuple(_placed(change, places) for change in found)


def _placed(change: InputChange, places: Mapping[str, tuple[str, int]]) -> InputChange:
    place = places.get(f"{change.id}.{change.field}") or places.get(change.id)
    return replace(change, file=place[0], line=place[1]) if place else change


def _calendar(before: Calendar, after: Calendar) -> Iterator[InputChange]:
    for key in ("base", "quarters"):
        old, new = plain(getattr(before, key)), plain(getattr(after, key))
        if old != new:
            yield InputChange(f"calendar.{key}", "value", "", old, new)


def _entries(before: Assumptions, after: Assumptions) -> Iterator[InputChange]:
    settings = ("run.base_date", "run.quarters")  # the calendar says them already
    for id in _either(before.entries, after.entries):
        old, new = _stated(before.entries.get(id)), _stated(after.entries.get(id))
        register = after if id in after.entries else before
        entry = register.entries[id]
        for key in ("value", "prior", "unit"):
            if old.get(key) != new.get(key) and id not in settings:
                unit, file = entry.unit if key == "value" else "", register.place(entry.file)
                yield InputChange(id, key, unit, old.get(key), new.get(key), file, entry.line)


def _stated(entry: Entry | None) -> dict[str, Any]:
    """What of an entry makes numbers, as plain data; nothing where there is none."""
    if entry is None:
        return {}
    return {"value": plain(entry.value), "prior": prior_data(entry.prior), "unit": entry.unit}


def _tables(before: Assumptions, after: Assumptions) -> Iterator[InputChange]:
    for name in _either(before.tables, after.tables):
        old, new = _named(before, name), _named(after, name)
        for row in _either(old, new):
            if row in new:
                yield from _row(f"{name}.{row}", old.get(row), new[row])
            else:
                file = after.tables[name].file if name in after.tables else ""
                yield InputChange(f"{name}.{row}", "row", "", "there", None, after.place(file))


class _Located(NamedTuple):
    """A row and where it stands."""

    row: Row
    file: str
    line: int


def _row(id: str, old: _Located | None, new: _Located) -> Iterator[InputChange]:
    if old is None:
        yield InputChange(id, "row", "", None, "there", new.file, new.line)
        return
    for column in type(new.row).model_fields:
        one, two = (plain(getattr(found.row, column)) for found in (old, new))
        if column not in UNCOUNTED and one != two:
            unit = units(type(new.row)).get(column, "")
            yield InputChange(f"{id}.{column}", "value", unit, one, two, new.file, new.line)


def _either(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """Names in the order of the second, then those that it lacks."""
    return list(dict.fromkeys([*after, *before]))


def _named(register: Assumptions, table: str) -> dict[str, _Located]:
    """Rows of a table by name; rows of the same name are numbered."""
    if table not in register.tables:
        return {}
    own = register.tables[table]
    seen: Counter[str] = Counter()
    found = {}
    for row, file, line in zip(own.rows, own.files, own.lines, strict=True):
        seen[row.id] += 1
        words = row.id if seen[row.id] == 1 else f"{row.id} #{seen[row.id]}"
        found[words] = _Located(row, register.place(file), line)
    return found


def _switches(before: Mapping[str, bool], after: Mapping[str, bool]) -> Iterator[InputChange]:
    for name in _either(before, after):
        one, two = before.get(name, True), after.get(name, True)
        if one != two:
            yield InputChange(name, "coupling", "", "on" if one else "off", "on" if two else "off")


def _events(before: Assumptions, after: Assumptions) -> Iterator[InputChange]:
    def stated(event: Event) -> str:
        chance = "" if event.probability == 1 else f" with P {event.probability:g}"
        return f"{event.size:+g} {event.unit} {event.start}–{event.end}{chance}"

    old, new = (
        [(event.variable, stated(event)) for event in events] for events in (before.events, after.events)
    )
    for variable, words in old:
        if (variable, words) not in new:
            yield InputChange(variable, "event", "", words, None)
    for event, (variable, words) in zip(after.events, new, strict=True):
        if (variable, words) not in old:
            file = after.place(event.file)
            yield InputChange(variable, "event", "", None, words, file, event.line)

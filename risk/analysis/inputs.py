"""What differs between the registers of two runs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from risk.assumptions.normalised import WORDS
from risk.assumptions.table import named
from risk.assumptions.tables import TABLES

Register = Mapping[str, Any]
"""Normalised assumptions, as a run keeps them."""


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


def input_changes(before: Register, after: Register) -> tuple[InputChange, ...]:
    """Everything that makes numbers and differs; notes, sources and dates do not."""
    found = (
        *_calendar(before, after),
        *_entries(before["entries"], after["entries"]),
        *_tables(before["tables"], after["tables"]),
        *_switches(before["switches"], after["switches"]),
        *_events(before["events"], after["events"]),
    )
    # What a scenario changed stands in its file, not in the base's.
    places = {f"{c['id']}.{c['field']}": (c["file"], c["line"]) for c in after["changes"]}
    return tuple(_placed(change, places) for change in found)


def _placed(change: InputChange, places: Mapping[str, tuple[str, int]]) -> InputChange:
    place = places.get(f"{change.id}.{change.field}") or places.get(change.id)
    return replace(change, file=place[0], line=place[1]) if place else change


def _calendar(before: Register, after: Register) -> Iterator[InputChange]:
    for key in ("base", "quarters"):
        old, new = before["calendar"][key], after["calendar"][key]
        if old != new:
            yield InputChange(f"calendar.{key}", "value", "", old, new)


def _entries(before: Register, after: Register) -> Iterator[InputChange]:
    settings = ("run.base_date", "run.quarters")  # the calendar says them already
    for id in _either(before, after):
        old, new = before.get(id) or {}, after.get(id) or {}
        place = new or old
        for key in ("value", "prior", "unit"):
            if old.get(key) != new.get(key) and id not in settings:
                unit = place["unit"] if key == "value" else ""
                yield InputChange(id, key, unit, old.get(key), new.get(key), place["file"], place["line"])


def _tables(before: Register, after: Register) -> Iterator[InputChange]:
    nothing = {"rows": [], "units": {}, "file": "", "lines": []}
    for name in _either(before, after):
        one, two = before.get(name, nothing), after.get(name, nothing)
        old, new = _named(name, one), _named(name, two)
        for row in _either(old, new):
            yield from _row(f"{name}.{row}", old.get(row), new.get(row), two["file"], two["units"])


def _row(
    id: str, old: Register | None, new: Register | None, file: str, units: Mapping[str, str]
) -> Iterator[InputChange]:
    if old is None or new is None:
        yield InputChange(id, "row", "", old and "there", new and "there", file, new["line"] if new else 0)
        return
    for column, value in new.items():
        if column not in (*WORDS, "line") and old.get(column) != value:
            unit = units.get(column, "")
            yield InputChange(f"{id}.{column}", "value", unit, old.get(column), value, file, new["line"])


def _either(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """Names in the order of the second, then those that it lacks."""
    return list(dict.fromkeys([*after, *before]))


def _named(name: str, table: Register) -> dict[str, dict[str, Any]]:
    """Rows by name; rows of the same name are numbered."""
    key = TABLES[name].key if name in TABLES else ("name",)
    seen: Counter[str] = Counter()
    found = {}
    for row, line in zip(table["rows"], table["lines"], strict=True):
        words = named(row[k] for k in key)
        seen[words] += 1
        found[words if seen[words] == 1 else f"{words} #{seen[words]}"] = {**row, "line": line}
    return found


def _switches(before: Register, after: Register) -> Iterator[InputChange]:
    for name in _either(before, after):
        one, two = before.get(name, True), after.get(name, True)
        if one != two:
            yield InputChange(name, "coupling", "", "on" if one else "off", "on" if two else "off")


def _events(before: list[Register], after: list[Register]) -> Iterator[InputChange]:
    def stated(event: Register) -> str:
        chance = "" if event["probability"] == 1 else f" with P {event['probability']:g}"
        return f"{event['size']:+g} {event['unit']} {event['start']}–{event['end']}{chance}"

    old, new = ([(e["variable"], stated(e)) for e in events] for events in (before, after))
    for variable, words in old:
        if (variable, words) not in new:
            yield InputChange(variable, "event", "", words, None)
    for event, (variable, words) in zip(after, new, strict=True):
        if (variable, words) not in old:
            yield InputChange(variable, "event", "", None, words, event["file"], event["line"])

"""The register as a workbook to edit: yellow cells to type over, everything else locked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import partial
from typing import Any

from risk.exchange import heads
from risk.exchange.content import content
from risk.exchange.heads import AT_EXPORT, Base, Field, Item
from risk.exchange.readme import README
from risk.exchange.validation import LISTS, REASON, list_name, validation
from risk.report.content import Cell
from risk.report.excel import build
from risk.report.record import Field as Shown
from risk.report.sheet import At, Properties, Sheet, Strip, Workbook
from risk.report.spec import Spec, count, shown, text
from risk.report.table import Column, Mark, Table
from risk.units import COMMON

FORMS = {**dict.fromkeys(("number", "whole", "value"), "general"), "date": "date", "flag": "truth"}
"""Formats of cells by what they hold; in all others a text stays as it was typed."""

WIDTHS = {
    "value": 18.0, "locator": 24.0, "rule": 20.0, "note": 46.0, "accept": 20.0, "fixed": 20.0, "why": 34.0,
    "as_of": 12.0, "known_by": 12.0, "observed": 12.0,
}  # fmt: skip
"""Widths in characters of columns that hold long texts, or dates that are still to be typed."""

BEFORE, IN_ROWS = 13.0, 17.0
"""Width of what a field was, and of all fields of the tables, whose columns stand one below the other."""

_ASK = "Type over yellow cells only; say why in the last yellow column; cells you changed turn orange"


def export(register: Base, owner: str = "", stale: bool = False) -> bytes:
    """Return the workbook of a register, or of one owner's or only the stale part of it.

    The same register gives the same bytes.
    """
    items = register.chosen(owner, stale)
    sheets = (
        _entries(register, [item for item in items if not item.table]),
        _tables(register, [item for item in items if item.table]),
        _lists(register),
        README,
    )
    created = dt.datetime.combine(register.as_of, dt.time())
    custom = {heads.BASE_HASH: register.sha256}
    custom |= {f"{heads.FILE_HASH}{name}": digest for name, digest in register.hashes.items()}
    custom |= {heads.OWNER: owner} if owner else {}
    custom |= {heads.STALE: "yes"} if stale else {}
    said = Properties("Assumptions to edit", register.sha256[:12], created, "base", custom=custom)
    names = {list_name(header): f"{{{list_name(header)}.word}}" for header in LISTS}
    return build(Workbook(said, sheets, names), measured=False).finished()


def _entries(register: Base, items: Sequence[Item]) -> Sheet:
    """One row an entry."""
    block = spec("", register.as_of)
    table = block.table(items, id="entries", excel_name="tblEntries" if items else "")
    title = "Assumptions – one row an entry"
    told = f"{len(items)} entries of {register.assumptions.directory}. {_ASK}"
    return Sheet(heads.ENTRIES, title, told, "F", (table,), freeze="header", printed_columns=_printed(block))


def _tables(register: Base, items: Sequence[Item]) -> Sheet:
    """One block a table, one below the other."""
    blocks = {name: spec(name, register.as_of) for name in dict.fromkeys(item.table for item in items)}
    tables = tuple(
        block.table((item for item in items if item.table == name), id=name, title=name)
        for name, block in blocks.items()
    )
    title, told = "Tables – one block a table", f"{len(items)} rows of the entity tables. {_ASK}"
    printed = max(map(_printed, blocks.values()), default=None)
    return Sheet(heads.ROWS, title, told, "F", tables, freeze="corner", printed_columns=printed)


def _printed(block: Spec[Item]) -> int:
    """Columns up to the reason: what a field was stands on screen only."""
    return [field.key for field in block.fields].index("why") + 1


def _lists(register: Base) -> Sheet:
    """What may be chosen from: a table a list, for no list may hold an empty cell."""
    fields = {field.header: field for field in heads.ENTRY_FIELDS}
    used = {str(item.get("unit")) for item in register.items if not item.table}
    words = {
        "Owner": sorted({item.owner for item in register.items}),
        "Unit": [*COMMON, *sorted(used - set(COMMON))],
        "Source": sorted(register.assumptions.sources),
    }
    lists = [(header, words.get(header, fields[header].choices)) for header in LISTS]
    tables = (
        Table(list_name(header), (Column("word", header),), tuple((word,) for word in found))
        for header, found in lists
    )
    band = Strip(tuple(At(table, column) for column, table in enumerate(tables, start=1)))
    title, subtitle = "Lists – what the cells offer", "Read by the input cells; locked"
    return Sheet(heads.LISTS, title, subtitle, "W", (band,), grid=(24.0,) * len(lists))


def spec(table: str, as_of: dt.date) -> Spec[Item]:
    """Return the columns of a block, from the left: names, fields, the reason, what the fields were.

    Parameters
    ----------
    table : "" for the entries.
    as_of : date of the register, which no other date may pass.
    """

    def width(name: str) -> float | None:
        return IN_ROWS if table else WIDTHS.get(name)

    now: list[Shown[Item]] = [
        text("id", heads.ID, style="id"),
        text("place", heads.PLACE, style="note"),
    ]
    then: list[Shown[Item]] = []
    changed: list[str] = []
    for field in heads.fields_of(table):
        form, before = FORMS.get(field.kind, "typed"), f"{field.name}_before"
        style = "engine" if field.locked else "input"
        look: dict[str, Any] = {"style": style, "width": width(field.name), "wrap": not table}
        if field.remembered:
            changed.append(f"{{row.{field.name}}}<>{{row.{before}}}")
            look["mark"] = Mark(changed[-1])
        now.append(shown(field.name, field.header, partial(_cell, field, as_of), form, **look))
        if field.remembered:
            beside = field.key == "value"
            look = {"style": "engine", "width": width("value") if beside else BEFORE, "wrap": beside}
            header = f"{field.header}{AT_EXPORT}"
            (now if beside else then).append(shown(before, header, partial(_cell, field, None), form, **look))
        if field.key == "prior.concentration":
            for name in ("p5", "p95"):
                now.append(count(name, f"{name.upper()}{AT_EXPORT}", form="number.4", style="engine"))
    missing = Mark(f'AND(TRIM({{row.why}})="",OR({",".join(changed)}))', strong=True)
    why = {"style": "input", "width": width("why"), "validation": REASON, "mark": missing}
    return Spec((*now, shown("why", heads.WHY, lambda _: None, "typed", **why), *then))


def _cell(field: Field, as_of: dt.date | None, item: Item) -> Cell:
    """What a cell holds and, on a register of some date, accepts."""
    found = content(item, field)
    form = "date" if isinstance(found, dt.date) else "typed" if isinstance(found, str) else None
    rule = validation(item, field, as_of) if as_of and not field.locked else None
    return Cell(found, form, validation=rule)

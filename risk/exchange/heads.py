"""What of the register stands in the workbook: items (entries and rows of tables) and their fields."""

from __future__ import annotations

import datetime as dt
import hashlib
import types
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin

from risk.assumptions import Assumptions, load, locate
from risk.assumptions.draft import FILES, Raw, read_base
from risk.assumptions.entries import EntryTable
from risk.assumptions.priors import PRIORS
from risk.assumptions.rows import row_id
from risk.assumptions.table import Row, units
from risk.assumptions.tables import TABLES
from risk.errors import UsageError, suggestion
from risk.report.terminal.values import PRIOR

SHEETS = ENTRIES, ROWS, LISTS, README = "Assumptions", "Tables", "Lists", "Read me"
"""Sheets, in order."""

ID, PLACE, WHY, AT_EXPORT = "ID", "File:line", "Why changed", " at export"
"""Headings of what is no field, and the end of the headings of what a field was."""

BASE_HASH, FILE_HASH, OWNER, STALE = "assumptions_sha256", "file_", "only_owner", "only_stale"
"""Custom properties: what the workbook was exported from, and which part of it."""

FIXED = "fixed"
"""The shape of an entry without a prior."""

PROVENANCE = (
    "source", "locator", "as_of", "known_by", "observed", "rule", "grade", "owner", "note", "accept",
)  # fmt: skip

Kind = Literal["number", "whole", "text", "choice", "date", "flag", "value"]


@dataclass(frozen=True)
class Field:
    """A column of the workbook that may be edited.

    Attributes
    ----------
    key : dotted key in the file, e.g. ``prior.low``.
    header : its heading.
    kind : what it holds; ``value`` is a number, a list, a date or a text, as the entry has it.
    choices : what it may be, where that is known.
    required : it cannot be left out of the file.
    locked : shown, but not to be edited: it names a row.
    unit : of a numeric column of a table.
    remembered : what it was at the export stands in a column of its own.
    """

    key: str
    header: str
    kind: Kind
    choices: tuple[str, ...] = ()
    required: bool = False
    locked: bool = False
    unit: str = ""
    remembered: bool = True

    @property
    def name(self) -> str:
        """Key of its column in formulas: a number of a prior by its own name."""
        return self.key.rpartition(".")[2]


@dataclass(frozen=True)
class Item:
    """One line of the workbook: an entry, or a row of a table.

    Attributes
    ----------
    id : dotted path of an entry, ``table.row`` of a row.
    table : name of the table; "" for an entry.
    raw : as it stands in the file, unchanged by any scenario.
    owner : who answers for it; of a row without an owner, who answers for most of its section.
    p5, p95 : quantiles of the prior as exported, in the entry's unit.
    """

    id: str
    table: str
    raw: Raw
    owner: str
    p5: float | None = None
    p95: float | None = None

    @property
    def fields(self) -> tuple[Field, ...]:
        """Its columns."""
        return fields_of(self.table)

    @property
    def sheet(self) -> str:
        """Name of the sheet it stands on."""
        return ROWS if self.table else ENTRIES

    @property
    def headers(self) -> dict[str, str]:
        """Headings of its columns by the keys of their fields."""
        return {field.key: field.header for field in self.fields}

    @property
    def stem(self) -> str:
        """Name of its file, without the suffix."""
        return Path(self.raw.home.document.name).stem

    @property
    def place(self) -> str:
        """File and line."""
        return f"{self.stem}.toml:{self.raw.home.document.line(self.raw.home.path)}"

    def get(self, key: str) -> Any:
        """Return what the file says under a dotted key; None where it says nothing."""
        first, _, rest = key.partition(".")
        value = self.raw.table.get(first)
        if first == "prior" and rest:
            return value.get(rest) if isinstance(value, Mapping) else FIXED if rest == "shape" else None
        return value

    def unit(self, field: Field) -> str:
        """Return the unit of a field; "" where it has none."""
        numeric = field.key == "value" or (field.key.startswith("prior.") and field.kind == "number")
        return field.unit if self.table else str(self.raw.table["unit"]) if numeric else ""


def _field(model: type[Any], name: str, header: str = "", **more: Any) -> Field:
    """Return the column of a field whose type and need its model knows; `more` as in `Field`."""
    info = model.model_fields[name]
    annotation = info.annotation
    if get_origin(annotation) in (Union, types.UnionType):
        annotation = next(part for part in get_args(annotation) if part is not type(None))
    choices = get_args(annotation) if get_origin(annotation) is Literal else ()
    kinds: dict[Any, Kind] = {bool: "flag", float: "number", int: "whole", dt.date: "date"}
    kind = "choice" if choices else kinds.get(annotation, "text")
    header = header or name.replace("_", " ").capitalize()
    return Field(name, header, kind, choices, info.is_required(), **more)


ENTRY_FIELDS = (
    Field("value", "Value", "value", required=True),
    Field("unit", "Unit", "text", required=True),
    Field("prior.shape", "Shape", "choice", (FIXED, *PRIORS), required=True),
    *(Field(f"prior.{name}", name.capitalize() if name != "sd" else "SD", "number") for name in PRIOR),
    *(_field(EntryTable, name) for name in PROVENANCE),
    _field(EntryTable, "fixed", "Why no prior"),
)


@cache
def fields_of(table: str) -> tuple[Field, ...]:
    """Return the columns of a table: its key, its own columns, where its numbers come from."""
    if not table:
        return ENTRY_FIELDS
    model = TABLES[table]
    own = [name for name in model.model_fields if name not in Row.model_fields or name in model.key]
    fields = []
    for name in sorted(own, key=lambda name: name not in model.key):
        unit, key = units(model).get(name, ""), name in model.key
        header = name if unit in ("", "1", "fraction", "multiple") else f"{name} ({unit})"
        fields.append(_field(model, name, header, locked=key, unit=unit, remembered=not key))
    taken = {field.header.casefold() for field in fields}
    # Where a row comes from is not kept twice: the widest table stays within the columns an import reads.
    # Long notes stand before a column that is always filled, so that they do not run over.
    ordered = sorted(PROVENANCE, key=lambda name: name != "note")
    words = (_field(model, name, remembered=False) for name in ordered)
    return (*fields, *(field for field in words if field.header.casefold() not in taken))


@dataclass(frozen=True)
class Base:
    """The register's base as a workbook sees it.

    Attributes
    ----------
    folder : where it lies.
    assumptions : the valid base.
    items : every entry and every row of a table, in the order of the files.
    texts : bytes of each file of the base, by its name without suffix.
    """

    folder: Path
    assumptions: Assumptions
    items: tuple[Item, ...]
    texts: Mapping[str, bytes]

    @cached_property
    def hashes(self) -> dict[str, str]:
        """SHA-256 of every file of the base."""
        return {name: hashlib.sha256(text).hexdigest() for name, text in self.texts.items()}

    @cached_property
    def sha256(self) -> str:
        """SHA-256 over all files of the base: equal where not one byte differs."""
        lines = "".join(f"{name} {self.hashes[name]}\n" for name in sorted(self.hashes))
        return hashlib.sha256(lines.encode()).hexdigest()

    @property
    def as_of(self) -> dt.date:
        """Date of the register: its own, else that of its youngest entry."""
        entries = self.assumptions.entries
        if "run.as_of" in entries:
            return dt.date.fromisoformat(str(entries["run.as_of"].value))
        return max(entry.as_of for entry in entries.values())

    def chosen(self, owner: str = "", stale: bool = False) -> tuple[Item, ...]:
        """Return the items of an owner, and of these the stale ones; all by default.

        Raises
        ------
        UsageError : nobody of that name owns anything, or the register does not say what is stale.
        """
        owners = sorted({item.owner for item in self.items})
        if owner and owner not in owners:
            meant = suggestion(owner, owners)
            hint = f"did you mean '{meant}'?" if meant else "owners: " + ", ".join(owners)
            raise UsageError(f"nothing in the register is owned by '{owner}'", hint)
        items = [item for item in self.items if owner in ("", item.owner)]
        return tuple(item for item in items if not stale or self._stale(item))

    def _stale(self, item: Item) -> bool:
        entry = self.assumptions.entries.get("run.stale_days")
        if entry is None:
            raise UsageError("the register does not say when a number is stale", "add [run.stale_days]")
        as_of: dt.date = item.raw.table["as_of"]
        return (self.as_of - as_of).days > float(str(entry.value))


def open_base(directory: Path | None = None) -> Base:
    """Read the register's base.

    Raises
    ------
    AssumptionErrors : it is not valid as it stands.
    """
    folder = locate.register(directory)
    assumptions = load(folder)
    base = folder / locate.BASE
    texts = {
        name: (base / f"{name}.toml").read_bytes() for name in FILES if (base / f"{name}.toml").is_file()
    }
    return Base(folder, assumptions, tuple(_items(base, assumptions)), texts)


def _items(base: Path, assumptions: Assumptions) -> Iterator[Item]:
    draft = read_base(base)
    counts: dict[str, Counter[str]] = {}
    for entry in assumptions.entries.values():
        counts.setdefault(entry.section, Counter())[entry.owner] += 1
    for id, raw in draft.entries.items():
        entry = assumptions.entries[id]
        p5, p95 = (x if isinstance(x, float) else None for x in (entry.p5, entry.p95))
        yield Item(id, "", raw, str(raw.table["owner"]), p5, p95)
    for name in TABLES:
        section = counts.get(name.partition(".")[0], Counter({"": 1})).most_common(1)[0][0]
        owned = "owner" not in TABLES[name].key
        for raw in draft.rows.get(name, []):
            owner = str(raw.table.get("owner") or "") if owned else ""
            yield Item(f"{name}.{row_id(raw, name)}", name, raw, owner or section)

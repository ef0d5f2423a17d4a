"""The plausible ranges of table columns, and which of them are state, as columns.toml declares them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from risk.assumptions.plausible import Range
from risk.assumptions.problems import Problem, quoted
from risk.assumptions.reader import Document
from risk.assumptions.schema import Note, Record
from risk.assumptions.table import Row, numeric
from risk.assumptions.tables import TABLES
from risk.assumptions.validation import Site, unknown_key, validate
from risk.errors import suggestion


class ColumnRange(Record):
    """What a column plausibly holds: a key under its table in columns.toml.

    `fixed` says why its judgements have no uncertainty although they matter.
    """

    low: float | int | str
    high: float | int | str
    zero: Note = ""
    fixed: Note = ""


STATE = "state"
"""The key under a table that names its columns which describe the world at the base date."""

NOWCAST = "nowcast"
"""The key under a table that names the entry whose prior says how wrong its nowcast rows may be."""

Ranges = dict[str, dict[str, Range]]
"""Range by table and column."""

Reasons = dict[str, dict[str, str]]
"""Why nothing of a column is uncertain, by table and column."""


class Declared(NamedTuple):
    """What columns.toml says of tables, by table."""

    ranges: Ranges
    state: dict[str, tuple[str, ...]]
    nowcasts: dict[str, str]
    fixed: Reasons


def read(document: Document) -> tuple[Declared, list[Problem]]:
    """Return what is declared of tables and their columns, and what is wrong or missing."""
    state: dict[str, tuple[str, ...]] = {}
    nowcasts: dict[str, str] = {}
    found: Ranges = {}
    fixed: Reasons = {}
    problems: list[Problem] = []
    for section, group in document.data.items():
        for key, columns in group.items() if isinstance(group, Mapping) else ():
            name, site = f"{section}.{key}", Site(document, (section, key))
            if name in TABLES and isinstance(columns, Mapping):
                found[name], fixed[name] = {}, {}
                own = {key: column for key, column in columns.items() if key not in (STATE, NOWCAST)}
                problems += _columns(TABLES[name], own, site, found[name], fixed[name])
                if STATE in columns:
                    problems += _state(TABLES[name], columns[STATE], site)
                    state[name] = tuple(columns[STATE]) if isinstance(columns[STATE], list) else ()
                if NOWCAST in columns:
                    nowcasts[name] = str(columns[NOWCAST])
            else:
                fix = "tables: " + ", ".join(TABLES)
                reason = f"'{name}' is no entity table"
                problems.append(site.problem("A021", (), reason, fix, key=True))
        if not isinstance(group, Mapping):
            reason, fix = f"'{section}' is no table", "write [gpu.generation]"
            problems.append(document.problem("A005", (section,), reason, fix, key=True))
    return Declared(found, state, nowcasts, fixed), [*problems, *_missing(document, found)]


def _state(model: type[Row], named: Any, site: Site) -> Iterator[Problem]:
    """Yield what is wrong with the list of a table's columns that are state."""
    if not isinstance(named, list):
        reason = f"{STATE} is {quoted(named)}; it must be a list of columns"
        yield site.problem("A005", (STATE,), reason)
        return
    own = [column for column in model.model_fields if column not in Row.model_fields]
    for i, column in enumerate(named):
        if column not in own:
            meant = suggestion(str(column), own)
            reason = f"{STATE} names {quoted(column)}, which is no column." + (
                f" Did you mean '{meant}'?" if meant else ""
            )
            yield site.problem("A018", (STATE, i), reason, "columns: " + ", ".join(own))


def _columns(
    model: type[Row],
    columns: Mapping[str, Any],
    site: Site,
    found: dict[str, Range],
    fixed: dict[str, str],
) -> Iterator[Problem]:
    """Collect ranges and reasons of one table's columns; yield what is wrong with them."""
    for column, raw in columns.items():
        inner = Site(site.document, (*site.path, column))
        if column not in model.model_fields or column in Row.model_fields:
            yield unknown_key(site, (column,), set(numeric(model)) - set(columns))
        elif not isinstance(raw, Mapping):
            fix = "write { low = …, high = … }"
            yield site.problem("A005", (column,), f"{column} is {quoted(raw)}; it must be a table", fix)
        else:
            found[column] = Range(0, 0)  # what is wrong with it is told once, not as missing too
            record, problems = validate(ColumnRange, raw, inner)
            yield from problems
            if record is not None:
                yield from _disorder(record, column, column not in numeric(model), inner)
                found[column] = Range(record.low, record.high, bool(record.zero))
                fixed |= {column: record.fixed} if record.fixed else {}


def _disorder(record: ColumnRange, column: str, worded: bool, site: Site) -> Iterator[Problem]:
    low, high = record.low, record.high
    if isinstance(low, str) != worded or isinstance(high, str) != worded:
        reason = f"low and high of {column} must be {'texts' if worded else 'numbers'}"
        yield site.problem("A005", ("low",), reason)
    elif low > high:  # type: ignore[operator]
        yield site.problem("A011", ("low",), f"low = {low} must not lie above high = {high}")


def _missing(document: Document, found: Ranges) -> Iterator[Problem]:
    for name, model in TABLES.items():
        missing = [column for column in numeric(model) if column not in found.get(name, {})]
        if missing:
            reason = f"[{name}] says nothing of {', '.join(missing)}: every column of numbers has a range"
            at = tuple(name.split(".")) if name in found else ()
            yield document.problem("A004", at, reason, f"{missing[0]} = {{ low = …, high = … }}", key=True)

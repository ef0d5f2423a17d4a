"""The order of a table's rows: what they declare decides it, never where they stand in a file.

An entity declares its stream number; a relation's rows follow the entities they join. Sums and draws follow
that order, so that a file may be sorted in any way and nothing moves.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, get_args

from risk.assumptions.table import Entity, Names, Row, references
from risk.assumptions.tables import TABLES


def numbered(rows: Mapping[int, Row]) -> dict[int, Row]:
    """Give every entity without a stream number the next ones, in the order of the file.

    Parameters
    ----------
    rows : by position in the file.
    """
    taken = [row.stream for row in rows.values() if isinstance(row, Entity) and row.stream is not None]
    free = max(taken, default=-1) + 1
    out = dict(rows)
    for i, row in rows.items():
        if isinstance(row, Entity) and row.stream is None:
            out[i], free = row.model_copy(update={"stream": free}), free + 1
    return out


def all_ordered(tables: Mapping[str, Mapping[int, Row]]) -> dict[str, dict[int, Row]]:
    """Return every table's rows, numbered and in their order; positions in the file stay their keys.

    Tables that are referred to are ordered before those that refer to them.
    """
    found: dict[str, dict[int, Row]] = {}
    names: dict[str, Sequence[str]] = {}
    for name in (name for name in TABLES if name in tables):
        rows = numbered(tables[name])
        places = sorted(rows, key=lambda i: tuple(_places(rows[i], names)))
        found[name] = {i: rows[i] for i in places}
        names[name] = [row.id for row in found[name].values()]
    return found


def twice(rows: Mapping[int, Row]) -> Iterator[tuple[int, int]]:
    """Yield the position of every row whose stream number another row has too, and that number."""
    seen: set[int] = set()
    for i, row in rows.items():
        if isinstance(row, Entity) and row.stream is not None:
            if row.stream in seen:
                yield i, row.stream
            seen.add(row.stream)


def _places(row: Row, names: Mapping[str, Sequence[str]]) -> Iterator[Any]:
    """Yield what a row is sorted by: of a reference the place of the row it names, of a word its place."""
    marks = references(type(row))
    for column in row.order or row.key:
        value, words = getattr(row, column), get_args(type(row).model_fields[column].annotation)
        if column in marks:
            yield _place(marks[column], value, names)
        else:
            yield words.index(value) if value in words else value


def _place(mark: Names, value: str, names: Mapping[str, Sequence[str]]) -> int:
    known = [*names.get(mark.table, ()), *mark.also]
    return known.index(value) if value in known else len(known)

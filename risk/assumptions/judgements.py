"""Judgements that nothing makes uncertain: numbers of grade judgement without a prior, moved one at a time.

A number is moved by a share of the way to an end of its plausible range: −1 is its low end, 1 its high end, 0
leaves it as it is.

==================  ========================================================================================
moves as one        how
==================  ========================================================================================
number              to the end
vector, matrix      every component to its own end
weights             each component by itself; the others keep their proportions, and all add up to one
correlations        to none at the low end, to twice as strong at the high end
transitions         from no switch at the low end to twice as many at the high end
column of a table   the cells of rows that are judgement, each to the column's end or to that of its row
==================  ========================================================================================

Cells that stand for nothing (`zero` in columns.toml) stay nothing. Settings of the run, windows of time and
columns that name rows are left out, with the reason.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

from pydantic import ValidationError

from risk.assumptions import values
from risk.assumptions.normalised import plain
from risk.assumptions.plausible import Range, bound_at
from risk.assumptions.register import Assumptions
from risk.assumptions.schema import INTEGERS, Entry
from risk.assumptions.table import Row, Table, numeric, units
from risk.errors import AssumptionError

JUDGEMENT = "judgement"
"""Grade of what nobody published."""

SETTINGS = "run"
"""Section of what is said of the run, and not of the world."""

STRONGEST = 2.0
"""Times as strong as they are that correlations become at their high end; judgement."""

TOGETHER = ("correlation", "transition")
"""Domains of matrices all of whose components move as one."""


@dataclass(frozen=True)
class Judgement:
    """A number that is judgement and has no prior.

    Attributes
    ----------
    id : entry, ``entry[component]`` or ``table.column``.
    home, part : entry and its component, or table and its column; the part of a whole entry is None.
    value, low, high : in `unit`; as many as a vector or a column has; matrices that move as one have none.
    rows : names of the rows whose cells move.
    fixed : why it has no prior, if the register says so.
    file, line : where it stands; of a column, its first such row.
    left_out : why it is not moved; empty where it is.
    """

    id: str
    home: str
    part: str | int | None
    unit: str
    value: Any
    low: Any
    high: Any
    note: str
    fixed: str
    file: str
    line: int
    rows: tuple[str, ...] = ()
    left_out: str = ""


def judgements(assumptions: Assumptions) -> tuple[Judgement, ...]:
    """Every judgement without a prior, in the order of the files."""
    entries = (e for e in assumptions.entries.values() if e.grade == JUDGEMENT and e.prior is None)
    found = [j for e in entries if not isinstance(e.value, str) for j in _of_entry(e)]
    found += [j for table in assumptions.tables.values() for j in _of_table(table)]
    return tuple(replace(j, file=assumptions.place(j.file)) for j in found)


def _of_entry(entry: Entry) -> Iterator[Judgement]:
    whole = Judgement(
        entry.id, entry.id, None, entry.unit, entry.value, entry.low, entry.high,
        entry.note, entry.fixed, entry.file, entry.line, left_out=_left_out(entry),
    )  # fmt: skip
    if entry.domain in TOGETHER:
        yield replace(whole, low=None, high=None)
    elif entry.domain == "weights" and isinstance(entry.value, tuple) and not whole.left_out:
        for i, weight in enumerate(entry.value):
            name = entry.labels[i] if entry.labels else i
            low, high = (bound_at(bound, (i,)) for bound in (entry.low, entry.high))
            yield replace(whole, id=f"{entry.id}[{name}]", part=i, value=weight, low=low, high=high)
    else:
        yield whole


def _left_out(entry: Entry) -> str:
    if entry.section == SETTINGS:
        return "a setting of the run"
    if entry.window:
        return "a window of time"
    return "" if entry.low is not None and entry.high is not None else "has no plausible range"


def _of_table(table: Table) -> Iterator[Judgement]:
    rows = [row for row in table.rows if row.grade == JUDGEMENT]
    for column in numeric(table.model) if rows else ():
        cells = ((row, getattr(row, column), _range(table, row, column)) for row in rows)
        moving = [(row, x, ends) for row, x, ends in cells if ends is not None and _something(x, ends)]
        if not moving:
            continue
        first = table.rows.index(moving[0][0])
        yield Judgement(
            id=f"{table.name}.{column}",
            home=table.name,
            part=column,
            unit=units(table.model).get(column, "1"),
            value=tuple(x for _, x, _ in moving),
            low=tuple(ends.low for *_, ends in moving),
            high=tuple(ends.high for *_, ends in moving),
            note="",
            fixed=table.fixed.get(column, ""),
            file=table.files[first],
            line=table.lines[first],
            rows=tuple(row.id for row, *_ in moving),
            left_out="names its rows" if column in table.model.key else "",
        )


def _range(table: Table, row: Row, column: str) -> Range | None:
    own = row.plausible.get(column)
    return Range(*own) if own is not None else table.ranges.get(column)


def _something(x: float | None, ends: Range) -> bool:
    """Whether a cell holds a size that may be wrong: not left out, nor zero where that says there is none."""
    return x is not None and not (x == 0 and (ends.zero or ends.low > 0))


class Refused(AssumptionError):  # noqa: N818 - says what happened
    """A number cannot be what it was moved to, by the rules of the register or of the engine."""


def moved(assumptions: Assumptions, judgement: Judgement, share: float) -> Assumptions:
    """The register with a number moved by a share of the way to an end of its range.

    Parameters
    ----------
    share : in [−1, 1]; below zero toward the low end.

    Raises
    ------
    Refused : the register would not take it.
    """
    if judgement.rows:
        table = _with_column(assumptions.tables[judgement.home], judgement, share)
        return replace(assumptions, tables={**assumptions.tables, table.name: table})
    entry = assumptions.entries[judgement.home]
    changed = replace(entry, value=_value(entry, judgement, share))
    raw = {key: plain(getattr(changed, key)) for key in ("value", "unit", "domain", "low", "high")}
    for fault in values.faults({**raw, "labels": list(entry.labels) or None}, None):
        raise Refused(fault.reason.replace("value", entry.id, 1))
    return replace(assumptions, entries={**assumptions.entries, entry.id: changed})


def at(judgement: Judgement, share: float) -> Any:
    """Its value at a share of the way, in its unit; of correlations how strong they are, 1 as they stand."""
    if judgement.low is None:
        return 1.0 + (share if share < 0 else share * (STRONGEST - 1.0))
    return _between(judgement.value, judgement.low if share < 0 else judgement.high, abs(share))


def _value(entry: Entry, judgement: Judgement, share: float) -> Any:
    there = at(judgement, share)
    if judgement.low is None:
        return (_times if entry.domain == "correlation" else _switching)(entry.value, there)
    if isinstance(judgement.part, int):
        return _weights(cast("tuple[float, ...]", entry.value), judgement.part, there)
    return _whole(there) if entry.domain in INTEGERS else there


def _between(value: Any, end: Any, share: float) -> Any:
    """Component by component, from a value toward an end: one of all alike, or one a component."""
    if isinstance(value, tuple):
        return tuple(_between(x, bound_at(end, (i,)), share) for i, x in enumerate(value))
    return end if share == 1.0 else value + share * (end - value)


def _whole(value: Any) -> Any:
    return tuple(map(_whole, value)) if isinstance(value, tuple) else round(value)


def _times(matrix: Any, factor: float) -> Any:
    """Correlations times a factor, the diagonal as it is."""
    return tuple(
        tuple(x if i == j else factor * x for j, x in enumerate(row)) for i, row in enumerate(matrix)
    )


def _switching(matrix: Any, factor: float) -> Any:
    """Transitions times a factor; what is left of a row stays where it is."""
    rows = _times(matrix, factor)
    return tuple(
        tuple(1.0 - (sum(row) - x) if i == j else x for j, x in enumerate(row)) for i, row in enumerate(rows)
    )


def _weights(weights: Sequence[float], part: int, weight: float) -> tuple[float, ...]:
    """Weights with one of them given, the others in proportion; alike where they were nothing."""
    others = sum(weights) - weights[part]
    count = len(weights) - 1
    scale = (1.0 - weight) / others if others > 0 else 0.0
    rest = [x * scale if others > 0 else (1.0 - weight) / count for x in weights]
    rest[part] = weight
    return tuple(rest)


def _with_column(table: Table, judgement: Judgement, share: float) -> Table:
    """A table with cells of a column moved, held against what its rows must satisfy."""
    column = str(judgement.part)
    there = dict(zip(judgement.rows, at(judgement, share), strict=True))
    rows = tuple(
        _row(row, column, there[row.id]) if row.grade == JUDGEMENT and row.id in there else row
        for row in table.rows
    )
    for i, _, _, reason in table.model.faults(rows):
        raise Refused(f"{table.name}.{rows[i].id}: {reason}")
    return replace(table, rows=rows)


def _row(row: Row, column: str, value: float) -> Row:
    whole = isinstance(getattr(row, column), int)
    changed = {**row.model_dump(), column: round(value) if whole else float(value)}
    try:
        return type(row).model_validate(changed)
    except ValidationError as error:
        found = error.errors(include_url=False)[0]
        reason = found.get("ctx", {}).get("reason", found["msg"])
        raise Refused(f"{row.id}: {column} = {value:g}: {reason}") from None

"""What an entity table is: typed columns with units, rows with provenance."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import groupby
from typing import TYPE_CHECKING, Annotated, ClassVar, NamedTuple, Self, get_args

from pydantic import AfterValidator, Field

from risk.assumptions.plausible import Outlier, Range
from risk.assumptions.priors import refuse
from risk.assumptions.schema import Change, Grade, Note, Observed, Record, Text
from risk.errors import AssumptionError, suggestion
from risk.units import SCALE

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float64]


class In(NamedTuple):
    """Unit of a column."""

    unit: str


class Names(NamedTuple):
    """The column holds names of rows of another table, or one of a few words besides."""

    table: str
    also: tuple[str, ...] = ()


class OfEntry(NamedTuple):
    """The column holds the id of a register entry: the row takes that entry's draws, in base units."""


def _share(value: float) -> float:
    if not 0 <= value <= 1:
        raise refuse("A011", f"is {value:g}; a share lies in [0, 1].{meant_share(value)}")
    return value


def meant_share(value: float) -> str:
    """Return a question for a percentage given as a share."""
    return f" Did you mean {value / 100:g}?" if 1 < value <= 100 else ""


_AtLeast0 = Field(ge=0)
Share = Annotated[float, AfterValidator(_share), In("fraction")]
Ratio = Annotated[float, _AtLeast0, In("1")]
Money = Annotated[float, _AtLeast0, In("USD bn")]
MoneyPerQuarter = Annotated[float, _AtLeast0, In("USD bn/q")]
CashFlow = Annotated[float, In("USD bn/q")]
HourlyPrice = Annotated[float, _AtLeast0, In("USD/h")]
Percent = Annotated[float, Field(ge=0, le=100), In("%")]
Quarters = Annotated[int, _AtLeast0, In("quarter")]
EntryName = Annotated[Text, OfEntry()]


class Row(Record):
    """What every row carries: where its numbers come from, and what of them is plausible.

    `plausible` holds (low, high) of columns that this row knows better than its table does; `accept` says why
    the row may lie outside. `known_by`, `observed` and `rule` are those of an `Entry`; whether a table holds
    state, columns.toml says.
    """

    key: ClassVar[tuple[str, ...]] = ("name",)
    """Columns that together name a row."""

    order: ClassVar[tuple[str, ...]] = ()
    """Columns by which rows are ordered; by their key where it is empty."""

    source: Text
    as_of: dt.date
    grade: Grade
    locator: Note = ""
    owner: Note = ""
    note: Note = ""
    accept: Note = ""
    known_by: dt.date | None = None
    observed: Observed = ""
    rule: Note = ""
    plausible: dict[str, Annotated[tuple[float, float], Field(strict=False)]] = Field(default_factory=dict)

    @property
    def id(self) -> str:
        """The row's name."""
        return named(getattr(self, column) for column in self.key)

    @classmethod
    def faults(cls, rows: Sequence[Self]) -> Iterator[tuple[int, str, str, str]]:
        """Yield what is wrong with rows together: row index, column, code, reason."""
        yield from ()


class Entity(Row):
    """A row that stands for something with random streams of its own: its number names them.

    A row without a number takes the next one.
    """

    order: ClassVar[tuple[str, ...]] = ("stream",)

    stream: Annotated[int | None, Field(ge=0)] = None


@cache
def units(row: type[Row]) -> Mapping[str, str]:
    """Return the unit of every column that has one."""
    return {name: mark.unit for name, mark in _marks(row) if isinstance(mark, In)}


@cache
def numeric(row: type[Row]) -> tuple[str, ...]:
    """Return the columns that hold numbers: those that have a unit, and years."""
    whole = [name for name, column in row.model_fields.items() if column.annotation is int]
    return tuple(dict.fromkeys([*units(row), *whole]))


@cache
def references(row: type[Row]) -> Mapping[str, Names]:
    """Return the table whose rows a column names, and the words it may hold besides, by column."""
    return {name: mark for name, mark in _marks(row) if isinstance(mark, Names)}


@cache
def entry_columns(row: type[Row]) -> tuple[str, ...]:
    """Return the columns that name register entries."""
    return tuple(name for name, mark in _marks(row) if isinstance(mark, OfEntry))


@dataclass(frozen=True)
class Table:
    """An entity table: one row an entity, in the order of the file.

    Attributes
    ----------
    name : e.g. ``neoclouds.facility``.
    model : class of the rows; `units(model)` names the unit of each numeric column.
    rows : the rows, values in those units.
    files, lines : where each row stands.
    changes : what scenarios changed; ids are ``table.row``.
    outliers : what lies outside its plausible range for a reason.
    ranges : what columns plausibly hold, by column; of a register that was read from its files only.
    fixed : why nothing of a column is uncertain, by column.
    """

    name: str
    model: type[Row]
    rows: tuple[Row, ...]
    files: tuple[str, ...] = ()
    lines: tuple[int, ...] = ()
    changes: tuple[Change, ...] = ()
    outliers: tuple[Outlier, ...] = ()
    ranges: Mapping[str, Range] = field(default_factory=dict)
    fixed: Mapping[str, str] = field(default_factory=dict)

    @property
    def file(self) -> str:
        """Where the table stands: the file of its first row."""
        return self.files[0] if self.files else ""

    @property
    def names(self) -> tuple[str, ...]:
        """Name of every row."""
        return tuple(row.id for row in self.rows)

    def row(self, name: str) -> Row:
        """Return the row of that name."""
        try:
            return self.rows[self.names.index(name)]
        except ValueError:
            meant = suggestion(name, self.names)
            hint = f"did you mean '{meant}'?" if meant else "rows: " + ", ".join(self.names)
            raise AssumptionError(f"{self.name} has no row '{name}'", hint) from None

    def column(self, name: str) -> Array | tuple[str, ...]:
        """Return a column: base units and shape (entity,) where it is numeric, else its words.

        A column of true and false is numeric, 1 and 0.
        """
        if name not in self.model.model_fields:
            meant = suggestion(name, self.model.model_fields)
            hint = f"did you mean '{meant}'?" if meant else ""
            raise AssumptionError(f"{self.name} has no column '{name}'", *filter(None, [hint]))
        values = [getattr(row, name) for row in self.rows]
        if not _numeric(self.model, name):
            return tuple(_word(value) for value in values)
        import numpy as np

        unit = units(self.model).get(name, "1")
        return np.asarray(values, dtype=np.float64) * SCALE[unit]

    def numbers(self, name: str) -> Array:
        """Return a numeric column in base units, shape (entity,)."""
        column = self.column(name)
        if isinstance(column, tuple):
            raise AssumptionError(f"{self.name}.{name} is a column of words, not of numbers")
        return column

    def words(self, name: str) -> tuple[str, ...]:
        """Return a text column."""
        column = self.column(name)
        if not isinstance(column, tuple):
            raise AssumptionError(f"{self.name}.{name} is a column of numbers, not of words")
        return column


@cache
def _numeric(row: type[Row], column: str) -> bool:
    """Whether a column is one of numbers, whatever rows there are."""
    kind = row.model_fields[column].annotation
    return bool({kind, *get_args(kind)} & {float, int, bool})


def _marks(row: type[Row]) -> Iterator[tuple[str, object]]:
    for name, column in row.model_fields.items():
        yield from ((name, mark) for mark in column.metadata)


def named(values: Iterable[object]) -> str:
    """Return the name of a row, from the values of its key columns."""
    return " ".join(map(_word, values))


def _word(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def sums_to_one(rows: Sequence[Row], column: str, by: str) -> Iterator[tuple[int, str, str, str]]:
    """Yield a fault for every group whose column doesn't sum to one, at its last row."""
    keyed = sorted(enumerate(rows), key=lambda item: getattr(item[1], by) if by else "")
    for group, members in groupby(keyed, key=lambda item: getattr(item[1], by) if by else ""):
        indices, found = zip(*members, strict=True)
        total = sum(getattr(row, column) for row in found)
        if abs(total - 1) > 1e-9:
            of = f" of '{group}'" if by else ""
            yield indices[-1], column, "A017", f"{column}{of} sums to {total:g} over its rows, not to 1"

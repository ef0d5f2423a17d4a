"""Tables as pure data: what the terminal prints and the workbook shows.

A formula names cells by table and column, never by address: `{metrics.mean[3]}` is one cell,
`{metrics.mean[capex]}` the cell in the row called `capex`, `{metrics.mean}` the whole column and `{row.mean}`
the cell in the formula's own row. Each formula carries the value that our engine computed, so the report can
be read where nothing recalculates.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from itertools import chain
from math import fsum, isfinite
from typing import TYPE_CHECKING, Literal, cast

from risk.report.formats import Align, Scalar, named, show

if TYPE_CHECKING:
    from risk.report.guards import Guard

Style = Literal["plain", "id", "engine", "input", "calculation", "link", "note", "bar", "flag"]
"""What a cell is: a result of the engine, an input, a calculation in the sheet, a link to another sheet …"""


_ALONE = re.compile(r"\{[^{}]*\}|\w+\([^()]*\)")


class ReportError(ValueError):
    """The report is not well formed; the text says where."""


@dataclass(frozen=True)
class Formula:
    """A spreadsheet formula (without the leading "=") and the value that our engine computed for it."""

    text: str
    value: str | float | int | date

    def __post_init__(self) -> None:
        if self.text.startswith("="):
            raise ReportError(f"formula {self.text!r}: leave out the leading '='")
        if self.value is None or (isinstance(self.value, float) and not isfinite(self.value)):
            raise ReportError(f"formula {self.text!r} has no value ({self.value})")

    def __add__(self, other: Formula) -> Formula:
        return Formula(f"{self.text}+{other.text}", number_of(self) + number_of(other))

    def __sub__(self, other: Formula) -> Formula:
        return Formula(f"{self.text}-{other._part}", number_of(self) - number_of(other))

    def __truediv__(self, other: Formula | float) -> Formula:
        by = other._part if isinstance(other, Formula) else f"{other:g}"
        return Formula(f"{self._part}/{by}", number_of(self) / number_of(other))

    @property
    def _part(self) -> str:
        """The formula within a larger one: in parentheses unless it is a cell or a function of some."""
        return self.text if _ALONE.fullmatch(self.text) else f"({self.text})"


@dataclass(frozen=True)
class Check:
    """A condition that the workbook recomputes; shows OK or FAIL."""

    condition: str
    passed: bool

    @property
    def formula(self) -> Formula:
        """The check as a formula that yields a word."""
        return Formula(f'IF({self.condition},"OK","FAIL")', "OK" if self.passed else "FAIL")


@dataclass(frozen=True)
class Link:
    """Text that leads to a sheet (its name), a table (its id) or a page (https://…)."""

    text: str
    target: str


@dataclass(frozen=True)
class Cell:
    """Content that differs from its column in format or style.

    Attributes
    ----------
    quoted : a text as the register or a source has it, whose currency it keeps.
    """

    content: str | float | int | date | Formula | Check | Link | None
    format: str | None = None
    style: Style | None = None
    bold: bool = False
    validation: Validation | None = None
    quoted: bool = False


Plain = str | float | int | date | Formula | Check | Link | None
Content = Plain | Cell


def plain(content: Content) -> Plain:
    """Content without its wrapping."""
    return content.content if isinstance(content, Cell) else content


def value_of(content: Content) -> Scalar:
    """The value a reader sees: a formula's value, a link's text, a check's word."""
    inner = plain(content)
    match inner:
        case Formula():
            return inner.value
        case Check():
            return inner.formula.value
        case Link():
            return inner.text
        case _:
            return inner


def number_of(content: Content) -> float:
    """The number in a cell.

    Raises
    ------
    ReportError
        The cell holds no number.
    """
    value = value_of(content)
    if isinstance(value, (str, date)) or value is None:
        raise ReportError(f"{value!r} is not a number")
    return float(value)


@dataclass(frozen=True)
class Validation:
    """What may be typed into an input cell, unless it is emptied: a choice, or what is between bounds.

    Attributes
    ----------
    low, high : bounds, both allowed; None = no bound.
    of : what they bound: the number, a whole number, a date, or the length of a text.
    choices : the words to choose from, or the name of the cells that hold them.
    condition : formula that must hold; `{row.key}` are cells of the same row.
    prompt : said when the cell is entered, and when something is refused.
    asks : something else is asked about, not refused.
    """

    low: float | date | None = None
    high: float | date | None = None
    of: Literal["decimal", "whole", "date", "textLength"] = "decimal"
    choices: tuple[str, ...] | str = ()
    condition: str = ""
    prompt: str = ""
    asks: bool = False


@dataclass(frozen=True)
class Mark:
    """Makes cells of a column stand out while a condition holds; `{row.key}` are cells of the same row."""

    condition: str
    strong: bool = False


@dataclass(frozen=True)
class Column:
    """One column of a table.

    Attributes
    ----------
    key : name by which formulas and code find the column.
    header : as printed; the unit is added to it.
    unit : "" where rows have units of their own.
    format : name of a number format (`risk.report.formats`).
    width : in characters; None = fitted to the content. Ignored where the sheet sets its own grid.
    style : what the cells are, which decides their look.
    span : number of the sheet's columns that the column covers.
    wrap : long text may take several lines.
    validation : what all its cells accept that do not say otherwise.
    optional : on a narrow screen, 0 is always shown; of the others the largest goes first.
    least : on a screen, if not 0, lines may be broken, down to this width.
    """

    key: str
    header: str
    format: str = "text"
    unit: str = ""
    width: float | None = None
    style: Style = "plain"
    span: int = 1
    wrap: bool = True
    align: Align | None = None
    validation: Validation | None = None
    mark: Mark | None = None
    optional: int = 0
    least: int = 0

    def __post_init__(self) -> None:
        named(self.format)

    @property
    def label(self) -> str:
        """Header with its unit."""
        return f"{self.header}, {self.unit}" if self.unit else self.header


@dataclass(frozen=True)
class Table:
    """Rows under named columns.

    Attributes
    ----------
    id : unique in the workbook; formulas use it.
    title : what the table shows, in words; "" for none.
    rows : one tuple of cells per row, one cell per column.
    row_ids : names of rows for formulas; () = by number only.
    total : numbers of the rows printed bold (sums, headline).
    note : printed under the table.
    excel_name : makes it an Excel table with filters, of this name (`tblSample`).
    printed_rows : rows on the page, and on paper where it is the last that prints; None = all.
    bulk : all cells are plain numbers, of which there are many; written in one go, without formulas.
    guards : what must hold of it, which the sheet Checks recomputes.
    """

    id: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Content, ...], ...]
    title: str = ""
    note: str = ""
    row_ids: tuple[str, ...] = ()
    total: frozenset[int] = frozenset()
    excel_name: str = ""
    printed_rows: int | None = None
    bulk: bool = False
    guards: tuple[Guard, ...] = ()

    def __post_init__(self) -> None:
        keys = [c.key for c in self.columns]
        if len(set(keys)) < len(keys):
            raise ReportError(f"table {self.id}: columns have the same key: {sorted(keys)}")
        if self.bulk and not self._plain_numbers(len(keys)):
            raise ReportError(f"table {self.id}: a long table holds finite plain numbers only, in full rows")
        for number, row in enumerate(() if self.bulk else self.rows):
            if len(row) != len(keys):
                raise ReportError(f"table {self.id}, row {number}: {len(row)} cells for {len(keys)} columns")
            for key, content in zip(keys, row, strict=True):
                value = content if isinstance(content, float) else value_of(content)
                if isinstance(value, float) and not isfinite(value):
                    raise ReportError(f"table {self.id}, row {number}, {key}: {value}; say in words why")
        if self.row_ids and (len(self.row_ids) != len(self.rows) or len(set(self.row_ids)) < len(self.rows)):
            raise ReportError(f"table {self.id}: give every row an id of its own")
        if self.excel_name and (len({c.label for c in self.columns}) < len(keys) or not self.rows):
            raise ReportError(f"table {self.id}: an Excel table needs rows and headers that differ")

    def _plain_numbers(self, columns: int) -> bool:
        """Whether all rows are complete and hold nothing but finite numbers; quick."""
        kinds = {kind for row in self.rows for kind in map(type, row)}
        return (
            kinds <= {int, float}
            and {len(row) for row in self.rows} <= {columns}
            and all(map(isfinite, chain.from_iterable(self.rows)))  # type: ignore[arg-type]
        )

    @property
    def numbers(self) -> tuple[tuple[float, ...], ...]:
        """The rows of a long table, which hold nothing but numbers."""
        if not self.bulk:
            raise ReportError(f"table {self.id} is not a long table of plain numbers")
        return cast(tuple[tuple[float, ...], ...], self.rows)

    @cached_property
    def _places(self) -> dict[str, int]:
        return {c.key: i for i, c in enumerate(self.columns)}

    def index(self, key: str) -> int:
        """Position of a column.

        Raises
        ------
        ReportError
            No such column; the message names those there are.
        """
        if key not in self._places:
            raise ReportError(f"table {self.id} has no column {key!r}; it has {', '.join(self._places)}")
        return self._places[key]

    def column(self, key: str) -> tuple[Content, ...]:
        """The cells of a column."""
        place = self.index(key)
        return tuple(row[place] for row in self.rows)

    def cell(self, key: str, row: str) -> Content:
        """One cell, of a row by id or number."""
        return self.rows[self.row_number(row)][self.index(key)]

    def at(self, key: str, row: str) -> Formula:
        """A formula that shows a cell."""
        value = value_of(self.cell(key, row))
        return Formula(f"{{{self.id}.{key}[{row}]}}", "" if value is None else value)

    def sum(self, keys: Collection[str], rows: Collection[str]) -> Formula:
        """Live sum of the cells of some columns in some rows."""
        places = [(key, row) for key in keys for row in rows]
        text = "+".join(f"{{{self.id}.{key}[{row}]}}" for key, row in places)
        return Formula(text, fsum(number_of(self.cell(*place)) for place in places))

    def totaled(
        self, keys: Collection[str], parts: Mapping[str, Collection[str]], form: str | None = None
    ) -> Table:
        """The same with rows of live sums, bold: row → the rows it adds up; `form` where it has none."""
        rows = list(map(list, self.rows))
        for row, of in parts.items():
            for key in keys:
                own = self.cell(key, row)
                like = own.format if isinstance(own, Cell) else form
                rows[self.row_number(row)][self.index(key)] = Cell(self.sum((key,), of), like, "calculation")
        return replace(
            self, rows=tuple(map(tuple, rows)), total=self.total | set(map(self.row_number, parts))
        )

    def row_number(self, name: str) -> int:
        """Number of a row, from its id or its number (negative numbers count from the end)."""
        if name in self.row_ids:
            return self.row_ids.index(name)
        if not name.lstrip("-").isdigit():
            raise ReportError(f"table {self.id} has no row {name!r}")
        number = int(name) + (len(self.rows) if name.startswith("-") else 0)
        if not 0 <= number < len(self.rows):
            raise ReportError(f"table {self.id} has no row {name}; it has {len(self.rows)} rows")
        return number

    @cached_property
    def aligns(self) -> tuple[Align, ...]:
        """How each column is set: as it says or by its format; numbers of several formats go right."""
        return tuple(map(self._align, range(len(self.columns))))

    def _align(self, column: int) -> Align:
        spec = self.columns[column]
        if spec.align or spec.format != "text":
            return spec.align or named(spec.format).align
        if any(isinstance(plain(row[column]), Check) for row in self.rows):
            return "center"
        kinds = {type(value_of(row[column])) for row in self.rows}
        return "right" if kinds and not kinds & {str, type(None)} else "left"

    def format_of(self, row: int, column: int) -> str:
        """Name of the number format of a cell."""
        content = self.rows[row][column]
        return (isinstance(content, Cell) and content.format) or self.columns[column].format

    def text(self, row: int, column: int) -> str:
        """A cell as printed."""
        return show(value_of(self.rows[row][column]), self.format_of(row, column))

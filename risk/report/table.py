"""Tables as pure data: what the terminal prints and the workbook shows."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain
from math import fsum, isfinite
from typing import TYPE_CHECKING, cast

from risk.report.content import (
    Cell,
    Check,
    Content,
    Formula,
    ReportError,
    Style,
    Validation,
    number_of,
    plain,
    value_of,
)
from risk.report.formats import Align, named, show

if TYPE_CHECKING:
    from risk.report.guards import Guard


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

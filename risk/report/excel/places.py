"""Where everything stands: rows and columns of blocks, and the addresses that formulas mean."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import accumulate, zip_longest

from openpyxl.utils import get_column_letter, quote_sheetname

from risk.report.content import ReportError
from risk.report.excel.measure import characters, lines
from risk.report.sheet import At, Block, Heading, HeatMap, Paragraph, Sheet, Tiles, Workbook
from risk.report.table import Table

GRID = (14.0,) * 12
"""Columns of a sheet that neither states a grid nor holds a table."""

NARROWEST, WIDEST = 8.0, 48.0
LEAST_WIDTH, FILLER = 130.0, 11.0
INDENT = 1.3
"""Width of one level of indentation, in characters."""

SAMPLED_ROWS = 200
_REFERENCE = re.compile(r"\{([A-Za-z][\w-]*)\.(\w+)(?:\[([^{}]+)\])?\}")
"""`{table.column[row]}`; a row may itself have a number in brackets, as a part of an entry has."""


@dataclass(frozen=True)
class Place:
    """A block on a sheet: first row and column (from 1), and how many of each it covers."""

    block: Block
    row: int
    column: int
    columns: int
    rows: int


@dataclass(frozen=True)
class TablePlace:
    """Addresses of a table's cells."""

    sheet: str
    table: Table
    header: int
    columns: tuple[int, ...]

    def letter(self, key: str) -> str:
        """Letter of a column."""
        return get_column_letter(self.columns[self.table.index(key)])

    def cell(self, row: int, key: str) -> str:
        """Absolute address of a cell on its sheet."""
        return f"${self.letter(key)}${self.header + 1 + row}"

    def range(self, key: str) -> str:
        """Absolute address of a column's cells on their sheet."""
        return f"{self.cell(0, key)}:{self.cell(len(self.table.rows) - 1, key)}"


@dataclass(frozen=True)
class SheetPlaces:
    """A sheet with widths of its columns and places of its blocks.

    Attributes
    ----------
    first_row, last_row : rows of the first block and of the end of the last.
    last_printed : last row on paper; 0 = the sheet is for the screen.
    """

    sheet: Sheet
    widths: tuple[float, ...]
    places: tuple[Place, ...]
    first_row: int
    last_row: int
    last_printed: int

    def width(self, column: int, columns: int) -> float:
        """Total width of some columns."""
        return sum(self.widths[column - 1 : column - 1 + columns])

    @property
    def printed_widths(self) -> tuple[float, ...]:
        """Widths of the columns in the print area."""
        return self.widths[: self.sheet.printed_columns]

    @property
    def turn(self) -> int:
        """First row of the second page, where the sheet says what that begins with; else 0."""
        ids = {place.block.id: place.row for place in self.places if isinstance(place.block, Table)}
        return ids[self.sheet.turns] if self.sheet.turns else 0

    def gaps(self) -> list[int]:
        """Rows between the first block and the last that no block covers."""
        covered = {row for place in self.places for row in range(place.row, place.row + place.rows)}
        return [row for row in range(self.first_row, self.last_row) if row not in covered]


@dataclass
class Places:
    """The whole workbook, with every table findable by its id."""

    sheets: list[SheetPlaces] = field(default_factory=list)
    tables: dict[str, TablePlace] = field(default_factory=dict)

    def find(self, table: str) -> TablePlace:
        """Place of a table.

        Raises
        ------
        ReportError
            No sheet shows such a table.
        """
        if table not in self.tables:
            raise ReportError(f"no sheet shows a table {table!r}")
        return self.tables[table]

    def resolve(self, text: str, sheet: str, own: tuple[TablePlace, int] | None = None) -> str:
        """Put addresses for the `{table.column[row]}` of a formula.

        Parameters
        ----------
        sheet : name of the sheet the formula stands on; its own cells need no sheet name.
        own : table and row the formula stands in, for `{row.column}`.
        """

        def address(match: re.Match[str]) -> str:
            name, key, row = match.groups()
            if name == "row":
                if own is None:
                    raise ReportError(f"{text!r}: {{row.…}} stands outside a table")
                return f"${own[0].letter(key)}{own[0].header + 1 + own[1]}"
            place = self.find(name)
            local = place.range(key) if row is None else place.cell(place.table.row_number(row), key)
            return local if place.sheet == sheet else f"{_quoted(place.sheet)}!{local}"

        return _REFERENCE.sub(address, text)


def references(text: str) -> list[tuple[str, str, str | None]]:
    """Table, column and row of every `{table.column[row]}` of a formula; no row = the whole column."""
    return [(name, key, row or None) for name, key, row in _REFERENCE.findall(text)]


def _quoted(sheet: str) -> str:
    like_a_cell = re.fullmatch(r"[A-Za-z]{1,3}\d+|[Rr]\d*[Cc]\d*", sheet)
    return sheet if sheet.isidentifier() and not like_a_cell else str(quote_sheetname(sheet))


def arrange(workbook: Workbook) -> Places:
    """Place every block of every sheet."""
    places = Places()
    for sheet in workbook.sheets:
        placed = _arrange_sheet(sheet)
        places.sheets.append(placed)
        for place in placed.places:
            if isinstance(place.block, Table):
                header = place.row + (1 if place.block.title else 0)
                places.tables[place.block.id] = TablePlace(sheet.name, place.block, header, _columns(place))
    return places


def _columns(place: Place) -> tuple[int, ...]:
    assert isinstance(place.block, Table)
    spans = (c.span for c in place.block.columns)
    return tuple(accumulate(spans, initial=place.column))[:-1]


def _arrange_sheet(sheet: Sheet) -> SheetPlaces:
    widths = sheet.grid or _fitted(sheet)
    top = 5 if sheet.question else 4
    row, last, printed, places = top, top, 0, list[Place]()
    bands = list(sheet.placed())
    for number, (band, following) in enumerate(zip_longest(bands, bands[1:]), start=1):
        deepest = 0
        for at in band:
            columns = at.columns or (sheet.printed_columns or len(widths)) - at.column + 1
            deep = _rows(at.block, sum(widths[at.column - 1 :][:columns]))
            place = Place(at.block, row + at.down, at.column, columns, deep)
            _check_room(sheet, place, len(widths))
            places.append(place)
            deepest = max(deepest, at.down + place.rows)
        last = row + deepest - 1
        if number == sheet.printed_bands:
            printed = last - _unprinted(band[0].block)
        row = last + _gap(band[0].block, following)
    return SheetPlaces(sheet, tuple(widths), tuple(places), top, last, printed)


def _unprinted(block: Block) -> int:
    """Rows of the last block on paper that do not print."""
    if not isinstance(block, Table) or block.printed_rows is None:
        return 0
    return max(len(block.rows) - block.printed_rows, 0)


def _gap(block: Block, following: tuple[At, ...] | None) -> int:
    """Rows to the next band: none to spare below a heading and between the points of a list."""
    after = following[0].block if following else None
    points = (isinstance(b, Paragraph) and b.style == "bullet" for b in (block, after))
    return 1 if isinstance(block, Heading) or all(points) else 2


def _check_room(sheet: Sheet, place: Place, columns: int) -> None:
    needed = sum(c.span for c in place.block.columns) if isinstance(place.block, Table) else place.columns
    if isinstance(place.block, HeatMap):
        needed = 1 + len(place.block.column_labels)
    if place.column + needed - 1 > columns or place.columns < 1:
        where = f"sheet {sheet.name}, row {place.row}"
        raise ReportError(f"{where}: the block needs more columns than the {columns} of the grid")


def _rows(block: Block, width: float) -> int:
    match block:
        case Heading():
            return 1
        case Tiles():
            return 3
        case Paragraph():
            return len(paragraph_lines(block, width))
        case Table():
            return bool(block.title) + 1 + len(block.rows) + len(note_lines(block.note, width))
        case HeatMap():
            return 3 + len(block.row_labels) + len(note_lines(block.remarks, width))
        case _:
            return block.height


def paragraph_lines(block: Paragraph, width: float) -> list[str]:
    """The lines a paragraph is broken into; a formula is one line."""
    size = 11 if block.style == "lead" else 10
    text = block.text if isinstance(block.text, str) else str(block.text.value)
    bullet = 2.0 if block.style == "bullet" else 0.0
    broken = lines(text, width - bullet, size, block.style == "lead")
    return broken if isinstance(block.text, str) else broken[:1]


def note_lines(note: str, width: float) -> list[str]:
    """The lines of a note under a table."""
    return lines(note, width) if note else []


def _fitted(sheet: Sheet) -> tuple[float, ...]:
    """Widths from the tables that start in the first column."""
    widths: list[float] = []
    for at in (at for band in sheet.placed() for at in band):
        if not isinstance(at.block, Table) or at.column != 1:
            continue
        for i, width in enumerate(_table_widths(at.block)):
            if i < len(widths):
                widths[i] = max(widths[i], width)
            else:
                widths.append(width)
    if not widths:
        return GRID
    while sum(widths) < LEAST_WIDTH:  # room for the title, prose and charts beside a narrow table
        widths.append(FILLER)
    return tuple(widths)


def _table_widths(table: Table) -> Iterator[float]:
    for i, column in enumerate(table.columns):
        if column.span != 1:
            raise ReportError(f"table {table.id}: columns that span need a sheet with a grid")
        if column.width is not None:
            yield column.width
            continue
        words = max((characters(word, bold=True) for word in column.label.split()), default=0)
        texts = (table.text(r, i) for r in range(min(len(table.rows), SAMPLED_ROWS)))
        bodies = max((characters(text, bold=r in table.total) for r, text in enumerate(texts)), default=0)
        extra = 1 + INDENT * indents(table, i)
        yield round(min(WIDEST, max(NARROWEST, words + extra, bodies + extra)), 1)


def indents(table: Table, column: int) -> bool:
    """Whether a column is set in a little: text there would touch the numbers to its left, or its own box."""
    if column == 0 or table.aligns[column] != "left":
        return False
    return table.columns[column].style == "input" or table.aligns[column - 1] == "right"

"""The rows of a workbook, by their ids and under their headings."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from openpyxl.utils import get_column_letter

from risk.exchange import heads
from risk.exchange.content import Found
from risk.exchange.heads import Field, Item
from risk.exchange.problems import CellProblem
from risk.workbook import WorkbookRefused, unreadable
from risk.workbook.values import finite

MAX_ROWS, MAX_COLUMNS, MAX_CELLS = 10_000, 96, 96_000
"""Of a sheet that is read: the longest of an export has 22,000 cells, the widest 74 columns."""

_NOTHING = Found(None)


@dataclass(frozen=True)
class Line:
    """A row of a sheet under a header: cells by heading, and where they stand."""

    sheet: str
    number: int
    cells: Mapping[str, Found]
    letters: Mapping[str, str]

    def __getitem__(self, header: str) -> Found:
        """Return what stands under a heading."""
        return self.cells.get(header, _NOTHING)

    @property
    def id(self) -> str:
        """Its id; "" where none is given."""
        id = self[heads.ID].value
        return "" if id is None else str(id).strip()

    def address(self, header: str) -> str:
        """Return the address of the cell under a heading."""
        return f"{self.letters[header]}{self.number}" if header in self.letters else f"A{self.number}"

    def place(self, header: str) -> str:
        """Return sheet, address and id of the cell under a heading, for a note."""
        return f"{self.sheet}!{self.address(header)} {self.id}"

    def problem(self, code: str, header: str, reason: str, *fixes: str) -> CellProblem:
        """Return what is wrong with the cell under a heading."""
        return CellProblem(code, self.sheet, self.address(header), self.id, reason, fixes)


@dataclass(frozen=True)
class Edit:
    """One field that was changed.

    Attributes
    ----------
    item, field : what.
    before, after : contents of the file; None where the file says nothing.
    why : the reason given for the row.
    line : where the workbook says so.
    """

    item: Item
    field: Field
    before: Any
    after: Any
    why: str
    line: Line

    @property
    def cell(self) -> str:
        """Address of the changed cell."""
        return self.line.address(self.field.header)


@dataclass
class Reading:
    """What a workbook says.

    Attributes
    ----------
    properties : its custom properties.
    lines : rows by id, as they stand; the first where one stands twice.
    edits, problems, notes : what was found in them.
    others : what stands on sheets that the export does not have, by title.
    """

    properties: dict[str, str] = dataclasses.field(default_factory=dict)
    lines: dict[str, Line] = dataclasses.field(default_factory=dict)
    edits: list[Edit] = dataclasses.field(default_factory=list)
    problems: list[CellProblem] = dataclasses.field(default_factory=list)
    notes: list[str] = dataclasses.field(default_factory=list)
    others: dict[str, Reading] = dataclasses.field(default_factory=dict)

    def refuse(self, code: str, sheet: str, cell: str, id: str, reason: str, *fixes: str) -> None:
        """Add what is wrong with a cell; without one with a sheet, or with the file."""
        self.problems.append(CellProblem(code, sheet, cell, id, reason, fixes))


def read_lines(name: str, raw: bytes) -> Reading:
    """Read the rows of a workbook that the gate let in.

    Raises
    ------
    WorkbookRefused : it cannot be read, or has far more cells than an export.
    """
    import openpyxl

    reading = Reading()
    with unreadable(name):
        options: Any = {"read_only": True, "keep_links": False}
        values = openpyxl.load_workbook(BytesIO(raw), data_only=True, **options)
        formulas = openpyxl.load_workbook(BytesIO(raw), data_only=False, **options)
        properties: Any = values.custom_doc_props  # type: ignore[attr-defined]
        reading.properties = {p.name: str(p.value) for p in properties.props}
        titles = [sheet.title for sheet in values.worksheets]
        for sheet in (heads.ENTRIES, heads.ROWS):
            if sheet in titles:
                _read_sheet(name, sheet, values[sheet], formulas[sheet], reading)
                continue
            fix = "export again, or give the sheet its name back"
            reading.refuse("W002", sheet, "", "", f"the sheet '{sheet}' is missing", fix)
        if heads.BASE_HASH in reading.properties:
            for sheet in (title for title in titles if title not in heads.SHEETS):
                reading.others[sheet] = Reading()
                _read_sheet(name, sheet, values[sheet], formulas[sheet], reading.others[sheet])
    return reading


def _read_sheet(name: str, title: str, values: Any, formulas: Any, reading: Reading) -> None:
    """Collect the rows under each header; a header is a row with a cell ``ID``."""
    headers: dict[int, str] = {}
    for number, cells in enumerate(_rows(name, values, formulas), start=1):
        texts = {i: str(found.value).strip() for i, found in cells.items() if isinstance(found.value, str)}
        if heads.ID in texts.values():
            headers = texts
            _check_headers(title, number, headers, reading)
        elif not cells:
            headers = {} if title == heads.ROWS else headers
        elif headers:
            # From the right, so that of two columns of one heading the first counts.
            letters = {text: get_column_letter(i + 1) for i, text in reversed(headers.items())}
            named = {headers[i]: found for i, found in reversed(cells.items()) if i in headers}
            _keep(Line(title, number, named, letters), reading)
    if title == heads.ENTRIES and not headers:
        reason = f"no row of the sheet '{title}' has the heading '{heads.ID}'"
        reading.refuse("W002", title, "", "", reason, "export again")


def _rows(name: str, values: Any, formulas: Any) -> Iterator[dict[int, Found]]:
    """Yield the cells of each row that hold something, by column.

    What the sheet says of its own size is not trusted.
    """
    for sheet in (values, formulas):
        sheet.reset_dimensions()
    both = zip(values.iter_rows(), formulas.iter_rows(), strict=False)
    seen = 0
    for number, (row, written) in enumerate(both, start=1):
        seen += len(row)
        if number > MAX_ROWS:
            raise WorkbookRefused(name, f"has more than {MAX_ROWS:,} rows on a sheet")
        if seen > MAX_CELLS:
            raise WorkbookRefused(name, "holds far more cells on a sheet than an assumptions workbook")
        found = {
            i: Found(finite(cell.value), str(cell.number_format or ""), formula, cell.data_type == "e")
            for i, (cell, source) in enumerate(zip(row, written, strict=False))
            if (formula := source.data_type == "f") or cell.value is not None
        }
        if max(found, default=0) >= MAX_COLUMNS:
            raise WorkbookRefused(name, f"has more than {MAX_COLUMNS} columns on a sheet")
        yield found


def _check_headers(title: str, number: int, headers: Mapping[int, str], reading: Reading) -> None:
    seen: dict[str, int] = {}
    for i, text in headers.items():
        if seen.setdefault(text, i) != i:
            reason = f"the column '{text}' stands there twice, first in {get_column_letter(seen[text] + 1)}"
            address = f"{get_column_letter(i + 1)}{number}"
            reading.refuse("W002", title, address, "", reason, "remove one of the two")


def _keep(line: Line, reading: Reading) -> None:
    first = reading.lines.get(line.id)
    if not line.id:
        if any(found.value is not None for found in line.cells.values()):
            fix = "put its id back, or empty the row: rows are added in the files, not here"
            reading.problems.append(line.problem("W003", heads.ID, "a row without an id", fix))
    elif first:
        reason = f"the id stands there twice, first in {first.sheet}!{first.address(heads.ID)}"
        reading.problems.append(line.problem("W005", heads.ID, reason))
    else:
        reading.lines[line.id] = line

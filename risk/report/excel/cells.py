"""The only way into cells: text stays text, numbers are finite, formulas carry their values."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from math import isfinite

from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell
from openpyxl.utils import get_column_letter
from openpyxl.utils.datetime import to_excel
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.worksheet import Worksheet

from risk.report.excel.bulk import BulkRows
from risk.report.excel.layout import Layout, TablePlace
from risk.report.excel.measure import characters, pixels, room
from risk.report.excel.styles import Look, Styles
from risk.report.formats import as_date
from risk.report.table import Check, Formula, Link, Plain, ReportError

LONGEST_TEXT = 32_767
"""Characters a cell can hold."""

EXACT = 10**15
"""Whole numbers from here on, such as a seed, are written as text: a spreadsheet keeps fifteen digits."""

CachedValue = str | float | bool

_STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass
class Pen:
    """Writes the cells of one sheet, and remembers the values of its formulas and the heights of its rows.

    `measures` : whether it looks for cells whose content is too wide, which takes a while.
    """

    sheet: Worksheet
    styles: Styles
    layout: Layout
    measures: bool = True
    cached: dict[str, CachedValue] = field(default_factory=dict)
    heights: dict[int, float] = field(default_factory=dict)
    clipped: list[str] = field(default_factory=list)
    bulk: list[BulkRows] = field(default_factory=list)

    def put(
        self, row: int, column: int, content: Plain, look: Look, own: tuple[TablePlace, int] | None = None
    ) -> Cell:
        """Write content of any kind in a look; `own` is the table row for formulas that name it."""
        cell = self.sheet.cell(row, column)
        assert isinstance(cell, Cell)
        self.styles.apply(cell, look)
        match content:
            case None:
                pass
            case str():
                put_text(cell, content)
            case Formula():
                self._put_formula(cell, content, own)
            case Check():
                self._put_formula(cell, content.formula, own)
            case Link():
                self._put_link(cell, content)
            case date():
                cell.value = as_date(content)
                cell.number_format = look.number_format
            case _:
                put_number(cell, content)
        return cell

    def _put_formula(self, cell: Cell, formula: Formula, own: tuple[TablePlace, int] | None) -> None:
        cell.value = "=" + self.layout.resolve(formula.text, self.sheet.title, own)
        value = formula.value
        if isinstance(value, date):
            value = float(to_excel(as_date(value)))  # type: ignore[no-untyped-call]
        self.cached[cell.coordinate] = value if isinstance(value, bool | str) else float(value)

    def _put_link(self, cell: Cell, link: Link) -> None:
        put_text(cell, link.text)
        if link.target.startswith("https://"):
            cell.hyperlink = Hyperlink(ref="", target=link.target)
            return
        sheets = [placed.sheet.name for placed in self.layout.sheets]
        if link.target in sheets:
            sheet, address = link.target, "A1"
        elif link.target in self.layout.tables:
            place = self.layout.tables[link.target]
            sheet, address = place.sheet, f"A{place.header}"
        else:
            raise ReportError(f"link to {link.target!r}: no such sheet or table, and not https://")
        cell.hyperlink = Hyperlink(ref="", location=f"'{sheet}'!{address}")

    def fit(
        self, row: int, column: int, text: str, width: float, size: float = 10, bold: bool = False
    ) -> None:
        """Note a cell whose text is wider than the columns it has."""
        if self.measures and pixels(text, size, bold) > room(width):
            where = f"{self.sheet.title}!{get_column_letter(column)}{row}"
            self.clipped.append(f"{where}: {text!r} needs {characters(text, size, bold):.1f} of {width:.1f}")

    def tall(self, row: int, height: float) -> None:
        """Make a row at least this tall, in points."""
        self.heights[row] = max(self.heights.get(row, 0.0), height)


def put_text(cell: Cell, text: str) -> None:
    """Write text so that it can never become a formula, whoever wrote it."""
    text = ILLEGAL_CHARACTERS_RE.sub("", text)[:LONGEST_TEXT]
    cell.value = text
    cell.data_type = "s"
    if text.startswith(_STARTS_A_FORMULA):
        cell.quotePrefix = True


def put_number(cell: Cell, number: float | int) -> None:
    """Write a finite number.

    Raises
    ------
    ReportError
        NaN or infinity: a workbook would show an empty cell or an error.
    """
    if isinstance(number, int) and abs(number) >= EXACT:
        put_text(cell, str(number))
        return
    value = bool(number) if isinstance(number, bool) else number if isinstance(number, int) else float(number)
    if not isfinite(value):
        raise ReportError(f"{cell.parent.title}!{cell.coordinate}: {number} is not a number")
    cell.value = value

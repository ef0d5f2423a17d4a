"""The only way into cells: text stays text, numbers are finite, formulas carry their values."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from math import isfinite

from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.utils import get_column_letter
from openpyxl.utils.datetime import to_excel
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.worksheet import Worksheet

from risk.report.content import Check, Formula, Link, Plain, ReportError
from risk.report.excel.measure import characters, pixels, room
from risk.report.excel.places import Places, TablePlace
from risk.report.excel.rows import Rows
from risk.report.excel.styles import Look, Styles
from risk.report.formats import as_date

LONGEST_TEXT = 32_767
"""Characters a cell can hold."""

EXACT = 10**15
"""Whole numbers from here on, such as a seed, are written as text: a spreadsheet keeps fifteen digits."""

CachedValue = str | float | bool

_STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass
class Pen:
    """Writes the cells of one sheet, and remembers the values of its formulas.

    `measures` : whether it looks for cells whose content is too wide, which takes a while.
    """

    sheet: Worksheet
    styles: Styles
    places: Places
    rows: Rows
    measures: bool = True
    cached: dict[str, CachedValue] = field(default_factory=dict)
    clipped: list[str] = field(default_factory=list)

    def put(
        self, row: int, column: int, content: Plain, look: Look, own: tuple[TablePlace, int] | None = None
    ) -> None:
        """Write content of any kind in a look; `own` is the table row for formulas that name it."""
        match content:
            case None:
                self.rows.blank(row, column, self.styles.number(look))
            case str():
                self._put_text(row, column, content, look)
            case Formula():
                self._put_formula(row, column, content, look, own)
            case Check():
                self._put_formula(row, column, content.formula, look, own)
            case Link():
                self._put_text(row, column, content.text, look)
                self._lead(row, column, content)
            case date():
                self.rows.number(row, column, self.styles.number(look), _serial(content))
            case _:
                self._put_number(row, column, content, look)

    def band(self, row: int, columns: range, look: Look) -> None:
        """Give empty cells a look, so that bands of color and rules run through."""
        style = self.styles.number(look)
        for column in columns:
            self.rows.blank(row, column, style)

    def _put_text(self, row: int, column: int, text: str, look: Look) -> None:
        """Write text so that it can never become a formula, whoever wrote it."""
        text = ILLEGAL_CHARACTERS_RE.sub("", text)[:LONGEST_TEXT]
        style = self.styles.number(look, quoted=text.startswith(_STARTS_A_FORMULA))
        self.rows.text(row, column, style, text)

    def _put_number(self, row: int, column: int, number: float | int, look: Look) -> None:
        """Write a finite number.

        Raises
        ------
        ReportError
            NaN or infinity: a workbook would show an empty cell or an error.
        """
        if isinstance(number, int) and abs(number) >= EXACT:
            self._put_text(row, column, str(number), look)
            return
        value = number if isinstance(number, bool | int) else float(number)
        if not isfinite(value):
            raise ReportError(f"{self._address(row, column)}: {number} is not a number")
        self.rows.number(row, column, self.styles.number(look), value)

    def _put_formula(
        self, row: int, column: int, formula: Formula, look: Look, own: tuple[TablePlace, int] | None
    ) -> None:
        value = formula.value
        if isinstance(value, date):
            value = _serial(value)
        known = value if isinstance(value, bool | str) else float(value)
        text = self.places.resolve(formula.text, self.sheet.title, own)
        self.rows.formula(row, column, self.styles.number(look), text, known)
        self.cached[f"{get_column_letter(column)}{row}"] = known

    def _lead(self, row: int, column: int, link: Link) -> None:
        """Make a cell lead where its link does; openpyxl writes where links lead beside the cells."""
        cell = self.sheet.cell(row, column)
        if link.target.startswith("https://"):
            cell.hyperlink = Hyperlink(ref="", target=link.target)
            return
        sheets = [placed.sheet.name for placed in self.places.sheets]
        if link.target in sheets:
            sheet, address = link.target, "A1"
        elif link.target in self.places.tables:
            place = self.places.tables[link.target]
            sheet, address = place.sheet, f"A{place.header}"
        else:
            raise ReportError(f"link to {link.target!r}: no such sheet or table, and not https://")
        cell.hyperlink = Hyperlink(ref="", location=f"'{sheet}'!{address}")

    def fit(
        self, row: int, column: int, text: str, width: float, size: float = 10, bold: bool = False
    ) -> None:
        """Note a cell whose text is wider than the columns it has."""
        if self.measures and pixels(text, size, bold) > room(width):
            needs = f"{text!r} needs {characters(text, size, bold):.1f} of {width:.1f}"
            self.clipped.append(f"{self._address(row, column)}: {needs}")

    def tall(self, row: int, height: float) -> None:
        """Make a row at least this tall, in points."""
        self.rows.heights[row] = max(self.rows.heights.get(row, 0.0), height)

    def _address(self, row: int, column: int) -> str:
        return f"{self.sheet.title}!{get_column_letter(column)}{row}"


def _serial(day: date) -> float:
    """A date as a spreadsheet counts days."""
    return float(to_excel(as_date(day)))  # type: ignore[no-untyped-call]

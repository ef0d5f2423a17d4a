"""The cells of a sheet, in the notation of the file.

openpyxl writes all of a workbook but its cells: it makes an object of each, writes no formula together with
its value, and no text into the workbook's table of strings. A pack has a quarter of a million cells.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from xml.sax.saxutils import escape

from openpyxl.utils import get_column_letter

_letter = lru_cache(maxsize=1024)(get_column_letter)


@dataclass(frozen=True)
class Strings:
    """The texts of a workbook, each once, with its place in the table of strings."""

    places: dict[str, int] = field(default_factory=dict)

    def place(self, text: str) -> int:
        """Number of a text, from 0."""
        return self.places.setdefault(text, len(self.places))


@dataclass(frozen=True)
class LongRows:
    """Many rows of plain numbers, all of one height and with one look a column.

    Attributes
    ----------
    columns, styles : number of each column on the sheet, and of its look.
    rows : the numbers, written with all their digits.
    height : of each row, in points.
    """

    columns: Sequence[int]
    styles: Sequence[int]
    rows: Sequence[tuple[float, ...]]
    height: float

    def text(self, first: int) -> str:
        """All rows, the first of them with this number on the sheet."""
        looks = zip(self.columns, self.styles, strict=True)
        cells = "".join(f'<c r="{_letter(column)}#" s="{style}"><v>%r</v></c>' for column, style in looks)
        form = f"{_opening('#', self.height)}>{cells}</row>"
        return "".join([form.replace("#", str(i)) % row for i, row in enumerate(self.rows, start=first)])


@dataclass(frozen=True)
class Rows:
    """Rows of one sheet.

    Attributes
    ----------
    cells : row → column → the cell as it is written; what is put last stays.
    heights : row → points.
    long : first row → rows of a long table, which has the sheet's whole width.
    """

    strings: Strings
    cells: dict[int, dict[int, str]] = field(default_factory=dict)
    heights: dict[int, float] = field(default_factory=dict)
    long: dict[int, LongRows] = field(default_factory=dict)

    def blank(self, row: int, column: int, style: int) -> None:
        """An empty cell that has a look."""
        self._put(row, column, f'" s="{style}" t="n"/>')

    def text(self, row: int, column: int, style: int, text: str) -> None:
        """A text."""
        self._put(row, column, f'" s="{style}" t="s"><v>{self.strings.place(text)}</v></c>')

    def number(self, row: int, column: int, style: int, number: float) -> None:
        """A finite number, or True or False, with the sixteen digits that openpyxl writes."""
        kind = "b" if isinstance(number, bool) else "n"
        self._put(row, column, f'" s="{style}" t="{kind}"><v>{number:.16g}</v></c>')

    def formula(self, row: int, column: int, style: int, formula: str, value: str | float) -> None:
        """A formula, without "=", and its value."""
        kind = ' t="b"' if isinstance(value, bool) else ' t="str"' if isinstance(value, str) else ""
        shown = escape(value) if isinstance(value, str) else int(value) if kind else repr(value)
        self._put(row, column, f'" s="{style}"{kind}><f>{escape(formula)}</f><v>{shown}</v></c>')

    def _put(self, row: int, column: int, rest: str) -> None:
        self.cells.setdefault(row, {})[column] = f'<c r="{_letter(column)}{row}{rest}'

    def extent(self) -> str:
        """Address of all cells."""
        ends = [(start + len(long.rows) - 1, max(long.columns)) for start, long in self.long.items()]
        ends += [(row, max(cells)) for row, cells in self.cells.items()]
        rows, columns = zip(*ends, strict=True)
        return f"A1:{_letter(max(columns))}{max(rows)}"

    def written(self) -> str:
        """All rows, in order."""
        return "".join([self._row(row) for row in sorted({*self.cells, *self.heights, *self.long})])

    def _row(self, row: int) -> str:
        if row in self.long:
            return self.long[row].text(row)
        opening, cells = _opening(str(row), self.heights.get(row)), self.cells.get(row, {})
        within = "".join([cells[column] for column in sorted(cells)])
        return f"{opening}>{within}</row>" if within else f"{opening}/>"


def _opening(row: str, height: float | None) -> str:
    """The tag of a row, up to its end."""
    tall = "" if height is None else f' ht="{height:.16g}" customHeight="1"'
    return f'<row r="{row}"{tall}'

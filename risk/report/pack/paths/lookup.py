"""What stands in a cell of the pack: its words, its value, its formula, and the cells it is computed from."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from math import isclose

from openpyxl.utils import column_index_from_string, get_column_letter

from risk.errors import UsageError, suggestion
from risk.report.content import Cell, Check, Content, Formula, plain, value_of
from risk.report.excel.places import Place, Places, SheetPlaces, TablePlace, references
from risk.report.formats import Scalar, as_date, show
from risk.report.sheet import Heading, HeatMap, Paragraph, Tiles, Workbook

_ADDRESS = re.compile(r"'?([^'!]+)'?!\$?([A-Za-z]{1,3})\$?([1-9]\d{0,6})")
SHORT = 4
"""Letters of an id, beside which a reader wants its words."""

MOST_INPUTS = 12
"""Cells that one formula is said to be computed from; a longer list says how many there are."""


@dataclass(frozen=True)
class Where:
    """A cell of a table, or a whole column (no row)."""

    table: str
    column: str
    row: str | None = None


@dataclass(frozen=True)
class Found:
    """A cell or a range.

    Attributes
    ----------
    address : such as ``Summary!F14`` or ``Patterns!B6:B2001``.
    what : its row and its column in words.
    shown : as printed; of a range its number of rows.
    formula : with addresses, without the leading "="; "" where there is none.
    form : the same with names of tables.
    where : its place in a table; None for text and tiles.
    inputs : what the formula reads.
    """

    address: str
    what: str
    value: Scalar
    shown: str
    formula: str = ""
    form: str = ""
    where: Where | None = None
    inputs: tuple[Found, ...] = ()

    def every(self) -> Iterator[Found]:
        """The cell and all it rests on, nearest first."""
        level: list[Found] = [self]
        while level:
            yield from level
            level = [below for found in level for below in found.inputs]


class Lookup:
    """Finds cells of a workbook by address."""

    def __init__(self, workbook: Workbook, places: Places) -> None:
        self.workbook, self.places = workbook, places

    def cell(self, address: str) -> Found:
        """What stands in a cell.

        Raises
        ------
        UsageError
            There is no such cell, or nothing stands in it.
        """
        placed, column, row = self._parse(address)
        for place in placed.places:
            inside = 0 <= row - place.row < place.rows and 0 <= column - place.column < place.columns
            found = self._inside(placed, place, column, row) if inside else None
            if found is not None:
                return found
        last = f"{get_column_letter(len(placed.widths))}{placed.last_row}"
        raise UsageError(
            f"nothing stands in {placed.sheet.name}!{get_column_letter(column)}{row}",
            f"the sheet's blocks lie between A{placed.first_row} and {last}; open the pack and name a number",
        )

    def _parse(self, address: str) -> tuple[SheetPlaces, int, int]:
        match = _ADDRESS.fullmatch(address.strip())
        if match is None:
            raise UsageError(f"{address!r} is not a cell", "name sheet and cell, such as 'Summary!F14'")
        sheets = {placed.sheet.name.casefold(): placed for placed in self.places.sheets}
        name, letters, row = match.groups()
        if name.casefold() not in sheets:
            names = [placed.sheet.name for placed in self.places.sheets]
            close = suggestion(name, names)
            fix = f"did you mean {close}?" if close else f"it has: {', '.join(names)}"
            raise UsageError(f"the pack has no sheet {name!r}", fix)
        return sheets[name.casefold()], column_index_from_string(letters.upper()), int(row)

    def _inside(self, placed: SheetPlaces, place: Place, column: int, row: int) -> Found | None:
        block, sheet = place.block, placed.sheet.name
        match block:
            case Tiles():
                return self._tile(placed, place, block, column)
            case Paragraph(text=Formula()):
                return self._found(sheet, place.column, place.row, "Sentence", block.text, "text")
            case HeatMap():
                return _heat(sheet, place, block, column, row)
            case _ if getattr(block, "id", None) in self.places.tables and hasattr(block, "rows"):
                return self._table(self.places.find(str(block.id)), column, row)  # type: ignore[union-attr]
        return None

    def _table(self, at: TablePlace, column: int, row: int) -> Found | None:
        number = row - at.header - 1
        starts = [i for i, start in enumerate(at.columns) if start <= column]
        if not (0 <= number < len(at.table.rows) and starts):
            return None
        index = starts[-1]
        if column >= at.columns[index] + at.table.columns[index].span:
            return None
        return self._entry(at, index, number)

    def _entry(self, at: TablePlace, index: int, number: int, depth: int = 0) -> Found | None:
        """A cell of a table; None where it is empty."""
        table = at.table
        content, spec = table.rows[number][index], table.columns[index]
        if value_of(content) is None:
            return None
        label = value_of(table.rows[number][0])
        row = table.row_ids[number] if table.row_ids else str(number)
        named = str(label if isinstance(label, str) else f"row {row}").strip()
        second = value_of(table.rows[number][min(1, len(table.columns) - 1)])
        if table.columns[0].key == "id" and len(named) <= SHORT and isinstance(second, str):
            named = f"{named} {second}"
        head = " ".join(spec.label.replace("- ", "").split())
        what = " · ".join(filter(None, (_title(at), named, head if index else "")))
        place = at.columns[index], at.header + 1 + number
        where = Where(table.id, spec.key, row)
        form = table.format_of(number, index)
        return self._found(at.sheet, *place, what, content, form, (at, number), where, depth)

    def _tile(self, placed: SheetPlaces, place: Place, block: Tiles, column: int) -> Found | None:
        count = len(block.tiles)
        edges = [place.column + round(i * place.columns / count) for i in range(count + 1)]
        index = max(i for i, edge in enumerate(edges[:-1]) if edge <= column)
        tile = block.tiles[index]
        above = [
            other.block.text
            for other in placed.places
            if isinstance(other.block, Heading) and other.column == place.column and other.row < place.row
        ]
        what = " · ".join([*above[-1:], tile.label])
        return self._found(placed.sheet.name, edges[index], place.row + 1, what, tile.value, tile.format)

    def _found(
        self,
        sheet: str,
        column: int,
        row: int,
        what: str,
        content: Content,
        form: str,
        own: tuple[TablePlace, int] | None = None,
        where: Where | None = None,
        depth: int = 0,
    ) -> Found:
        inner = plain(content)
        formula = inner.formula if isinstance(inner, Check) else inner
        value = value_of(content)
        address = f"{sheet}!{get_column_letter(column)}{row}"
        form = (isinstance(content, Cell) and content.format) or form
        shown = show(value, form)
        if not isinstance(formula, Formula):
            return Found(address, what, value, shown, where=where)
        inputs = tuple(self._inputs(formula.text, own, depth + 1))
        text = self.places.resolve(formula.text, sheet, own)
        return Found(address, what, value, shown, text, formula.text, where, inputs)

    def _inputs(self, text: str, own: tuple[TablePlace, int] | None, depth: int) -> Iterator[Found]:
        """Cells and ranges that a formula reads, each once."""
        seen = set[tuple[str, str, int | None]]()
        for name, key, row in self._references(text):
            at = own[0] if name == "row" and own else self.places.find(name)
            number = own[1] if name == "row" and own else None if row is None else at.table.row_number(row)
            if (at.table.id, key, number) in seen or len(seen) == MOST_INPUTS:
                continue
            seen.add((at.table.id, key, number))
            if number is None:
                yield self._range(at, key)
            elif (found := self._entry(at, at.table.index(key), number, depth)) is not None:
                yield found

    def _references(self, text: str) -> list[tuple[str, str, str | None]]:
        found = references(text)
        for name, meaning in self.workbook.names.items():
            if re.search(rf"\b{name}\b", text):
                found += references(meaning)
        return found

    def _range(self, at: TablePlace, key: str) -> Found:
        area = at.range(key).replace("$", "")
        what = f"{_title(at)} · column {at.table.columns[at.table.index(key)].label}"
        size = f"{len(at.table.rows):,} rows"
        return Found(f"{at.sheet}!{area}", what, None, size, where=Where(at.table.id, key))


def _title(at: TablePlace) -> str:
    """A table in words: its title, or its sheet."""
    return at.table.title or at.sheet


def _heat(sheet: str, place: Place, block: HeatMap, column: int, row: int) -> Found | None:
    r, c = row - place.row - 3, column - place.column - 1
    if not (0 <= r < len(block.row_labels) and 0 <= c < len(block.column_labels)):
        return None
    what = f"{block.title} · {block.row_labels[r]} · {block.column_labels[c]}"
    value = block.values[r][c]
    return Found(f"{sheet}!{get_column_letter(column)}{row}", what, value, show(value, block.format))


def same(one: Scalar, other: object) -> bool:
    """Whether two values are the same but for rounding, a date being one whatever its time."""
    if isinstance(one, int | float) and isinstance(other, int | float):
        return isclose(one, other, rel_tol=1e-9, abs_tol=1e-12)
    if hasattr(one, "year") and hasattr(other, "year"):
        return as_date(one) == as_date(other)  # type: ignore[arg-type]
    return (one or "") == (other or "")

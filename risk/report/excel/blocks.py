"""Writing blocks: headings, prose, tiles, tables and heat maps. Charts are drawn in `charts`."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from openpyxl.formatting.rule import ColorScale, FormatObject, Rule
from openpyxl.styles import Color
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.filters import AutoFilter
from openpyxl.worksheet.table import Table as ExcelTable
from openpyxl.worksheet.table import TableColumn, TableStyleInfo

from risk.report.content import Cell, Check, Link, plain, value_of
from risk.report.excel.cells import Pen
from risk.report.excel.measure import height, line_count
from risk.report.excel.places import (
    INDENT,
    SAMPLED_ROWS,
    Place,
    SheetPlaces,
    TablePlace,
    indents,
    note_lines,
    paragraph_lines,
)
from risk.report.excel.rows import LongRows
from risk.report.excel.rules import add_rules
from risk.report.excel.styles import Look
from risk.report.formats import named, show
from risk.report.palette import HEAT
from risk.report.sheet import Heading, HeatMap, Paragraph, Tiles
from risk.report.table import Column, Table

_STYLE_NAMES = {
    "plain": "r_body",
    "id": "r_id",
    "engine": "r_hard",
    "input": "r_input",
    "calculation": "r_calc",
    "link": "r_link",
    "note": "r_small",
    "bar": "r_body",
    "flag": "r_body",
}
_PROSE = {
    "body": "r_text",
    "bullet": "r_text",
    "lead": "r_lead",
    "finding": "r_text",
    "note": "r_note",
    "alert": "r_alert",
}
_ROW = 12.8
_SECTION = 20.0


def write_heading(pen: Pen, place: Place, text: str) -> None:
    """Title of a section, with a rule over the columns it covers."""
    look = Look("r_section", vertical="bottom")
    pen.band(place.row, range(place.column, place.column + place.columns), look)
    pen.put(place.row, place.column, text, look)
    pen.tall(place.row, _SECTION)


def write_paragraph(pen: Pen, place: Place, block: Paragraph, width: float) -> None:
    """One row per line; cells are never merged, text runs over empty neighbors."""
    size = 11 if block.style == "lead" else 10
    for i, line in enumerate(paragraph_lines(block, width)):
        content = line if isinstance(block.text, str) else block.text
        look = Look(_PROSE[block.style], indent=0)
        if block.style == "bullet":
            content = f"•  {line}" if i == 0 else line
            look = replace(look, indent=0 if i == 0 else 1)
        if block.style == "finding":
            look = replace(look, bold=True)
        pen.put(place.row + i, place.column, content, look)
        pen.tall(place.row + i, height(1, size))


def write_tiles(pen: Pen, places: SheetPlaces, place: Place, block: Tiles) -> None:
    """Name, number, note; each tile centered over its share of the columns."""
    edges = [place.column + round(i * place.columns / len(block.tiles)) for i in range(len(block.tiles) + 1)]
    looks = ("r_tile_label", "r_tile", "r_tile_note")
    for tile, first, end in zip(block.tiles, edges[:-1], edges[1:], strict=True):
        form = named(tile.format).excel
        for i, (name, content) in enumerate(zip(looks, (tile.label, tile.value, tile.note), strict=True)):
            look = Look(name, form if name == "r_tile" else "General", "centerContinuous")
            pen.band(place.row + i, range(first, end), look)
            pen.put(place.row + i, first, content, look)
            text = show(value_of(content), tile.format) if name == "r_tile" else str(content)
            size = 18 if name == "r_tile" else 10
            pen.fit(place.row + i, first, text, places.width(first, end - first), size, name == "r_tile")
    for i, points in enumerate((17.0, 27.0, 16.0)):
        pen.tall(place.row + i, points)


def write_table(pen: Pen, places: SheetPlaces, place: Place, at: TablePlace) -> None:
    """Title, header, rows and note of a table, with its filters, checks and bars."""
    table = at.table
    if table.title:
        ends = at.columns[-1] + table.columns[-1].span
        write_heading(pen, replace(place, columns=ends - place.column), table.title)
    _write_header(pen, places, at)
    measured = _measured(table) if pen.measures else set()
    if table.bulk:
        _write_long(pen, places, at, measured)
    for number in range(0 if table.bulk else len(table.rows)):
        _write_row(pen, places, at, number, number in measured)
    _write_note(pen, place, table.note, places, at.header + 1 + len(table.rows))
    if table.rows:
        add_rules(pen, at)
    if table.excel_name:
        last = f"{get_column_letter(at.columns[-1])}{at.header + len(table.rows)}"
        ref = f"{get_column_letter(at.columns[0])}{at.header}:{last}"
        excel = ExcelTable(displayName=table.excel_name, ref=ref)
        excel.tableStyleInfo = TableStyleInfo(showRowStripes=False)
        # Named here, because openpyxl would make every cell of the table to read the names from its header.
        for i, column in enumerate(table.columns, start=1):
            excel.tableColumns.append(TableColumn(id=i, name=column.label))
        excel.autoFilter = AutoFilter(ref=ref)
        pen.sheet.add_table(excel)


def _write_header(pen: Pen, places: SheetPlaces, at: TablePlace) -> None:
    tallest = 1
    for i, (column, start) in enumerate(zip(at.table.columns, at.columns, strict=True)):
        horizontal = _horizontal(column, at.table.aligns[i])
        look = Look("r_head", horizontal=horizontal, wrap=column.span == 1, indent=int(indents(at.table, i)))
        pen.band(at.header, range(start, start + column.span), look)
        pen.put(at.header, start, column.label, look)
        if column.span == 1:
            tallest = max(tallest, line_count(column.label, places.width(start, 1), bold=True))
            longest = max(column.label.split(), key=len, default="")  # a word that does not fit is broken
            pen.fit(at.header, start, longest, places.width(start, 1), bold=True)
    pen.tall(at.header, height(tallest) + 5)


def _horizontal(column: Column, align: str) -> str:
    return "centerContinuous" if column.span > 1 and align != "left" else align


def _write_row(pen: Pen, places: SheetPlaces, at: TablePlace, number: int, measured: bool) -> None:
    table, row = at.table, at.header + 1 + number
    looks = [_look(table, number, i) for i in range(len(table.columns))]
    lines = 1
    for i, (look, start) in enumerate(zip(looks, at.columns, strict=True)):
        if look.wrap:
            width = places.width(start, 1) - INDENT * look.indent
            lines = max(lines, line_count(table.text(number, i), width, bold=bool(look.bold)))
    if lines > 1:
        looks = [_raised(look) for look in looks]
    for i, (column, start, look) in enumerate(zip(table.columns, at.columns, looks, strict=True)):
        if column.span > 1:
            pen.band(row, range(start, start + column.span), look)
        pen.put(row, start, plain(table.rows[number][i]), look, (at, number))
        if measured and not look.wrap:
            width = places.width(start, column.span) - INDENT * look.indent
            pen.fit(row, start, table.text(number, i), width, bold=bool(look.bold))
    pen.tall(row, height(lines) + (_ROW - height(1)))


def _write_long(pen: Pen, places: SheetPlaces, at: TablePlace, measured: set[int]) -> None:
    """Write the rows of a long table, whose cells all look like those of the first."""
    table = at.table
    for number in sorted(measured):
        for i, (column, start) in enumerate(zip(table.columns, at.columns, strict=True)):
            pen.fit(at.header + 1 + number, start, table.text(number, i), places.width(start, column.span))
    styles = [pen.styles.number(_look(table, 0, i)) for i in range(len(table.columns))]
    pen.rows.long[at.header + 1] = LongRows(at.columns, styles, table.numbers, _ROW)


def _measured(table: Table) -> set[int]:
    """Rows to measure: all of a short table; of a long one the first, and those of the largest numbers."""
    rows = set(range(min(len(table.rows), SAMPLED_ROWS)))
    if table.bulk:
        columns = list(zip(*table.numbers, strict=True))
        return {0} | {column.index(end(column)) for column in columns for end in (max, min)}
    for column in table.columns if len(table.rows) > SAMPLED_ROWS else ():
        numbers = [v if isinstance(v := value_of(c), int | float) else 0 for c in table.column(column.key)]
        rows |= {numbers.index(max(numbers)), numbers.index(min(numbers))}
    return rows


def _look(table: Table, number: int, index: int) -> Look:
    column, content = table.columns[index], table.rows[number][index]
    inner, style, bold = plain(content), column.style, number in table.total
    if isinstance(content, Cell):
        style, bold = content.style or style, bold or content.bold
    name = "r_jump" if isinstance(inner, Link) else _STYLE_NAMES[style]
    align = "center" if isinstance(inner, Check) else table.aligns[index]
    wrap = column.wrap and column.span == 1 and isinstance(value_of(inner), str)
    form = named(table.format_of(number, index)).excel
    indent = int(align == "left" and indents(table, index))
    return _cached_look(name, form, _horizontal(column, align), wrap, bold, indent)


@lru_cache(maxsize=1024)
def _cached_look(name: str, form: str, horizontal: str, wrap: bool, bold: bool, indent: int) -> Look:
    return Look(name, form, horizontal, wrap, bold or None, indent, "center")


@lru_cache(maxsize=1024)
def _raised(look: Look) -> Look:
    return replace(look, vertical="top")


def _write_note(pen: Pen, place: Place, note: str, places: SheetPlaces, row: int) -> None:
    for i, line in enumerate(note_lines(note, places.width(place.column, place.columns))):
        pen.put(row + i, place.column, line, Look("r_note"))
        pen.tall(row + i, height(1))


def write_heat_map(pen: Pen, places: SheetPlaces, place: Place, block: HeatMap) -> None:
    """Title, column title, labels and colored cells; the number stands in every cell."""
    write_heading(pen, place, block.title)
    top, first = place.row + 2, place.column + 1
    width = len(block.column_labels)
    head = Look("r_head", horizontal="centerContinuous")
    pen.put(top - 1, place.column, None, Look("r_head"))
    pen.band(top - 1, range(first, first + width), head)
    pen.put(top - 1, first, block.column_title, head)
    for i, label in enumerate((block.row_title, *block.column_labels)):
        pen.put(top, place.column + i, label, Look("r_head", horizontal="center" if i else "left", wrap=True))
    colored = []
    for r, (label, values) in enumerate(zip(block.row_labels, block.values, strict=True), start=1):
        pen.put(top + r, place.column, label, Look("r_body"))
        for c, value in enumerate(values):
            thin = block.thin(r - 1, c)
            look = Look("r_thin" if thin else "r_heat", named(block.format).excel, "center")
            pen.put(top + r, first + c, value, look)
            colored += [] if thin or value is None else [f"{get_column_letter(first + c)}{top + r}"]
        pen.tall(top + r, 17.0)
    labels = (block.row_title, *block.column_labels)
    tallest = max(line_count(t, places.widths[place.column - 1 + i], bold=True) for i, t in enumerate(labels))
    pen.tall(top - 1, _ROW)
    pen.tall(top, height(tallest) + 3)
    if colored:
        pen.sheet.conditional_formatting.add(" ".join(colored), _color_scale(block))
    _write_note(pen, place, block.remarks, places, top + 1 + len(block.row_labels))


def _color_scale(block: HeatMap) -> Rule:
    values = [FormatObject(type="num", val=v) for v in (block.low, block.middle, block.high)]
    colors = [Color(rgb=f"FF{rgb}") for rgb in HEAT]
    return Rule(type="colorScale", colorScale=ColorScale(cfvo=values, color=colors))


def write_block(pen: Pen, places: SheetPlaces, place: Place) -> None:
    """Write any block but a chart."""
    match place.block:
        case Heading(text):
            write_heading(pen, place, text)
        case Paragraph():
            write_paragraph(pen, place, place.block, places.width(place.column, place.columns))
        case Tiles():
            write_tiles(pen, places, place, place.block)
        case Table():
            write_table(pen, places, place, pen.places.find(place.block.id))
        case HeatMap():
            write_heat_map(pen, places, place, place.block)
        case _:
            for row in range(place.row, place.row + place.rows):
                pen.tall(row, _ROW)

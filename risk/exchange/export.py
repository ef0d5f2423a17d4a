"""The register as a workbook to edit: yellow cells to type over, everything else locked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import openpyxl
from openpyxl.cell.cell import Cell
from openpyxl.formatting.rule import Rule
from openpyxl.packaging.custom import StringProperty
from openpyxl.styles import PatternFill
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.styles.fonts import Font
from openpyxl.utils import get_column_letter
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.page import PageMargins
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from risk.exchange import layout
from risk.exchange.content import Content, content
from risk.exchange.layout import AT_EXPORT, Field, Item, Register
from risk.exchange.validation import choices_name, validate
from risk.exchange.words import README_LINES
from risk.report.excel.cells import put_number, put_text
from risk.report.excel.finish import finish
from risk.report.excel.measure import height, line_count
from risk.report.excel.styles import TABS, Look, Styles
from risk.report.palette import ORANGE
from risk.units import COMMON

TITLE_ROWS = 3
DATE = "yyyy-mm-dd"
WIDTHS = {
    layout.ID: 34.0,
    layout.PLACE: 20.0,
    layout.WHY: 34.0,
    "Value": 18.0,
    "Unit": 14.0,
    "Shape": 15.0,
    "Source": 22.0,
    "Locator": 24.0,
    "Note": 46.0,
    "As of": 12.0,
    "Grade": 12.0,
    "Owner": 12.0,
}
"""Widths of columns in characters; of all others `WIDTH`."""
WIDTH = 13.0
NARROW = 10.0
MARK = "FFE0B2"


@dataclass(frozen=True)
class Columns:
    """Columns of a block, from the left: names, fields, the reason, what the fields were.

    Attributes
    ----------
    fields : the fields that may be edited, and those that name a row.
    beside : headings of further locked columns, after the value's own.
    """

    fields: tuple[Field, ...]

    @property
    def headers(self) -> list[str]:
        """All headings in order."""
        ends = [f"{field.header}{AT_EXPORT}" for field in self.fields if field.remembered]
        return [layout.ID, layout.PLACE, *self._inner, layout.WHY, *(e for e in ends if e not in self._inner)]

    @property
    def _inner(self) -> list[str]:
        inner: list[str] = []
        for field in self.fields:
            inner.append(field.header)
            if field.key == "value":
                inner.append(f"{field.header}{AT_EXPORT}")
            if field.key == "prior.concentration":
                inner += [f"P5{AT_EXPORT}", f"P95{AT_EXPORT}"]
        return inner

    def number(self, header: str) -> int:
        """Return the column of a heading, from 1."""
        return self.headers.index(header) + 1


def export(register: Register, owner: str = "", stale: bool = False) -> bytes:
    """Return the workbook of a register, or of one owner's or only the stale part of it.

    The same register gives the same bytes.
    """
    items = register.chosen(owner, stale)
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    writer = _Writer(register, book, Styles(book))
    writer.entries([item for item in items if not item.table])
    writer.tables([item for item in items if item.table])
    writer.lists()
    writer.readme()
    _set_properties(book, register, owner, stale)
    buffer = BytesIO()
    book.save(buffer)
    created = dt.datetime.combine(register.as_of, dt.time())
    return finish(buffer.getvalue(), [{} for _ in book.worksheets], [], created)


class _Writer:
    """Writes the sheets of one workbook."""

    def __init__(self, register: Register, book: openpyxl.Workbook, styles: Styles) -> None:
        self.register, self.book, self.styles = register, book, styles

    def entries(self, items: Sequence[Item]) -> None:
        """One row an entry."""
        subtitle = (
            f"{len(items)} entries of {self.register.assumptions.directory}. Type over yellow cells only"
        )
        sheet = self._sheet(layout.ENTRIES, "Assumptions – one row an entry", f"{subtitle}; {_ASK}", "F")
        columns = Columns(layout.ENTRY_FIELDS)
        self._block(sheet, TITLE_ROWS, items, columns)
        for i, header in enumerate(columns.headers, start=1):
            sheet.column_dimensions[get_column_letter(i)].width = _width(header)
        last = get_column_letter(len(columns.headers))
        sheet.auto_filter.ref = f"A{TITLE_ROWS}:{last}{TITLE_ROWS + max(1, len(items))}"
        sheet.freeze_panes = f"C{TITLE_ROWS + 1}"
        self._fit(sheet, items, columns)
        self._page(sheet, columns.number(layout.WHY), TITLE_ROWS + len(items), f"{TITLE_ROWS}:{TITLE_ROWS}")

    def tables(self, items: Sequence[Item]) -> None:
        """One block a table, one below the other."""
        subtitle = f"{len(items)} rows of the entity tables. Type over yellow cells only; {_ASK}"
        sheet = self._sheet(layout.ROWS, "Tables – one block a table", subtitle, "F")
        sheet.freeze_panes = "C3"
        row, widest = TITLE_ROWS, 1
        for name in dict.fromkeys(item.table for item in items):
            rows = [item for item in items if item.table == name]
            columns = Columns(layout.row_fields(name))
            self._put(sheet, row, 1, name, Look("r_section"))
            self._block(sheet, row + 1, rows, columns)
            widest = max(widest, columns.number(layout.WHY))
            row += len(rows) + 3
        for i in range(1, 2 * widest + 2):
            wide = {1: 34.0, 2: 20.0}.get(i, 17.0)
            sheet.column_dimensions[get_column_letter(i)].width = wide
        self._page(sheet, widest, row, "1:2")

    def _block(self, sheet: Worksheet, header: int, items: Sequence[Item], columns: Columns) -> None:
        ends = ("number", "whole", "date", "value")
        numeric = {field.header for field in columns.fields if field.kind in ends} | {"P5", "P95"}
        for i, text in enumerate(columns.headers, start=1):
            right = text.removesuffix(AT_EXPORT) in numeric
            indent = int(not right and i > 2)
            look = Look("r_head", horizontal="right" if right else "left", wrap=True, indent=indent)
            self._put(sheet, header, i, text, look)
        sheet.row_dimensions[header].height = height(2 if header == TITLE_ROWS else 3) + 5
        for row, item in enumerate(items, start=header + 1):
            self._row(sheet, row, item, columns)
        if items:
            validate(sheet, header, items, columns.headers, self.register)
            _mark_changes(sheet, header, len(items), columns)

    def _row(self, sheet: Worksheet, row: int, item: Item, columns: Columns) -> None:
        self._put(sheet, row, 1, item.id, Look("r_id"))
        self._put(sheet, row, 2, item.place, Look("r_small"))
        for field in columns.fields:
            found = content(item, field)
            look = "r_hard" if field.locked else "r_input"
            self._put(sheet, row, columns.number(field.header), found, self._look(look, field, found))
            if field.remembered:
                before = columns.number(f"{field.header}{AT_EXPORT}")
                self._put(sheet, row, before, found, self._look("r_hard", field, found))
        if not item.table:
            for name, quantile in (("P5", item.p5), ("P95", item.p95)):
                number = columns.number(f"{name}{AT_EXPORT}")
                self._put(sheet, row, number, quantile, Look("r_hard", "0.0###", "right"))
        self._put(sheet, row, columns.number(layout.WHY), None, Look("r_input", wrap=True))

    @staticmethod
    def _look(name: str, field: Field, found: Content) -> Look:
        if isinstance(found, dt.date):
            return Look(name, DATE, "right")
        right = isinstance(found, (int, float)) or field.kind in ("number", "whole")
        digits = isinstance(found, str) and found.isdigit()  # a number that a spreadsheet would round
        general = right or field.kind == "value"
        form = DATE if field.kind == "date" else "General" if general and not digits else "@"
        long = field.key in ("note", "locator", "source") and field.remembered
        wrapped = long or (isinstance(found, str) and ";" in found and field.key == "value")
        return Look(name, form, "right" if right else "left", wrap=wrapped, indent=int(not right))

    def lists(self) -> None:
        """What may be chosen from."""
        sheet = self._sheet(
            layout.LISTS, "Lists – what the cells offer", "Read by the input cells; locked", "W"
        )
        for i, (title, words) in enumerate(self._lists(), start=1):
            self._put(sheet, TITLE_ROWS, i, title, Look("r_head"))
            for row, word in enumerate(words, start=TITLE_ROWS + 1):
                self._put(sheet, row, i, word, Look("r_body"))
            letter = get_column_letter(i)
            area = f"'{layout.LISTS}'!${letter}${TITLE_ROWS + 1}:${letter}${TITLE_ROWS + len(words)}"
            self.book.defined_names[choices_name(title)] = DefinedName(choices_name(title), attr_text=area)
            sheet.column_dimensions[letter].width = 24.0
        sheet.freeze_panes = f"A{TITLE_ROWS + 1}"
        self._page(sheet, i, TITLE_ROWS + max(len(words) for _, words in self._lists()), "1:3")

    def _lists(self) -> list[tuple[str, list[str]]]:
        fields = {field.header: field for field in layout.ENTRY_FIELDS}
        used = {str(item.get("unit")) for item in self.register.items if not item.table}
        return [
            ("Shape", list(fields["Shape"].choices)),
            ("Grade", list(fields["Grade"].choices)),
            ("Owner", sorted({item.owner for item in self.register.items})),
            ("Unit", [*COMMON, *sorted(used - set(COMMON))]),
            ("Source", sorted(self.register.assumptions.sources)),
        ]

    def readme(self) -> None:
        """How to use the workbook."""
        sheet = self._sheet(layout.README, "Read me", "How to change an assumption with this workbook", "C")
        sheet.column_dimensions["A"].width = 110.0
        for row, line in enumerate(README_LINES, start=TITLE_ROWS):
            heading = line.startswith("# ")
            self._put(
                sheet, row, 1, line.removeprefix("# "), Look("r_section" if heading else "r_text", wrap=True)
            )
            count = line_count(line, 110.0)
            sheet.row_dimensions[row].height = 22.0 if heading else height(count) + 3
        self._page(sheet, 1, TITLE_ROWS + len(README_LINES), "1:2")

    def _sheet(self, name: str, title: str, subtitle: str, kind: str) -> Worksheet:
        sheet: Worksheet = self.book.create_sheet(name)  # type: ignore[assignment,unused-ignore]
        width = {layout.ENTRIES: ENTRIES_WIDE, layout.ROWS: 28}.get(name, 5)
        for row, (text, look, points) in enumerate(
            ((title, Look("r_title"), 27.0), (subtitle, Look("r_subtitle"), 16.0)), start=1
        ):
            self.styles.fill_row(sheet, row, range(1, width + 1), look)
            self._put(sheet, row, 1, text, look)
            sheet.row_dimensions[row].height = points
        sheet.sheet_properties.tabColor = TABS[kind]
        sheet.sheet_view.showGridLines, sheet.sheet_view.zoomScale = False, 90
        sheet.sheet_view.tabSelected = name == layout.ENTRIES
        return sheet

    def _put(self, sheet: Worksheet, row: int, column: int, found: Content, look: Look) -> None:
        cell = sheet.cell(row, column)
        assert isinstance(cell, Cell)
        self.styles.apply(cell, look)
        if isinstance(found, str):
            put_text(cell, found)
        elif isinstance(found, dt.date):
            cell.value, cell.number_format = found, look.number_format
        elif found is not None:
            put_number(cell, found)

    @staticmethod
    def _fit(sheet: Worksheet, items: Sequence[Item], columns: Columns) -> None:
        """Make rows as tall as their longest text needs."""
        long = [(field, _width(field.header)) for field in columns.fields]
        for row, item in enumerate(items, start=TITLE_ROWS + 1):
            texts = [(content(item, field), width) for field, width in long]
            lines = max(line_count(text, width - 2) for text, width in texts if isinstance(text, str))
            sheet.row_dimensions[row].height = height(lines) + 3

    def _page(self, sheet: Worksheet, columns: int, rows: int, repeated: str) -> None:
        setup: Any = sheet.page_setup
        setup.paperSize, setup.orientation, setup.fitToWidth, setup.fitToHeight = 9, "landscape", 1, 0
        sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
        sheet.page_margins = PageMargins(left=0.4, right=0.4, top=0.5, bottom=0.6, header=0.3, footer=0.3)
        sheet.print_area = f"A1:{get_column_letter(columns)}{rows}"
        sheet.print_title_rows = repeated
        footer: Any = sheet.oddFooter
        footer.left.text, footer.right.text = "&A", "Page &P of &N"
        footer.center.text = f"base {self.register.sha256[:12]} · confidential"
        guard = sheet.protection  # no password: it guards against slips, it is not security
        guard.sheet = True
        guard.formatColumns = guard.formatRows = guard.autoFilter = guard.sort = False  # False = allowed


ENTRIES_WIDE = Columns(layout.ENTRY_FIELDS).number(layout.WHY)
"""Columns of the entries that are printed."""

_NUMBERS = {field.header for field in layout.ENTRY_FIELDS if field.kind == "number"}


def _width(header: str) -> float:
    """Return the width of a column of entries."""
    inner = header.removesuffix(AT_EXPORT)
    return NARROW if inner in _NUMBERS and inner != "Concentration" else WIDTHS.get(header, WIDTH)


_ASK = "say why in the last yellow column; cells you changed turn orange"


def _mark_changes(sheet: Worksheet, header: int, count: int, columns: Columns) -> None:
    """Color cells that differ from what they were, and reasons that are still missing."""
    style = DifferentialStyle(fill=PatternFill(bgColor=MARK, fill_type="solid"), font=Font(bold=True))
    missing = DifferentialStyle(fill=PatternFill(bgColor=ORANGE, fill_type="solid"))
    first, last = header + 1, header + count
    changed: list[str] = []
    for field in columns.fields:
        if not field.remembered:
            continue
        now, before = (
            get_column_letter(columns.number(text)) for text in (field.header, field.header + AT_EXPORT)
        )
        differs = f"${now}{first}<>${before}{first}"
        changed.append(differs)
        area = f"{now}{first}:{now}{last}"
        sheet.conditional_formatting.add(area, Rule(type="expression", formula=[differs], dxf=style))
    why = get_column_letter(columns.number(layout.WHY))
    asked = f'AND(TRIM(${why}{first})="",OR({",".join(changed)}))'
    rule = Rule(type="expression", formula=[asked], dxf=missing)
    sheet.conditional_formatting.add(f"{why}{first}:{why}{last}", rule)


def _set_properties(book: openpyxl.Workbook, register: Register, owner: str, stale: bool) -> None:
    core = book.properties
    core.title, core.creator, core.lastModifiedBy = "Assumptions to edit", "bubblerisk", "bubblerisk"
    core.category, core.language = "confidential", "en-US"
    core.created = dt.datetime.combine(register.as_of, dt.time())
    for name, value in _custom(register, owner, stale):
        book.custom_doc_props.append(StringProperty(name=name, value=value))  # type: ignore[attr-defined]


def _custom(register: Register, owner: str, stale: bool) -> Iterator[tuple[str, str]]:
    yield layout.BASE_HASH, register.sha256
    for name, digest in register.hashes.items():
        yield f"{layout.FILE_HASH}{name}", digest
    if owner:
        yield layout.OWNER, owner
    if stale:
        yield layout.STALE, "yes"

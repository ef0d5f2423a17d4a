"""From sheets as data to an Excel workbook."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import openpyxl
from openpyxl.drawing.spreadsheet_drawing import AnchorMarker, TwoCellAnchor
from openpyxl.packaging.custom import IntProperty, StringProperty
from openpyxl.utils import get_column_letter
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.worksheet import Worksheet
from openpyxl.writer.excel import ExcelWriter

from risk.report.charts import Chart
from risk.report.content import Link
from risk.report.excel.blocks import write_block
from risk.report.excel.cells import CachedValue, Pen
from risk.report.excel.charts import draw
from risk.report.excel.drawing import Source
from risk.report.excel.finish import finish
from risk.report.excel.measure import characters
from risk.report.excel.page import set_page
from risk.report.excel.places import Places, SheetPlaces, arrange
from risk.report.excel.rows import Rows, Strings
from risk.report.excel.styles import TABS, Look, Styles
from risk.report.sheet import Sheet, Workbook
from risk.report.table import Table
from risk.runs.files import publish

CHART_DATA = "ChartData"
"""The sheet that keeps the numbers behind all charts."""

GAP = 6.0
"""Height of the rows between blocks, in points: air enough, and paper is short."""


@dataclass(frozen=True)
class Draft:
    """A workbook as openpyxl writes it, and what the finishing pass adds.

    Attributes
    ----------
    written : the file as it was written, without cells.
    rows : the cells, by sheet.
    strings : the texts that cells name.
    cached : values of the formulas, by sheet and address.
    alts : name and alternative text of each chart, in order of sheets.
    clipped : cells whose content is wider than its columns, where that was measured.
    """

    written: bytes
    workbook: Workbook
    rows: tuple[Rows, ...]
    strings: Strings
    cached: Mapping[str, Mapping[str, CachedValue]]
    alts: tuple[tuple[str, str], ...]
    clipped: tuple[str, ...] = ()

    def finished(self) -> bytes:
        """The file to hand out: complete without recalculation, the same bytes every time."""
        return finish(self.written, self.rows, self.strings, self.alts, self.workbook.properties.created)


def build(workbook: Workbook, measured: bool = True) -> Draft:
    """Lay out and write a workbook in memory.

    Parameters
    ----------
    measured : whether to look for cells whose content is too wide for their columns.

    Raises
    ------
    ReportError
        A formula names a table or a column that does not exist, a block does not fit its sheet …
    """
    complete = with_chart_data(workbook)
    places, strings = arrange(complete), Strings()
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    styles = Styles(book)
    pens = []
    for placed in places.sheets:
        pen = Pen(book.create_sheet(placed.sheet.name), styles, places, Rows(strings), measured)
        _write_sheet(pen, placed, complete)
        pens.append(pen)
    _set_names(book, places, complete)
    _set_properties(book, complete)
    buffer = BytesIO()
    ExcelWriter(book, ZipFile(buffer, "w")).save()  # not compressed: it is read again at once
    charts = [block for sheet in complete.sheets for block in sheet.blocks() if isinstance(block, Chart)]
    return Draft(
        buffer.getvalue(),
        complete,
        tuple(pen.rows for pen in pens),
        strings,
        {pen.sheet.title: pen.cached for pen in pens},
        tuple((chart.title, chart.alt) for chart in charts),
        tuple(text for pen in pens for text in pen.clipped),
    )


def write(workbook: Workbook, path: Path) -> str:
    """Write a finished workbook, whole or not at all, and return its sha256."""
    content = build(workbook, measured=False).finished()
    publish(path, lambda file: file.write(content))
    return hashlib.sha256(content).hexdigest()


def with_chart_data(workbook: Workbook) -> Workbook:
    """Add the sheet with the numbers behind the charts, if there are charts."""
    tables: list[Table] = []
    for sheet in workbook.sheets:
        charts = (block for block in sheet.blocks() if isinstance(block, Chart))
        tables += [replace(chart.table(), title=f"{sheet.name}: {chart.title}") for chart in charts]
    if not tables:
        return workbook
    data = Sheet(
        CHART_DATA,
        "Chart data",
        "The numbers behind every chart, in the order of the sheets. Differences are live formulas.",
        "W",
        screen=tuple(tables),
    )
    return replace(workbook, sheets=(*workbook.sheets, data))


def _write_sheet(pen: Pen, placed: SheetPlaces, workbook: Workbook) -> None:
    sheet = pen.sheet
    for i, width in enumerate(placed.widths, start=1):
        sheet.column_dimensions[get_column_letter(i)].width = width
    _write_title(pen, placed, workbook)
    for place in placed.places:
        write_block(pen, placed, place)
        if isinstance(place.block, Chart):
            chart = draw(place.block, Source(pen.places.find(f"chart-{place.block.id}")))
            start = AnchorMarker(col=place.column - 1, row=place.row - 1)
            end = AnchorMarker(col=place.column - 1 + place.columns, row=place.row - 1 + place.rows)
            chart.anchor = TwoCellAnchor(editAs="twoCell", _from=start, to=end)
            sheet.add_chart(chart)
    for row in placed.gaps():
        pen.tall(row, GAP)
    sheet.sheet_properties.tabColor = TABS[placed.sheet.kind]
    set_page(pen, placed, workbook, _header_row(pen.places, placed))


def _write_title(pen: Pen, placed: SheetPlaces, workbook: Workbook) -> None:
    sheet, columns = placed.sheet, range(1, len(placed.widths) + 1)
    subtitle = sheet.subtitle + _on_screen(placed)
    rows = [(sheet.title, Look("r_title"), 24.0), (subtitle, Look("r_subtitle"), 15.0)]
    if sheet.question:
        rows.append((sheet.question, Look("r_note"), 15.0))
    total = sum(placed.printed_widths)
    for row, (text, look, points) in enumerate(rows, start=1):
        pen.band(row, columns, look)
        pen.put(row, 1, text, look)
        pen.fit(row, 1, text, total, 16 if row == 1 else 10, row == 1)
        pen.tall(row, points)
    pen.tall(len(rows) + 1, 8.0)
    back, last = f"Back to {workbook.contents}", len(placed.printed_widths)
    fits = characters(subtitle) + characters(back) < total and last > 1
    if fits and sheet.name != workbook.contents and workbook.contents in {s.name for s in workbook.sheets}:
        pen.put(2, last, Link(back, workbook.contents), Look("r_back", horizontal="right"))


def _on_screen(placed: SheetPlaces) -> str:
    """What of a sheet that prints is not in the print area."""
    columns, rows = len(placed.printed_widths), placed.last_printed
    if not rows:
        return ""
    left = [f"columns from {get_column_letter(columns + 1)}"] if columns < len(placed.widths) else []
    left += [f"rows from {rows + 1}"] if rows < placed.last_row else []
    return f" · on screen only: {', '.join(left)}" if left else ""


def _header_row(places: Places, placed: SheetPlaces) -> int | None:
    """Row of the first table's header, if the sheet keeps it in view."""
    if placed.sheet.freeze != "header":
        return None
    tables = [p.block.id for p in placed.places if isinstance(p.block, Table)]
    return places.find(tables[0]).header if tables else None


def _set_names(book: openpyxl.Workbook, places: Places, workbook: Workbook) -> None:
    for name, text in workbook.names.items():
        book.defined_names[name] = DefinedName(name, attr_text=places.resolve(text, ""))


def _set_properties(book: openpyxl.Workbook, workbook: Workbook) -> None:
    said, core = workbook.properties, book.properties
    core.title, core.subject, core.creator = said.title, said.run, said.creator
    core.category, core.keywords, core.language = said.classification, said.keywords, "en-US"
    core.created, core.lastModifiedBy = said.created, said.creator
    for name, value in said.custom.items():
        small = isinstance(value, int) and abs(value) < 2**31
        kept = (IntProperty(name=name, value=int(value)) if small
                else StringProperty(name=name, value=str(value)))  # fmt: skip
        book.custom_doc_props.append(kept)  # type: ignore[attr-defined]
    assert book.calculation is not None
    book.calculation.fullCalcOnLoad = True
    views = [sheet for sheet in book.worksheets if isinstance(sheet, Worksheet)]
    for sheet in views:
        sheet.sheet_view.tabSelected = sheet is views[0]

"""How a sheet is seen and printed: paper, margins, footers, print area, panes, protection."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from openpyxl.utils import get_column_letter
from openpyxl.worksheet.page import PageMargins
from openpyxl.worksheet.pagebreak import Break
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from risk.report.excel.cells import Pen
from risk.report.excel.places import SheetPlaces
from risk.report.sheet import Block, Heading, Paragraph, Workbook
from risk.report.table import Table

PAPER = {"a4": 9, "letter": 1}
SIZES = {"a4": (595.3, 841.9), "letter": (612.0, 792.0)}
"""Short and long side, in points."""

LEFT, TOP, BOTTOM = 0.3, 0.5, 0.6
INCH = 72.0
POINTS_PER_CHARACTER = 5.25
"""Width of a column of width 1 (7 pixels at 96 dpi)."""

SLACK = 0.98
"""Share of a page that may be planned for; programs differ a little in how they scale."""
ZOOM = 90
DEFAULT_HEIGHT = 15.0


def set_page(pen: Pen, placed: SheetPlaces, workbook: Workbook, header: int | None) -> None:
    """Set view, paper and protection of a written sheet; `header` = row of the header to keep in view."""
    sheet = pen.sheet
    _set_view(sheet, placed, header)
    _set_paper(sheet, placed, workbook, header)
    if placed.last_printed and placed.sheet.pages is None:
        _break_pages(pen, placed, workbook, header)
    guard = sheet.protection  # no password: it guards against slips, it is not security
    guard.sheet = True
    guard.formatColumns = guard.formatRows = guard.sort = guard.autoFilter = False  # False = allowed


def _set_view(sheet: Worksheet, placed: SheetPlaces, header: int | None) -> None:
    view = sheet.sheet_view
    view.showGridLines, view.zoomScale = False, ZOOM
    if header:
        sheet.freeze_panes = f"B{header + 1}"
    elif placed.sheet.freeze in ("title", "corner"):
        sheet.freeze_panes = "A3" if placed.sheet.freeze == "title" else "B3"


def _set_paper(sheet: Worksheet, placed: SheetPlaces, workbook: Workbook, header: int | None) -> None:
    setup: Any = sheet.page_setup
    setup.paperSize = PAPER[workbook.paper]
    setup.orientation = "landscape" if placed.sheet.landscape else "portrait"
    setup.fitToWidth, setup.fitToHeight = 1, placed.sheet.pages or 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.page_margins = PageMargins(left=LEFT, right=LEFT, top=TOP, bottom=BOTTOM, header=0.3, footer=0.3)
    sheet.print_options.horizontalCentered = True
    sheet.print_area = _print_area(placed)
    if placed.last_printed and placed.sheet.pages != 1:
        one_table = sum(isinstance(place.block, Table) for place in placed.places) == 1
        sheet.print_title_rows = f"{header}:{header}" if header and one_table else "1:2"
    said = workbook.properties
    sheet.HeaderFooter.scaleWithDoc = False  # else the footer of a wide sheet is too small to read
    footer: Any = sheet.oddFooter
    footer.left.text, footer.right.text = "&A", "Page &P of &N"
    footer.center.text = f"{said.shows} {said.run} · {said.classification}".replace("&", "&&")
    for part in (footer.left, footer.center, footer.right):
        part.size, part.font = 9, "Calibri,Regular"


def _print_area(placed: SheetPlaces) -> str:
    """What prints. Of a sheet for the screen the empty cell beside its title: without an area all would.

    Every area begins a page; breaks within one do not count where it is fitted to the paper.
    """
    if not placed.last_printed:
        return f"{get_column_letter(len(placed.widths) + 1)}1"
    right = get_column_letter(len(placed.printed_widths))
    turn = placed.turn
    first = f"A1:{right}{turn - 1}," if turn else ""
    return f"{first}A{turn or 1}:{right}{placed.last_printed}"


def _break_pages(pen: Pen, placed: SheetPlaces, workbook: Workbook, header: int | None) -> None:
    """Start a new page before what the end of the page would cut, if it fits a page at all."""
    page = _page_height(placed, workbook)
    heights = pen.rows.heights
    repeated = _depth(heights, header, header) if header else _depth(heights, 1, 2)
    used = _depth(heights, 1, placed.first_row - 1)
    for start, end in _kept_together(placed):
        depth = _depth(heights, start, end)
        if start > placed.first_row and used + depth > page >= repeated + depth:
            pen.sheet.row_breaks.append(Break(id=start - 1))
            used = repeated
        used = (used + depth) % page


def _kept_together(placed: SheetPlaces) -> list[tuple[int, int]]:
    """First and last printed rows of bands; a heading or finding belongs to the band below it."""
    last = placed.last_printed
    leading = {place.row for place in placed.places if _leads(place.block)}
    rows = sorted({place.row for place in placed.places})
    starts = [row for before, row in zip([0, *rows], rows, strict=False) if before not in leading]
    starts = [row for row in starts if row <= last]
    return list(zip(starts, [*(row - 1 for row in starts[1:]), last], strict=False))


def _leads(block: Block) -> bool:
    return isinstance(block, Heading) or (isinstance(block, Paragraph) and block.style == "finding")


def _page_height(placed: SheetPlaces, workbook: Workbook) -> float:
    """Height of a page in the sheet's own points, before it is shrunk to the width of the paper."""
    short, long = SIZES[workbook.paper]
    across, down = (long, short) if placed.sheet.landscape else (short, long)
    width = sum(placed.printed_widths) * POINTS_PER_CHARACTER
    shrink = min(1.0, (across - 2 * LEFT * INCH) / width)
    return SLACK * (down - (TOP + BOTTOM) * INCH) / shrink


def _depth(heights: Mapping[int, float], first: int, last: int) -> float:
    return sum(heights.get(row, DEFAULT_HEIGHT) for row in range(first, last + 1))

"""The look of the workbook: named cell styles, and the numbers that cells have for them."""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass
from typing import Any

import openpyxl
from openpyxl.cell.cell import Cell
from openpyxl.styles import Alignment, Border, Font, NamedStyle, PatternFill, Protection, Side

from risk.report.palette import (
    BLUE,
    GREEN,
    GREY,
    INK,
    INPUT,
    LINK,
    NAVY,
    NOTE,
    ORANGE,
    RED,
    RULE,
    SHADE,
    TYPED,
    WASH,
)

TABS = {"F": ORANGE, "W": GREY, "P": INK, "C": GREEN}
"""Tab color by kind of sheet."""

FONT, BODY = "Calibri", 10.0
"""Typeface, and points of its smallest type: on paper nine tenths of it are left, which still reads well."""


@dataclass(frozen=True)
class Look:
    """A named style and what one cell changes in it."""

    name: str
    number_format: str = "General"
    horizontal: str = "left"
    wrap: bool = False
    bold: bool | None = None
    indent: int = 0
    vertical: str | None = None


def _font(size: float = BODY, color: str = "000000", bold: bool = False, italic: bool = False) -> Font:
    return Font(name=FONT, size=size, color=color, bold=bold, italic=italic)


def _fill(color: str) -> PatternFill:
    return PatternFill("solid", start_color=color, end_color=color)


def _line(color: str = RULE, style: Any = "thin") -> Border:
    return Border(bottom=Side(style=style, color=color))


def _box(color: str = "BFBFBF") -> Border:
    side = Side(style="thin", color=color)
    return Border(left=side, right=side, top=side, bottom=side)


@dataclass(frozen=True)
class _Named:
    font: Font
    fill: PatternFill | None = None
    border: Border | None = None
    vertical: Any = "center"
    locked: bool = True


_STYLES = {
    "r_body": _Named(_font(), border=_line()),
    "r_text": _Named(_font()),
    "r_lead": _Named(_font(11, INK, bold=True)),
    "r_id": _Named(_font(color=NOTE), border=_line()),
    "r_input": _Named(_font(color=TYPED), _fill(INPUT), _box(), locked=False),
    "r_hard": _Named(_font(), _fill(SHADE), _line()),
    "r_calc": _Named(_font(), border=_line()),
    "r_link": _Named(_font(color=LINK), border=_line()),
    "r_jump": _Named(Font(name=FONT, size=BODY, color=BLUE, underline="single"), border=_line()),
    "r_head": _Named(_font(color="FFFFFF", bold=True), _fill(NAVY)),
    "r_note": _Named(_font(color=NOTE, italic=True)),
    "r_alert": _Named(_font(color=RED, bold=True)),
    "r_small": _Named(_font(color=NOTE), border=_line()),
    "r_title": _Named(_font(16, "FFFFFF", bold=True), _fill(NAVY)),
    "r_subtitle": _Named(_font(color="333333"), _fill(WASH)),
    "r_back": _Named(Font(name=FONT, size=BODY, color=BLUE, underline="single"), _fill(WASH)),
    "r_section": _Named(_font(12, NAVY, bold=True), border=_line(NAVY, "medium"), vertical="bottom"),
    "r_tile": _Named(_font(18, INK, bold=True), _fill(WASH)),
    "r_tile_label": _Named(_font(color="333333"), _fill(WASH)),
    "r_tile_note": _Named(_font(color=NOTE), _fill(WASH)),
    "r_heat": _Named(_font(), border=_box("FFFFFF")),
    "r_thin": _Named(_font(color=NOTE, italic=True), _fill(SHADE), _box("FFFFFF")),
}


class Styles:
    """The named styles of one workbook, and the numbers by which its cells name their looks."""

    def __init__(self, book: openpyxl.Workbook) -> None:
        for name, named in _STYLES.items():
            style = NamedStyle(name, font=named.font, alignment=Alignment(vertical=named.vertical))
            style.fill = named.fill or PatternFill()
            style.border = named.border or Border()
            style.protection = Protection(locked=named.locked)
            book.add_named_style(style)
        self._sheet = book.create_sheet()  # for cells to try looks on
        book.remove(self._sheet)
        self._numbers: dict[tuple[Look, bool], int] = {}

    def number(self, look: Look, quoted: bool = False) -> int:
        """Number of a look; `quoted` : of text that looks like a formula."""
        known = self._numbers.get((look, quoted))
        if known is None:
            known = self._numbers[look, quoted] = self._new(look, quoted)
        return known

    def _new(self, look: Look, quoted: bool) -> int:
        cell: Any = Cell(self._sheet, 1, 1)
        cell.style = look.name
        cell.number_format = look.number_format
        cell.alignment = Alignment(
            horizontal=look.horizontal,
            vertical=look.vertical or cell.alignment.vertical,
            wrap_text=look.wrap,
            indent=look.indent,
        )
        if look.bold is not None:
            font = copy(cell.font)
            font.bold = look.bold
            cell.font = font
        if quoted:
            cell.quotePrefix = True
        return int(cell.style_id)

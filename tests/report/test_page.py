"""What a sheet puts on paper: its columns, its rows, where pages end, and tones that print without color."""

from __future__ import annotations

from datetime import datetime
from io import BytesIO
from itertools import combinations, pairwise

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from risk.report.charts import LINES, STACK, Tone
from risk.report.content import Cell, Content
from risk.report.excel import build
from risk.report.excel.measure import characters
from risk.report.excel.writer import GAP
from risk.report.pack.base.quarters import narrow
from risk.report.pack.markets.fans import QUARTER
from risk.report.pack.neoclouds.neoclouds import STANDS
from risk.report.palette import TONES
from risk.report.sheet import Paragraph, Properties, Sheet, Workbook
from risk.report.table import Column, Table

APART = 25.0
TOLD = 23.0
"""Least difference of any two pieces of a bar, of 255."""
"""Difference in lightness, of 255, by which two tones are told apart: a tenth of the scale."""


def written(
    *blocks: Paragraph | Table, screen: tuple[Table, ...] = (), columns: int | None = None
) -> Worksheet:
    grid = (60.0, 40.0, 40.0)
    sheet = Sheet("Only", "Title", "as of", "C", blocks, screen=screen, grid=grid, printed_columns=columns)
    draft = build(Workbook(Properties("t", "run", datetime(2026, 1, 1)), (sheet,)))
    assert draft.clipped == ()
    found = openpyxl.load_workbook(BytesIO(draft.finished()))["Only"]
    assert isinstance(found, Worksheet)
    return found


def table(rows: int, printed: int | None = None, name: str = "t") -> Table:
    columns = tuple(Column(key, key) for key in "abc")
    return Table(name, columns, (("x", "y", "z"),) * rows, "Rows", printed_rows=printed)


@pytest.mark.parametrize(
    ("columns", "said"),
    [(1, "on screen only: columns from B"), (2, "on screen only: columns from C"), (3, ""), (None, "")],
)
def test_columns_that_are_not_printed_are_named(columns: int | None, said: str) -> None:
    sheet = written(table(3), columns=columns)
    assert sheet.print_area == f"'Only'!$A$1:${'ABC'[(columns or 3) - 1]}$8"
    assert str(sheet["A2"].value) == "as of" + (f" · {said}" if said else "")


def test_text_keeps_to_the_printed_columns() -> None:
    prose = Paragraph("a word and another " * 20)
    sheet = written(prose, table(1), columns=1)
    texts = [str(row[0].value) for row in sheet.iter_rows(min_row=4, max_col=1) if row[0].value]
    assert max(characters(text) for text in texts) <= 60.0


def test_a_long_table_printed_in_part_needs_no_page_of_its_own() -> None:
    whole, part = (written(table(20), table(30, printed, "u")) for printed in (None, 5))
    assert len(whole.row_breaks.brk) == 1
    assert len(part.row_breaks.brk) == 0
    assert part.print_area == "'Only'!$A$1:$C$33"


def test_what_stands_below_for_the_screen_does_not_print() -> None:
    sheet = written(table(3), screen=(table(9, name="u"),))
    assert sheet.print_area == "'Only'!$A$1:$C$8"
    assert sheet["A2"].value == "as of · on screen only: rows from 9"
    assert sheet["A10"].value == "Rows"


def test_of_a_sheet_for_the_screen_an_empty_cell_is_the_print_area() -> None:
    sheet = written(screen=(table(3),))
    assert sheet.print_area == "'Only'!$D$1"
    assert sheet["D1"].value is None
    assert sheet.print_title_rows is None
    assert sheet["A2"].value == "as of"


def test_a_finding_stays_with_what_it_is_about() -> None:
    sheet = written(table(30), Paragraph("What follows.", "finding"), table(9, name="u"))
    assert [each.id for each in sheet.row_breaks.brk] == [36]
    assert sheet["A37"].value == "What follows."


def test_only_rows_between_blocks_are_low() -> None:
    sheet = written(table(2), table(2, None, "u"))
    low = [row for row, found in sheet.row_dimensions.items() if found.height == GAP]
    assert low == [8]


@pytest.mark.parametrize(
    ("value", "form", "shown"),
    [(0.7311, "rate.1", "rate.1"), (1.1411, "rate.1", "rate.0"), (1234.56, "usd_bn.1", "usd_bn.0")],
)
def test_a_number_has_the_decimals_its_column_has_room_for(value: float, form: str, shown: str) -> None:
    assert narrow(Cell(value, form), QUARTER) == Cell(value, shown)


def test_an_error_goes_without_its_sign_where_the_row_has_it() -> None:
    assert narrow(Cell(0.002, "usd_error.3", "note"), QUARTER) == Cell(0.002, "number.3", "note")
    assert narrow(Cell("exact", style="note"), QUARTER) == Cell("exact", style="note")
    plain: Content = "–"
    assert narrow(plain, QUARTER) == plain


def test_a_header_with_a_word_wider_than_its_column_is_reported() -> None:
    columns = (Column("a", "Extraordinarily"),)
    sheet = Sheet("Only", "T", "s", "C", (Table("t", columns, (("x",),)),), grid=(9.0, 60.0))
    draft = build(Workbook(Properties("t", "run", datetime(2026, 1, 1)), (sheet,)))
    assert len(draft.clipped) == 1
    assert "'Extraordinarily' needs" in draft.clipped[0]


def lightness(tone: Tone) -> float:
    """Grey that a printer makes of a tone (Rec. 601), from 0 to 255."""
    red, green, blue = (int(TONES[tone][i : i + 2], 16) for i in (0, 2, 4))
    return 0.299 * red + 0.587 * green + 0.114 * blue


def test_tones_are_told_apart_without_color() -> None:
    for tones in (LINES[0:6:2], LINES[1:6:2]):
        assert all(abs(lightness(a) - lightness(b)) >= APART for a, b in combinations(tones, 2))
    for stacked in (STACK, [tone for _, tone in STANDS.values()]):
        assert all(abs(lightness(a) - lightness(b)) >= APART for a, b in pairwise(stacked))
        assert all(abs(lightness(a) - lightness(b)) >= TOLD for a, b in combinations(stacked, 2))

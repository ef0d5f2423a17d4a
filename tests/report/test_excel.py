"""The finished file, read back."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import openpyxl
import pytest
from lxml import etree
from openpyxl.utils import range_boundaries
from openpyxl.utils.datetime import to_excel

from risk.report.content import Cell, Formula, Link, ReportError, Validation
from risk.report.excel import Draft, build, write
from risk.report.excel.measure import line_count, lines, pixels, room
from risk.report.excel.writer import CHART_DATA
from risk.report.sheet import Sheet
from risk.report.table import Column, Mark, Table
from tests.report.demo import HOSTILE, demo

CHART = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"


def parts(pack: Path, pattern: str) -> dict[str, etree._Element]:
    with ZipFile(pack) as archive:
        return {n: etree.fromstring(archive.read(n)) for n in archive.namelist() if re.fullmatch(pattern, n)}


def test_every_formula_has_the_value_we_computed(draft: Draft, pack: Path) -> None:
    formulas = openpyxl.load_workbook(pack)
    values = openpyxl.load_workbook(pack, data_only=True)
    count = 0
    for sheet in formulas.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.data_type == "f":
                    count += 1
                    shown = values[sheet.title][cell.coordinate].value
                    if isinstance(shown, datetime):
                        shown = to_excel(shown)  # type: ignore[no-untyped-call]
                    assert shown == draft.cached[sheet.title][cell.coordinate]
    assert count == sum(len(cells) for cells in draft.cached.values()) > 100


def test_the_same_report_gives_the_same_bytes(pack: Path, tmp_path: Path) -> None:
    hashes = [write(demo(), tmp_path / name) for name in ("a.xlsx", "b.xlsx")]
    assert hashes[0] == hashes[1]
    assert (tmp_path / "a.xlsx").read_bytes() == pack.read_bytes()


def test_nothing_is_clipped(draft: Draft) -> None:
    assert draft.clipped == ()


def test_no_merged_cells_no_hidden_sheets_no_macros_no_links_out(pack: Path) -> None:
    book = openpyxl.load_workbook(pack)
    assert book.sheetnames == [s.name for s in demo().sheets] + [CHART_DATA]
    for sheet in book.worksheets:
        assert not sheet.merged_cells.ranges
        assert sheet.sheet_state == "visible"
        assert sheet.protection.sheet
        assert not sheet.sheet_view.showGridLines
        assert sheet.page_setup.paperSize == 9
        assert sheet.page_setup.fitToWidth == 1
    with ZipFile(pack) as archive:
        assert not [n for n in archive.namelist() if re.search("vba|externalLink|embeddings|connections", n)]


def test_every_chart_is_complete(pack: Path) -> None:
    charts = parts(pack, r"xl/charts/chart\d+\.xml")
    assert len(charts) == 9
    for name, root in charts.items():
        assert root.findall(f".//{CHART}autoTitleDeleted[@val='0']"), name
        axes = [a for a in root.iter() if etree.QName(a).localname in ("catAx", "valAx")]
        assert {a.find(f"{CHART}delete").get("val") for a in axes} == {"0"}, name  # type: ignore[union-attr]
        assert sum(a.find(f"{CHART}title") is not None for a in axes) >= 2, name
        for reference in root.iter(f"{CHART}numRef", f"{CHART}strRef"):
            assert any(etree.QName(c).localname in ("numCache", "strCache") for c in reference), name


def test_every_chart_says_its_finding_and_stands_in_the_print_area(pack: Path) -> None:
    drawings = parts(pack, r"xl/drawings/drawing\d+\.xml")
    texts = [
        e.get("descr") for root in drawings.values() for e in root.iter() if str(e.tag).endswith("}cNvPr")
    ]
    assert len(texts) == 9
    assert all(text and len(text) > 20 for text in texts)
    for sheet in openpyxl.load_workbook(pack).worksheets:
        _, _, last_column, last_row = range_boundaries(sheet.print_area.split("!")[1])
        for chart in sheet._charts:  # type: ignore[attr-defined]
            assert chart.anchor.editAs == "twoCell"
            assert chart.anchor.to.col <= last_column
            assert chart.anchor.to.row <= last_row


def test_hostile_text_stays_text(pack: Path) -> None:
    sheet = openpyxl.load_workbook(pack)["Assumptions"]
    cells = {c.value: c for row in sheet.iter_rows() for c in row if isinstance(c.value, str)}
    for text in HOSTILE:
        cell = cells[text.replace("\x07", "")]
        assert cell.data_type == "s"
        assert bool(cell.quotePrefix) == text.startswith(("=", "+", "-", "@"))


def test_named_cells_and_properties(pack: Path) -> None:
    book = openpyxl.load_workbook(pack)
    assert book.defined_names["Sample_Loss"].attr_text == "Sample!$B$5:$B$404"
    assert book.properties.subject == "8f3c2a1b90de"
    assert book.properties.category == "confidential"
    assert (
        book.properties.modified == book.properties.created == demo().properties.created.replace(tzinfo=None)
    )
    assert {p.name: p.value for p in book.custom_doc_props.props}["seed"] == 20260630  # type: ignore[attr-defined]
    assert set(book["Sample"].tables) == {"tblSample"}
    assert book["Sample"].freeze_panes == "B5"


def test_inputs_are_open_and_results_are_locked(pack: Path) -> None:
    sheet = openpyxl.load_workbook(pack)["Assumptions"]
    assert not sheet["C5"].protection.locked
    assert sheet["B5"].protection.locked
    assert [str(rule.sqref) for rule in sheet.data_validations.dataValidation] == ["C5:C7"]


def test_cells_of_a_column_accept_and_mark_what_they_say(tmp_path: Path) -> None:
    share, below = Validation(0, 1, prompt="A share."), Validation(condition="{row.new}<{row.old}")
    rows = tuple((Cell(1.0, validation=rule), 2.0) for rule in (share, below, share, share, None))
    marked = Column("new", "New", style="input", mark=Mark("{row.new}<>{row.old}"))
    table = Table("typed", (marked, Column("old", "Old")), rows)
    sheets = (Sheet("Typed", "Typed", "", "F", (table,), freeze="corner"),)
    write(replace(demo(), names={}, sheets=sheets), tmp_path / "typed.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "typed.xlsx")["Typed"]
    told = {str(rule.sqref): (rule.type, rule.formula1) for rule in sheet.data_validations.dataValidation}
    assert told == {"A5 A7:A8": ("decimal", "0"), "A6": ("custom", "$A6<$B6")}
    assert sheet.conditional_formatting["A5:A9"][0].formula == ["$A5<>$B5"]
    assert sheet.freeze_panes == "B3"


@pytest.mark.slow
def test_schema_audit_finds_nothing(pack: Path) -> None:
    audit = pytest.importorskip("openxml_audit")
    result = audit.OpenXmlValidator().validate(str(pack))
    assert result.is_valid
    assert not result.errors


def _with_cell(content: Formula | Link) -> Sheet:
    return Sheet("Odd", "Odd", "", "C", (Table("odd", (Column("a", "A"),), ((content,),)),))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (Formula("{nowhere.a}", 1.0), "no sheet shows a table 'nowhere'"),
        (Formula("{odd.b}", 1.0), "no column 'b'"),
        (Formula("{odd.a[7]}", 1.0), "no row 7"),
        (Link("x", "http://example.org"), "no such sheet"),
        (Link("x", "file:///etc/passwd"), "no such sheet"),
    ],
)
def test_bad_references_are_build_errors(content: Formula | Link, message: str) -> None:
    with pytest.raises(ReportError, match=re.escape(message)):
        build(replace(demo(), sheets=(*demo().sheets, _with_cell(content))))


def test_a_block_wider_than_its_sheet_is_refused() -> None:
    table = Table("wide", tuple(Column(f"c{i}", f"C{i}") for i in range(4)), ())
    with pytest.raises(ReportError, match="more columns than the 2"):
        build(replace(demo(), names={}, sheets=(Sheet("Narrow", "t", "", "P", (table,), grid=(9.0, 9.0)),)))


def test_array_constants_are_not_references() -> None:
    book = replace(demo(), names={}, sheets=(_with_cell(Formula("SUM({1,2;3,4})", 10.0)),))
    sheet = openpyxl.load_workbook(BytesIO(build(book).finished()))["Odd"]
    assert sheet["A5"].value == "=SUM({1,2;3,4})"


def test_a_row_may_have_a_number_in_brackets() -> None:
    """Part of an entry that holds several numbers is a row of its own, say `gpu.delivery_weights[0]`."""
    table = Table(
        "odd", (Column("a", "A"),), ((Formula("2*{odd.a[x.y[1]]}", 6.0),), (3.0,)), row_ids=("x", "x.y[1]")
    )
    book = replace(demo(), names={}, sheets=(Sheet("Odd", "Odd", "", "C", (table,)),))
    assert openpyxl.load_workbook(BytesIO(build(book).finished()))["Odd"]["A5"].value == "=2*$A$6"


def test_text_breaks_where_it_must() -> None:
    text = "The quick brown fox jumps over the lazy dog and runs away"
    broken = lines(text, 20)
    assert " ".join(broken) == text
    assert all(pixels(line) <= room(20) for line in broken)
    assert line_count("x" * 100, 20) > 1
    assert line_count("", 20) == 1

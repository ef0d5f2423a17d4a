"""What independent programs make of the pack: LibreOffice, and the schema of the file format."""

from __future__ import annotations

import re
import subprocess
from collections import Counter
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import openpyxl
import pytest
from openpyxl.utils.datetime import to_excel

from risk.report import verification
from risk.report.excel import Draft, build
from risk.report.excel.page import BOTTOM, INCH, LEFT, POINTS_PER_CHARACTER, SIZES, TOP
from risk.report.excel.places import arrange
from risk.report.excel.styles import BODY
from risk.report.form import Form
from risk.report.opened import Opened
from risk.report.pack import pack
from risk.report.printing import PAGES as PAGES_OF_SUMMARY
from tests.report.conftest import Convert, needed, without_values
from tests.report.runs import edited, small_run
from tests.report.test_pack import ERRORS

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:.*xtension is not supported:UserWarning"),  # LibreOffice's additions
    pytest.mark.filterwarnings("ignore:.*no default style:UserWarning"),  # Gnumeric names none
]
MOST_PAGES = 40
"""Of a pack by itself, and of one with a prior run (sheet Changes) and a scenario beside."""

PAGES = {
    **dict.fromkeys(("Cover", "Fans", "Exceedance", "Scenarios"), 1),
    **dict.fromkeys(("Summary", "Drivers", "Capex"), 2),
    **dict.fromkeys(("Metrics", "Tail", "Neoclouds"), 3),
    **dict.fromkeys(("RevenueGap", "Cascade", "Limits"), 4),
    "PrivateCredit": 5,
}
"""Pages of each sheet that is for paper, in a pack by itself."""

SMALLEST = 9.0
"""Points of the smallest type on paper."""


FORM = Form("a4", sample=250)
"""Of the rows that only differ in their numbers some hundreds are proof enough."""


@pytest.fixture(scope="module")
def draft() -> Draft:
    other = small_run("gpu-glut")
    return build(pack(small_run(), prior=other, beside=[other], form=FORM))


def test_recalculation_agrees_with_our_values(draft: Draft, tmp_path: Path, convert: Convert) -> None:
    raw = tmp_path / "raw.xlsx"
    raw.write_bytes(without_values(draft))  # without values: every one is computed on loading
    agree(convert(raw, "xlsx") / "raw.xlsx", draft)


def test_a_third_program_agrees(draft: Draft, tmp_path: Path) -> None:
    """Gnumeric takes functions of one value for just that, where others take them for arrays."""
    raw, again = tmp_path / "raw.xlsx", tmp_path / "again.xlsx"
    raw.write_bytes(without_values(draft))
    command = [needed("ssconvert"), "--recalc", str(raw), str(again)]
    subprocess.run(command, capture_output=True, timeout=180, check=True)
    agree(again, draft)


def test_a_pack_that_libreoffice_saved_is_the_runs(draft: Draft, tmp_path: Path, convert: Convert) -> None:
    path = tmp_path / "pack.xlsx"
    path.write_bytes(draft.finished())
    saved, again = Opened.at(convert(path, "xlsx") / "pack.xlsx"), Opened.at(path)
    assert saved.formulas != again.formulas, "as written"
    found = {finding.subject: finding.state for finding in verification._differences(saved, again)}
    assert found == {"numbers": "ok", "looks": "warn"}
    cell = next(address for address in saved.formulas["Summary"] if address.startswith("F"))
    changed = {**saved.formulas["Summary"], cell: f"{saved.formulas['Summary'][cell]}+0"}
    other = edited(saved, formulas={**saved.formulas, "Summary": changed})
    first, *_ = verification._differences(other, again)
    assert first.state == "FAIL"
    assert f"Summary!{cell}" in first.text


def agree(path: Path, draft: Draft) -> None:
    """Compare every formula's value with ours."""
    again = openpyxl.load_workbook(path, data_only=True)
    for name, cells in draft.cached.items():
        for address, value in cells.items():
            computed = again[name][address].value
            if isinstance(value, float):
                if hasattr(computed, "year"):
                    computed = to_excel(computed)  # type: ignore[no-untyped-call]
                assert computed == pytest.approx(value, rel=1e-9, abs=1e-12), f"{name}!{address}"
            else:
                assert (computed or "") == value, f"{name}!{address}"


def printed(draft: Draft, folder: Path, convert: Convert) -> tuple[str, Counter[str]]:
    """Text of the pack as LibreOffice prints it, and the pages of each sheet."""
    to_text = needed("pdftotext")
    path = folder / "pack.xlsx"
    path.write_bytes(draft.finished())
    command = [to_text, "-raw", str(convert(path, "pdf") / "pack.pdf"), "-"]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    footers = re.findall(r"(\w+) run [0-9a-f]{12} · confidential Page \d+ of (\d+)", text)
    pages = Counter(name for name, _ in footers)
    assert {int(total) for _, total in footers} == {sum(pages.values())}
    return text, pages


def test_pages_and_text_of_the_printed_pack(draft: Draft, tmp_path: Path, convert: Convert) -> None:
    text, pages = printed(draft, tmp_path, convert)
    assert set(pages) == {*PAGES, "Changes"}
    assert (pages["Cover"], pages["Summary"]) == (1, PAGES_OF_SUMMARY)
    assert sum(pages.values()) <= MOST_PAGES
    assert not ERRORS.findall(text)
    assert "###" not in text


def test_nothing_is_clipped_where_probabilities_are_at_their_ends() -> None:
    assert build(pack(small_run("joint-tail"), form=FORM)).clipped == ()


def test_pages_of_each_sheet_of_a_pack_by_itself(tmp_path: Path, convert: Convert) -> None:
    _, pages = printed(build(pack(small_run(), form=FORM)), tmp_path, convert)
    assert dict(pages) == PAGES
    assert sum(pages.values()) <= MOST_PAGES


def test_no_type_is_smaller_than_the_body() -> None:
    with ZipFile(BytesIO(build(pack(small_run(), form=FORM)).finished())) as archive:
        parts = {name: archive.read(name).decode() for name in archive.namelist()}
    charts = "".join(part for name, part in parts.items() if name.startswith("xl/charts/"))
    assert min(map(float, re.findall(r'<sz val="([\d.]+)"', parts["xl/styles.xml"]))) == BODY
    assert min(map(float, re.findall(r' sz="(\d+)"', charts))) == 100 * BODY


def test_no_sheet_is_printed_in_type_too_small_to_read(draft: Draft) -> None:
    book = openpyxl.load_workbook(BytesIO(draft.finished()))
    on_paper = [placed for placed in arrange(draft.workbook).sheets if placed.last_printed]
    assert {placed.sheet.name for placed in on_paper} == {*PAGES, "Changes"}
    for placed in on_paper:
        across, down = SIZES["a4"][::-1] if placed.sheet.landscape else SIZES["a4"]
        shrink = (across - 2 * LEFT * INCH) / (sum(placed.printed_widths) * POINTS_PER_CHARACTER)
        if placed.sheet.pages:
            sheet = book[placed.sheet.name]
            rows = range(1, placed.last_printed + 1)
            height = sum(sheet.row_dimensions[row].height or 15.0 for row in rows)
            shrink = min(shrink, placed.sheet.pages * (down - (TOP + BOTTOM) * INCH) / height)
        assert BODY * shrink >= SMALLEST, placed.sheet.name


def test_schema_audit_finds_nothing(draft: Draft, tmp_path: Path) -> None:
    audit = pytest.importorskip("openxml_audit")
    path = tmp_path / "pack.xlsx"
    path.write_bytes(draft.finished())
    result = audit.OpenXmlValidator().validate(str(path))
    assert result.is_valid
    assert not result.errors

"""What independent programs make of the pack: LibreOffice, and the schema of the file format."""

from __future__ import annotations

import re
import subprocess
from collections import Counter
from pathlib import Path

import openpyxl
import pytest
from openpyxl.utils.datetime import to_excel

from risk.report.excel import Draft, build
from risk.report.pack import pack
from tests.report.conftest import Convert, needed
from tests.report.runs import small_run
from tests.report.test_pack import ERRORS, SHEETS

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:.*xtension is not supported:UserWarning"),  # LibreOffice's additions
]
MOST_PAGES = 90  # with a prior run and a scenario beside, and room for longer tables


@pytest.fixture(scope="module")
def draft() -> Draft:
    other = small_run("gpu-glut")
    return build(pack(small_run(), prior=other, beside=[other]))


def test_recalculation_agrees_with_our_values(draft: Draft, tmp_path: Path, convert: Convert) -> None:
    raw = tmp_path / "raw.xlsx"
    raw.write_bytes(draft.raw)  # without values: every one is computed on loading
    again = openpyxl.load_workbook(convert(raw, "xlsx") / "raw.xlsx", data_only=True)
    for name, cells in draft.cached.items():
        for address, value in cells.items():
            computed = again[name][address].value
            if isinstance(value, float):
                if hasattr(computed, "year"):
                    computed = to_excel(computed)  # type: ignore[no-untyped-call]
                assert computed == pytest.approx(value, rel=1e-9, abs=1e-12), f"{name}!{address}"
            else:
                assert (computed or "") == value, f"{name}!{address}"


def test_pages_and_text_of_the_printed_pack(draft: Draft, tmp_path: Path, convert: Convert) -> None:
    to_text = needed("pdftotext")
    path = tmp_path / "pack.xlsx"
    path.write_bytes(draft.finished())
    command = [to_text, "-raw", str(convert(path, "pdf") / "pack.pdf"), "-"]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    footers = re.findall(r"(\w+) run [0-9a-f]{12} · confidential Page \d+ of (\d+)", printed)
    pages = Counter(name for name, _ in footers)
    assert set(pages) == {*SHEETS, "Changes", "ChartData"}
    assert pages["Cover"] == pages["Summary"] == 1
    assert {int(total) for _, total in footers} == {sum(pages.values())}
    assert sum(pages.values()) <= MOST_PAGES
    assert not ERRORS.findall(printed)
    assert "###" not in printed


def test_schema_audit_finds_nothing(draft: Draft, tmp_path: Path) -> None:
    audit = pytest.importorskip("openxml_audit")
    path = tmp_path / "pack.xlsx"
    path.write_bytes(draft.finished())
    result = audit.OpenXmlValidator().validate(str(path))
    assert result.is_valid
    assert not result.errors

"""What an independent spreadsheet program makes of the workbook."""

from __future__ import annotations

import re
import subprocess
from collections import Counter
from pathlib import Path

import openpyxl
import pytest

from risk.report.excel import Draft
from risk.report.table import Table
from tests.report.conftest import Convert, needed, without_values
from tests.report.demo import HOSTILE, demo

ERRORS = re.compile(r"#REF!|#NAME\?|#VALUE!|#DIV/0!|#N/A|#NUM!|Err:\d+|###")


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:.*xtension is not supported:UserWarning")  # LibreOffice's own additions
def test_recalculation_agrees_with_our_values(draft: Draft, tmp_path: Path, convert: Convert) -> None:
    raw = tmp_path / "raw.xlsx"
    raw.write_bytes(without_values(draft))
    again = openpyxl.load_workbook(convert(raw, "xlsx") / "raw.xlsx", data_only=True)
    for name, cells in draft.cached.items():
        for address, value in cells.items():
            computed = again[name][address].value
            if isinstance(value, float):
                assert computed == pytest.approx(value, rel=1e-9, abs=1e-12), f"{name}!{address}"
            else:
                assert computed == value, f"{name}!{address}"


@pytest.fixture(scope="module")
def printed(pack: Path, convert: Convert) -> str:
    """The text of the printed workbook; pages end with a form feed."""
    to_text = needed("pdftotext")
    command = [to_text, "-raw", str(convert(pack, "pdf") / "demo.pdf"), "-"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


@pytest.mark.slow
def test_pages_of_each_sheet(printed: str) -> None:
    footers = re.findall(r"(\w+) run 8f3c2a1b90de · confidential Page \d+ of \d+", printed)
    expected = {
        "Cover": 1,
        "Summary": 1,
        "Charts": 3,
        "Assumptions": 2,
        "Checks": 1,
    }
    assert Counter(footers) == expected


@pytest.mark.slow
def test_no_error_is_printed(printed: str) -> None:
    assert HOSTILE.count("#N/A") == 1  # a text of the demo, printed as such
    assert not ERRORS.findall(printed.replace("#N/A", "", 1))
    assert "Summary – does the bubble thesis hold?" in printed


@pytest.mark.slow
def test_the_terminal_prints_what_the_workbook_shows(printed: str) -> None:
    # A spreadsheet keeps the sign of what rounds to zero, which no form of its can take off.
    shown = {re.sub(r"[-+](?=0\.0+( |$))", "", " ".join(line.split())) for line in printed.splitlines()}
    tables = [t for t in demo().sheets[3].blocks() if isinstance(t, Table) and t.id == "formats"]
    rows = [" ".join(tables[0].text(r, c) for c in range(5)) for r in range(len(tables[0].rows))]
    assert len(rows) > 10
    assert not [row for row in rows if row not in shown]

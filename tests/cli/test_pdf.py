"""`bubblerisk pdf`."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.cli.conftest import Ask, Stored
from tests.report.conftest import needed


@pytest.mark.slow
def test_the_summary_is_one_page(runs: Stored, ask: Ask) -> None:
    needed("soffice")
    said = ask("pdf", "base", "--json")
    assert said.code == 0, said.err
    path = Path(said.json["pdf"])
    assert path == Path("reports/base/summary.pdf")
    command = [needed("pdftotext"), "-raw", str(path), "-"]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert printed.count("\f") == 1
    assert f"run {runs.base.id}" in printed
    assert "Summary" in printed


def test_without_libreoffice_a_plain_message(runs: Stored, ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda _: None)
    said = ask("pdf", "base")
    assert said.code == 2
    assert "LibreOffice, which is not installed" in said.err
    assert "bubblerisk pack" in said.err
    assert not Path("reports").exists()


def test_a_pdf_ends_in_pdf(runs: Stored, ask: Ask) -> None:
    assert ask("pdf", "base", "-o", "summary.xlsx").code == 2

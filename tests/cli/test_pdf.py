"""`bubblerisk pdf`."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from risk.runs import Run
from tests.cli.conftest import Ask, Stored, pack_of, twin
from tests.report.conftest import needed


@pytest.mark.slow
def test_the_summary_is_printed_alone(runs: Stored, ask: Ask) -> None:
    needed("soffice")
    said = ask("pdf", "base", "--json")
    assert said.code == 0, said.err
    path = Path(said.json["pdf"])
    assert path == Path("reports/base/summary.pdf")
    command = [needed("pdftotext"), "-raw", str(path), "-"]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert printed.count("\f") == said.json["pages"] == 2
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


@pytest.fixture
def printed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Ids of the runs whose page is printed, without LibreOffice."""
    ids: list[str] = []
    monkeypatch.setattr("risk.report.printing.office", lambda: "soffice")
    monkeypatch.setattr("risk.report.printing.print_summary", lambda run, *_: ids.append(run.id))
    return ids


def test_the_page_beside_a_pack_is_of_its_run(runs: Stored, short: Run, ask: Ask, printed: list[str]) -> None:
    assert ask("pdf", "base").code == 0
    pack_of(short.id)
    assert ask("pdf", "base").code == 0
    file = Path("assumptions/base/gpu.toml")
    file.write_text(file.read_text().replace("value = 0.22", "value = 0.23", 1))
    twin(runs.base, seed=9)  # the newest, now that none is of today's inputs
    said = ask("pdf", "base")
    assert "the page is that of reports/base/pack.xlsx" in said.err
    assert printed == [runs.base.id, short.id, short.id]


def test_no_page_of_another_run_is_put_beside_a_pack(
    runs: Stored, short: Run, ask: Ask, printed: list[str]
) -> None:
    pack_of(short.id)
    said = ask("pdf", runs.base.id)
    assert said.code == 2
    assert f"reports/base/pack.xlsx shows run {short.id}, not {runs.base.id}" in said.err
    assert ask("pdf", runs.base.id, "-o", "elsewhere.pdf").code == 0
    assert printed == [runs.base.id]
    ask("runs", "rm", short.id)
    assert "which is not stored in runs" in ask("pdf", "base").err

"""`bubblerisk validation` and `sign`: what is told of a run, what is written beside it, what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import openpyxl
import pytest

from risk.report.opened import Opened
from risk.runs import Run
from risk.runs.signature import FILE
from tests.cli.conftest import SMALL, Ask, Stored

DECLARED = Path("assumptions") / "validation"
LAST = "    { date = 2026-08-31, value = 2.8, published = 2026-09-30 },\n"
NEW = "    { date = 2026-10-31, value = 3.9, published = 2026-11-15 },\n"
WHY = "A rent index has moved by a fifth since calibration: H100 one-year contract rent 3.9"


def read_on() -> None:
    """A reading published since, a third higher than the last one known."""
    path = Path("assumptions") / "readings.toml"
    path.write_text(path.read_text(encoding="utf-8").replace(LAST, LAST + NEW), encoding="utf-8")


def test_what_a_validator_is_told(ask: Ask, runs: Stored) -> None:
    beside = runs.base.directory / "validation.json"
    beside.unlink(missing_ok=True)
    said = ask("validation", runs.base.id)
    assert said.code == 0
    assert "0 of 5 triggers past" in said.out
    assert "Forbidden use" in said.out
    assert "Nobody has approved the model for any use." in said.out
    assert "Nobody has signed this run" in said.out
    assert not beside.exists(), "looking writes nothing"
    found = ask("validation", runs.base.id, "--json").json
    assert (found["run"], found["draft"], found["drift"]) == (runs.base.id, [], None)
    assert {use["kind"] for use in found["uses"]} == {"intended", "forbidden"}
    assert [trigger["past"] for trigger in found["triggers"]] == [[]] * 5


def test_the_page_of_the_docs_has_every_limitation(ask: Ask, runs: Stored) -> None:
    page = ask("validation", runs.base.id, "--md").out
    assert page.startswith("# Validation\n")
    for limit in runs.base.register.limits.values():
        assert f"| {limit.id} |" in page
        assert limit.trigger in page


def test_past_a_trigger_everything_says_draft_and_why(ask: Ask, runs: Stored) -> None:
    before = ask("show", runs.base.id)
    assert "DRAFT" not in before.out
    read_on()
    shown = ask("show", runs.base.id)
    assert f"DRAFT: {WHY}" in " ".join(shown.out.split())
    assert ask("show", runs.base.id, "--json").json["draft"][0].startswith(WHY)
    assert ask("validation", runs.base.id, "--json").json["draft"][0].startswith(WHY)
    written = ask("pack", runs.base.id, "-o", "draft.xlsx", "--json")
    assert written.json["draft"][0].startswith(WHY)
    properties = Opened.at(Path("draft.xlsx")).properties
    book = openpyxl.load_workbook("draft.xlsx", data_only=True)
    assert properties["status"] == "DRAFT"
    assert properties["draft_because"].startswith(f"DRAFT: {WHY}")
    for name in ("Cover", "Summary", "Validation"):
        texts = [str(cell.value) for row in book[name].iter_rows() for cell in row if cell.value is not None]
        assert WHY[:40] in " ".join(texts), name
    assert "the same file again, byte for byte" in ask("verify", "draft.xlsx").out


def test_a_pack_follows_what_it_rests_on(ask: Ask, runs: Stored) -> None:
    first = ask("pack", runs.glut.id, "-o", "pack.xlsx", "--json").json
    assert first["status"] == "written"
    assert "draft" not in first
    assert ask("pack", runs.glut.id, "-o", "pack.xlsx", "--json").json["status"] == "up to date"
    assert ask("sign", runs.glut.id, "--by", "Ann Bell", "--role", "Risk").code == 0
    again = ask("verify", "pack.xlsx").out
    assert "the same file again, byte for byte" in again, "a signature makes no workbook false that stands"
    assert ask("pack", runs.glut.id, "-o", "pack.xlsx", "--json").json["status"] == "written"
    book = openpyxl.load_workbook("pack.xlsx", data_only=True)
    texts = [str(cell.value) for row in book["Validation"].iter_rows() for cell in row]
    assert "Ann Bell, Risk" in texts


def test_a_wrong_declaration_is_refused_by_file_and_line(ask: Ask, runs: Stored) -> None:
    path = DECLARED / "approvals.toml"
    who = 'by = "A"\nrole = "R"\ndate = 2027-01-01\nuntil = 2027-02-01\n'
    text = f'[[approval]]\nid = "ic"\nuse = "no-capital"\n{who}'
    path.write_text(text, encoding="utf-8")
    for words in (
        ("validation", runs.base.id),
        ("pack", runs.base.id, "-o", "p.xlsx"),
        ("show", runs.base.id),
    ):
        said = ask(*words)
        assert said.code == 3
        assert "approvals.toml:3:" in said.err
        assert "is forbidden" in said.err
        assert said.out == ""
    assert not Path("p.xlsx").exists()


# ─── sign ───


def test_a_run_is_signed_and_the_list_of_runs_says_by_whom(ask: Ask, runs: Stored) -> None:
    said = ask("sign", runs.base.id, "--by", "Ann Bell", "--role", "Risk", "--note", "Read in full.")
    assert said.code == 0
    assert said.out.startswith(f"signed: run {runs.base.id} by Ann Bell, Risk")
    kept = json.loads((runs.base.directory / FILE).read_text(encoding="utf-8"))
    assert kept["signatures"][0]["result"] == runs.base.manifest.result
    rows = {row["run"]: row["signed"] for row in ask("runs", "--json").json["runs"]}
    assert rows[runs.base.id].startswith("Ann Bell, Risk, ")
    assert rows[runs.glut.id] == ""
    assert "Ann Bell, Risk" in ask("runs").out


def test_a_signature_in_json(ask: Ask, runs: Stored) -> None:
    found = ask("sign", runs.glut.id, "--by", "Cid Dow", "--role", "Committee", "--json").json
    assert (found["run"], found["by"], found["role"], found["note"]) == (
        runs.glut.id,
        "Cid Dow",
        "Committee",
        "",
    )
    assert found["result"] == runs.glut.manifest.result


@pytest.mark.parametrize(
    ("words", "code", "why"),
    [
        (("--by", "", "--role", "Risk"), 2, "the name is empty"),
        (
            (
                "--by",
                "Ann",
            ),
            2,
            "role",
        ),
        (("--by", "Ann\tBell", "--role", "Risk"), 2, "cannot be printed"),
    ],
)
def test_a_bad_signature_is_refused_in_a_sentence(
    words: tuple[str, ...], code: int, why: str, ask: Ask, runs: Stored
) -> None:
    said = ask("sign", runs.base.id, *words)
    assert said.code == code
    assert why in said.err.lower()
    assert not (runs.base.directory / FILE).exists()


def test_no_run_is_signed_that_is_not_there(ask: Ask, runs: Stored) -> None:
    said = ask("sign", "abcdabcd", "--by", "Ann Bell", "--role", "Risk")
    assert said.code == 2
    assert "no run abcdabcd" in said.err


def test_a_draft_is_signed_only_with_a_reason(ask: Ask, runs: Stored) -> None:
    read_on()
    said = ask("sign", runs.base.id, "--by", "Ann Bell", "--role", "Risk")
    assert said.code == 2
    assert "is a draft: A rent index has moved" in said.err
    assert "--note" in said.err
    assert not (runs.base.directory / FILE).exists()
    assert ask("sign", runs.base.id, "--by", "Ann Bell", "--role", "Risk", "--note", "Seen.").code == 0


def test_drift_since_the_last_signature_stands_on_the_screen(ask: Ask, runs: Stored, short: Run) -> None:
    assert ask("sign", runs.base.id, "--by", "Ann Bell", "--role", "Risk").code == 0
    found = ask("validation", short.id, "--json").json["drift"]
    assert (found["run"], found["by"], found["why"]) == (runs.base.id, "Ann Bell", "")
    assert found["compared"] > 15
    assert f"Last signed: run {runs.base.id} by Ann Bell, Risk" in ask("validation", short.id).out


def test_measure_refuses_a_report_that_is_none_before_anything_runs(ask: Ask, runs: Stored) -> None:
    Path("tests.xml").write_text("no report", encoding="utf-8")
    kept = sorted((DECLARED / "evidence").glob("*"))
    said = ask("validation", "measure", "--tests", "tests.xml", *SMALL)
    assert said.code == 2
    assert "no report of tests" in said.err
    assert sorted((DECLARED / "evidence").glob("*")) == kept

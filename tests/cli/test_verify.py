"""`bubblerisk verify`: a pack is taken for its run's only where every number is."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from risk.report import verification
from risk.report.verification import same, written
from risk.runs import Run
from tests.cli.conftest import Ask, Stored

PACK = Path("pack.xlsx")


@pytest.fixture(scope="module")
def kept(stored: Stored, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A pack of the glut, compared with base and beside it, on other paper with a smaller sample."""
    from risk.report.form import Form
    from risk.report.pack import write_pack

    path = tmp_path_factory.mktemp("pack") / "pack.xlsx"
    form = Form("letter", 1_000)
    write_pack(stored.glut, path, prior=stored.base, beside=(stored.base,), form=form)
    return path


@pytest.fixture(autouse=True)
def made(monkeypatch: pytest.MonkeyPatch, again: dict[str, bytes]) -> None:
    """The pack that a run makes now is made once for all tests; none of them changes the run's numbers."""
    real = verification._made_again

    def once(run: Run, *others: Any) -> bytes:
        return again[run.id] if run.id in again else again.setdefault(run.id, real(run, *others))

    monkeypatch.setattr(verification, "_made_again", once)


@pytest.fixture(scope="module")
def again() -> dict[str, bytes]:
    return {}


@pytest.fixture
def pack(runs: Stored, kept: Path) -> Path:
    shutil.copy(kept, PACK)
    return PACK


def states(document: Any) -> dict[str, str]:
    return {found["subject"]: found["state"] for found in document["findings"]}


def saved(change: dict[str, Any], book: openpyxl.Workbook) -> None:
    for place, value in change.items():
        sheet, _, cell = place.partition("!")
        book[sheet][cell] = value
    book.save(PACK)


def test_a_pack_as_written_is_the_runs_byte_for_byte(pack: Path, ask: Ask, again: dict[str, bytes]) -> None:
    again.clear()
    said = ask("verify", pack, "--json")
    texts = {each["subject"]: each["text"] for each in said.json["findings"]}
    assert "byte for byte" in texts["numbers"]
    found = states(said.json)
    few = found.pop("checks")  # of 1,024 paths a standard error is larger than a check of the pack allows
    assert said.code == (1 if few == "FAIL" else 0)
    assert found == dict.fromkeys(("workbook", "formulas", "manifest", "run folder", "numbers"), "ok")


def test_a_number_typed_over_is_found(pack: Path, ask: Ask) -> None:
    book = openpyxl.load_workbook(pack)
    cell = next(c for row in book["Metrics"].iter_rows() for c in row if isinstance(c.value, float))
    saved({f"Metrics!{cell.coordinate}": float(str(cell.value)) * 1.001}, book)
    said = ask("verify", pack, "--json")
    assert said.code == 1
    found = {each["subject"]: each for each in said.json["findings"]}
    assert found["numbers"]["state"] == "FAIL"
    assert found["formulas"]["state"] == "FAIL"  # saved without values


def test_the_name_of_a_reviewer_is_no_forgery(pack: Path, ask: Ask) -> None:
    from risk.report.verification import _differences, read

    before = read(pack)
    book = openpyxl.load_workbook(pack)
    cover = book["Cover"]
    label = next(c for row in cover.iter_rows() for c in row if c.value == "Reviewed by")
    saved({f"Cover!B{label.row}": "A. Reader"}, book)
    (warned, *rest) = (f for f in _differences(read(pack), before) if f.subject == "cover")
    assert warned.state == "warn"
    assert f"Cover!B{label.row}" in warned.text
    assert not rest


def test_what_the_cover_says_of_the_run_is_not_to_be_typed_over(pack: Path) -> None:
    from risk.report.verification import _differences, read

    book = read(pack)
    for label, state, subject in (("Status", "warn", "cover"), ("Scenario", "FAIL", "numbers")):
        row = next(at[1:] for at, value in book.values["Cover"].items() if value == label)
        cover = {**book.values["Cover"], f"B{row}": "REVIEWED"}
        first, *_ = _differences(replace(book, values={**book.values, "Cover": cover}), book)
        assert (first.state, first.subject) == (state, subject)
        assert f"Cover!B{row}" in first.text


def test_a_run_beside_that_is_gone_is_named(pack: Path, runs: Stored, ask: Ask) -> None:
    shutil.rmtree(runs.folder / runs.base.id)
    found = {each["subject"]: each for each in ask("verify", pack, "--json").json["findings"]}
    assert found["numbers"]["state"] == "FAIL"
    assert runs.base.id in found["numbers"]["text"]


def test_a_run_that_is_gone_is_named(pack: Path, runs: Stored, ask: Ask) -> None:
    shutil.rmtree(runs.folder / runs.glut.id)
    said = ask("verify", pack)
    assert said.code == 1
    assert runs.glut.id in said.out
    assert "bubblerisk run gpu-glut" in said.out


def test_a_damaged_run_is_found(pack: Path, runs: Stored, ask: Ask) -> None:
    file = runs.folder / runs.glut.id / "outcomes" / "00000.parquet"
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    said = ask("verify", pack, "--json")
    assert said.code == 1
    found = states(said.json)
    assert (found["run folder"], found["numbers"]) == ("FAIL", "skipped")


def test_another_runs_pack_is_found_out(pack: Path, ask: Ask) -> None:
    book = openpyxl.load_workbook(pack)
    facts = {row[0].value: row[1] for row in book["Manifest"].iter_rows() if row[0].value}
    saved({f"Manifest!{facts['Result, digest of all numbers'].coordinate}": "0" * 64}, book)
    assert states(ask("verify", pack, "--json").json)["manifest"] == "FAIL"


def test_rerun_simulates_again_and_compares_the_result(pack: Path, ask: Ask) -> None:
    found = ask("verify", pack, "--rerun", "-j", 1, "--json")
    assert states(found.json)["rerun"] == "ok"


def test_rerun_says_where_the_assumptions_have_moved_on(pack: Path, ask: Ask) -> None:
    file = Path("assumptions/base/dependence.toml")
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("low = 3, high = 8", "low = 4, high = 8"), encoding="utf-8")
    found = ask("verify", pack, "--rerun", "-j", 1, "--json")
    assert found.code == 1
    assert states(found.json)["rerun"] == "FAIL"


@pytest.mark.parametrize("content", [b"", b"not a zip", b"PK\x03\x04 and no more"])
def test_what_is_no_workbook_is_refused(runs: Stored, ask: Ask, content: bytes) -> None:
    PACK.write_bytes(content)
    said = ask("verify", PACK)
    assert said.code == 5
    assert "Traceback" not in said.err
    assert ask("verify", "nothing.xlsx").code == 2


def test_a_workbook_with_macros_is_not_opened(pack: Path, ask: Ask) -> None:
    from zipfile import ZipFile

    with ZipFile(pack, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"x")
    said = ask("verify", pack)
    assert said.code == 5
    assert "macros" in said.err


@pytest.mark.parametrize(
    ("one", "two", "equal"),
    [
        *((1.0, 1.0 + 1e-15, True), (1.0, 1.0 + 1e-9, False), (0.0, 1e-13, True), ("a", "a", True)),
        *((None, "", True), (None, 0.0, False), (True, True, True), ("1", 1, False)),
    ],
)
def test_numbers_are_compared_to_twelve_digits(one: object, two: object, equal: bool) -> None:
    assert same(one, two) is equal


def test_a_formula_is_the_same_however_its_numbers_are_written() -> None:
    assert written("=IF(A1<=1e-06,B2*2)") == written("=IF(A1<=0.000001,B2*2.0)")
    assert written("=A1+1") != written("=A2+1")
    assert written("=LOG10(A1)") != written("=LOG1(A1)")

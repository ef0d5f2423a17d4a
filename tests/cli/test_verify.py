"""`bubblerisk verify`: a pack is taken for its run's only where every number is."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from io import BytesIO
from math import inf
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import numpy as np
import openpyxl
import pytest
from numpy.typing import NDArray

from risk.door import checking
from risk.report import verification
from risk.report.formulas import written
from risk.report.opened import Opened
from risk.report.verification import same
from risk.runs import Run
from risk.runs.columns import digests_of
from risk.runs.legend import Legend
from risk.runs.manifest import write_manifest
from risk.runs.store import Store
from risk.runs.stretch import KINDS
from tests.cli.conftest import PATHS, Ask, Stored
from tests.report.runs import edited

Floats = NDArray[np.float64]
Change = Callable[[Floats], Floats]

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


@pytest.fixture(scope="module", autouse=True)
def _once() -> Iterator[None]:
    """The pack that a run makes now is made once for all tests, and a file that stays the same read once."""
    packs, books = dict[tuple[str, ...], bytes](), dict[bytes, Opened]()
    make, read = verification._made_again, Opened.at

    def made(run: Run, *others: Any) -> bytes:
        key = (run.id, str(run.manifest.clock), str(run.manifest.environment))
        return packs[key] if key in packs else packs.setdefault(key, make(run, *others))

    def opened(path: Path) -> Opened:
        book = read(path)
        return books.setdefault(book.content, book)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(verification, "_made_again", made)
        patch.setattr(Opened, "at", opened)
        yield


@pytest.fixture
def pack(runs: Stored, kept: Path) -> Path:
    shutil.copy(kept, PACK)
    return PACK


def states(document: Any) -> dict[str, str]:
    return {found["subject"]: found["state"] for found in document["findings"]}


def test_a_pack_as_written_is_the_runs_byte_for_byte(pack: Path, ask: Ask) -> None:
    said = ask("verify", pack, "--json")
    texts = {each["subject"]: each["text"] for each in said.json["findings"]}
    assert "byte for byte" in texts["numbers"]
    found = states(said.json)
    few = found.pop("checks")  # of 1,024 paths a standard error is larger than a check of the pack allows
    assert said.code == (1 if few == "FAIL" else 0)
    assert found == dict.fromkeys(("workbook", "formulas", "manifest", "run folder", "numbers"), "ok")


def test_the_same_run_made_elsewhere_on_another_day_is_told_and_agrees(
    pack: Path, runs: Stored, ask: Ask
) -> None:
    m = runs.glut.manifest
    elsewhere = replace(
        m,
        clock={**m.clock, "finished": "2027-03-01T10:00:00Z", "seconds": 3.0},
        environment={**m.environment, "python": "3.14.0", "commit": "0" * 40},
    )
    write_manifest(runs.folder / m.id / "manifest.json", elsewhere)
    found = {each["subject"]: each for each in ask("verify", pack, "--json").json["findings"]}
    assert found["numbers"]["state"] == "ok"
    assert found["making"]["state"] == "warn"
    assert "Manifest!B" in found["making"]["text"]


def test_what_another_program_saved_is_told_cell_by_cell(pack: Path, ask: Ask) -> None:
    book = openpyxl.load_workbook(pack)
    typed = {"Cover": ("Reviewed by", "A. Reader"), "Manifest": ("Result, digest of all numbers", "0" * 64)}
    places = {}
    for name, (label, text) in typed.items():
        row = next(c.row for line in book[name].iter_rows() for c in line if c.value == label)
        book[name].cell(row, 2, text)
        places[name] = f"{name}!B{row}"
    book.save(pack)
    said = ask("verify", pack, "--json")
    assert said.code == 1
    found = {each["subject"]: each for each in said.json["findings"]}
    assert found["formulas"]["state"] == "FAIL"  # saved without values
    assert found["manifest"]["state"] == "FAIL"
    assert found["numbers"]["state"] == "FAIL"
    assert found["cover"]["state"] == "warn"
    assert places["Cover"] in found["cover"]["text"]


def test_only_the_blue_cells_of_the_cover_may_be_typed_over(pack: Path) -> None:
    book = Opened.at(pack)

    def told(sheet: str, label: str, column: str, value: object) -> tuple[str, str, bool]:
        row = next(at[1:] for at, held in book.values[sheet].items() if held == label)
        cells = {**book.values[sheet], f"{column}{row}": value}
        first, *_ = verification._differences(edited(book, values={**book.values, sheet: cells}), book)
        return first.state, first.subject, f"{sheet}!{column}{row}" in first.text

    assert told("Cover", "Reviewed by", "B", "A. Reader") == ("warn", "cover", True)
    assert told("Cover", "Status", "B", "REVIEWED") == ("warn", "cover", True)
    assert told("Cover", "Scenario", "B", "REVIEWED") == ("FAIL", "numbers", True)
    assert told("Metrics", "Big-Five cash capex 2030", "C", 1.0) == ("FAIL", "numbers", True)


def as_excel(raw: bytes) -> bytes:
    """The same as another program saves it: quoted sheets, prefixes, spaces, numbers to 15 digits."""
    buffer = BytesIO()
    with ZipFile(BytesIO(raw)) as old, ZipFile(buffer, "w", ZIP_DEFLATED) as new:
        for name in old.namelist():
            part = old.read(name).decode() if name.startswith("xl/worksheets/sheet") else ""
            part = re.sub(r"<f>(.*?)</f>", lambda f: f"<f>{_in_its_way(f[1])}</f>", part)
            part = re.sub(r"<v>(-?\d*\.\d+)</v>", lambda v: f"<v>{float(v[1]):.15g}</v>", part)
            new.writestr(name, part or old.read(name))
    return buffer.getvalue()


def _in_its_way(formula: str) -> str:
    quoted = re.sub(r"\b([A-Z]\w+)!", r"'\1'!", formula)
    return quoted.replace("SUMPRODUCT(", "_xlfn.SUMPRODUCT( ").replace("1e-06", "0.000001")


def test_a_pack_saved_without_an_edit_is_the_runs_and_an_edit_is_found(pack: Path) -> None:
    again = Opened.at(pack)
    saved = Opened(pack, as_excel(pack.read_bytes()))
    assert saved.formulas["Checks"] != again.formulas["Checks"], "as written"

    def told(sheet: str, values: dict[str, Any] | None = None, formulas: dict[str, str] | None = None) -> str:
        book = edited(
            saved,
            values={**saved.values, sheet: {**saved.values.get(sheet, {}), **(values or {})}},
            formulas={**saved.formulas, sheet: {**saved.formulas.get(sheet, {}), **(formulas or {})}},
        )
        found = {f.subject: f for f in verification._differences(book, again)}
        assert (found["numbers"].state == "FAIL") is bool((values or formulas) and sheet in again.values)
        return found["sheets"].text if "sheets" in found else found["numbers"].text

    assert "are those the run makes" in told("Summary")
    numbers = saved.values["Summary"]
    at = next(place for place in saved.formulas["Summary"] if isinstance(numbers.get(place), float))
    formula, constant = f"Summary!{at}", "Sample!C9"
    assert formula in told("Summary", formulas={at: saved.formulas["Summary"][at] + "+0"})
    assert formula in told("Summary", values={at: saved.values["Summary"][at] * (1 + 1e-9)})
    assert constant in told("Sample", values={"C9": inf})
    assert constant in told("Sample", formulas={"C9": "{=1+1}"})
    assert "has no sheet 'Assumptions (2)'" in told("Assumptions (2)", values={"D9": 0.5})


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
    file = runs.glut.store.holder(0).file("outcomes")
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    said = ask("verify", pack, "--json")
    assert said.code == 1
    found = states(said.json)
    assert (found["run folder"], found["numbers"]) == ("FAIL", "skipped")


def test_rerun_simulates_again_and_compares_the_result(pack: Path, ask: Ask) -> None:
    found = ask("verify", pack, "--rerun", "-j", 1, "--json")
    assert states(found.json)["rerun"] == "ok"


def elsewhere(runs: Stored, simd: Sequence[str], outcome: str, paths: int, change: Change) -> Run:
    """The glut as another machine stored it: other last bits, and an outcome changed on its first paths."""
    store, m = Store(runs.folder / runs.glut.id), runs.glut.manifest
    record = store.record(0)
    arrays = {kind: store.read(record, kind) for kind in KINDS}
    values = {name: np.array(column) for name, column in arrays["outcomes"].items()}
    values["claim.spv"] *= 1.0 + 2.0**-52
    values[outcome][:paths] = change(values[outcome][:paths])
    record = replace(record, digests={**record.digests, "outcomes": digests_of(values)})
    store.keep(record, {**arrays, "outcomes": values}, Legend.of(runs.glut.register))
    there = {**m.environment, "simd": [*simd]}
    return Run(store, replace(m, blocks=[record.digest], records={}, result="0" * 64, environment=there))


def flipped(flags: Floats) -> Floats:
    return 1.0 - flags


@pytest.mark.parametrize(
    ("outcome", "paths", "change", "state", "words"),
    [
        ("B4", 0, flipped, "ok", "because of processor extensions (SSE; here X"),
        ("B4", 3, flipped, "ok", "the same decisions, counts within 3 paths, headline numbers within 1e-06"),
        ("B4", 4, flipped, "FAIL", "explain: B4 on 4 paths"),
        ("headline_loss", PATHS, lambda x: x * (1.0 + 1e-7), "ok", "the same decisions"),
        ("headline_loss", PATHS, lambda x: x * (1.0 + 1e-5), "FAIL", "explain: headline_loss by 1.0e-05"),
        ("headline_loss", 1, lambda x: x + np.nan, "ok", "the same decisions"),
        ("headline_loss", 4, lambda x: x + np.nan, "FAIL", "explain: headline_loss on 4 paths"),
    ],
)
def test_a_run_of_another_processor_is_compared_by_its_decisions(
    runs: Stored, stored: Stored, outcome: str, paths: int, change: Change, state: str, words: str
) -> None:
    found = checking._compared(elsewhere(runs, ["SSE"], outcome, paths, change), stored.glut)
    assert found.state == state
    assert "processor extensions (SSE; here " in found.text
    assert words in found.text


def test_other_bits_on_the_same_processor_are_other_numbers(runs: Stored, stored: Stored) -> None:
    here = stored.glut.manifest.environment["simd"]
    found = checking._compared(elsewhere(runs, here, "B4", 0, flipped), stored.glut)
    assert found.state == "FAIL"
    assert "other numbers: " in found.text


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
    assert said.code == 3
    assert "Traceback" not in said.err
    assert ask("verify", "nothing.xlsx").code == 2


def test_a_workbook_with_macros_is_not_opened(pack: Path, ask: Ask) -> None:
    with ZipFile(pack, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"x")
    said = ask("verify", pack)
    assert said.code == 3
    assert "holds a macro" in said.err


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

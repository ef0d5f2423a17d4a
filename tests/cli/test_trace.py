"""`bubblerisk trace`."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from risk.report.pack import write_pack
from tests.cli.conftest import Ask, Stored, bust_cell

USUAL = Path("reports/base/pack.xlsx")


@pytest.fixture(scope="module")
def written(stored: Stored, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("pack") / "pack.xlsx"
    write_pack(stored.base, path)
    return path


@pytest.fixture
def pack(runs: Stored, written: Path) -> Path:
    """The pack where `bubblerisk pack` puts it."""
    USUAL.parent.mkdir(parents=True)
    USUAL.write_bytes(written.read_bytes())
    return USUAL


def changed(pack: Path, cell: str, value: float) -> Path:
    book = openpyxl.load_workbook(pack, data_only=True)
    sheet, _, where = cell.partition("!")
    book[sheet][where] = value
    book.save("changed.xlsx")
    return Path("changed.xlsx")


def test_a_cell_is_recomputed_and_compared(runs: Stored, pack: Path, ask: Ask) -> None:
    cell = bust_cell(runs.base)
    told = ask("trace", cell, "--json").json
    assert told["schema"] == "bubblerisk.trace/1"
    assert (told["run"], told["cell"]) == (runs.base.id, cell)
    assert told["value"] == runs.base.outcome("bust").mean()
    assert (told["pack"], told["agrees"], told["differences"]) == (USUAL.as_posix(), True, [])
    assert told["formula"].startswith("=SUMPRODUCT(Patterns!")
    assert {part["cell"].partition("!")[0] for part in told["inputs"]} == {"Patterns", "Manifest"}
    bust = runs.base.outcome("bust")
    for example in told["examples"]:
        assert bool(bust[example["path"]]) == ("not hold" not in example["why"])


def test_the_screen_names_a_path_and_how_to_go_on(runs: Stored, pack: Path, ask: Ask) -> None:
    cell = bust_cell(runs.base)
    said = ask("trace", cell, "--pack", pack)
    assert (said.code, said.err) == (0, "")
    assert said.out.startswith(f"{cell}  Summary · Bust · P\n")
    assert f"{USUAL} agrees" in said.out
    assert f"bubblerisk path {runs.base.id[:8]} " in said.out


def test_a_pack_that_disagrees_is_exit_1(runs: Stored, pack: Path, ask: Ask) -> None:
    cell = bust_cell(runs.base)
    said = ask("trace", cell, "--pack", changed(pack, cell, 0.987))
    assert said.code == 1
    assert "changed.xlsx DISAGREES with the run" in said.out
    assert "0.987" in said.out
    other = ask("trace", bust_cell(runs.glut), runs.glut.id, "--pack", pack)
    assert other.code == 1
    assert f"was made of another run, {runs.base.id}" in other.out


def test_without_a_pack_nothing_is_compared(runs: Stored, ask: Ask) -> None:
    said = ask("trace", bust_cell(runs.glut), runs.glut.id[:6])
    assert said.code == 0
    assert "not compared: no pack of this run" in said.out
    assert ask("trace", bust_cell(runs.base), "base", "--json").json["agrees"] is None


@pytest.mark.parametrize("cell", ["F14", "Summery!F8", "Summary!A1", "Summary!ZZ99", ""])
def test_an_unknown_cell_is_exit_2(runs: Stored, pack: Path, ask: Ask, cell: str) -> None:
    said = ask("trace", cell)
    assert said.code == 2
    assert said.out == ""
    assert said.err.startswith("error: ")


def test_a_file_that_is_no_pack_is_refused(runs: Stored, ask: Ask) -> None:
    said = ask("trace", "Summary!F9", "--pack", "nothing.xlsx")
    assert (said.code, said.out) == (2, "")
    assert "there is no workbook nothing.xlsx" in said.err
    Path("mine.xlsx").write_text("hello")
    assert ask("trace", "Summary!F9", "--pack", "mine.xlsx").code == 3

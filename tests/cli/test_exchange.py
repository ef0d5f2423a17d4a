"""`assumptions export` and `import` as a person or a script calls them."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from tests.assumptions.builder import Register
from tests.cli.conftest import Ask
from tests.exchange.conftest import Typed, contents


@pytest.fixture
def register(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Register:
    monkeypatch.chdir(tmp_path)
    register = Register(tmp_path / "assumptions")
    register.write()
    return register


@pytest.fixture
def typed(register: Register, ask: Ask) -> Typed:
    assert ask("assumptions", "export").code == 0
    return Typed(register.folder, Path("assumptions.xlsx"))


def test_export_says_what_it_wrote_and_never_writes_over_edits(register: Register, ask: Ask) -> None:
    answer = ask("assumptions", "export")
    assert (answer.code, answer.out) == (0, "assumptions.xlsx: 10 entries, 6 rows of tables\n")
    assert "assumptions import assumptions.xlsx --dry-run" in answer.err
    first = Path("assumptions.xlsx").read_bytes()
    again = ask("assumptions", "export")
    assert (again.code, "somebody's edits" in again.err) == (2, True)
    assert ask("assumptions", "export", "--force").code == 0
    assert Path("assumptions.xlsx").read_bytes() == first
    assert ask("assumptions", "export", "-o", "a.xls").code == 2


def test_export_of_a_part_as_json(register: Register, ask: Ask) -> None:
    answer = ask("assumptions", "export", "-o", "a.xlsx", "--owner", "Committee", "--json")
    assert answer.json["schema"] == "bubblerisk.assumptions.export/1"
    assert (answer.json["entries"], answer.json["rows"]) == (1, 0)
    assert ask("assumptions", "export", "-o", "b.xlsx", "--owner", "Comittee").code == 2


def test_an_unedited_import_says_so(typed: Typed, ask: Ask) -> None:
    before = contents(typed.folder)
    answer = ask("assumptions", "import", "assumptions.xlsx")
    said = "assumptions.xlsx: no difference from the register, nothing was changed\n"
    assert (answer.code, answer.out, answer.err) == (0, said, "")
    assert contents(typed.folder) == before


def test_a_dry_run_then_the_import(typed: Typed, ask: Ask) -> None:
    before = contents(typed.folder)
    typed.type("gpu.system_price", "Value", 60, why="Quotes of October").save()
    dry = ask("assumptions", "import", "assumptions.xlsx", "--dry-run")
    assert dry.code == 0
    assert dry.out.splitlines()[1].split()[:4] == ["gpu.system_price", "value", "53", "60"]
    assert dry.err.startswith("1 change in gpu.toml. Nothing was written.\n")
    assert contents(typed.folder) == before
    done = ask("assumptions", "import", "assumptions.xlsx", "--json")
    assert done.json["written"] is True
    (change,) = done.json["changes"]
    assert change == {
        "id": "gpu.system_price",
        "field": "value",
        "before": 53,
        "after": 60,
        "cell": typed.place("gpu.system_price", "Value"),
        "file": "gpu.toml:14",
        "why": "Quotes of October",
    }
    assert ask("assumptions", "show", "gpu.system_price").out.startswith("gpu.system_price  60 USD k/GPU")


def test_errors_go_to_stderr_with_exit_3_and_into_a_copy_on_request(typed: Typed, ask: Ask) -> None:
    typed.type("gpu.system_price", "Value", "1,5").type("propositions.capex_fall", "Value", 55).save()
    answer = ask("assumptions", "import", "assumptions.xlsx", "--errors")
    assert (answer.code, answer.out) == (3, "")
    lines = answer.err.splitlines()
    assert lines[1] == "assumptions.xlsx: 2 errors, nothing was changed"
    assert lines[2].split()[:2] == [typed.place("gpu.system_price", "Value"), "gpu.system_price"]
    copy = openpyxl.load_workbook("assumptions.errors.xlsx")["Assumptions"]
    comments = {cell.coordinate: cell.comment.text for row in copy for cell in row if cell.comment}
    address = typed.cell("gpu.system_price", "Value").coordinate
    assert list(comments) == [address, typed.cell("propositions.capex_fall", "Value").coordinate]
    assert "did you mean 1.5?" in comments[address]


def test_errors_as_json(typed: Typed, ask: Ask) -> None:
    typed.type("gpu.system_price", "Value", "n/a").save()
    answer = ask("assumptions", "import", "assumptions.xlsx", "--json")
    assert (answer.code, answer.json["ok"], answer.json["written"]) == (3, False, False)
    (error,) = answer.json["errors"]
    assert (error["code"], error["sheet"], error["id"]) == ("W006", "Assumptions", "gpu.system_price")


def test_no_file_and_no_workbook(register: Register, ask: Ask) -> None:
    Path("a.xlsx").write_text("hello")
    assert ask("assumptions", "import", "nothing.xlsx").code == 2
    refused = ask("assumptions", "import", "a.xlsx", "--errors")
    assert (refused.code, refused.out) == (3, "")
    assert refused.err.startswith(
        "error: a.xlsx is refused: it is not an Excel workbook. Nothing was changed\n"
    )
    assert ask("assumptions", "import", "a.xlsx", "--json").json["errors"][0]["code"] == "W001"


def test_a_control_sequence_in_a_cell_does_not_reach_the_terminal(typed: Typed, ask: Ask) -> None:
    typed.type("gpu.system_price", "Grade", "bad\x1f[31m".replace("\x1f", "\u009b")).save()
    answer = ask("assumptions", "import", "assumptions.xlsx")
    assert answer.code == 3
    assert "\u009b" not in answer.err

"""The recipes for a table, a sheet and a check, followed on a copy of the code as they are printed."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from jsonschema import Draft202012Validator

from tests.report.runs import small_run

ROOT = Path(__file__).parents[2]
PACK = Path("risk", "report", "pack")

FOLLOWED = """
import json, sys
from pathlib import Path
from risk.report.pack import pack
from risk.report.pack.base.results import Results
from risk.report.excel import build
from risk.report.pack.tail.multiples import DOCUMENT, MULTIPLES, losses
from risk.report.terminal.page import Page, table, text
from risk.runs import open_run

run, out = open_run(sys.argv[1], Path(sys.argv[2])), Path(sys.argv[3])
out.joinpath("pack.xlsx").write_bytes(build(pack(run)).finished())
found = losses(Results.of(run))
for name, page in {"wide": Page(80), "narrow": Page(56)}.items():
    out.joinpath(name).write_text(text((table(MULTIPLES.table(found), page),), page), "utf-8")
out.joinpath("data").write_text(json.dumps({"schema": DOCUMENT.id, **DOCUMENT.data(found)}), "utf-8")
out.joinpath("schema").write_text(json.dumps(DOCUMENT.full_schema()), "utf-8")
"""


def printed(recipe: str) -> list[str]:
    """Python of a recipe: whole statements, and lines to add to one."""
    page = (ROOT / "docs" / "recipes.md").read_text("utf-8")
    section = page.partition(f"\n## {recipe}\n")[2].partition("\n## ")[0]
    return re.findall(r"```(?:python|text)\n(.*?)```", section, re.DOTALL)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder with what the copy writes: a workbook, two screens, a document and its schema."""
    copy = tmp_path_factory.mktemp("copy")
    shutil.copytree(ROOT / "risk", copy / "risk", ignore=shutil.ignore_patterns("__pycache__"))
    (table,), (sheet, line), (guard, conditions) = map(printed, ("A table", "A sheet", "A check"))
    named = '    id="multiples",\n'
    assert named in table
    code = "\n\n".join((table.replace(named, named + guard), sheet, conditions))
    (copy / PACK / "tail" / "multiples.py").write_text(code, "utf-8")
    listed = copy / PACK / "__init__.py"
    text = listed.read_text("utf-8").replace("DETAILS = (\n", f"DETAILS = (\n{line}")
    first = "from risk.report.pack.base.cells import"
    listed.write_text(text.replace(first, f"from risk.report.pack.tail import multiples\n{first}"), "utf-8")
    run = small_run()
    command = [sys.executable, "-c", FOLLOWED, run.id, str(run.directory.parent), str(copy)]
    known = {**os.environ, "PYTHONPATH": str(copy)}
    done = subprocess.run(command, cwd=copy, env=known, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return copy


@pytest.fixture(scope="module")
def book(made: Path) -> openpyxl.Workbook:
    return openpyxl.load_workbook(made / "pack.xlsx", data_only=True)


@pytest.fixture
def data(made: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((made / "data").read_text("utf-8"))
    return found


def rows(book: openpyxl.Workbook, sheet: str) -> list[list[Any]]:
    return [[cell for cell in row if cell is not None] for row in book[sheet].iter_rows(values_only=True)]


def test_the_table_stands_in_the_workbook_and_the_document_says_the_same(
    book: openpyxl.Workbook, data: dict[str, Any]
) -> None:
    shown = {row[0]: row[1:] for row in rows(book, "Multiples") if row}
    for loss in data["losses"]:
        mean, _, worst, _, multiple = shown[loss["label"]]
        assert (mean, worst) == pytest.approx((loss["mean"]["value"], loss["worst"]["value"]), rel=1e-14)
        assert multiple == pytest.approx(worst / mean)


def test_the_document_keeps_to_its_schema(made: Path, data: dict[str, Any]) -> None:
    schema = json.loads((made / "schema").read_text("utf-8"))
    Draft202012Validator(schema).validate(data)
    del data["losses"][0]["worst"]
    assert list(Draft202012Validator(schema).iter_errors(data))


def test_the_screen_has_the_columns_there_is_room_for(made: Path) -> None:
    wide, narrow = ((made / name).read_text("utf-8") for name in ("wide", "narrow"))
    assert "Times the mean" in wide
    assert "On a wider terminal: Times the mean" in narrow
    assert narrow.count("Times the mean") == 1
    assert max(map(len, narrow.splitlines())) <= 56
    assert "ES 97.5%" in narrow


def test_the_sheet_is_listed_on_the_cover(book: openpyxl.Workbook) -> None:
    (row,) = (row for row in rows(book, "Cover") if "Multiples" in row)
    assert row[1:] == ["How many times its mean is a loss in the worst paths?", "Presentation"]


@pytest.mark.parametrize("check", ["Means beyond the worst paths", "ES 97.5% among the multiples"])
def test_the_checks_are_recomputed_and_hold(made: Path, book: openpyxl.Workbook, check: str) -> None:
    (row,) = (row for row in rows(book, "Checks") if row and row[0] == check)
    assert "OK" in row
    live = openpyxl.load_workbook(made / "pack.xlsx")
    (formulas,) = (row for row in rows(live, "Checks") if row and row[0] == check)
    assert "Multiples!" in str(formulas[1])

"""Hostile workbooks are refused in a word, within two seconds and 300 MB, and nothing happens."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from risk.errors import UsageError
from risk.exchange.export import export
from risk.exchange.heads import open_base
from risk.exchange.importing import import_workbook
from risk.exchange.problems import WorkbookErrors
from risk.workbook import WorkbookRefused, admit
from risk.workbook.gate import MB
from tests.assumptions.builder import Register
from tests.workbook.hostile import (
    HOSTILE,
    RELATION,
    RELATIONS,
    SHEET,
    cells,
    packed,
    parts_of,
    sheet,
    with_part,
)

ROOT = Path(__file__).parents[2]
SECONDS, MEMORY = 2.0, 300 * MB


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return export(open_base(Register(tmp_path_factory.mktemp("good") / "assumptions").write()))


@pytest.fixture(scope="module")
def spoiled(good: bytes) -> Callable[[str], bytes]:
    """A hostile workbook by its name, made once."""
    return cache(lambda name: HOSTILE[name][0](parts_of(good)))


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_workbooks_are_refused(name: str, spoiled: Callable[[str], bytes], tmp_path: Path) -> None:
    words = HOSTILE[name][1]
    path = tmp_path / "a.xlsx"
    path.write_bytes(spoiled(name))
    with pytest.raises(WorkbookRefused) as caught:
        admit(path)
    assert any(part in str(caught.value) for part in words.split("|")), str(caught.value)
    assert caught.value.exit_code == 3
    assert caught.value.reason.count(". ") == 1, "one sentence, and that nothing was changed"


COMMANDS = {
    "import": ("assumptions", "import", "a.xlsx"),
    "verify": ("verify", "a.xlsx"),
    "trace": ("trace", "Summary!F8", "--pack", "a.xlsx"),
}
DEAREST = ("zip bomb", "a million rows", "cells on many sheets", "many links", "a long text", "entity bomb")
"""What takes the gate longest, and what would take openpyxl longest."""


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("name", DEAREST)
def test_every_command_refuses_within_its_limits(
    name: str, command: str, spoiled: Callable[[str], bytes], tmp_path: Path
) -> None:
    words = HOSTILE[name][1]
    Register(tmp_path / "assumptions").write()
    (tmp_path / "a.xlsx").write_bytes(spoiled(name))
    before = sorted(path.name for path in tmp_path.rglob("*"))
    code, said, seconds, memory = program(tmp_path, *COMMANDS[command])
    assert code == 3, said
    assert words.split("|")[0] in said
    assert "Traceback" not in said
    assert seconds < SECONDS
    assert memory < MEMORY
    assert sorted(path.name for path in tmp_path.rglob("*")) == before


BEYOND_AN_EXPORT = {
    "a row far down": (cells(1, 1, 20_000), "more than 10,000 rows"),
    "a column far right": (b'<row r="1"><c r="DA1"><v>1</v></c></row>', "more than 96 columns"),
    "many cells": (cells(2_000, 50), "far more cells on a sheet than an assumptions workbook"),
}


@pytest.mark.parametrize("name", BEYOND_AN_EXPORT)
def test_import_refuses_what_a_pack_may_hold(name: str, good: bytes, tmp_path: Path) -> None:
    content, words = BEYOND_AN_EXPORT[name]
    register = Register(tmp_path / "assumptions").write()
    path = tmp_path / "a.xlsx"
    path.write_bytes(packed({**parts_of(good), SHEET: sheet(content)}))
    with pytest.raises(WorkbookRefused, match=words):
        import_workbook(path, register)


def test_what_a_sheet_says_of_its_size_does_no_harm(good: bytes, tmp_path: Path) -> None:
    register = Register(tmp_path / "assumptions").write()
    parts = parts_of(good)
    lying = re.sub(rb'<dimension ref="[^"]*"', b'<dimension ref="A1:XFD1048576"', parts[SHEET])
    # One wrong number besides: it is found.
    wrong = re.sub(rb't="n"><v>53</v>', b't="n"><v>-53</v>', lying, count=1)
    assert parts[SHEET] != lying != wrong
    (tmp_path / "a.xlsx").write_bytes(packed({**parts, SHEET: wrong}))
    with pytest.raises(WorkbookErrors, match="changed without a reason"):
        import_workbook(tmp_path / "a.xlsx", register)


def test_a_number_too_large_for_a_float_is_told(good: bytes, tmp_path: Path) -> None:
    register = Register(tmp_path / "assumptions").write()
    parts = parts_of(good)
    huge = re.sub(rb't="n"><v>53</v>', b't="n"><v>' + b"9" * 400 + b"</v>", parts[SHEET], count=1)
    (tmp_path / "a.xlsx").write_bytes(packed({**parts, SHEET: huge}))
    with pytest.raises(WorkbookErrors, match="is not a finite number"):
        import_workbook(tmp_path / "a.xlsx", register)


LIMITED = f"""
import resource, runpy, sys
resource.setrlimit(resource.RLIMIT_DATA, ({MEMORY}, {MEMORY}))
resource.setrlimit(resource.RLIMIT_CPU, (30, 30))
try:
    runpy.run_module("risk", run_name="__main__")
finally:
    peaks = [line for line in open("/proc/self/status") if line.startswith("VmHWM")]
    print(*peaks, file=sys.stderr)
"""


def program(folder: Path, *words: str) -> tuple[int, str, float, int]:
    """Run the program with little memory; return its code, what it said, its own seconds and its peak."""
    paths = os.pathsep.join([str(ROOT), *sys.path])
    environment = {**os.environ, "PYTHONPATH": paths, "OPENBLAS_NUM_THREADS": "1"}
    with (folder.parent / f"{folder.name}.said").open("w+") as said:
        command = [sys.executable, "-c", LIMITED, *words]
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=said, stderr=said)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        said.seek(0)
        text = said.read()
    # what wait4 gives counts the memory of this process before the program starts
    said_peak = re.search(r"VmHWM:\s+(\d+) kB", text)
    assert said_peak, text
    return process.returncode, text, used.ru_utime + used.ru_stime, int(said_peak[1]) * 1024


def test_what_is_no_workbook_by_name(good: bytes, tmp_path: Path) -> None:
    for name, words in (
        ("a.xlsm", "is a .xlsm, not an .xlsx"),
        ("a.csv", "is a .csv"),
        ("a", "without a suffix"),
    ):
        (tmp_path / name).write_bytes(good)
        with pytest.raises(WorkbookRefused, match=words):
            admit(tmp_path / name)
    with pytest.raises(UsageError, match="there is no file"):
        admit(tmp_path / "nothing.xlsx")
    with pytest.raises(UsageError, match="there is no file"):
        admit(tmp_path / "a.csv" / "a.xlsx")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes and devices with names are of Unix")
def test_what_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "folder.xlsx").mkdir()
    os.mkfifo(tmp_path / "pipe.xlsx")
    (tmp_path / "zeros.xlsx").symlink_to("/dev/zero")
    (tmp_path / "round.xlsx").symlink_to(tmp_path / "round.xlsx")
    words = {
        "folder": "is a folder",
        "pipe": "a pipe or a device",
        "zeros": "a pipe",
        "round": "leads to itself",
    }
    for name, why in words.items():
        with pytest.raises(WorkbookRefused, match=why):
            admit(tmp_path / f"{name}.xlsx")


def test_a_good_workbook_is_let_in(good: bytes, tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(good)
    assert admit(path) == good


def test_a_link_to_a_page_is_let_in(good: bytes, tmp_path: Path) -> None:
    link = f'{RELATIONS}<Relationship Id="r1" {RELATION}/hyperlink" Target="https://x.example/" '
    link += 'TargetMode="External"/></Relationships>'
    path = tmp_path / "a.xlsx"
    path.write_bytes(with_part("xl/worksheets/_rels/sheet9.xml.rels", link.encode())(parts_of(good)))
    assert admit(path)


def test_a_pack_of_the_longest_lists_is_let_in(good: bytes, tmp_path: Path) -> None:
    """Twenty thousand paths on Sample and as many on TailRows: as many as any run lists."""
    parts = parts_of(good)
    numbers = cells(20_010, 27)
    listed = {f"xl/worksheets/sheet{i}.xml": sheet(numbers) for i in (1, 2)}
    path = tmp_path / "a.xlsx"
    path.write_bytes(packed({**parts, **listed}))
    assert admit(path)

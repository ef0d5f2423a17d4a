from __future__ import annotations

import ast
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import risk
from risk.runs.hashing import ENTRIES, digest
from risk.runs.source import _imports, source_texts

PACKAGE = Path(risk.__file__).parent
ABOVE_ENGINE = {"runs", "analysis", "calibrate", "workbook", "exchange", "report", "cli"}


@pytest.fixture(scope="module")
def before() -> str:
    return digest(source_texts(ENTRIES))


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the parts below a run, as a checkout or an installed wheel has them: no git in sight."""
    left_out = shutil.ignore_patterns("__pycache__", "report", "analysis", "cli", "exchange")
    return shutil.copytree(PACKAGE, tmp_path_factory.mktemp("copy") / "risk", ignore=left_out)


@contextmanager
def _longer(file: Path, text: str) -> Iterator[None]:
    """The file with a text at its end, for a while."""
    whole = file.read_bytes()
    file.write_bytes(whole + text.encode())
    yield
    file.write_bytes(whole)


def test_what_nothing_imports_is_no_part_of_a_run(package: Path, before: str) -> None:
    assert digest(source_texts(ENTRIES, package)) == before
    for name in (
        "scratch.py",
        "engine/notes.py",
        "engine/simulate.py~",
        "engine/.#simulate.py",
        "units.py.orig",
    ):
        (package / name).write_text("x = 1\n")
    (package / "engine" / "__pycache__").mkdir()
    (package / "engine" / "__pycache__" / "old.py").write_text("x = 1\n")
    (package / "old").mkdir()
    (package / "old" / "__init__.py").write_text("from risk import scratch\n")
    (package / "bad.py").write_text("no Python at all\n")
    assert digest(source_texts(ENTRIES, package)) == before


def test_line_ends_of_a_checkout_are_not_source(package: Path, before: str) -> None:
    for file in (package / "units.py", package / "engine" / "simulate.py"):
        file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
    assert digest(source_texts(ENTRIES, package)) == before


@pytest.mark.parametrize(
    ("name", "moves"),
    [
        ("__init__.py", True),
        ("axes.py", True),
        ("assumptions/priors.py", True),
        ("mechanisms/__init__.py", True),
        ("mechanisms/neocloud/holdco.py", True),
        ("engine/simulate.py", True),
        ("engine/rehearsal.py", False),
        ("runs/executor.py", False),
    ],
)
def test_a_change_of_what_computes_a_run_makes_it_another(
    package: Path, before: str, name: str, moves: bool
) -> None:
    with _longer(package / name, "x = 1\n"):
        assert (digest(source_texts(ENTRIES, package)) != before) is moves


@pytest.mark.parametrize(
    "line",
    [
        "from risk import scratch",
        "from risk import (\n    units,  # another\n    scratch as s,\n)",
        "import risk.scratch as s",
        "from .. import scratch",
        "from ..scratch import x",
        "def f():\n    from risk.scratch import x",
    ],
)
def test_a_module_belongs_to_a_run_once_the_engine_imports_it(package: Path, line: str) -> None:
    with _longer(package / "engine" / "record.py", f"\n{line}\n"):
        texts = []
        for text in ("x = 1\n", "x = 2\n"):
            (package / "scratch.py").write_text(text)
            texts.append(source_texts(ENTRIES, package))
    assert texts[0] != texts[1]


def test_every_import_is_seen_that_python_sees() -> None:
    for file in PACKAGE.rglob("*.py"):
        text, place = file.read_text(encoding="utf-8"), file.relative_to(PACKAGE.parent).as_posix()
        for node in ast.walk(ast.parse(text)):
            named = node.names if isinstance(node, ast.Import | ast.ImportFrom) else []
            origin = f"{node.module}." if isinstance(node, ast.ImportFrom) else ""
            assert {f"{origin}{name.name}" for name in named} <= _imports(text, place), file


def test_names_are_modules_only_as_they_are_written(tmp_path: Path) -> None:
    package = tmp_path / "risk"
    (package / "engine").mkdir(parents=True)
    (package / "engine" / "__init__.py").write_text("from risk.engine.table import Table\n")
    (package / "engine" / "table.py").write_text("class Table: ...\n")
    assert list(source_texts(["risk.engine"], package)) == ["engine/__init__.py", "engine/table.py"]


def test_the_identity_holds_what_the_engine_imports_and_nothing_above_it() -> None:
    code = "import sys, risk.engine, risk.assumptions; print(*(n for n in sys.modules if n[:5] == 'risk.'))"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    found = source_texts(ENTRIES)
    modules = {name.removesuffix(".py").removesuffix("/__init__").replace("/", ".") for name in found}
    imported = {name.removeprefix("risk.") for name in ran.stdout.split()}
    assert imported <= modules
    assert not {name.partition("/")[0] for name in found} & ABOVE_ENGINE

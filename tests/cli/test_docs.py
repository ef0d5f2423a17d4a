"""The page on the program names every command, exit code and form of document there is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from cyclopts import App

from risk import errors
from risk.cli.app import COMMANDS, INTERNAL, PIPE, app
from tests.schema import FOLDER, problems, read

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
NAME = re.compile(r'"(bubblerisk\.[a-z.]+/\d+)"')


@pytest.mark.parametrize("name", [name for name, _, _ in COMMANDS])
def test_every_command_stands_in_the_table(name: str) -> None:
    assert re.search(rf"^\| `bubblerisk {name}\b", PAGE, re.MULTILINE)


def exit_codes() -> set[int]:
    """Exit codes that the page explains."""
    return {int(code) for code in re.findall(r"^\| (\d+) \|", PAGE, re.MULTILINE)}


def test_every_exit_code_is_explained() -> None:
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type)]
    codes = {kind.exit_code for kind in kinds if issubclass(kind, errors.BubbleriskError)}
    assert exit_codes() == codes | {0, INTERNAL, 130, PIPE}


@pytest.mark.parametrize("file", sorted(FOLDER.glob("*.json")), ids=lambda file: file.stem)
def test_a_schema_refuses_what_lacks_a_key_or_has_another(file: Path) -> None:
    found = read(file)
    name = found["properties"]["schema"]["const"]
    assert file.stem == name.removeprefix("bubblerisk.").replace("/", "-")
    wrong = "\n".join(problems({"schema": name, "stranger": 1}))
    assert "'stranger' was unexpected" in wrong
    for key in set(found["required"]) - {"schema"}:
        assert f"'{key}' is a required property" in wrong


def test_every_document_that_the_program_writes_has_a_schema() -> None:
    sources = [path for part in ("cli", "report") for path in (ROOT / "risk" / part).rglob("*.py")]
    names = {n for path in sources for n in NAME.findall(path.read_text(encoding="utf-8"))}
    assert names == {read(file)["properties"]["schema"]["const"] for file in FOLDER.glob("*.json")}


DOCUMENTS = {
    "run": "summary plan", "show": "summary metric", "pack": "pack", "pdf": "pdf", "trace": "trace",
    "batch": "batch", "compare": "compare", "tail": "tail", "drivers": "drivers", "path": "path series",
    "amplification": "amplification", "check": "check", "verify": "verify", "runs": "runs",
    "runs rm": "runs.rm", "doctor": "doctor", "assumptions list": "assumptions.list",
    "assumptions show": "assumptions.show assumptions.table assumptions.row",
    "assumptions check": "assumptions.check", "assumptions diff": "assumptions.diff",
    "assumptions stale": "assumptions.stale", "assumptions export": "assumptions.export",
    "assumptions import": "assumptions.import", "scenarios list": "scenarios.list",
    "scenarios show": "scenarios.show", "scenarios check": "scenarios.check",
}  # fmt: skip
"""Command → documents that its `--json` writes; `Answer.json` compares each with its schema."""


def commands(part: App, above: str = "") -> Iterator[str]:
    """Every command that does something, in words."""
    if above and part.default_command:
        yield above
    for name in part:
        if not name.startswith("-"):
            yield from commands(part[name], f"{above} {name}".strip())


def test_every_command_has_documents_and_every_schema_a_command() -> None:
    assert set(commands(app)) == set(DOCUMENTS)
    known = {file.stem.removesuffix("-1") for file in FOLDER.glob("*.json")}
    assert {name for names in DOCUMENTS.values() for name in names.split()} == known

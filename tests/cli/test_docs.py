"""The page on the program names every command, exit code and form of document there is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cyclopts import App
from jsonschema import Draft202012Validator

from risk import errors
from risk.cli.app import COMMANDS, INTERNAL, PIPE, app
from tests.schema import FOLDER, read

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")


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


FORMS = [
    pytest.param(file.stem, {"$defs": schema["$defs"], **form}, id=f"{file.stem}-{i}")
    for file in sorted(FOLDER.glob("*.json"))
    for schema in [read(file)]
    for i, form in enumerate(schema.get("oneOf", [schema]))
]
"""Schemas of all documents; one that has several forms has as many."""


@pytest.mark.parametrize(("stem", "form"), FORMS)
def test_a_schema_refuses_what_lacks_a_key_or_has_another(stem: str, form: dict[str, Any]) -> None:
    name = form["properties"]["schema"]["const"]
    assert stem == name.removeprefix("bubblerisk.").replace("/", "-")
    found = Draft202012Validator(form).iter_errors({"schema": name, "stranger": 1})
    wrong = "\n".join(error.message for error in found)
    assert "'stranger' was unexpected" in wrong
    for key in set(form["required"]) - {"schema"}:
        assert f"'{key}' is a required property" in wrong


DOCUMENTS = {
    "run": "summary-2 plan blocks", "show": "summary-2 metric", "pack": "pack", "pdf": "pdf",
    "trace": "trace",
    "batch": "batch", "compare": "compare bridge", "tail": "tail", "drivers": "drivers explanation",
    "budget": "budget", "sharpen": "sharpen", "sources": "sources", "whatif": "whatif", "lenders": "lenders",
    "voi": "voi", "book": "book", "energy": "energy",
    "tokens": "tokens", "path": "path series", "reverse": "reverse",
    "amplification": "amplification", "screen": "screen", "hindcast": "hindcast",
    "replay": "replay replay.check", "challenger": "challenger", "views": "views", "check": "check",
    "estimate": "estimate",
    "verify": "verify", "runs": "runs", "runs rm": "runs.rm", "runs gather": "blocks", "doctor": "doctor",
    "assumptions list": "assumptions.list",
    "assumptions show": "assumptions.show assumptions.table assumptions.row",
    "assumptions check": "assumptions.check", "assumptions diff": "assumptions.diff",
    "assumptions stale": "assumptions.stale", "assumptions export": "assumptions.export",
    "assumptions import": "assumptions.import", "scenarios list": "scenarios.list",
    "scenarios show": "scenarios.show", "scenarios check": "scenarios.check",
    "watch": "watch", "update": "update",
    "validation": "validation", "validation measure": "validation.measure", "sign": "sign",
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

"""The page on the program names every command, exit code and form of document there is."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from risk import errors
from risk.cli.app import COMMANDS, INTERNAL
from tests.schema import FOLDER, WORDS, problems

PAGE = (Path(__file__).parents[2] / "docs" / "cli.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", [name for name, _, _ in COMMANDS])
def test_every_command_stands_in_the_table(name: str) -> None:
    assert re.search(rf"^\| `bubblerisk {name}\b", PAGE, re.MULTILINE)


def test_every_exit_code_is_explained() -> None:
    told = {int(code) for code in re.findall(r"^\| (\d+) \|", PAGE, re.MULTILINE)}
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type)]
    codes = {kind.exit_code for kind in kinds if issubclass(kind, errors.BubbleriskError)}
    assert told == codes | {0, INTERNAL, 130}


@pytest.mark.parametrize("file", sorted(FOLDER.glob("*.json")), ids=lambda file: file.stem)
def test_a_schema_refuses_what_lacks_a_key_or_has_another(file: Path) -> None:
    found = json.loads(file.read_text(encoding="utf-8"))
    assert set(found) <= WORDS
    name = found["properties"]["schema"]["const"]
    assert file.stem == name.removeprefix("bubblerisk.").replace("/", "-")
    wrong = problems({"schema": name, "stranger": 1})
    assert "$: stranger is not known" in wrong
    assert len(wrong) == len(found["required"])  # all are missing but the schema's name

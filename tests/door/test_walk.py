"""Every command prints what the door returns, and computes nothing of its own."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import risk.cli
from risk.cli.app import COMMANDS

FOLDER = Path(risk.cli.__file__).parent
VOICE = {"app", "console", "screens"}
"""Modules that write: results, messages, what is wrong."""

PAGES = {"dictionary", "schemas", "states"}
"""Modules that are no commands: `python -m` writes pages of the docs by them."""

MAKERS = {"Told", "Document", "Record", "Spec", "Table", "load", "open_run", "plan", "arrange"}
"""What a second computation would begin with: results made, registers and runs read by a command itself."""

FILES = sorted({path.partition(":")[0] for _, path, _ in COMMANDS})


def _tree(name: str) -> ast.Module:
    return ast.parse((FOLDER / f"{name}.py").read_text(encoding="utf-8"))


def _called(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")


def _commands(tree: ast.Module) -> Iterator[ast.FunctionDef]:
    """Functions that a command line can call: those with a line of help, which are public."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_") and _is_command(node):
            yield node


def _is_command(node: ast.FunctionDef) -> bool:
    shared = {argument.arg for argument in node.args.kwonlyargs}
    return bool(shared & {"common", "output"})


@pytest.mark.parametrize("name", FILES)
def test_what_a_command_prints_is_what_the_door_returns(name: str) -> None:
    commands = list(_commands(_tree(name)))
    assert commands
    for command in commands:
        assert {"give", "write_verdict"} & set(_called(command)), command.name


@pytest.mark.parametrize("name", FILES)
def test_a_command_makes_no_result_and_prints_nothing_itself(name: str) -> None:
    called = set(_called(_tree(name)))
    assert not called & MAKERS
    assert "print" not in called


def test_no_other_module_of_the_command_line_writes() -> None:
    writers = {file.stem for file in FOLDER.glob("*.py") if "print" in set(_called(_tree(file.stem)))}
    assert writers <= VOICE | PAGES


def test_a_result_is_printed_in_one_place() -> None:
    printed = [
        node
        for node in ast.walk(_tree("screens"))
        if isinstance(node, ast.FunctionDef) and "print" in set(_called(node))
    ]
    assert [node.name for node in printed] == ["give", "show"]
    assert "told" in {argument.arg for argument in printed[0].args.args}

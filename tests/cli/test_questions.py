"""The questions of the first hour: one command each, which runs and prints what the page explains."""

from __future__ import annotations

import re
import shlex

import pytest

from tests.cli.conftest import Ask, Stored
from tools.guide import ROOT, terms
from tools.pages import Fence, fences

PAGE = ROOT / "docs" / "questions.md"
TRIED = ("whatif", "tokens")
"""Commands that simulate; here on few paths."""


def questions() -> dict[str, str]:
    """Section of every question."""
    _, *sections = re.split(r"^## ", PAGE.read_text("utf-8"), flags=re.MULTILINE)
    return {section.partition("\n")[0]: section for section in sections}


def test_there_are_ten() -> None:
    assert len(questions()) == 10


@pytest.mark.parametrize("question", questions())
def test_one_command_answers(runs: Stored, ask: Ask, question: str) -> None:
    section = questions()[question]
    (block,) = (part for part in fences(section) if isinstance(part, Fence))
    (command,) = block.text.splitlines()
    program, *words = shlex.split(command.removeprefix("$ "))
    few = ("-n", "64", "--jobs", "1") if words[0] in TRIED else ()
    said = ask(*words, *few)
    assert (program, said.code) == ("bubblerisk", 0), said.err
    assert terms(section)
    assert [term for term in terms(section) if term not in said.out] == []

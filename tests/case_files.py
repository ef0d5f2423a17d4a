"""The template of a case as text, to be changed in one place."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
REGISTER = ROOT / "assumptions"
TEMPLATE = (REGISTER / "cases" / "template.toml").read_text(encoding="utf-8")


def changed(old: str, new: str, text: str = TEMPLATE) -> str:
    """The template with one place changed."""
    assert old in text, old
    return text.replace(old, new, 1)


def without(id: str, text: str = TEMPLATE) -> str:
    """The template without an entry."""
    found = re.sub(rf'^"{re.escape(id)}" = .*\n', "", text, flags=re.MULTILINE)
    assert found != text, id
    return found


def written(folder: Path, text: str = TEMPLATE) -> Path:
    """A case's file with a text in it."""
    path = folder / "my-case.toml"
    path.write_text(text, encoding="utf-8")
    return path


def line_of(text: str, part: str) -> int:
    """The line on which a part of a text stands."""
    return text[: text.index(part)].count("\n") + 1

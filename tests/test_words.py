"""Names in the code of the model are roles: no word of the sector that today's register describes."""

from __future__ import annotations

import io
import re
import tokenize
from pathlib import Path

import pytest

import risk

ROOT = Path(risk.__file__).parent
PACKAGES = ("engine", "mechanisms", "processes", "shocks", "analysis")
WORDS = re.compile(
    r"(?i:gpu|[ahb][12]00|rubin|hyperscal|neocloud|coreweave|nvidia|openai|anthropic|chip|big_five|token|"
    r"data_?center|(?:^|_)labs?(?:_|$))|^Labs?[A-Z]"
)
FILES = {path.stem for path in ROOT.rglob("*.py")} | {path.name for path in ROOT.rglob("*") if path.is_dir()}
"""Files and packages keep the words of their user, and are named in the code as they are called."""


def names(source: str) -> set[str]:
    """Identifiers of a module, without text, comments and names of files."""
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return {token.string for token in tokens if token.type == tokenize.NAME} - FILES


@pytest.mark.parametrize("package", PACKAGES)
def test_no_word_of_the_sector_names_anything(package: str) -> None:
    for path in (ROOT / package).rglob("*.py"):
        found = {name for name in names(path.read_text(encoding="utf-8")) if WORDS.search(name)}
        assert not found, f"{path.relative_to(ROOT)}: {sorted(found)}"


@pytest.mark.parametrize("name", ["gpus", "lab_equity", "Labs", "neocloud_debt", "per_h100e", "NvidiaShare"])
def test_a_word_of_the_sector_is_found(name: str) -> None:
    assert WORDS.search(name)


@pytest.mark.parametrize("name", ["label", "labels", "available", "device", "anchor_equity"])
def test_an_ordinary_word_is_not(name: str) -> None:
    assert not WORDS.search(name)

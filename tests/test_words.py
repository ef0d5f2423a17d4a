"""Names in the code of the model are roles, and so is what it says: no word of today's sector.

What is called after the sector is declared in one place: keys in the files of the register and in the
catalogue of path quantities, the words of sentences in terms.toml.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from functools import cache
from itertools import accumulate
from pathlib import Path

import pytest

import risk
from risk.assumptions import load
from risk.catalogue import CATALOGUE, MEMBERS
from risk.paths import EVENT_VARIABLES

ROOT = Path(risk.__file__).parent
PACKAGES = ("engine", "mechanisms", "processes", "shocks", "analysis")
WORDS = re.compile(
    r"(?i:gpu|[ahb][12]00|rubin|hyperscal|neocloud|coreweave|nvidia|openai|anthropic|chip|big.five|token|"
    r"data.?cent|(?:^|_)labs?(?:_|$))|^Labs?[A-Z]"
)
SAID = re.compile(rf"{WORDS.pattern}|\b[Ll]abs?\b|\bAI\b")
"""In a text, where words stand apart."""

FILES = {path.stem for path in ROOT.rglob("*.py")} | {path.name for path in ROOT.rglob("*") if path.is_dir()}
"""Files and packages keep the words of their user, and are named in the code as they are called."""

KEY = re.compile(r"[\w.]+(?:->[\w.]+)?")


def names(source: str) -> set[str]:
    """Identifiers of a module, without text, comments and names of files."""
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return {token.string for token in tokens if token.type == tokenize.NAME} - FILES


@cache
def keys() -> frozenset[str]:
    """Keys that the register and the catalogue declare, whole and without what they stand under."""
    register = load()
    found = {*register.entries, *register.tables, *CATALOGUE}
    for name, table in register.tables.items():
        found |= {f"{name}.{column}" for column in table.model.model_fields}
    declared = {*register.outcomes, *register.flags, *register.propositions, *register.switches}
    ends = {key.rpartition(".")[2] for key in found}
    members = {name for group in MEMBERS.values() for name in group}
    return frozenset(found | ends | declared | members | set(EVENT_VARIABLES))


@cache
def beginnings() -> frozenset[str]:
    """What dotted keys begin with: up to a point, with it and without, or further on to an underscore."""
    dotted = [key for key in keys() if "." in key]
    parts = {part for key in dotted for part in accumulate(re.findall(r"[^._]+[._]?", key)) if "." in part}
    return frozenset(parts | {part.rstrip(".") for part in parts})


def texts(source: str) -> Iterator[str]:
    """Texts of a module, without docstrings."""
    nodes = list(ast.walk(ast.parse(source)))
    told = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
    for node in nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in told:
            yield node.value


def without(found: re.Match[str]) -> str:
    """What is left of a key that is declared: of one made under a table, what stands behind the table."""
    key = found[0].strip(".")
    table, _, end = key.rpartition(".")
    return "" if key in keys() else end if table in keys() else found[0]


def says_the_sector(text: str) -> bool:
    """Whether a word of the sector is left in a text without the keys it names."""
    left = KEY.sub(without, text)
    return text not in beginnings() and SAID.search(left) is not None


@pytest.mark.parametrize("package", PACKAGES)
def test_no_word_of_the_sector_names_anything(package: str) -> None:
    for path in (ROOT / package).rglob("*.py"):
        found = {name for name in names(path.read_text(encoding="utf-8")) if WORDS.search(name)}
        assert not found, f"{path.relative_to(ROOT)}: {sorted(found)}"


@pytest.mark.parametrize("package", PACKAGES)
def test_no_word_of_the_sector_is_said(package: str) -> None:
    for path in (ROOT / package).rglob("*.py"):
        found = [text for text in texts(path.read_text(encoding="utf-8")) if says_the_sector(text)]
        assert not found, f"{path.relative_to(ROOT)}: {found}"


@pytest.mark.parametrize("name", ["gpus", "lab_equity", "Labs", "neocloud_debt", "per_h100e", "NvidiaShare"])
def test_a_word_of_the_sector_is_found(name: str) -> None:
    assert WORDS.search(name)


@pytest.mark.parametrize("name", ["label", "labels", "available", "device", "anchor_equity"])
def test_an_ordinary_word_is_not(name: str) -> None:
    assert not WORDS.search(name)


@pytest.mark.parametrize(
    "text",
    [
        "Repossessed GPUs come to market.", "The labs' means", "Big-Five capex", "data_center", "lab", "H100",
        "AI revenue", "raise gpu.normal_use", "neoclouds.payer.lab_share", "The neoclouds borrow.",
        "ig_on_lab", "H100e M",
    ],
)  # fmt: skip
def test_a_text_of_the_sector_is_found(text: str) -> None:
    assert says_the_sector(text)


@pytest.mark.parametrize(
    "text",
    [
        "gpu.normal_utilization", "neoclouds.", "neoclouds.cohort_", "h100_contract", "labs->payers",
        "raise gpus in [[gpu.generation]] or lower gpu.recent_purchases", "{Operators} borrow", "the label",
    ],
)  # fmt: skip
def test_a_key_in_a_text_is_not(text: str) -> None:
    assert not says_the_sector(text)

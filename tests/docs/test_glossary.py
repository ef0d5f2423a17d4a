"""Every word of a pack that is not everybody's stands in the glossary."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from risk.report.sheet import Workbook
from tests.docs import words
from tests.report.runs import small_book, small_run

PAGE = Path(__file__).parents[2] / "docs" / "glossary.md"
PLAIN = frozenset((Path(__file__).parent / "plain_words.txt").read_text("utf-8").split())
"""Words of headings that mean there what they mean everywhere."""

TERMS = re.findall(r"^(.+)\n:   ", PAGE.read_text("utf-8"), re.MULTILINE)
KNOWN = frozenset(re.sub(r"s$", "", word) for term in TERMS for word in re.findall(r"[\w/]+", term.lower()))
FAMILIES = frozenset(re.sub(r"\d.*", "", code) for term in TERMS for code in re.findall(r"\b[A-Z]\d+", term))
"""Letters of numbered things: B1 to B8 say what B5x is."""


@pytest.fixture(scope="module")
def book() -> Workbook:
    return small_book()


def explained(word: str) -> bool:
    """Whether the glossary has a word, or all parts of a joined one."""
    if re.fullmatch(r"[A-Za-z]\d+\w?", word):
        return word[0].upper() in FAMILIES
    whole, parts = word.lower(), re.findall(r"[^\W_]+", word.lower())
    return _known(whole) or all(_known(part) or part.isdigit() for part in parts)


def _known(word: str) -> bool:
    return word in PLAIN or re.sub(r"s$", "", word) in KNOWN


@pytest.mark.slow
def test_every_capitalised_word_of_the_pack_is_explained(book: Workbook) -> None:
    register = small_run().register
    names = words.names(book, register) | words.entries(register)
    found = {word: text for text in words.texts(book) for word in words.capitalised(text)}
    missing = {word: text[:90] for word, text in found.items() if word not in names and not explained(word)}
    assert not missing, "docs/glossary.md lacks them"


@pytest.mark.slow
def test_every_coined_word_of_a_heading_is_explained(book: Workbook) -> None:
    names = {word.lower() for word in words.names(book, small_run().register)}
    found = {word: text for text in words.headings(book) for word in words.plain(text)}
    missing = {word: text for word, text in found.items() if word not in names and not explained(word)}
    assert not missing, "docs/glossary.md lacks them, or tests/docs/plain_words.txt"


def test_no_term_stands_twice() -> None:
    forms = [form for term in TERMS for form in term.split(", ")]
    assert sorted(forms) == sorted({form.lower(): form for form in forms}.values())

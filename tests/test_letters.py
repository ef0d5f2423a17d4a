"""Companies shown by letters."""

from __future__ import annotations

import re

import pytest

from risk.assumptions import load
from risk.letters import Called, Letters

NORTH = Called("North Works", ("NWKS",), ("Boreal",))
SOUTH = Called("South", ("SO1",))
BOTH = Letters.of([NORTH, SOUTH])
ALLOWED = {"Bank", "Bondholders", "DDTL", "Investment", "OEM", "Private", "Vendor", "Company"}
"""Words with a capital in what facilities say of their lenders that name nobody."""


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("NWKS-IG1 owes", "{0}-IG1 owes"),
        ("nwks-10q", "{1}-10q"),
        ("North Works' plant Boreal", "Company {0}' plant Company {0}"),
        ("NWKSX, Southern, north works", "NWKSX, Southern, north works"),
    ],
)
def test_words_and_codes_are_hidden_and_nothing_else(text: str, said: str) -> None:
    letter = BOTH.said("NWKS")
    assert BOTH.said(text) == said.format(letter, letter.lower())


def test_the_order_in_which_companies_are_listed_says_nothing() -> None:
    assert Letters.of([SOUTH, NORTH]) == BOTH


def test_a_code_that_is_not_listed_has_a_letter_behind_those_that_are() -> None:
    more = Letters.of([SOUTH, NORTH], ["NWKS", "ELSE"])
    assert more.companies[:2] == BOTH.companies
    assert more.said("ELSE and NWKS") == f"C and {BOTH.said('NWKS')}"


def test_runs_side_by_side_have_one_letter_for_one_company() -> None:
    other = Letters.of([NORTH], ["ELSE"])
    joined = BOTH | other
    shown = {name: joined.said(name) for name in ("NWKS", "SO1", "ELSE")}
    assert len(set(shown.values())) == 3
    assert shown["NWKS"] == BOTH.said("NWKS")


def test_there_are_letters_for_more_companies_than_the_alphabet_has() -> None:
    many = Letters.of(Called(f"Firm{i}", (f"F{i}",)) for i in range(60))
    shown = {many.said(f"F{i}") for i in range(60)}
    assert len(shown) == 60
    assert {"A", "Z", "AA", "BH"} <= shown


def test_no_lender_of_a_facility_is_forgotten() -> None:
    register = load()
    for row in register.tables["neoclouds.facility"].rows:
        words = register.letters.said(getattr(row, "lender")).split("-type")[0]  # noqa: B009
        capitals = {word for word in re.findall(r"[A-Z][A-Za-z]+", words) if len(word) > 2}
        assert capitals <= ALLOWED, words


def test_every_row_that_is_a_company_has_a_letter() -> None:
    register = load()
    rows = [row.id for name in ("capex.firm", "neoclouds.firm") for row in register.tables[name].rows]
    shown = [register.letters.said(id) for id in rows]
    assert len(set(shown)) == len(rows)
    assert not set(shown) & set(rows)

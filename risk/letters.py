"""Companies shown by letters: facilities and balance sheets are stylised, and no name need be read."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from hashlib import sha256
from typing import NamedTuple


class Called(NamedTuple):
    """How one company is called.

    Attributes
    ----------
    name : what it is known by here.
    codes : in tables and keys, in capitals or small letters, where its letter alone stands.
    words : in sentences, where `Company` and its letter stand.
    """

    name: str
    codes: tuple[str, ...] = ()
    words: tuple[str, ...] = ()

    @property
    def all_words(self) -> tuple[str, ...]:
        """Its name too, where that is no code."""
        return self.words if self.name in self.codes else (self.name, *self.words)


class Letters(NamedTuple):
    """A letter for each company. Their order says nothing; the same companies have the same letters."""

    companies: tuple[Called, ...] = ()

    @classmethod
    def of(cls, listed: Iterable[Called], others: Iterable[str] = ()) -> Letters:
        """Letters of companies that are listed, then of codes that belong to none of them."""
        companies = sorted(listed, key=_order)
        known = {code for company in companies for code in company.codes}
        more = (Called(code, (code,)) for code in dict.fromkeys(others) if code not in known)
        return cls((*companies, *sorted(more, key=_order)))

    def __or__(self, other: Letters) -> Letters:
        """Letters of two registers whose runs stand side by side."""
        return Letters(
            tuple({called.name: called for called in (*self.companies, *other.companies)}.values())
        )

    def said(self, text: str) -> str:
        """Return a text without the name of a company."""
        if not self.companies:
            return text
        pattern, shown = _pattern(self)
        return pattern.sub(lambda found: shown[found[0]], text)

    def __str__(self) -> str:
        """How many there are, for a manifest: which is which is not told."""
        return f"{len(self.companies)} companies are shown by letters"


def _order(company: Called) -> tuple[bool, str]:
    """Those with codes first: they stand in tables, where one letter is enough."""
    return not company.codes, sha256(company.name.encode()).hexdigest()


@cache
def _pattern(letters: Letters) -> tuple[re.Pattern[str], dict[str, str]]:
    """What is looked for, the longest first, and what stands in its place."""
    shown: dict[str, str] = {}
    for i, company in enumerate(letters.companies):
        letter = _letter(i)
        shown |= {code.lower(): letter.lower() for code in company.codes}
        shown |= {code.upper(): letter for code in company.codes}
        shown |= dict.fromkeys(company.all_words, f"Company {letter}")
    words = "|".join(re.escape(word) for word in sorted(shown, key=len, reverse=True))
    return re.compile(rf"(?<![A-Za-z0-9])(?:{words})(?![A-Za-z0-9])"), shown


def _letter(i: int) -> str:
    """A to Z, then AA, as the columns of a sheet."""
    first, last = divmod(i, 26)
    return (_letter(first - 1) if first else "") + chr(ord("A") + last)

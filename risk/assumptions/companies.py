"""Companies that the register's rows and words name: companies.toml."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from risk.assumptions.schema import Record, Text
from risk.letters import Called

COMPANIES = ("capex.firm", "neoclouds.firm")
"""Tables whose rows are companies, one each."""


Words = Annotated[tuple[Text, ...], Field(strict=False)]


class Company(Record):
    """How a company is called: ``[[company]]``. Nothing is computed of it.

    Attributes
    ----------
    id : the name by which it is known.
    codes : of rows and keys.
    words : other names of it, its brands and its projects, as sentences have them.
    """

    id: Text
    codes: Words = ()
    words: Words = ()

    @property
    def called(self) -> Called:
        """The same as what hides it takes it."""
        return Called(self.id, self.codes, self.words)

"""The thesis page in the register: its figures and what became of them, and where it contradicts itself."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from pydantic import Field

from risk.assumptions.schema import Link, Note, Record, Text

FATES = {
    "value_of": "value",
    "evidence_for": "evidence",
    "replaced_by": "replaced",
    "context": "context",
    "not_used": "not used",
}
"""What can become of a figure of the thesis page, by the key that says so."""

References = Annotated[tuple[Text, ...], Field(strict=False)]
"""Entries, tables, rows, columns or cells by id; ``target:T8b``; ``proposition:B6``."""


class Figure(Record):
    """A figure of the thesis page and what became of it: ``[[figure]]`` in page_figures.toml.

    Attributes
    ----------
    section, also : heading that prints it first, and the others that repeat it.
    value, unit : as printed.
    value_of : entries and cells that take the figure as their value.
    evidence_for : what the figure argues for without being its value.
    replaced_by : expression (`risk.assumptions.figures`) of what stands in its place.
    context : why it bears on nothing in the model.
    not_used : why it bears on the model and is still no input.
    today : expression of what the model has where the figure is evidence.
    why : how it is read, or why it gave way.
    """

    id: Text
    section: Text
    value: Text
    unit: Note = ""
    name: Note = ""
    also: References = ()
    value_of: References = ()
    evidence_for: References = ()
    replaced_by: Note = ""
    context: Note = ""
    not_used: Note = ""
    today: Note = ""
    why: Note = ""

    @property
    def fates(self) -> tuple[str, ...]:
        """Keys that say what became of it: exactly one in a valid register."""
        return tuple(key for key in FATES if getattr(self, key))


class Fact(Record):
    """A number the thesis page lacks, against which a figure is read: ``[[fact]]`` in contradictions.toml."""

    id: Text
    name: Text
    value: Text
    unit: Text
    source: Text
    url: Link = ""
    as_of: dt.date | None = None


class Contradiction(Record):
    """Two statements of the thesis page that cannot both hold: ``[[contradiction]]`` in contradictions.toml.

    Attributes
    ----------
    claim : what the page says, in words.
    says, against : the statement and what contradicts it, as expressions (`risk.assumptions.figures`).
    unit : of both, as the page prints units.
    reading : why they differ, and what the model uses.
    """

    id: Text
    claim: Text
    says: Text
    against: Text
    unit: Text
    reading: Text

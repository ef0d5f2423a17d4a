"""What a position may be, and what it rides on: `instruments.toml` of a register.

No part of any run's identity.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from risk.assumptions import Assumptions
from risk.assumptions.problems import AssumptionErrors, Problem
from risk.assumptions.reader import Document, parse
from risk.assumptions.reader import read as opened
from risk.assumptions.schema import Grade, Note, Record, Text
from risk.assumptions.validation import Site, validate
from risk.errors import UsageError, suggestion
from risk.units import SCALE, unknown

FILE = "instruments.toml"

Kind = Literal["debt", "equity", "fund", "protection"]
Named = Literal["neoclouds.facility", "neoclouds.firm", "credit.segment", "company", ""]
NUMBERS = ("beta", "expects")


class Number(Record):
    """A number of a mapping: ``[notes.beta]``.

    Attributes
    ----------
    value, low, high : in `unit`; the range is plausible, and a book is counted at both of its ends.
    source : key of the register's sources.
    """

    value: float
    low: float
    high: float
    unit: Text
    source: Text
    as_of: dt.date
    grade: Grade
    locator: Note = ""
    note: Text


class _Written(Record):
    """An instrument as written: ``[notes]``."""

    label: Text
    kind: Kind
    named: Named
    rides: Text
    seniority: Note = ""
    matures: bool = False
    least: float | None = None
    most: float | None = None


@dataclass(frozen=True)
class Instrument:
    """What a position may be.

    Attributes
    ----------
    kind : protection pays what the others lose.
    named : table whose row a position names; "company" of any company, empty where a name is free.
    rides : expression of quantities of a path, with placeholders: the share that is lost.
    matures : a position may say when it is due.
    least, most : bounds of the share after `beta`; None where there is none.
    expects : what today's price expects, where the expression asks for it.
    """

    id: str
    label: str
    kind: Kind
    named: Named
    rides: str
    seniority: str
    matures: bool
    least: float | None
    most: float | None
    beta: Number
    expects: Number | None = None

    @property
    def hedges(self) -> bool:
        """Whether it is a hedge by what it is."""
        return self.kind == "protection"


def read(folder: Path, register: Assumptions) -> dict[str, Instrument]:
    """Instruments of a register's folder, by id.

    Raises
    ------
    AssumptionErrors : everything that is wrong with the file, by line.
    UsageError : there is none.
    """
    return _all(*_opened(folder), register)


def text(folder: Path) -> str:
    """The file of a register's folder as it stands; raises as `read`."""
    document, problems = _opened(folder)
    if problems:
        raise AssumptionErrors(problems, 0)
    return document.text


def again(text: str, register: Assumptions) -> dict[str, Instrument]:
    """Instruments of a text that was kept; raises as `read`."""
    return _all(*parse(FILE, text), register)


def _opened(folder: Path) -> tuple[Document, list[Problem]]:
    if not (folder / FILE).exists():
        fix = "it says what positions ride on: docs/book.md"
        raise UsageError(f"there is no {FILE} beside the register", fix)
    return opened(folder / FILE)


def _all(document: Document, problems: list[Problem], register: Assumptions) -> dict[str, Instrument]:
    found = {}
    for id in document.data:
        one, wrong = _instrument(document, id)
        problems += wrong
        if one is not None:
            problems += _known(Site(document, (id,)), one, register)
            found[id] = one
    if problems:
        raise AssumptionErrors(problems, len(document.data))
    return found


def _instrument(document: Document, id: str) -> tuple[Instrument | None, list[Problem]]:
    raw: Any = document.data[id]
    table = dict(raw) if isinstance(raw, dict) else {}
    parts = {key: table.pop(key) for key in NUMBERS if key in table}
    written, problems = validate(_Written, table, Site(document, (id,)))
    numbers = {}
    for key, part in parts.items():
        site = Site(document, (id, key))
        number, wrong = validate(Number, part if isinstance(part, dict) else {}, site)
        problems += wrong
        if number is not None:
            problems += _ranged(site, number)
            numbers[key] = number
    if "beta" not in parts:
        fix = f"write [{id}.beta] with value, low, high, unit, source, as_of, grade, note"
        problems.append(document.problem("A004", (id,), "'beta' is missing", fix, key=True))
    if problems or written is None:
        return None, problems
    return Instrument(id=id, **written.model_dump(), beta=numbers["beta"], expects=numbers.get("expects")), []


def _ranged(site: Site, number: Number) -> Iterator[Problem]:
    if not number.low <= number.value <= number.high:
        reason = f"value {number.value:g} lies outside its plausible range {number.low:g} to {number.high:g}"
        yield site.problem("A025", ("value",), reason, "widen the range, or move the value")
    if number.unit not in SCALE:
        yield site.problem("A009", ("unit",), *unknown(number.unit))


def _known(site: Site, one: Instrument, register: Assumptions) -> Iterator[Problem]:
    for key in NUMBERS:
        number = getattr(one, key)
        if number is not None and number.source not in register.sources:
            meant = suggestion(number.source, register.sources)
            fix = f"did you mean {meant}?" if meant else "name a key of sources.toml"
            yield site.problem("A010", (key, "source"), f"there is no source {number.source}", fix)
    if ("{expects}" in one.rides) != (one.expects is not None):
        fix = f"write [{one.id}.expects], or leave {{expects}} out of what it rides on"
        yield site.problem("A004", ("rides",), "'expects' and {expects} belong together", fix)

"""A book as it is written: TOML, or CSV of its positions; every fault by file and line.

A TOML file may name a CSV file for its positions. A bare CSV file is a book without limits but those of its
positions, in the model's currency.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Literal

from pydantic import Field

from risk.analysis.book import sheet
from risk.analysis.book.money import Positive, Rate
from risk.analysis.book.sheet import ROWS
from risk.assumptions.problems import AssumptionErrors, Problem
from risk.assumptions.reader import Document, parse
from risk.assumptions.reader import read as opened
from risk.assumptions.schema import Note, Quarter, Record, Text
from risk.assumptions.validation import Site, unknown_key, validate
from risk.errors import UsageError

FOLDER = "books"
"""Where a register's own books are."""

MOST = 2_000
"""Positions of a book at most."""

KEYS = ("book", "rate", "position", "limit")

TODO = {
    "id": "give each position a name of its own",
    "instrument": "say what it is: docs/book.md lists the instruments",
    "name": "say whose: a loan, a company, a pool",
    "amount": "write the par, the commitment or the market value, amount = 50",
    "currency": 'say in what the amount is, currency = "USD m"',
    "bound": "say how large a loss the limit allows, bound = 25",
    "of": 'say what is limited: of = "total", "position", "issuer" or "instrument"',
}
"""What to do about a key that is missing."""

Share = Annotated[float, Field(gt=0, le=1)]


class Head(Record):
    """What the book is: ``[book]``.

    Attributes
    ----------
    illustrative : an example and nobody's.
    positions : a CSV file beside this one that has them; empty where they stand here.
    """

    title: Text
    as_of: dt.date
    illustrative: bool = False
    positions: Note = ""


class Position(Record):
    """A position: ``[[position]]``, or a row.

    Attributes
    ----------
    name : the loan, the company or the pool that it is of; of a fund any.
    amount : par, commitment or market value, in `currency`; below zero of a short.
    hedge : it is held against others.
    strike : of a put, as a share of today's price.
    due : quarter by whose end it is repaid.
    cost : of a hedge, to the end of the run, in `currency`.
    beta : in place of the instrument's, with the reason (`why`).
    limit : largest loss allowed, in `currency`.
    """

    id: Text
    instrument: Text
    name: Text
    amount: float
    currency: Text
    seniority: Note = ""
    hedge: bool = False
    strike: Share | None = None
    due: Quarter | None = None
    cost: Annotated[float, Field(ge=0)] = 0.0
    beta: Positive | None = None
    why: Note = ""
    limit: Positive | None = None


class Limit(Record):
    """A limit on a loss: ``[[limit]]``.

    Attributes
    ----------
    of, name : the whole book, or a position, an issuer, an instrument by name.
    bound : largest loss allowed, in `currency`.
    """

    of: Literal["total", "position", "issuer", "instrument"]
    name: Note = ""
    bound: Positive
    currency: Text


COLUMNS: Mapping[str, type] = MappingProxyType(
    {
        **dict.fromkeys(("id", "instrument", "name"), str),
        "amount": float,
        **dict.fromkeys(("currency", "seniority"), str),
        "hedge": bool,
        "strike": float,
        "due": str,
        **dict.fromkeys(("cost", "beta"), float),
        "why": str,
        "limit": float,
    }
)
"""Columns of a CSV file of positions."""


@dataclass(frozen=True)
class Written:
    """A book as written.

    Attributes
    ----------
    file : as it is shown.
    head : None of a bare CSV file.
    positions, limits : each with the place where it stands.
    texts : what the files hold, each with the name by which it is shown; the first is the book's own.
    """

    file: str
    head: Head | None
    rates: Mapping[str, Rate]
    positions: tuple[tuple[Site, Position], ...]
    limits: tuple[tuple[Site, Limit], ...]
    texts: tuple[tuple[str, str], ...]

    @property
    def title(self) -> str:
        """What it is called."""
        return self.head.title if self.head else Path(self.file).stem


def read(path: Path) -> Written:
    """Read a book from its file, and from the file of its positions where it names one.

    Raises
    ------
    UsageError : it is neither a TOML nor a CSV file.
    AssumptionErrors : everything that is wrong, by file and line.
    """
    if path.suffix.casefold() == ".csv":
        return _bare(*sheet.read(path, COLUMNS))
    if path.suffix.casefold() != ".toml":
        raise UsageError(
            f"{str(path)[:80]} is no book", "give a TOML or CSV file: docs/book.md says how to write one"
        )
    document, problems = opened(path)
    named = document.data.get("book", {})
    other = named.get("positions") if isinstance(named, dict) else None
    beside = sheet.read(path.parent / other, COLUMNS) if isinstance(other, str) and other else None
    return _whole(document, problems, beside)


def again(texts: tuple[tuple[str, str], ...]) -> Written:
    """A book of texts that were kept; raises as `read`."""
    (name, text), *others = texts
    if name.casefold().endswith(".csv"):
        return _bare(*sheet.parse(name, text, COLUMNS))
    beside = sheet.parse(*others[0], COLUMNS) if others else None
    return _whole(*parse(name, text), beside)


def _bare(table: sheet.Sheet, problems: list[Problem]) -> Written:
    positions, wrong = _positions(table)
    _refuse([*problems, *([] if problems else wrong)], len(positions))
    return Written(table.name, None, {}, positions, (), ((table.name, table.text),))


def _whole(
    document: Document, problems: list[Problem], beside: tuple[sheet.Sheet, list[Problem]] | None
) -> Written:
    _refuse(problems, 0)
    problems = [unknown_key(Site(document, ()), (key,), KEYS) for key in document.data if key not in KEYS]
    raw = document.data.get("book")
    head, wrong = validate(Head, raw if isinstance(raw, dict) else {}, Site(document, ("book",)))
    if raw is None:
        fix = 'write it, with title = "…" and as_of = …'
        wrong = [document.problem("A004", (), "[book] is missing", fix)]
    problems += wrong
    rates, wrong = _rates(document)
    problems += wrong
    problems += _two_places(document, head)
    table, refused = beside or (document, [])
    problems += refused
    positions, wrong = ((), []) if refused else _positions(table)
    problems += wrong
    limits, wrong = _listed(document, "limit", Limit)
    _refuse([*problems, *wrong], len(positions))
    own = (document.name, document.text)
    return Written(
        document.name, head, rates, positions, limits, (own, (table.name, table.text)) if beside else (own,)
    )


def _two_places(document: Document, head: Head | None) -> Iterator[Problem]:
    if head is not None and head.positions and ROWS in document.data:
        reason = f"positions stand here and in {head.positions}"
        yield document.problem("A019", (ROWS,), reason, "keep them in one place", key=True)


def _rates(document: Document) -> tuple[dict[str, Rate], list[Problem]]:
    raw = document.data.get("rate", {})
    if not isinstance(raw, dict):
        return {}, [document.problem("A005", ("rate",), "'rate' must be a table", "write [rate.EUR]")]
    found, problems = {}, []
    for code, table in raw.items():
        rate, wrong = validate(Rate, table if isinstance(table, dict) else {}, Site(document, ("rate", code)))
        problems += wrong
        if rate is not None:
            found[code] = rate
    return found, problems


def _positions(document: Document) -> tuple[tuple[tuple[Site, Position], ...], list[Problem]]:
    found, problems = _listed(document, ROWS, Position)
    if not problems and not found:
        return (), [document.problem("A004", (), "there is no position", "write [[position]], or a row")]
    if len(found) > MOST:
        reason = f"{len(found):,} positions; a book has at most {MOST:,}"
        problems.append(document.problem("A024", (ROWS, MOST), reason, "add up what rides on the same"))
    return found, problems


def _listed(document: Document, key: str, model: Any) -> tuple[tuple[Any, ...], list[Problem]]:
    """Tables of a list, each with its place, and what is wrong with them."""
    raw: Any = document.data.get(key, [])
    if not isinstance(raw, list) or not all(isinstance(each, dict) for each in raw):
        return (), [document.problem("A005", (key,), f"'{key}' must be a list", f"write [[{key}]]", key=True)]
    found, problems = [], []
    for k, each in enumerate(raw):
        site = Site(document, (key, k))
        one, wrong = validate(model, _numbers(each), site)
        problems += [_helped(problem) for problem in wrong]
        if one is not None:
            found.append((site, one))
    return tuple(found), problems


def _numbers(table: dict[str, Any]) -> dict[str, Any]:
    """Whole numbers count as numbers, but not yes and no."""
    return {k: float(v) if type(v) is int and abs(v) < 10**15 else v for k, v in table.items()}


def _helped(problem: Problem) -> Problem:
    """A problem with what to do about a key that is missing."""
    missing = problem.reason.removesuffix(" is missing").strip("'")
    return replace(problem, fixes=(TODO[missing],)) if problem.code == "A004" and missing in TODO else problem


def _refuse(problems: list[Problem], entries: int) -> None:
    if problems:
        raise AssumptionErrors(problems, entries)

"""A book held against a register: every position an instrument's, every name known, all money in USD."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Literal

from risk.analysis.book import rides
from risk.analysis.book.fits import fits
from risk.analysis.book.instruments import Instrument
from risk.analysis.book.money import rate
from risk.analysis.book.written import Limit, Position, Written
from risk.analysis.conditions import check_amount
from risk.assumptions import Assumptions
from risk.assumptions.problems import AssumptionErrors, Problem
from risk.assumptions.validation import Site
from risk.errors import UsageError, suggestion
from risk.letters import Called, Letters
from risk.units import Names

TOTAL = "total"

End = Literal["value", "low", "high"]
"""Of a plausible range: what is taken, and both ends."""


@dataclass(frozen=True)
class Row:
    """A position of a book.

    Attributes
    ----------
    issuer : company, pool or fund that it is of.
    words : what it rides on, an expression of quantities of a path.
    ends : the same with the lower and the upper end of what prices expect.
    amount, cost : USD; what is lost is their sum, the amount times beta and what it rides on.
    beta, low, high : and its plausible range; a beta of one's own has none.
    grade : of the beta.
    strike : of a put, share of today's price; else None.
    """

    position: Position
    instrument: Instrument
    issuer: str
    words: str
    ends: tuple[str, str]
    amount: float
    cost: float
    beta: float
    low: float
    high: float
    grade: str
    strike: float | None

    @property
    def id(self) -> str:
        """What it is called."""
        return self.position.id

    def said(self, end: End) -> str:
        """What it rides on at an end of the plausible range."""
        return {"value": self.words, "low": self.ends[0], "high": self.ends[1]}[end]

    @property
    def hedge(self) -> bool:
        """Whether it is held against others."""
        return self.position.hedge or self.instrument.hedges


@dataclass(frozen=True)
class Bound:
    """A limit of a book.

    Attributes
    ----------
    of, name : scope: the whole book, a position, an issuer, an instrument.
    bound : largest loss allowed, USD.
    places : of the rows whose loss it limits.
    """

    of: str
    name: str
    bound: float
    places: tuple[int, ...]


@dataclass(frozen=True)
class Book:
    """A book of positions.

    Attributes
    ----------
    as_of : None of a bare CSV file.
    texts : of its files, by the names by which they are shown.
    """

    title: str
    file: str
    as_of: dt.date | None
    illustrative: bool
    rows: tuple[Row, ...]
    limits: tuple[Bound, ...]
    texts: tuple[tuple[str, str], ...]

    def names(self, own: Names) -> Names:
        """The same with letters that hide its positions and free names too, behind those of companies."""
        known = {word for company in own.letters.companies for word in (*company.codes, *company.all_words)}
        ids = [Called(row.id, (row.id,)) for row in self.rows]
        free = {
            row.issuer: Called(row.issuer, (), (row.issuer,)) for row in self.rows if not row.instrument.named
        }
        more = Letters((*ids, *(called for name, called in free.items() if name not in known)))
        return own._replace(letters=own.letters | more)


def understood(written: Written, instruments: Mapping[str, Instrument], register: Assumptions) -> Book:
    """What a written book means on runs of a register.

    Raises
    ------
    AssumptionErrors : everything that is wrong, by file and line.
    """
    problems: list[Problem] = list(_twice(written))
    rows = []
    for site, position in written.positions:
        row, wrong = _row(site, position, instruments, written, register)
        problems += wrong
        if row is not None:
            rows.append(row)
    problems += _meaning(written, rows, register) if not problems else ()
    limits = [*_own_limits(written, rows)] if not problems else []
    for site, limit in written.limits if not problems else ():
        bound, wrong = _bound(site, limit, rows, written, register)
        problems += wrong
        if bound is not None:
            limits.append(bound)
    if problems:
        raise AssumptionErrors(problems, len(written.positions))
    head = written.head
    return Book(
        written.title,
        written.file,
        head.as_of if head else None,
        bool(head and head.illustrative),
        tuple(rows),
        tuple(limits),
        written.texts,
    )


def _twice(written: Written) -> Iterator[Problem]:
    seen: dict[str, Site] = {}
    for site, position in written.positions:
        if position.id in seen:
            first = seen[position.id].document.line(seen[position.id].path)
            reason = f"position {position.id[:60]} stands on line {first} already"
            yield site.problem("A019", ("id",), reason, "give it another id, or add the amounts up")
        seen.setdefault(position.id, site)


def _row(
    site: Site,
    position: Position,
    instruments: Mapping[str, Instrument],
    written: Written,
    register: Assumptions,
) -> tuple[Row | None, list[Problem]]:
    instrument = instruments.get(position.instrument)
    if instrument is None:
        reason = f"there is no instrument {position.instrument[:60]}"
        return None, [
            site.problem("A018", ("instrument",), reason, *_nearest(position.instrument, instruments))
        ]
    worth, wrong = rate(position.currency, written.rates)
    problems = [site.problem("A018", ("currency",), *wrong)] if wrong else []
    problems += fits(site, position, instrument, register)
    name, issuer, refused = _named(position.name, instrument.named, register)
    if refused:
        problems.append(site.problem("A018", ("name",), *refused))
    if problems:
        return None, problems
    beta, said = instrument.beta, partial(rides.words, instrument, name, position.due, register)
    value = beta.value if position.beta is None else position.beta
    sign = -1.0 if instrument.hedges or position.strike is not None else 1.0
    return (
        Row(
            position=position,
            instrument=instrument,
            issuer=issuer,
            words=said(instrument.expects.value if instrument.expects else 0.0),
            ends=_ends(instrument, said),
            amount=sign * position.amount * worth,
            cost=position.cost * worth,
            beta=value,
            low=beta.low if position.beta is None else value,
            high=beta.high if position.beta is None else value,
            grade=beta.grade if position.beta is None else "judgement",
            strike=position.strike,
        ),
        [],
    )


def _ends(one: Instrument, said: Callable[[float], str]) -> tuple[str, str]:
    found = one.expects
    return (said(found.low), said(found.high)) if found else (said(0.0), said(0.0))


def _nearest(word: str, known: Mapping[str, object]) -> tuple[str, ...]:
    meant = suggestion(word, known)
    return (f"did you mean {meant}?",) if meant else (f"there are: {', '.join(known)}",)


def _named(name: str, table: str, register: Assumptions) -> tuple[str, str, tuple[str, ...]]:
    """Row's name, issuer, and why there is none and what to do."""
    if not table:
        return name, name, ()
    if table == "company":
        return rides.company(name, register)
    rows = register.tables[table].names
    found = name if name in rows else rides.code(name, rows, register)
    if found is None:
        known = {**dict.fromkeys(rows), **dict.fromkeys(_companies(rows, register))}
        what = {"neoclouds.facility": "loan", "neoclouds.firm": "company"}.get(table, "pool")
        return "", "", (f"there is no {what} {name[:60]} in {table}", *_nearest(name, known))
    return found, rides.issuer(table, found, register), ()


def _companies(rows: tuple[str, ...], register: Assumptions) -> list[str]:
    return [c.id for c in register.companies.values() if set(c.codes) & set(rows)]


def _meaning(written: Written, rows: list[Row], register: Assumptions) -> Iterator[Problem]:
    """Yield what rides on words that mean nothing on a run of the register."""
    seen: set[str] = set()
    for (site, _), row in zip(written.positions, rows, strict=True):
        if row.words not in seen:
            seen.add(row.words)
            try:
                check_amount(register, row.words, "fraction")
            except UsageError as error:
                reason = f"{row.instrument.id} rides on what this run does not have: {error.reason}"
                yield site.problem("A029", ("instrument",), reason, *error.fixes)


def _own_limits(written: Written, rows: list[Row]) -> Iterator[Bound]:
    for k, row in enumerate(rows):
        if row.position.limit is not None:
            worth, _ = rate(row.position.currency, written.rates)
            yield Bound("position", row.id, row.position.limit * worth, (k,))


def _bound(
    site: Site, limit: Limit, rows: list[Row], written: Written, register: Assumptions
) -> tuple[Bound | None, list[Problem]]:
    worth, wrong = rate(limit.currency, written.rates)
    problems = [site.problem("A018", ("currency",), *wrong)] if wrong else []
    if limit.of == TOTAL:
        if limit.name:
            reason = f"a limit on the total has no name, and not {limit.name[:40]}"
            problems.append(site.problem("A018", ("name",), reason, "leave it out"))
        places = tuple(range(len(rows)))
        return (None if problems else Bound(TOTAL, "", limit.bound * worth, places)), problems
    scope = [{"position": r.id, "issuer": r.issuer, "instrument": r.instrument.id}[limit.of] for r in rows]
    name = limit.name
    if limit.of == "issuer" and name not in scope:
        name = rides.company(name, register)[1] or name
    places = tuple(k for k, each in enumerate(scope) if each == name)
    if not places:
        reason = f"no position is of {limit.of} {limit.name[:60]}" if limit.name else "'name' is missing"
        problems.append(site.problem("A018", ("name",), reason, *_nearest(limit.name, dict.fromkeys(scope))))
    return (None if problems else Bound(limit.of, name, limit.bound * worth, places)), problems

"""What never changes between paths: the facility book, the calendars of contracts and debt, names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from risk.axes import EVER, Calendar
from risk.engine.base_book import base_rows
from risk.engine.surcharge import surcharge
from risk.errors import AssumptionError
from risk.mechanisms.neocloud import book as books
from risk.mechanisms.neocloud import facility
from risk.units import HOURS_A_QUARTER

if TYPE_CHECKING:
    from risk.assumptions import Assumptions, Table

Array = NDArray[np.float64]

SETTLED = 4
"""Quarters for which a generation must have been planned to be out before cohorts buy it."""

QUARTERS_A_YEAR = 4.0

ANY = "any"
"""What a facility says whose lender may call when any other of the firm is in default."""

TESTS = ("lock_up", "sweep", "event", "realization")

SHARES = "neoclouds.cohort_payer_shares"
"""Its labels are the payers whose contracts cohorts are built on; the vectors below join it by label."""

BY_CLASS = (
    SHARES,
    *(f"neoclouds.cohort_{n}" for n in ("contract_quarters", "debt_quarters", "margins", "prepaid")),
)


@dataclass(frozen=True)
class Pools:
    """Which pools of credit are reported how: columns of (path, segment) arrays."""

    headline: NDArray[np.intp]  # in the headline loss
    lines: tuple[NDArray[np.intp], ...]  # in each line of credit loss, the headline first


@dataclass(frozen=True)
class Layout:
    """Facility book and calendars."""

    quarters: int
    book: books.Book  # every facility that ever comes to life
    opening: tuple[books.Book, ...]  # … and those that exist at the start of each quarter, (quarter + 2)
    contracts: tuple[Array, Array]  # base facilities: GPUs, USD/h still to be paid (prepayment off)
    expiry: Array  # (last quarter + 1, base facility) share of contracts that ends in each quarter
    base: Mapping[
        str, Array
    ]  # base facilities: devices, debt, coupon, undrawn, prepaid (USD still to be served)
    unearned: Array  # (quarter + 1, facility) share of the first contract still to be served
    contract_left: Array  # (quarter + 1, facility) quarters of the first contract left, average
    age: Array  # (facility,) years that its units had run at the base date, negative where they come later
    terms: facility.Terms  # of every facility, before any surcharge
    surcharge: Array  # (quarter + 1, facility) USD/h added to its operating cost
    bullets: Array  # (last quarter + 1, firm) USD of base-date notes by quarter due
    converts: Array  # (last quarter + 1, firm) USD of base-date converts by quarter due
    cohorts: Mapping[int, int]  # quarter of origination → generation bought
    opened: Mapping[int, int]  # quarter of origination → quarter in which the loans it joins were opened
    cohort_firms: NDArray[np.intp]
    last: int  # last quarter anything may fall due
    pools: Pools
    draws: tuple[str, ...]  # by payer: event that decides what it does
    strong: NDArray[np.intp]  # payers that count as strong

    @property
    def base_book(self) -> books.Book:
        """Facilities of the base date."""
        return self.opening[0]

    def opex_at(self, t: int) -> Array:
        """Operating cost of a unit of every facility in quarter t, USD/h, (1, facility)."""
        return np.asarray(self.terms.opex + self.surcharge[t : t + 1])

    def terms_at(self, t: int) -> facility.Terms:
        """Terms of the facilities that exist at the start of quarter t."""
        n = self.opening[t].facilities
        names = (f.name for f in fields(self.terms) if f.name != "crosses")
        terms = {name: getattr(self.terms, name)[:, :n] for name in names}
        return replace(self.terms, **terms | {"opex": self.opex_at(t)[:, :n]})


def layout(assumptions: Assumptions) -> Layout:
    """Fix the columns of the facility book and the calendars of debt.

    Raises
    ------
    AssumptionError : a firm has neither a facility nor a share of cohorts.
    """
    quarters = assumptions.calendar.quarters
    base, firms = assumptions.tables["neoclouds.facility"], assumptions.tables["neoclouds.firm"].names
    cohorts = cohort_generations(assumptions)
    cohort_firms = np.flatnonzero(assumptions.tables["neoclouds.firm"].numbers("cohort_share") > 0)
    book = books.assemble(
        base_rows(assumptions) + _cohort_rows(assumptions, cohorts, cohort_firms), firms, quarters
    )
    last = _last_date(assumptions, book, quarters)
    order = np.argsort([firms.index(f) for f in base.words("firm")], kind="stable")

    def column(name: str) -> Array:
        return base.numbers(name)[order]  # in the order of the book's base columns

    first, final = column("contract_first"), column("contract_last")
    expiry = books.expiries(first, final, last)
    left = _contract_left(assumptions, book, expiry, quarters)
    bills = column("gpus") * column("price") * HOURS_A_QUARTER * (first + final) / 2.0
    return Layout(
        quarters=quarters,
        book=book,
        opening=tuple(book.until(max(t - 1, 0)) for t in range(quarters + 2)),
        contracts=(column("gpus"), column("price") * (1.0 - column("prepaid_share"))),
        expiry=expiry,
        base={name: column(name) for name in ("gpus", "debt", "coupon", "undrawn")}
        | {"prepaid": bills * column("prepaid_share")},
        contract_left=left,
        unearned=left / np.maximum(left.max(axis=0), 1.0),
        age=_age(assumptions, book),
        terms=_terms(assumptions, book, order),
        surcharge=surcharge(assumptions)[:, book.generation],
        bullets=_bullets(assumptions, last, "note"),
        converts=_bullets(assumptions, last, "convert"),
        cohorts=cohorts,
        opened=opened(assumptions.calendar, cohorts),
        cohort_firms=cohort_firms,
        last=last,
        pools=_pools(assumptions.tables["credit.segment"], assumptions.tables["credit.line"].names),
        draws=assumptions.tables["neoclouds.payer"].words("draws"),
        strong=np.flatnonzero(assumptions.tables["neoclouds.payer"].numbers("strong")),
    )


def _pools(segments: Table, lines: Sequence[str]) -> Pools:
    """Columns of the pools by the line that their losses are told in."""
    line = np.array([lines.index(name) for name in segments.words("line")], dtype=np.intp)
    found = tuple(np.flatnonzero(line == k) for k in range(len(lines)))
    return Pools(headline=found[0], lines=found)


def classes(assumptions: Assumptions) -> tuple[int, ...]:
    """Payers on whose contracts cohorts are built: rows of the table of payers, in its order."""
    labels = assumptions.entries[SHARES].labels
    return tuple(i for i, name in enumerate(assumptions.tables["neoclouds.payer"].names) if name in labels)


def by_class(assumptions: Assumptions, id: str, values: Any = None) -> Array:
    """A vector of one number a payer of cohorts, or draws of it, in the order of `classes`.

    Parameters
    ----------
    values : (class,) or (path, class) in the order of the entry's labels; by default its value.

    Raises
    ------
    AssumptionError : its labels are other payers than those of `SHARES`.
    """
    names, labels = assumptions.tables["neoclouds.payer"].names, assumptions.entries[id].labels
    wanted = [names[i] for i in classes(assumptions)]
    if sorted(labels) != sorted(wanted) or sorted(wanted) != sorted(assumptions.entries[SHARES].labels):
        raise AssumptionError(
            f"{id} has the labels {', '.join(labels)}; it needs one for each payer of {SHARES}",
            f"payers: {', '.join(names)}",
        )
    given = assumptions.array(id) if values is None else np.asarray(values)
    return np.take(given, [labels.index(name) for name in wanted], axis=-1)


def _contract_left(assumptions: Assumptions, book: books.Book, expiry: Array, quarters: int) -> Array:
    """Average quarters left of first contracts after each quarter, (quarter + 1, facility)."""
    dates = np.arange(len(expiry), dtype=np.float64)[:, None, None]
    ahead = np.maximum(dates - np.arange(quarters + 1.0)[:, None], 0.0)  # (expiry, quarter, 1)
    base = (ahead * expiry[:, None, :]).sum(axis=0)
    tenor = contract_tenors(assumptions)
    rank = {payer: k for k, payer in enumerate(classes(assumptions))}
    cohorts = slice(base.shape[1], book.facilities)
    length = np.array([tenor[rank[payer]] for payer in book.payer[cohorts]])
    served = np.arange(quarters + 1.0)[:, None] - _bought(assumptions, book)[cohorts]
    return np.concatenate([base, np.clip(length - served, 0.0, length)], axis=1)


def _bought(assumptions: Assumptions, book: books.Book) -> Array:
    """Average quarter in which the units of a column were bought, (facility,); 0 at the base date."""
    joined = opened(assumptions.calendar, cohort_dates(assumptions))
    return np.array([np.mean([t for t in joined if joined[t] == first] or [0]) for first in book.origination])


def _age(assumptions: Assumptions, book: books.Book) -> Array:
    """Years that units had run at the base date, negative where they come later, (facility,)."""
    age = assumptions.tables["gpu.generation"].numbers("age")[book.generation]
    ran: Array = age * (book.origination == 0)
    return ran - _bought(assumptions, book) / QUARTERS_A_YEAR


def _last_date(assumptions: Assumptions, book: books.Book, quarters: int) -> int:
    """Last quarter in which anything of the book, or signed or issued by the end of the run, falls due."""
    tenors = (assumptions.value(f"neoclouds.{name}") for name in ("note_latest", "renewal_quarters"))
    longest = max(*tenors, contract_tenors(assumptions).max())
    contracts = assumptions.tables["neoclouds.facility"].numbers("contract_last")
    notes = assumptions.tables["neoclouds.note"].numbers("quarter_due")
    return int(max(book.due.max(), quarters + longest, contracts.max(), notes.max(initial=0.0)))


def contract_tenors(assumptions: Assumptions) -> Array:
    """Tenor of a cohort's contracts by payer class, whole quarters, (class,)."""
    tenors = by_class(assumptions, "neoclouds.cohort_contract_quarters")
    scaled = np.asarray(assumptions.value("neoclouds.contract_tenor")) * tenors
    return np.asarray(np.maximum(np.round(scaled), 1.0))


def opened(calendar: Calendar, cohorts: Iterable[int]) -> dict[int, int]:
    """Quarter of each cohort → quarter of the first one of its year, in which its loans were opened."""
    first: dict[int, int] = {}
    return {t: first.setdefault(calendar.year[t], t) for t in cohorts}


def cohort_generations(assumptions: Assumptions) -> dict[int, int]:
    """Quarter of each cohort → generation it buys: what was out for a year when its loans were opened.

    The newest such; the oldest where none is.
    """
    launches = assumptions.tables["gpu.generation"].words("launch")
    out = [assumptions.calendar.offset(quarter) if quarter else EVER for quarter in launches]
    oldest = out.index(min(out))
    return {
        t: max((g for g, launched in enumerate(out) if launched + SETTLED <= first), default=oldest)
        for t, first in opened(assumptions.calendar, cohort_dates(assumptions)).items()
    }


def cohort_dates(assumptions: Assumptions) -> tuple[int, ...]:
    """Quarters after the base date in which cohorts are financed."""
    calendar, every = assumptions.calendar, assumptions.integer("neoclouds.cohort_spacing")
    first, last = (
        calendar.offset(assumptions.text(f"neoclouds.{name}_cohort")) for name in ("first", "last")
    )
    return tuple(t for t in range(first, min(last, calendar.quarters) + 1, every) if t > 0)


def _cohort_rows(
    assumptions: Assumptions, cohorts: Mapping[int, int], cohort_firms: NDArray[np.intp]
) -> list[books.Row]:
    """One row a year of cohorts, firm and payer class: a loan drawn cohort by cohort until the year ends.

    The tenor runs from its last draw, and principal is repaid in equal parts from then on.
    """
    names, calendar = assumptions.tables["neoclouds.firm"].names, assumptions.calendar
    debt_quarters = by_class(assumptions, "neoclouds.cohort_debt_quarters")
    payers = assumptions.tables["neoclouds.payer"].names
    final = {first: t for t, first in opened(calendar, cohorts).items()}  # the last cohort of each year
    return [
        books.Row(
            name=f"{names[f]}-{calendar.year[first]}-{payers[payer].upper()}",
            firm=int(f),
            generation=cohorts[first],
            payer=payer,
            origination=first,
            due=final[first] + int(debt_quarters[k]),
            coupon=0.0,
            balloon=0.0,
            amortization="equal",
            site=False,
            floating=True,
            instrument=books.DDTL,  # or vendor paper, as the path has it
            grace=final[first] - first,
        )
        for first in final
        for f in cohort_firms
        for k, payer in enumerate(classes(assumptions))
    ]


def _terms(assumptions: Assumptions, book: books.Book, order: NDArray[np.intp]) -> facility.Terms:
    """What never changes of every column, (1, facility); cohorts have no tests of their own."""
    base = assumptions.tables["neoclouds.facility"]
    opex = assumptions.tables["gpu.generation"].numbers("opex")[book.generation]
    multiple = np.full(book.facilities, np.asarray(assumptions.value("neoclouds.cohort_opex_multiple")))
    multiple[: len(order)] = base.numbers("opex_multiple")[order]

    def own(column: str) -> Array:
        values = np.zeros((1, book.facilities))
        values[0, : len(order)] = base.numbers(column)[order]
        return values

    return facility.Terms(
        opex=(opex * multiple)[None, :],
        lease_rent=own("price"),
        **{name: own(name) for name in (*TESTS, "shell_value", "guarantee")},
        crosses=_crosses(base, book),
    )


def _crosses(base: Table, book: books.Book) -> tuple[tuple[int, int], ...]:
    """Which facility's lender may call when which other of its firm is in default, by columns of the book."""
    named = dict(zip(base.names, base.words("cross_default"), strict=True))
    rows = list(enumerate(book.names[: len(named)]))
    return tuple(
        (column, other)
        for column, name in rows
        for other, trigger in rows
        if other != column and book.firm[other] == book.firm[column] and named[name] in (trigger, ANY)
    )


def _bullets(assumptions: Assumptions, last: int, kind: str) -> Array:
    """Base-date HoldCo paper of a kind by quarter due, (quarter + 1, firm) USD."""
    firms = assumptions.tables["neoclouds.firm"].names
    table = assumptions.tables["neoclouds.note"]
    out = np.zeros((last + 1, len(firms)))
    amounts = zip(table.words("firm"), table.numbers("quarter_due"), table.numbers("amount"), strict=True)
    for (firm, quarter, amount), found in zip(amounts, table.words("kind"), strict=True):
        if kind == found:
            out[int(quarter), firms.index(firm)] += amount
    return out

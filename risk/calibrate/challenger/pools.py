"""Credit losses of books by one factor: closed forms of Vasicek, one draw of the factor for a whole run.

==========  =======  ====================================================================================
symbol      unit     meaning
==========  =======  ====================================================================================
e           USD      par owed on average over the run
h           1/y      hazard of default, −ln(1 − PD) of a year
T           year     length of the run
y           1        state of the factor, standard normal, up is bad; one for every book
L, b, r     1        loss given default at its mean; its slope on the default rate of a year, from r
==========  =======  ====================================================================================

Notes
-----
PD    = 1 − exp(−h T),   PD(y) = Φ((Φ⁻¹(PD) + √ρ y) / √(1 − ρ)),   its mean over y is PD
loss  = Σ e · h T · PD(y) / PD · LGD: what defaults is lent again, so that h T of a book default on average
LGD   = L; where it rises with defaults L + b (1 − (1 − PD(y))^(1/T) − r), within 0 and 1

Since every book answers to the same factor, the 95% quantile of the sum is the sum at the 95% quantile of y.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.special import ndtr, ndtri

from risk.processes import Array, Numeric
from risk.processes.vasicek import conditional_default_probability
from risk.units import SCALE

if TYPE_CHECKING:
    from risk.assumptions import Assumptions

PAPER = (("neoclouds.facility", "debt"), ("neoclouds.note", "amount"))
"""Tables with what neoclouds owe at the base date, secured first, and the columns of par."""

STATES = 1_000
"""States of the factor of equal probability: the mean of a book is exact to 1e-3 of it at correlations up to
one half, a quantile to the spacing of its states."""

Number = Callable[[str], Numeric]
"""An entry of the register in base units: its value, or draws, (draw,)."""


@dataclass(frozen=True)
class Book:
    """A book of loans, or draws of it, (draw,).

    Attributes
    ----------
    owed : par on average over the run, USD bn.
    hazard : of default, a year; `lgd` and `correlation` shares.
    slope, reference : rise of the LGD with the default rate of a year, and the rate from which it rises.
    """

    owed: Numeric
    hazard: Numeric
    lgd: Numeric
    correlation: Numeric
    slope: Numeric = 0.0
    reference: Numeric = 0.0

    def loss(self, years: float, factor: Numeric) -> Array:
        """Loss by state of the factor, USD bn."""
        whole = -np.expm1(-self.hazard * years)
        hit = conditional_default_probability(whole, self.correlation, factor)
        annual = 1.0 - (1.0 - hit) ** (1.0 / years)
        lgd = np.clip(self.lgd + self.slope * (annual - self.reference), 0.0, 1.0)
        return np.asarray(self.owed * self.hazard * years * hit / whole * lgd)


def losses(books: Sequence[Book], years: float) -> Array:
    """Losses of all books in `STATES` states of equal probability, USD bn, (state,) or (state, draw)."""
    states = ndtri((np.arange(STATES) + 0.5) / STATES)
    drawn = np.broadcast(*(x for book in books for x in vars(book).values())).ndim
    factor = states[:, None] if drawn else states
    return np.asarray(np.sum([book.loss(years, factor) for book in books], axis=0))


def mean(books: Sequence[Book], years: float) -> Array:
    """Mean loss, USD bn, by draw."""
    return np.asarray(losses(books, years).mean(axis=0))


def quantile(books: Sequence[Book], years: float, level: float) -> Array:
    """Loss not exceeded with probability `level`, USD bn, by draw."""
    return np.asarray(sum(book.loss(years, float(ndtri(level))) for book in books))


def of_line(register: Assumptions, line: str, years: float, number: Number) -> tuple[Book, ...]:
    """Books of a line of pools, each growing as its row says."""
    return tuple(
        Book(
            owed=row["exposure"] * _average(row["growth"], years),
            hazard=-np.log1p(-number(row["default_probability"])),
            lgd=number("credit.lgd_generic") + row["lgd_shift"],
            correlation=number(row["asset_correlation"]),
        )
        for row in _rows(register, line)
    )


def rising(books: Sequence[Book], number: Number) -> tuple[Book, ...]:
    """The same books, whose loss given default rises with the default rate as the register has it."""
    slope, reference = number("credit.lgd_slope"), number("credit.lgd_reference")
    return tuple(replace(book, slope=slope, reference=reference) for book in books)


def in_kind(register: Assumptions, line: str, books: Sequence[Book], number: Number) -> tuple[Book, ...]:
    """The same books, in which loans that pay in kind default more often, at their share at the base date."""
    extra = number("credit.in_kind_hazard") - 1.0
    scaled = []
    for book, row in zip(books, _rows(register, line), strict=True):
        cover = row["interest_cover"]
        trigger, width = number("credit.pik_trigger"), number("credit.cover_dispersion")
        share = ndtr(np.log(trigger / cover) / width) if row["pays_in_kind"] else 0.0
        scaled.append(replace(book, hazard=book.hazard * (1.0 + extra * share)))
    return tuple(scaled)


def _rows(register: Assumptions, line: str) -> list[dict[str, Any]]:
    rows = (each.model_dump() for each in register.tables["credit.segment"].rows)
    return [row for row in rows if row["line"] == line]


def _average(growth: float, years: float) -> float:
    """A book over its size at the start, on average, where it grows at a rate a year."""
    return math.expm1(growth * years) / (growth * years) if growth else 1.0


def paper(
    register: Assumptions, hazard: Numeric, secured: Numeric, unsecured: Numeric, number: Number
) -> tuple[Book, ...]:
    """What neoclouds owe at the base date, secured and not, as two books of one hazard.

    Parameters
    ----------
    secured, unsecured : losses given default.
    """
    correlation = number("credit.correlation_ai")
    owed = [owed_by(register, *each) for each in PAPER]
    return tuple(
        Book(par, hazard, lgd, correlation) for par, lgd in zip(owed, (secured, unsecured), strict=True)
    )


def owed_by(register: Assumptions, table: str, column: str, firm: str = "") -> float:
    """Par of the base date in a table of loans, USD bn; of one company where it is named."""
    rows = register.tables[table]
    par = rows.numbers(column) / SCALE["USD bn"]
    return float(par[np.array([not firm or owner == firm for owner in rows.words("firm")])].sum())


def scaled(books: Sequence[Book], owed: float) -> tuple[Book, ...]:
    """The same books, owing a sum of par together, USD bn."""
    known = sum(book.owed for book in books)
    return tuple(replace(book, owed=book.owed * owed / known) for book in books)

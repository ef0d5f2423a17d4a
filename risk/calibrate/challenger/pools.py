"""Credit losses of books by one factor: closed forms of Vasicek, one draw of the factor for a whole run.

==========  =======  ====================================================================================
symbol      unit     meaning
==========  =======  ====================================================================================
e           USD      par owed on average over the run
h           1/y      hazard of default, −ln(1 − PD) of a year
T           year     length of the run
y           1        state of the factor, standard normal, up is bad; one for every book
==========  =======  ====================================================================================

Notes
-----
PD(y) = Φ((Φ⁻¹(1 − exp(−h T)) + √ρ y) / √(1 − ρ))
loss  = Σ e · LGD · −ln(1 − PD(y)): what defaults is lent again, so that a book is not used up

Since every book answers to the same factor, the 95% quantile of the sum is the sum at the 95% quantile of y.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from risk.processes.vasicek import conditional_default_probability
from risk.units import SCALE

if TYPE_CHECKING:
    from risk.assumptions import Assumptions

Array = NDArray[np.float64]

PAPER = (("neoclouds.facility", "debt"), ("neoclouds.note", "amount"))
"""Tables with what neoclouds owe at the base date, secured first, and the columns of par."""

NODES = 64
"""Of Gauss–Hermite quadrature: the mean of a pool is exact to 1e-6 of it at correlations up to one half."""


@dataclass(frozen=True)
class Book:
    """A book of loans.

    Attributes
    ----------
    owed : par on average over the run, USD bn.
    hazard : of default, a year; `lgd` and `correlation` shares.
    """

    owed: float
    hazard: float
    lgd: float
    correlation: float

    def loss(self, years: float, factor: Array | float) -> Array:
        """Loss by state of the factor, USD bn."""
        whole = -math.expm1(-self.hazard * years)
        hit = conditional_default_probability(whole, self.correlation, factor)
        return np.asarray(-self.owed * self.lgd * np.log1p(-np.minimum(hit, 1.0 - 1e-15)))


def mean(books: Sequence[Book], years: float) -> float:
    """Mean loss, USD bn."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(NODES)
    losses = np.sum([book.loss(years, nodes) for book in books], axis=0)
    return float(weights @ losses / weights.sum())


def quantile(books: Sequence[Book], years: float, level: float) -> float:
    """Loss not exceeded with probability `level`, USD bn."""
    factor = float(ndtri(level))
    return float(sum(book.loss(years, factor) for book in books))


def of_line(register: Assumptions, line: str, years: float) -> tuple[Book, ...]:
    """Books of a line of pools at the register's values, each growing as its row says."""
    return tuple(
        Book(
            owed=row["exposure"] * _average(row["growth"], years),
            hazard=-math.log1p(-register.number(row["default_probability"])),
            lgd=lgd_of(register, row["lgd_shift"]),
            correlation=register.number(row["asset_correlation"]),
        )
        for row in (each.model_dump() for each in register.tables["credit.segment"].rows)
        if row["line"] == line
    )


def lgd_of(register: Assumptions, shift: float) -> float:
    """Loss given default of a pool at its mean."""
    return register.number("credit.lgd_generic") + shift


def _average(growth: float, years: float) -> float:
    """A book over its size at the start, on average, where it grows at a rate a year."""
    return math.expm1(growth * years) / (growth * years) if growth else 1.0


def paper(register: Assumptions, hazard: float, lgd_secured: float, lgd_unsecured: float) -> tuple[Book, ...]:
    """What neoclouds owe at the base date, secured and not, as two books of one hazard."""
    secured, notes = (owed_by(register, *each) for each in PAPER)
    correlation = register.number("credit.correlation_ai")
    return (
        Book(secured, hazard, lgd_secured, correlation),
        Book(notes, hazard, lgd_unsecured, correlation),
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

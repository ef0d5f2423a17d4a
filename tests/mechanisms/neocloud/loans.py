"""One loan, its terms and the conditions it meets, for tests."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from risk.mechanisms.neocloud import facility
from risk.mechanisms.neocloud.book import Book
from risk.parameters import Array
from risk.processes import At
from tests.mechanisms.given import column, given, row
from tests.mechanisms.neocloud.books import assemble
from tests.mechanisms.neocloud.books import facility as loan

M = 1e6
BOOK = assemble(loan())
GPUS = 10_000.0
SOFR = 0.0365


def parameters(**changes: Any) -> facility.Params:
    """The base case, but that no lender calls; nothing is swept unless coverage falls under 1.10."""
    values: dict[str, Any] = {
        "contract_availability": 0.96,
        "vintage_discount": 0.85,
        "utilization_premium": 0.10,
        "highest_utilization": 0.95,
        "lock_up": 1.20,
        "sweep": 1.10,
        "event": 1.05,
        "cash_sweep": 1.0,
        "balloon_lock_up": 4.0,
        "debt_reserve": 1.0,
        "cure_limit": 4.0,
        "amend_probability": column(0.5),
        "amend_quarters": 8.0,
        "amend_margin": 0.02,
        "margin_grid": 0.03,
        "distribution": column(0.30),
        "refinancing_ltv": 0.70,
        "refinancing_dscr": 1.30,
        "refinancing_quarters": 16.0,
        "site_refinancing_ltv": 0.90,
        "site_refinancing_quarters": 48.0,
        "shut_spread": 0.075,
        "shut_availability": 0.6,
        "acceleration": 0.0,
        "let_discount": 0.5,
        "assigned": column(1.0),
        "sale_cost": 0.05,
        "reletting_reference": 3.0,
        "reletting_low": 0.3,
        "reletting_high": 1.2,
        "vacancy": 0.10,
    }
    return given(facility.Params, **(values | changes))


def terms(book: Book = BOOK, shell: float = 0.0, lease: float = 0.0) -> facility.Terms:
    """Terms of B200 with the opex of a neocloud."""
    ones = np.ones((1, book.facilities))
    none = 0.0 * ones
    return facility.Terms(0.62 * 1.85 * ones, lease * ones, shell * ones, none, none, none, none, none)


def state(book: Book = BOOK, debt: float = 300 * M, undrawn: float = 0.0, **changes: Any) -> facility.State:
    """Loans at 8%, SOFR at 3.65%, of 10,000 GPUs each."""
    ones = np.ones((1, book.facilities))
    start = facility.init(
        GPUS * ones, debt * ones, 0.08 * ones, undrawn * ones, 0.0 * ones, book.floating, column(SOFR)
    )
    return replace(start, **changes)


NEVER, ALWAYS = row(1.0), row(0.0)
"""Draws with which a lender amends at no price, or gladly."""

OPEN = np.array([[True]])


def conditions(**changes: Any) -> facility.Conditions:
    """A sound loan in an open market; its HoldCo cannot help and its lender does not amend."""
    values: dict[str, Any] = {
        "contracted": row(8_000),
        "billed_rate": row(24_000),
        "realization": row(1.0),
        "vacant": row(0.0),
        "spot": row(2.50),
        "newest_contract": column(3.0),
        "utilization": column(0.65),
        "collateral": row(15_000),
        "spread": column(0.05),
        "availability": column(0.9),
        "sofr": column(SOFR),
        "issue_rate": column(0.08),
        "support": row(0.0),
        "window": np.array([[False]]),
        "backed": np.array([[True]]),
        "amend": NEVER,
    }
    return facility.Conditions(**(values | changes))


def pledge(
    terms: facility.Terms,
    s: facility.State,
    book: Book,
    c: facility.Conditions,
    at: At,
    **changes: Any,
) -> facility.Pledge:
    """What secures loans at some positions: units of 15,000 that nobody has rented, and a shell."""
    units, shell = facility.pledged_assets(terms, s, book, at)
    zero = np.zeros_like(units)
    values: dict[str, Any] = {
        "units": units,
        "contracted": zero,
        "billed": zero,
        "opex": zero + 0.62,
        "now": zero + 15_000.0,
        "later": zero,
        "left": zero,
        "rate": zero + 0.15,
        "shell": shell,
    }
    return facility.Pledge(**(values | changes))


def a_quarter(
    p: facility.Params,
    terms: facility.Terms,
    s: facility.State,
    book: Book,
    t: int,
    c: facility.Conditions,
    discount: float = 0.25,
    **changes: Any,
) -> tuple[facility.State, facility.Flows]:
    """One quarter, with what lenders of loans in default get for their collateral."""
    after, f = facility.step(p, terms, s, book, t, c)

    def brought(at: At) -> Array:
        return facility.pledged(p, pledge(terms, s, book, c, at, **changes), discount)

    return after, facility.foreclose(p, f, brought)


def wide(columns: int, **changes: Any) -> dict[str, Any]:
    """The same conditions for several facilities."""
    per_facility = ("contracted", "realization", "billed_rate", "vacant", "spot", "collateral", "amend")
    seen = {name: getattr(conditions(), name) for name in per_facility} | changes
    return {
        name: np.broadcast_to(value, (len(value), columns)) if name in per_facility else value
        for name, value in seen.items()
    }


POOR: dict[str, Any] = {
    "contracted": row(1_000),
    "billed_rate": row(3_000),
    "spot": row(1.0),
    "utilization": column(0.5),
}
"""Conditions under which a facility loses 8.76m a quarter before debt service."""


def step(
    s: facility.State | None = None,
    book: Book = BOOK,
    t: int = 1,
    p: facility.Params | None = None,
    unit: float = 15_000.0,
    **changes: Any,
) -> tuple[facility.State, facility.Flows]:
    """One quarter under conditions that differ from the base ones; `unit`: value of one in a sale."""
    c = conditions(**changes)
    return a_quarter(p or parameters(), terms(book), s or state(book), book, t, c, now=unit)

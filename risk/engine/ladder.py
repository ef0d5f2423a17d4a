"""The duration ladder: how far contracts in force cover the debt service still to come."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from risk.engine.layout import Layout
from risk.mechanisms.neocloud import contracts, facility
from risk.mechanisms.neocloud.book import Book
from risk.mechanisms.neocloud.facility import DT, HOURS_A_QUARTER, NO_SERVICE

Array = NDArray[np.float64]


def remaining_service(state: facility.State, book: Book, t: int) -> tuple[Array, Array]:
    """Debt service still to come after quarter t, USD, and the quarter of its last payment, (path, facility).

    A balloon counts as due at its date; one that was refinanced repays in level parts.
    """
    n = book.facilities
    debt, level = state.debt[:, :n], state.refinanced[:, :n]
    balances: Array = state.original[:, :n] * book.balances_ahead[t]
    last: Array = book.due[None, :].astype(np.float64)
    rolled = level > 0
    if rolled.any():
        quarters = np.where(rolled, debt / np.where(rolled, level, 1.0), 0.0)
        balances = np.where(rolled, debt * (quarters + 1.0) / 2.0, balances)
        last = np.where(rolled, t + np.ceil(quarters), last)
    return debt + state.coupon[:, :n] * DT * balances, last


def contracted_coverage(
    params: facility.Params, layout: Layout, payers: contracts.State, loans: facility.State, t: int
) -> Array:
    """Contracted cash, operating cost off, over remaining debt service of base-date facilities.

    Counts what contracts in force bill until the last payment of the debt, (path, facility); NaN where no
    debt is left. With a contract as long as the debt and a payer who stays it equals the DSCR.
    """
    book = layout.base_book
    n = book.facilities
    service, last = remaining_service(loans, book, t)
    gpus, bills = contracts.remaining(payers, t, last, n)
    margin = params.contract_availability * bills - layout.terms.opex[:, :n] * gpus
    owing = loans.debt[:, :n] > NO_SERVICE
    covered = HOURS_A_QUARTER * margin / np.maximum(service, NO_SERVICE)
    return np.where(owing, covered, np.nan)

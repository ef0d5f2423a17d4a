"""The duration ladder: how far contracts in force cover the debt service still to come."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from risk.engine.layout import Layout
from risk.mechanisms.neocloud import contracts, facility
from risk.mechanisms.neocloud.book import Book, Index
from risk.mechanisms.neocloud.facility import DT, HOURS_A_QUARTER, NO_SERVICE

Array = NDArray[np.float64]


def remaining_service(state: facility.State, book: Book, t: int, columns: Index) -> tuple[Array, Array]:
    """Debt service still to come after quarter t, USD, and the quarter of its last payment, (path, column).

    A balloon counts as due at its date; one that was refinanced repays in level parts.
    """
    debt, level = state.debt[:, columns], state.refinanced[:, columns]
    rolled = level > 0
    quarters = np.where(rolled, debt / np.where(rolled, level, 1.0), 0.0)
    scheduled = state.original[:, columns] * book.balances_ahead[t, columns]
    balances = np.where(rolled, debt * (quarters + 1.0) / 2.0, scheduled)
    last = np.where(rolled, t + np.ceil(quarters), book.due[columns])
    return debt + state.coupon[:, columns] * DT * balances, last


def contracted_coverage(
    params: facility.Params, layout: Layout, payers: contracts.State, loans: facility.State, t: int
) -> Array:
    """Contracted cash, operating cost off, over remaining debt service of base-date facilities.

    Counts what contracts in force bill until the last payment of the debt, (path, facility); NaN where no
    debt is left. With a contract as long as the debt and a payer who stays it equals the DSCR.
    """
    columns = np.arange(layout.base_book.facilities)
    service, last = remaining_service(loans, layout.book, t, columns)
    gpus, bills = contracts.remaining(payers, t, last, columns)
    margin = params.contract_availability * bills - layout.terms.opex[:, columns] * gpus
    owing = loans.debt[:, columns] > NO_SERVICE
    return np.where(owing, HOURS_A_QUARTER * margin / np.where(owing, service, 1.0), np.nan)

"""The duration ladder: how far contracts in force cover the debt service still to come, and for how long."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from risk.engine.context import Flows
from risk.engine.layout import Layout
from risk.engine.series import liquidity
from risk.engine.world import Parameters, World
from risk.mechanisms.neocloud import contracts, facility
from risk.mechanisms.neocloud.book import Book
from risk.mechanisms.neocloud.facility import DT, NO_SERVICE
from risk.units import HOURS_A_QUARTER

Array = NDArray[np.float64]

QUARTERS_A_YEAR = 4.0
LONGEST_RUNWAY = 40.0  # quarters; a HoldCo that burns nothing is shown as this


@dataclass(frozen=True)
class Ladder:
    """Where facilities of the base date, and the firms behind them, stand after a quarter.

    Attributes
    ----------
    coverage : (path, facility) contracted cash over remaining debt service; NaN where no debt is left.
    gap : (path, facility) years by which the debt outlasts the contracts, average lives; NaN likewise.
    firm_coverage : (path, firm) the same coverage, all facilities of the base book; NaN likewise.
    """

    coverage: Array
    gap: Array
    firm_coverage: Array


def remaining_service(
    params: facility.Params, state: facility.State, book: Book, t: int, sofr: Array
) -> tuple[Array, Array, Array]:
    """Debt service to come after quarter t, USD, quarter of its last payment, life of the debt in quarters.

    A balloon counts as due at its date. A loan that was refinanced or amended repays in level parts; one
    whose balloon was extended owes it at the end of the extension. (path, facility) each.
    """
    n = book.facilities
    debt, level, original = (x[:, :n] for x in (state.debt, state.level, state.original))
    on_schedule = original * (1.0 - book.amortization[: t + 1].sum(axis=0))
    ahead = original * book.balances_ahead[t]
    # what was swept comes off the balances in proportion
    balances = ahead * np.minimum(debt / np.maximum(on_schedule, NO_SERVICE), 1.0)
    last: Array = book.due[None, :].astype(np.float64)
    rolled, pushed = level > 0, state.pushed[:, :n] & (level <= 0)
    if rolled.any() or pushed.any():
        quarters = np.where(rolled, debt / np.where(rolled, level, 1.0), 0.0)
        later = book.due + params.amend_quarters
        balances = np.where(rolled, debt * (quarters + 1.0) / 2.0, balances)
        balances = np.where(pushed, debt * np.maximum(later - t, 0.0), balances)
        last = np.where(rolled, t + np.ceil(quarters), np.where(pushed, later, last))
    rate = state.margin[:, :n] + book.floating * sofr
    return debt + rate * DT * balances, last, balances / np.maximum(debt, NO_SERVICE)


def ladder(params: facility.Params, layout: Layout, world: World, t: int) -> Ladder:
    """The duration ladder at the end of quarter t.

    Counts what contracts in force bill until the last payment of the debt, operating cost off. With a
    contract as long as the debt and a payer who stays it equals the DSCR.
    """
    book, loans = layout.base_book, world.facility
    n = book.facilities
    service, last, life = remaining_service(params, loans, book, t, world.market.sofr)
    left = contracts.remaining(world.contracts, t, last, n)
    earned = params.contract_availability * left.bills - layout.opex_at(t)[:, :n] * left.devices
    cash = HOURS_A_QUARTER * earned
    owing = loans.debt[:, :n] > NO_SERVICE
    due, covered = book.by_firm(owing * service), book.by_firm(owing * cash)
    return Ladder(
        coverage=np.where(owing, cash / np.maximum(service, NO_SERVICE), np.nan),
        gap=np.where(owing, (life - left.life) / QUARTERS_A_YEAR, np.nan),
        firm_coverage=np.where(due > NO_SERVICE, covered / np.maximum(due, NO_SERVICE), np.nan),
    )


def refinancing_need(p: Parameters, layout: Layout, world: World, t: int) -> Array:
    """Notes, balloons and revolver that fall due within four quarters of quarter t, USD, (path, firm)."""
    company, book, loans = world.holdco, layout.base_book, world.facility
    n = book.facilities
    notes, converts = (
        np.minimum(sum(due[t + 1 : t + 5], np.zeros_like(company.cash)), owed)
        for due, owed in ((company.due, company.notes), (company.convert_due, company.converts))
    )
    soon = (book.due > t) & (book.due <= t + 4) & (book.balloon > 0)
    before = loans.original[:, :n] * book.amortization[t + 1 :].sum(axis=0)  # is repaid as scheduled
    balloon = np.maximum(loans.debt[:, :n] - before, 0.0) * loans.scheduled[:, :n] * soon
    revolver = company.revolver * ((p.holdco.revolver_quarters > t) & (p.holdco.revolver_quarters <= t + 4))
    return ~company.defaulted * (notes + converts + revolver) + book.by_firm(balloon)


def runway(world: World, f: Flows) -> Array:
    """Quarters a HoldCo's liquidity lasts at this quarter's burn, maturities aside, (path, firm)."""
    h = f.operators.holdco
    burn = h.overhead + h.interest + h.supported - h.distributions
    return np.minimum(liquidity(world.holdco) / np.maximum(burn, 1.0), LONGEST_RUNWAY)

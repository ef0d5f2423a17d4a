"""Facilities: contract and spot cash against scheduled debt service, quarter by quarter, until default.

Each facility bills its contracts, rents the rest at spot, pays its operating cost and then its loan.
Surplus above the lock-up ratio leaves the ring-fence in part; a shortfall is met from trapped cash, then by
the HoldCo if it can support all its facilities, else the facility is in payment default. A balloon that
neither a lender will refinance (collateral, coverage, an open market) nor cash can repay is a maturity
default. The lender then sells the GPUs at a fire-sale discount to their value on this path.

============  =================  ======  =================================================================
symbol        shape              unit    meaning
============  =================  ======  =================================================================
gpus          (path, facility)   GPU     units financed
original      (path, facility)   USD     debt at origination
debt          (path, facility)   USD     principal outstanding
cash          (path, facility)   USD     trapped cash and reserves
coupon        (path, facility)   1/y     simple rate
prepaid       (path, facility)   frac.   share of contract bills paid up front
refinanced    (path, facility)   USD/q   level amortization of a refinanced balloon
defaulted     (path, facility)   bool    absorbing
============  =================  ======  =================================================================

Notes
-----
CFADS = 8760/4 [ availability · billed (1 - prepaid) + merchant GPUs · rent · u - GPUs · opex ]
DSCR = CFADS / (scheduled principal + interest);  loss = debt - min(debt, (1-f)(1-c) V + cash)
References: CoreWeave delayed-draw term-loan terms (8-K, 10-Q); thesis page, "GPU-cloud / neocloud financing".
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from risk.mechanisms.neocloud.book import Book, Index, put
from risk.parameters import Array, entry

HOURS_A_QUARTER = 2190.0
DT = 0.25
NO_SERVICE = 1.0  # USD; below it nothing is due
Flags = NDArray[np.bool_]
At = tuple[NDArray[np.intp], NDArray[np.intp]]  # positions: rows, columns


@dataclass(frozen=True)
class Params:
    """Register entries of facilities; (path, 1) where drawn."""

    contract_availability: float = entry("neoclouds.contract_availability")
    vintage_discount: float = entry("neoclouds.vintage_discount")
    utilization_premium: float = entry("neoclouds.utilization_premium")
    highest_utilization: float = entry("gpu.highest_utilization")
    lock_up: float = entry("neoclouds.lock_up")
    distribution: Array = entry("neoclouds.distribution")
    refinancing_ltv: float = entry("neoclouds.refinancing_ltv")
    refinancing_dscr: float = entry("neoclouds.refinancing_dscr")
    refinancing_quarters: float = entry("neoclouds.refinancing_quarters")
    site_refinancing_ltv: float = entry("neoclouds.site_refinancing_ltv")
    site_refinancing_quarters: float = entry("neoclouds.site_refinancing_quarters")
    shut_spread: float = entry("credit.shut_spread")
    shut_availability: float = entry("credit.shut_availability")
    fire_sale_discount: Array = entry("credit.fire_sale_discount")
    sale_cost: float = entry("credit.sale_cost")
    reletting_reference: float = entry("neoclouds.reletting_reference")  # USD/h of B200
    reletting_low: float = entry("neoclouds.reletting_low")
    reletting_high: float = entry("neoclouds.reletting_high")
    vacancy: float = entry("neoclouds.vacancy")


@dataclass(frozen=True)
class Terms:
    """Facts per column that never change: USD/h operating cost, data-centre rent, shell value; (1, facility)."""

    opex: Array
    lease_rent: Array  # USD/h a GPU-equivalent asks in a data-centre lease
    shell_value: Array  # multiple of original debt


@dataclass(frozen=True)
class State:
    """See the symbol table."""

    gpus: Array
    original: Array
    debt: Array
    cash: Array
    coupon: Array
    prepaid: Array
    refinanced: Array
    defaulted: Flags


@dataclass(frozen=True)
class Market:
    """What facilities read of the rental and credit markets."""

    spot: Array  # (path, facility) USD/h
    b200_contract: Array  # (path, 1) USD/h
    utilization: Array  # (path, 1)
    collateral: Array  # (path, generation) USD per GPU
    spread: Array  # (path, 1) high-yield spread
    availability: Array  # (path, 1)
    issue_rate: Array  # (path, 1) simple rate at which a balloon is refinanced


@dataclass(frozen=True)
class Flows:
    """What happened in the quarter, (path, facility) USD unless said."""

    cfads: Array
    service: Array  # scheduled principal and interest
    principal: Array  # paid
    interest: Array  # paid
    dscr: Array  # NaN where nothing is due
    distributed: Array
    supported: Array
    payment_default: Flags
    maturity_default: Flags
    written_off: Array
    recovered: Array  # from collateral and trapped cash
    loss: Array
    balloon_due: Array
    balloon_refinanced: Array
    balloon_paid: Array  # from cash
    repossessed: Array  # GPUs


@dataclass(frozen=True)
class Waterfall:
    """How the cash of a quarter was used, before balloons, (path, facility)."""

    dscr: Array
    distributed: Array
    supported: Array
    cash: Array
    payment_default: Flags


def operating_cash(params: Params, terms: Terms, state: State, book: Book, market: Market, contracted: Array, billed: Array) -> Array:
    """Cash flow available for debt service this quarter, USD, (path, facility)."""
    idle = np.maximum(state.gpus - contracted, 0.0)
    use = np.minimum(market.utilization + params.utilization_premium, params.highest_utilization)
    merchant_rent = params.vintage_discount * use * market.spot
    if book.data_center.any():
        reletting = np.clip(market.b200_contract / params.reletting_reference, params.reletting_low, params.reletting_high)
        leased = (1.0 - params.vacancy) * reletting * terms.lease_rent
        merchant_rent = np.where(book.data_center, leased, merchant_rent)
    income = params.contract_availability * billed * (1.0 - state.prepaid) + idle * merchant_rent
    return HOURS_A_QUARTER * (income - state.gpus * terms.opex)


def debt_service(state: State, book: Book, t: int) -> tuple[Array, Array]:
    """Scheduled principal and interest of quarter t, USD, (path, facility)."""
    live = ~state.defaulted
    scheduled = np.minimum(book.amortization[t] * state.original + state.refinanced, state.debt)
    return live * scheduled, live * state.coupon * DT * state.debt


def collateral_value(terms: Terms, state: State, book: Book, gpu_value: Array, at: At) -> Array:
    """Value of the collateral before any forced sale, USD, at chosen (path, column) positions.

    A data centre's collateral is its shell; its tenant owns the GPUs.
    """
    rows, columns = at
    gpus = np.where(book.data_center[columns], 0.0, state.gpus[rows, columns])
    return gpus * gpu_value[rows, book.generation[columns]] + terms.shell_value[0, columns] * state.original[rows, columns]


def waterfall(params: Params, state: State, book: Book, cfads: Array, service: Array, support: Array) -> Waterfall:
    """Distribute surplus, cure shortfalls, find payment defaults; (path, facility) each."""
    dscr = np.where(service > NO_SERVICE, cfads / np.maximum(service, NO_SERVICE), np.nan)
    free = cfads - service
    unlevered = state.debt <= NO_SERVICE  # debt repaid: nothing is ring-fenced any more
    held = state.cash + cfads
    surplus = np.where(unlevered, held, params.distribution * free)
    distributed = np.where(unlevered | (dscr > params.lock_up), np.maximum(surplus, 0.0), 0.0)
    balance = np.where(unlevered, np.maximum(held, 0.0), state.cash + free) - distributed
    short = np.maximum(-balance, 0.0)
    helped = (book.by_firm(short) <= support)[:, book.firm]
    payment_default = (short > 0.0) & ~helped
    # who defaults pays nothing this quarter: its cash stays for the lender
    balance = np.where(payment_default, np.maximum(held, 0.0), np.maximum(balance, 0.0))
    return Waterfall(dscr, distributed, np.where(helped, short, 0.0), balance, payment_default)


def refinancing(
    params: Params, terms: Terms, state: State, book: Book, market: Market, cfads: Array, balloon: Array, columns: Index
) -> Array:
    """What a lender refinances of the balloons of some columns: all or nothing, USD, (path, column)."""
    at = (np.arange(len(balloon))[:, None], columns)
    rate = market.issue_rate * DT
    annuity = (1.0 - (1.0 + rate) ** -refinancing_quarters(params, book)[columns]) / rate
    ltv = np.where(book.data_center[columns], params.site_refinancing_ltv, params.refinancing_ltv)
    by_value = ltv * collateral_value(terms, state, book, market.collateral, at)
    by_cash = np.maximum(cfads[at], 0.0) / params.refinancing_dscr * annuity
    is_open = (market.spread <= params.shut_spread) & (market.availability >= params.shut_availability)
    return np.where(is_open & (np.minimum(by_value, by_cash) >= balloon), balloon, 0.0)


def refinancing_quarters(params: Params, book: Book) -> Array:
    """Quarters over which a refinanced balloon amortizes: long for sites, short for GPUs, (facility,)."""
    return np.where(book.data_center, params.site_refinancing_quarters, params.refinancing_quarters)


def recovery(params: Params, terms: Terms, state: State, book: Book, market: Market, claim: Array, cash: Array) -> Array:
    """What lenders recover of their claims: collateral in a forced sale, and trapped cash; USD, (path, facility)."""
    at = np.nonzero(claim)
    rows = at[0]
    sale = ((1.0 - params.fire_sale_discount) * (1.0 - params.sale_cost) + np.zeros((len(claim), 1)))[rows, 0]
    proceeds = sale * collateral_value(terms, state, book, market.collateral, at)
    recovered = np.zeros_like(claim)
    recovered[at] = np.minimum(claim[at], proceeds + cash[at])
    return recovered


def step(
    params: Params,
    terms: Terms,
    state: State,
    book: Book,
    t: int,
    market: Market,
    contracted: Array,
    billed: Array,
    support: Array,
) -> tuple[State, Flows]:
    """One quarter of every facility.

    Parameters
    ----------
    contracted, billed : (path, facility) GPUs under contract; USD an hour billed.
    support : (path, firm) USD the HoldCo could pay to cure shortfalls.
    """
    cfads = ~state.defaulted * operating_cash(params, terms, state, book, market, contracted, billed)
    principal, interest = debt_service(state, book, t)
    service = principal + interest
    w = waterfall(params, state, book, cfads, service, support)
    paying = ~w.payment_default
    debt = state.debt - paying * principal

    columns = np.flatnonzero((book.due == t) & (book.balloon > 0))
    zero = np.zeros_like(debt)
    balloon, rolled, from_cash, coupon, refinanced = zero, zero, zero, state.coupon, state.refinanced
    if len(columns):
        due = debt[:, columns] * paying[:, columns]
        new = refinancing(params, terms, state, book, market, cfads, due, columns)
        from_cash = put(zero, columns, np.where(due - new <= w.cash[:, columns], due - new, 0.0))
        balloon, rolled = put(zero, columns, due), put(zero, columns, new)
        coupon = np.where(rolled > 0, market.issue_rate, coupon)
        refinanced = np.where(rolled > 0, rolled / refinancing_quarters(params, book), refinanced)
    maturity_default = balloon - rolled > from_cash + NO_SERVICE

    gone = w.payment_default | maturity_default
    cash = w.cash - from_cash
    claim = gone * debt
    recovered = recovery(params, terms, state, book, market, claim, cash)
    after = State(
        gpus=state.gpus,
        original=state.original,
        debt=debt - claim - from_cash,
        cash=~gone * cash,
        coupon=coupon,
        prepaid=state.prepaid,
        refinanced=refinanced,
        defaulted=state.defaulted | gone,
    )
    flows = Flows(
        cfads=cfads,
        service=service,
        principal=paying * principal,
        interest=paying * interest,
        dscr=w.dscr,
        distributed=w.distributed,
        supported=w.supported,
        payment_default=w.payment_default,
        maturity_default=maturity_default,
        written_off=claim,
        recovered=recovered,
        loss=claim - recovered,
        balloon_due=balloon,
        balloon_refinanced=rolled,
        balloon_paid=from_cash,
        repossessed=gone * ~book.data_center * state.gpus,
    )
    return after, flows

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
refinanced    (path, facility)   USD/q   level amortization of a refinanced balloon
defaulted     (path, facility)   bool    absorbing
============  =================  ======  =================================================================

Notes
-----
CFADS = 8760/4 [ availability · billed + merchant GPUs · rent · u - GPUs · opex ]
DSCR = CFADS / (scheduled principal + interest);  loss = debt - min(debt, (1-f)(1-c) V + cash)
References: CoreWeave delayed-draw term-loan terms (8-K, 10-Q); thesis page, "GPU-cloud / neocloud financing".
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from risk.mechanisms.neocloud.book import Book, Index, put
from risk.parameters import Array, Drawn, entry

HOURS_A_QUARTER = 2190.0
DT = 0.25
NO_SERVICE = 1.0  # USD; below it nothing is due
Flags = NDArray[np.bool_]
At = tuple[Index, Index]  # positions: rows, columns


@dataclass(frozen=True)
class Params:
    """Register entries of facilities."""

    contract_availability: float = entry("neoclouds.contract_availability")
    vintage_discount: float = entry("neoclouds.vintage_discount")
    utilization_premium: float = entry("neoclouds.utilization_premium")
    highest_utilization: float = entry("gpu.highest_utilization")
    lock_up: float = entry("neoclouds.lock_up")
    distribution: Drawn = entry("neoclouds.distribution")
    refinancing_ltv: float = entry("neoclouds.refinancing_ltv")
    refinancing_dscr: float = entry("neoclouds.refinancing_dscr")
    refinancing_quarters: float = entry("neoclouds.refinancing_quarters")
    site_refinancing_ltv: float = entry("neoclouds.site_refinancing_ltv")
    site_refinancing_quarters: float = entry("neoclouds.site_refinancing_quarters")
    shut_spread: float = entry("credit.shut_spread")
    shut_availability: float = entry("credit.shut_availability")
    fire_sale_discount: Drawn = entry("credit.fire_sale_discount")
    sale_cost: float = entry("credit.sale_cost")
    reletting_reference: float = entry("neoclouds.reletting_reference")  # USD/h of B200
    reletting_low: float = entry("neoclouds.reletting_low")
    reletting_high: float = entry("neoclouds.reletting_high")
    vacancy: float = entry("neoclouds.vacancy")


@dataclass(frozen=True)
class Terms:
    """Facts of every column that never change, (1, facility)."""

    opex: Array  # USD per GPU-hour
    lease_rent: Array  # USD/h a GPU-equivalent asks in a data-center lease
    shell_value: Array  # multiple of original debt


@dataclass(frozen=True)
class State:
    """See the symbol table."""

    gpus: Array
    original: Array
    debt: Array
    cash: Array
    coupon: Array
    refinanced: Array
    defaulted: Flags


@dataclass(frozen=True)
class Conditions:
    """What facilities read of their contracts, the markets and their HoldCos."""

    contracted: Array  # (path, facility) GPUs under contract
    billed_rate: Array  # (path, facility) USD an hour billed for them
    spot: Array  # (path, facility) USD/h
    b200_contract: Array  # (path, 1) USD/h
    utilization: Array  # (path, 1)
    collateral: Array  # (path, generation) USD per GPU
    spread: Array  # (path, 1) high-yield spread
    availability: Array  # (path, 1)
    issue_rate: Array  # (path, 1) simple rate at which a balloon is refinanced
    support: Array  # (path, firm) USD the HoldCo could pay to cure shortfalls


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


@dataclass(frozen=True)
class Balloons:
    """What became of the balloons of a quarter, (path, facility)."""

    due: Array
    refinanced: Array
    paid: Array
    default: Flags


def init(gpus: Array, debt: Array, coupon: Array) -> State:
    """Facilities at the base date, (path, facility) each; nothing is trapped yet."""
    return State(
        gpus=gpus,
        original=debt,
        debt=debt,
        cash=np.zeros_like(debt),
        coupon=coupon,
        refinanced=np.zeros_like(debt),
        defaulted=np.zeros(debt.shape, dtype=bool),
    )


def operating_cash(params: Params, terms: Terms, state: State, book: Book, c: Conditions) -> Array:
    """Cash flow available for debt service, CFADS, of the quarter, USD, (path, facility).

    A facility free of debt stops where it no longer covers its operating cost.
    """
    idle = np.maximum(state.gpus - c.contracted, 0.0)
    use = np.minimum(c.utilization + params.utilization_premium, params.highest_utilization)
    merchant_rent = params.vintage_discount * use * c.spot
    sites = np.flatnonzero(book.data_center)
    asked = c.b200_contract / params.reletting_reference
    reletting = np.clip(asked, params.reletting_low, params.reletting_high)
    merchant_rent = put(merchant_rent, sites, (1.0 - params.vacancy) * reletting * terms.lease_rent[:, sites])
    income = params.contract_availability * c.billed_rate + idle * merchant_rent
    cfads = ~state.defaulted * (HOURS_A_QUARTER * (income - state.gpus * terms.opex))
    return cfads - (state.debt <= NO_SERVICE) * np.minimum(cfads, 0.0)


def debt_service(state: State, book: Book, t: int) -> tuple[Array, Array]:
    """Scheduled principal and interest of quarter t, USD, (path, facility)."""
    scheduled = np.minimum(book.amortization[t] * state.original + state.refinanced, state.debt)
    left = state.debt - scheduled
    scheduled = scheduled + (left <= NO_SERVICE) * left  # no rounding is left
    live = ~state.defaulted
    return live * scheduled, live * state.coupon * DT * state.debt


def collateral_value(terms: Terms, state: State, book: Book, gpu_value: Array, at: At) -> Array:
    """Value of the collateral before any forced sale, USD, at chosen (path, column) positions.

    A data center's collateral is its shell; its tenant owns the GPUs.
    """
    rows, columns = at
    gpus = np.where(book.data_center[columns], 0.0, state.gpus[rows, columns])
    shell = terms.shell_value[0, columns] * state.original[rows, columns]
    return np.asarray(gpus * gpu_value[rows, book.generation[columns]] + shell)


def waterfall(
    params: Params, state: State, book: Book, cfads: Array, service: Array, support: Array
) -> Waterfall:
    """Distribute surplus, cure shortfalls, find payment defaults; (path, facility) each."""
    # Products with a flag stand for np.where: they cost a fifth of it.
    serviced = service > NO_SERVICE
    dscr = cfads / np.maximum(service, NO_SERVICE)
    held = state.cash + cfads
    ring_fenced = state.debt > NO_SERVICE  # debt repaid: nothing is ring-fenced any more
    surplus = (serviced & (dscr > params.lock_up)) * params.distribution * np.maximum(cfads - service, 0.0)
    distributed = ring_fenced * surplus + ~ring_fenced * np.maximum(held, 0.0)
    balance = ring_fenced * (held - service - surplus)
    short = np.maximum(-balance, 0.0)
    helped = (book.by_firm(short) <= support)[:, book.firm]
    payment_default = (short > 0.0) & ~helped
    # who defaults pays nothing this quarter: its cash stays for the lender
    balance = np.maximum(payment_default * held + ~payment_default * balance, 0.0)
    return Waterfall(np.where(serviced, dscr, np.nan), distributed, short * helped, balance, payment_default)


def refinancing(
    params: Params,
    terms: Terms,
    state: State,
    book: Book,
    c: Conditions,
    cfads: Array,
    balloon: Array,
    columns: Index,
) -> Array:
    """What a lender refinances of the balloons of some columns: all or nothing, USD, (path, column)."""
    at = (np.arange(len(balloon))[:, None], columns)
    rate = c.issue_rate * DT
    annuity = (1.0 - (1.0 + rate) ** -refinancing_quarters(params, book)[columns]) / rate
    ltv = np.where(book.data_center[columns], params.site_refinancing_ltv, params.refinancing_ltv)
    by_value = ltv * collateral_value(terms, state, book, c.collateral, at)
    by_cash = np.maximum(cfads[at], 0.0) / params.refinancing_dscr * annuity
    is_open = (c.spread <= params.shut_spread) & (c.availability >= params.shut_availability)
    return np.where(is_open & (np.minimum(by_value, by_cash) >= balloon), balloon, 0.0)


def refinancing_quarters(params: Params, book: Book) -> Array:
    """Quarters over which a refinanced balloon amortizes: long for sites, short for GPUs, (facility,)."""
    return np.where(book.data_center, params.site_refinancing_quarters, params.refinancing_quarters)


def balloons(
    params: Params,
    terms: Terms,
    state: State,
    book: Book,
    t: int,
    c: Conditions,
    cfads: Array,
    owed: Array,
    cash: Array,
) -> Balloons:
    """Meet the balloons of quarter t: refinanced, else repaid from cash, else in maturity default.

    Parameters
    ----------
    owed, cash : (path, facility) USD of those who have paid their scheduled service.
    """
    zero = np.zeros_like(owed)
    columns = np.flatnonzero((book.due == t) & (book.balloon > 0))
    if not len(columns):
        return Balloons(zero, zero, zero, np.zeros(owed.shape, dtype=bool))
    due = owed[:, columns]
    new = refinancing(params, terms, state, book, c, cfads, due, columns)
    left = due - new
    paid = np.where(left <= cash[:, columns], left, 0.0)
    failed = left > paid + NO_SERVICE
    return Balloons(
        due=put(zero, columns, due),
        refinanced=put(zero, columns, new),
        paid=put(zero, columns, paid),
        default=put(zero, columns, np.where(failed, 1.0, 0.0)) > 0,
    )


def recovery(
    params: Params, terms: Terms, state: State, book: Book, c: Conditions, claim: Array, cash: Array
) -> Array:
    """What lenders recover: collateral in a forced sale, and trapped cash, USD, (path, facility)."""
    rows, columns = np.nonzero(claim)
    sale = ((1.0 - params.fire_sale_discount) * (1.0 - params.sale_cost) + np.zeros((len(claim), 1)))[rows, 0]
    proceeds = sale * collateral_value(terms, state, book, c.collateral, (rows, columns))
    recovered = np.zeros_like(claim)
    recovered[rows, columns] = np.minimum(claim[rows, columns], proceeds + cash[rows, columns])
    return recovered


def step(
    params: Params, terms: Terms, state: State, book: Book, t: int, c: Conditions
) -> tuple[State, Flows]:
    """One quarter of every facility."""
    cfads = operating_cash(params, terms, state, book, c)
    principal, interest = debt_service(state, book, t)
    w = waterfall(params, state, book, cfads, principal + interest, c.support)
    paying = ~w.payment_default
    debt = state.debt - paying * principal
    b = balloons(params, terms, state, book, t, c, cfads, debt * paying, w.cash)

    gone = w.payment_default | b.default
    cash = w.cash - b.paid
    claim = gone * debt
    recovered = recovery(params, terms, state, book, c, claim, cash)
    coupon, refinanced = state.coupon, state.refinanced
    rolled = b.refinanced > 0
    if rolled.any():
        coupon = np.where(rolled, c.issue_rate, coupon)
        refinanced = np.where(rolled, b.refinanced / refinancing_quarters(params, book), refinanced)
    after = State(
        gpus=state.gpus,
        original=state.original,
        debt=debt - claim - b.paid,
        cash=~gone * cash,
        coupon=coupon,
        refinanced=refinanced,
        defaulted=state.defaulted | gone,
    )
    flows = Flows(
        cfads=cfads,
        service=principal + interest,
        principal=paying * principal,
        interest=paying * interest,
        dscr=w.dscr,
        distributed=w.distributed,
        supported=w.supported,
        payment_default=w.payment_default,
        maturity_default=b.default,
        written_off=claim,
        recovered=recovered,
        loss=claim - recovered,
        balloon_due=b.due,
        balloon_refinanced=b.refinanced,
        balloon_paid=b.paid,
        repossessed=gone * ~book.data_center * state.gpus,
    )
    return after, flows

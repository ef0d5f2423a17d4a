"""A facility's loan: what it owes, what its fleet earns, what falls due, what secures it.

A facility bills its contracts, rents idle units at spot, and pays the operating cost of all of them; units
a payer has just left earn nothing until they are let again. Its loan draws what is committed while the
facility is sound, and pays SOFR and a margin, or a fixed rate. On floating loans a pricing grid adds to the
margin as contracts end.

Notes
-----
CFADS = 8760/4 [ availability · billed + merchant GPUs · rent · u - GPUs · opex ]
rate = margin + floating · (SOFR + grid · share of GPUs without a contract)
References: CoreWeave delayed-draw term-loan terms (8-K, 10-Q); thesis page, "GPU-cloud / neocloud financing".
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from risk.mechanisms.neocloud.book import ROUNDING, Book
from risk.parameters import Array, entry
from risk.processes import At, Flags, columns_of, outer, put
from risk.units import HOURS_A_QUARTER

DT = 0.25
NO_SERVICE = 1.0  # USD; below it nothing is due
SOUND, LOCK_UP, SWEEP, EVENT, CURED, AMENDED, PAYMENT_DEFAULT, MATURITY_DEFAULT = range(8)
"""How far down the stages of distress a facility came in a quarter."""


@dataclass(frozen=True)
class Params:
    """Register entries of a loan and the fleet it finances."""

    contract_availability: float = entry("neoclouds.contract_availability")
    vintage_discount: float = entry("neoclouds.vintage_discount")
    utilization_premium: float = entry("neoclouds.utilization_premium")
    highest_utilization: float = entry("gpu.highest_utilization")
    reletting_reference: float = entry("neoclouds.reletting_reference")  # USD/h of the newest generation
    reletting_low: float = entry("neoclouds.reletting_low")
    reletting_high: float = entry("neoclouds.reletting_high")
    vacancy: float = entry("neoclouds.vacancy")
    margin_grid: float = entry("neoclouds.margin_grid")  # 1/y


@dataclass(frozen=True)
class Terms:
    """Facts of every column that never change, (1, facility)."""

    opex: Array  # USD per GPU-hour
    lease_rent: Array  # USD/h a GPU-equivalent asks in a data-center lease
    shell_value: Array  # multiple of original debt
    lock_up: Array  # its own coverage tests; 0 where the register's hold
    sweep: Array
    event: Array
    realization: Array  # least share of contract income that must come in; 0 for none
    guarantee: Array  # share of what its lender loses that the company owes it
    crosses: tuple[
        tuple[int, int], ...
    ] = ()  # (a loan, one of the same company whose default lets its lender call)


@dataclass(frozen=True)
class State:
    """Balance sheets at the start of a quarter, (path, facility): see the symbols of `facility`."""

    devices: Array
    original: Array
    debt: Array
    cash: Array
    margin: Array
    level: Array
    scheduled: Array
    pushed: Flags
    undrawn: Array
    vendor: Array
    extended: Flags
    cures: Array
    defaulted: Flags
    stage: Array


@dataclass(frozen=True)
class Conditions:
    """What facilities read of their contracts, the markets, their lenders and their HoldCos."""

    contracted: Array  # (path, facility) GPUs under contract
    realization: Array  # (path, facility) of what contracts in force were to bring, the share that is billed
    billed_rate: Array  # (path, facility) USD an hour billed for them
    vacant: Array  # (path, facility) GPUs a payer has left and nobody rents yet
    spot: Array  # (path, facility) USD/h
    newest_contract: Array  # (path, 1) USD/h of the newest generation at the base date
    utilization: Array  # (path, 1)
    collateral: Array  # (path, facility) USD per GPU that works, where a balloon falls due
    spread: Array  # (path, 1) high-yield spread
    availability: Array  # (path, 1)
    sofr: Array  # (path, 1) 1/y
    issue_rate: Array  # (path, 1) simple rate at which a balloon is refinanced
    support: Array  # (path, firm) USD the HoldCo could pay to cure shortfalls
    window: Flags  # (path, 1) shareholders would fund the cure of a covenant
    backed: Flags  # (path, firm) the HoldCo is not in default
    amend: Array  # (path, facility) uniform, one a path for all quarters: small, the lender agrees to amend


def init(
    devices: Array,
    debt: Array,
    coupon: Array,
    undrawn: Array,
    vendor: Array,
    floating: Flags | Array,
    sofr: Array | float,
) -> State:
    """Facilities at their origination or at the base date; nothing is trapped yet.

    Parameters
    ----------
    devices, debt, coupon, undrawn, vendor : (path, facility); `coupon` is the all-in rate of the day.
    floating : (facility,) 1 where the loan floats; 0 where it is fixed, or where `coupon` is the margin.
    sofr : (path, 1) or one rate for all paths, 1/y.
    """
    margin = coupon - floating * sofr
    zero = np.zeros_like(debt + margin)
    no = zero > 0.0
    return State(
        devices=devices + zero,
        original=debt + zero,
        debt=debt + zero,
        cash=zero,
        margin=margin + zero,
        level=zero,
        scheduled=zero + 1.0,
        pushed=no,
        undrawn=undrawn + zero,
        vendor=vendor + zero,
        extended=no,
        cures=zero,
        defaulted=no,
        stage=zero + SOUND,
    )


def draw(state: State, book: Book, t: int, backed: Flags) -> tuple[State, Array]:
    """Draw what the loans of quarter t still commit, USD, (path, facility); a draw refused is lost.

    A lender funds while the facility was above the sweep in the last quarter and its HoldCo stands. What is
    drawn joins the schedule: what is left of it repays the new debt too.
    """
    drawn = np.zeros_like(state.debt)
    columns = np.flatnonzero(book.draws[t] > 0.0)
    if not len(columns):
        return state, drawn
    share = book.draws[t, columns]
    left = 1.0 - book.draws[:t, columns].sum(axis=0)
    last = left - share < ROUNDING
    asked = np.where(last, 1.0, share / np.maximum(left, share)) * columns_of(state.undrawn, columns)
    funded = (columns_of(state.stage, columns) < SWEEP) & columns_of(backed, book.firm[columns])
    drawn = put(drawn, columns, asked * funded)
    balance = book.balances_ahead[t - 1, columns] - book.balances_ahead[t, columns]  # of a loan of 1
    scheduled = columns_of(state.original, columns) + columns_of(drawn, columns) / balance
    undrawn = put(state.undrawn, columns, columns_of(state.undrawn, columns) - asked)
    original = put(state.original, columns, scheduled)
    return replace(state, debt=state.debt + drawn, original=original, undrawn=undrawn), drawn


def operating_cash(params: Params, terms: Terms, state: State, book: Book, c: Conditions) -> Array:
    """Cash flow available for debt service, CFADS, of the quarter, USD, (path, facility).

    A facility free of debt stops where it no longer covers its operating cost.
    """
    idle = np.maximum(state.devices - c.contracted - c.vacant, 0.0)
    use = np.minimum(c.utilization + params.utilization_premium, params.highest_utilization)
    sites = np.flatnonzero(book.site)
    asked = c.newest_contract / params.reletting_reference
    reletting = (1.0 - params.vacancy) * np.clip(asked, params.reletting_low, params.reletting_high)
    leases = outer(reletting, terms.lease_rent[:, sites])
    merchant_rent = put(params.vintage_discount * use * c.spot, sites, leases)
    income = params.contract_availability * c.billed_rate + idle * merchant_rent
    cfads = ~state.defaulted * (HOURS_A_QUARTER * (income - state.devices * terms.opex))
    return cfads - (state.debt <= NO_SERVICE) * np.minimum(cfads, 0.0)


def interest_rate(params: Params, state: State, book: Book, c: Conditions) -> Array:
    """All-in simple rate of the quarter, 1/y, (path, facility)."""
    fleet: Array = state.devices + (state.devices == 0.0)  # of nothing, nothing is contracted
    uncontracted = np.maximum(1.0 - c.contracted / fleet, 0.0)
    return state.margin + book.floating * (c.sofr + params.margin_grid * uncontracted)


def debt_service(params: Params, state: State, book: Book, t: int, c: Conditions) -> tuple[Array, Array]:
    """Scheduled principal and interest of quarter t, USD, (path, facility)."""
    scheduled = state.scheduled * book.amortization[t] * state.original + state.level
    principal = np.minimum(scheduled, state.debt)
    left = state.debt - principal
    principal = principal + (left <= NO_SERVICE) * left  # no rounding is left
    return principal, interest_rate(params, state, book, c) * DT * state.debt


def collateral_value(terms: Terms, state: State, book: Book, device_value: Array, at: At) -> Array:
    """Value of the collateral before any forced sale, USD, at chosen (path, column) positions."""
    devices, shell = pledged_assets(terms, state, book, at)
    return np.asanyarray(devices * device_value + shell)


def pledged_assets(terms: Terms, state: State, book: Book, at: At) -> tuple[Array, Array]:
    """GPUs and shell, USD, that secure loans at chosen positions.

    A data center's collateral is its shell; its tenant owns the GPUs.
    """
    columns = at[1]
    return ~book.site[columns] * state.devices[at], terms.shell_value[0, columns] * state.original[at]

"""Workouts: what a lender does with a loan that is not served or not repaid.

A lender may once amend a loan that misses its service but still covers its operating cost: cash pays
interest first, what is missing of it is added to the debt, the rest is repaid in level parts over a longer
life at a dearer rate. A balloon is refinanced (collateral, coverage, an open market), repaid from cash,
extended once, or in default. In default the lender takes of what secures the loan the larger: units sold at a
discount, or the contracts pledged with them, run to their end by a substitute operator, and the units sold
then. What that brings above the claim belongs to the owner. Amending buys time: default comes later, on more
debt, against older collateral.

Notes
-----
level = (debt + capitalized interest) / (quarters left + extension)
sold = (1 - f) units V + (1 - h f) shell,  v = (1 + r/4)^-left
run = (1 - h f) (net contract cash (1 - v) / (r/4) + v shell) + (1 - f) (let V_end + (units - let) V)
pledged = max(sold, run), with f the discount on units, h f that on what is let
recovered = min(debt, (1 - c) pledged + cash);  loss = debt - recovered, the cost of the sale included
References: judgement on who amends (nobody publishes it); thesis page, "GPU-cloud / neocloud financing".
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from risk.mechanisms.neocloud.book import Book
from risk.mechanisms.neocloud.distress import Waterfall
from risk.mechanisms.neocloud.loan import (
    DT,
    NO_SERVICE,
    Conditions,
    State,
    Terms,
    collateral_value,
)
from risk.parameters import Array, Drawn, entry
from risk.processes import At, Flags, Index, only, put
from risk.units import HOURS_A_QUARTER


@dataclass(frozen=True)
class Params:
    """Register entries of workouts."""

    amend_probability: Drawn = entry("neoclouds.amend_probability")
    amend_quarters: float = entry("neoclouds.amend_quarters")
    amend_margin: float = entry("neoclouds.amend_margin")  # 1/y
    refinancing_ltv: float = entry("neoclouds.refinancing_ltv")
    refinancing_dscr: float = entry("neoclouds.refinancing_dscr")
    refinancing_quarters: float = entry("neoclouds.refinancing_quarters")
    site_refinancing_ltv: float = entry("neoclouds.site_refinancing_ltv")
    site_refinancing_quarters: float = entry("neoclouds.site_refinancing_quarters")
    shut_spread: float = entry("credit.shut_spread")
    shut_availability: float = entry("credit.shut_availability")
    assigned: Drawn = entry("neoclouds.contracts_assigned")  # share of contracts that follow their lender
    let_discount: float = entry("credit.let_discount")  # over that on units
    contract_availability: float = entry("neoclouds.contract_availability")
    sale_cost: float = entry("credit.sale_cost")


@dataclass(frozen=True)
class Served:
    """Debt service that was paid or put off, (path, facility)."""

    principal: Array  # paid
    interest: Array  # paid
    capitalized: Array
    cash: Array
    amended: Flags
    default: Flags


@dataclass(frozen=True)
class Balloons:
    """What became of the balloons of a quarter, (path, facility)."""

    due: Array
    refinanced: Array
    paid: Array
    extended: Array
    default: Flags


@dataclass(frozen=True)
class Pledge:
    """What secures some loans; arrays of one shape, such as (position,)."""

    units: Array  # GPUs; none where the tenant owns them
    contracted: Array  # of them, on contracts that follow the lender
    billed: Array  # USD an hour for those
    opex: Array  # USD per GPU-hour of who runs them
    now: Array  # USD per unit that has to be let again
    later: Array  # USD today per unit at the end of its contract
    left: Array  # quarters to that
    rate: Array  # 1/y
    shell: Array  # USD


def serve(
    params: Params, state: State, cfads: Array, principal: Array, interest: Array, w: Waterfall, c: Conditions
) -> Served:
    """Pay what is due; where it is not met, amend if the lender agrees, else it is a payment default.

    Who cannot pay for its own operation is not amended: there is nothing to wait for.
    """

    def unserved(at: At) -> tuple[Array, Array, Array, Array, Flags, Flags]:
        held, owed = w.cash[at], interest[at]
        willing = _agrees(params, state, c, at) & ~w.called[at]
        amended = willing & (state.cash[at] + cfads[at] >= 0.0)
        some = np.minimum(held, owed) * amended
        return held * amended - some, some, owed * amended - some, held * ~amended, amended, ~amended

    none, no = np.zeros_like(principal), np.zeros_like(w.unmet)
    return Served(*only(w.unmet, unserved, principal, interest, none, w.cash, no, no))


def _agrees(params: Params, state: State, c: Conditions, at: At) -> Flags:
    """Whether the lender of loans at some positions amends or extends; of one loan, once."""
    chance = np.broadcast_to(params.amend_probability, state.debt.shape)
    return np.asanyarray(~state.extended[at] & (c.amend[at] < chance[at]))


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
    ltv = np.where(book.site[columns], params.site_refinancing_ltv, params.refinancing_ltv)
    by_value = ltv * collateral_value(terms, state, book, c.collateral[at], at)
    by_cash = np.maximum(cfads[at], 0.0) / params.refinancing_dscr * annuity
    is_open = (c.spread <= params.shut_spread) & (c.availability >= params.shut_availability)
    return np.where(is_open & (np.minimum(by_value, by_cash) >= balloon), balloon, 0.0)


def refinancing_quarters(params: Params, book: Book) -> Array:
    """Quarters over which a refinanced balloon amortizes: long for sites, short for GPUs, (facility,)."""
    return np.where(book.site, params.site_refinancing_quarters, params.refinancing_quarters)


def falling_due(params: Params, book: Book, t: int) -> Index:
    """Columns whose balloons fall due in quarter t, first or at the end of an extension."""
    again = book.due + round(params.amend_quarters) == t
    return np.flatnonzero((book.balloon > 0) & ((book.due == t) | again))


def balloons(
    params: Params, terms: Terms, state: State, book: Book, t: int, c: Conditions, cfads: Array, met: Flags
) -> Balloons:
    """Meet the balloons of quarter t: refinanced, else repaid from cash, else extended once, else in default.

    Parameters
    ----------
    state : after debt service.
    met : (path, facility) who has paid its service in full.
    """
    zero = np.zeros_like(state.debt)
    first, columns = book.due == t, falling_due(params, book, t)
    if not len(columns):
        return Balloons(zero, zero, zero, zero, np.zeros_like(met))
    falls = np.where(first[columns], state.scheduled[:, columns] > 0.0, state.pushed[:, columns])
    due = (falls & met[:, columns]) * state.debt[:, columns]
    new = refinancing(params, terms, state, book, c, cfads, due, columns)
    left = due - new
    paid = np.where(left <= state.cash[:, columns], left, 0.0)
    unpaid = left > paid + NO_SERVICE
    agrees = _agrees(params, state, c, (np.arange(len(due))[:, None], columns))
    return Balloons(
        due=put(zero, columns, due),
        refinanced=put(zero, columns, new),
        paid=put(zero, columns, paid),
        extended=put(zero, columns, (unpaid & agrees) * left),
        default=put(np.zeros_like(met), columns, unpaid & ~agrees),
    )


def new_terms(
    params: Params, state: State, book: Book, t: int, c: Conditions, amended: Flags, b: Balloons
) -> State:
    """The terms of loans that were amended, extended or refinanced in quarter t.

    Parameters
    ----------
    state : after debt service, what was capitalized included.
    """
    pushed, rolled = b.extended > 0.0, b.refinanced > 0.0
    worse = amended | pushed
    if not (worse.any() or rolled.any()):
        return state

    def levelled(at: At) -> tuple[Array]:
        return (state.debt[at] / (_quarters_left(state, book, t, at) + params.amend_quarters),)

    def renewed(at: At) -> tuple[Array, Array]:
        rows, columns = at
        margin = c.issue_rate[rows, 0] - book.floating[columns] * c.sofr[rows, 0]
        return b.refinanced[at] / refinancing_quarters(params, book)[columns], margin

    (level,) = only(amended, levelled, state.level)
    level, margin = only(rolled, renewed, level, state.margin + worse * params.amend_margin)
    return replace(
        state,
        margin=margin,
        level=level,
        scheduled=state.scheduled * ~amended,
        pushed=state.pushed | pushed,
        extended=state.extended | worse,
        undrawn=state.undrawn * ~amended,
    )


def _quarters_left(state: State, book: Book, t: int, at: At) -> Array:
    """Quarters from t to the last payment of loans at some positions; a refinanced balloon has its own."""
    level, columns = state.level[at], at[1]
    own = state.debt[at] / np.maximum(level, NO_SERVICE) - 1.0  # this quarter's payment is off
    return np.asanyarray(np.maximum(book.due[columns] - t, 0) + (level > 0.0) * np.maximum(own, 0.0))


def pledged(params: Params, pledge: Pledge, discount: Array | float) -> Array:
    """What a pledge brings its lender before costs: sold now, or its contracts run and the rest sold then."""
    let = np.minimum(pledge.contracted, pledge.units)
    net = HOURS_A_QUARTER * (params.contract_availability * pledge.billed - let * pledge.opex)
    rate, let_discount = DT * pledge.rate, params.let_discount * discount
    then = (1.0 + rate) ** -pledge.left
    shell = (1.0 - let_discount) * pledge.shell
    run = (1.0 - let_discount) * np.maximum(net, 0.0) * (1.0 - then) / rate + shell * then
    sold_then = (1.0 - discount) * (let * pledge.later + (pledge.units - let) * pledge.now)
    sold = (1.0 - discount) * pledge.units * pledge.now + shell
    return np.asanyarray(np.maximum(sold, run + sold_then))

"""The contract book: what customers owe each facility, by expiry quarter, and what makes them stop.

Prices are what is still to be paid: a prepayment is taken off at signing, so that it amortizes against the
bills, stays with the facility when the payer leaves, and ends with the contract it belongs to. What of it
is not yet served is a claim of the customer should the neocloud fail.

A facility's contracts expire quarter by quarter. Part renews for a year at a fraction of the contract
index, the rest goes to spot. GPUs that a payer leaves early stand vacant first, for nobody had planned to
let them. Payers end contracts early: investment-grade tenants hardly ever, Oracle-type
tenants when the labs behind them cannot pay, AI labs by renegotiating (all at once: one funding state),
small customers by leaving.

==============  =================  ==========  ==========================================================
symbol          shape              unit        meaning
==============  =================  ==========  ==========================================================
quantity        (path, facility)   GPU         contracted units, before early endings
value           (path, facility)   USD/h       quantity × price, before haircuts and endings
kept            (path, facility)   fraction    share of contracts not ended early
price_factor    (path, facility)   fraction    cumulated renegotiation haircuts
vacant          (path, facility)   GPU         left early and not yet let again
prepaid         (path, facility)   USD         paid up front at signing
buckets         by expiry quarter  GPU, USD/h  (quantity, value) that ends in that quarter
==============  =================  ==========  ==========================================================

Notes
-----
lab hazard = h_0 exp(b_cov · (1 - coverage)+ + b_mon · ln(contract / spot)+), one uniform for all labs.
vacant_t = (1 - 1 / lag) vacant_{t-1} + freed_t: a unit stands vacant for `lag` quarters on average, longer
while the market for assets is in distress.
References: thesis page, "GPU-cloud / neocloud financing" (1-3 year contracts on 15-year leases).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from risk.mechanisms.neocloud.book import LEANS, RENEGOTIATES, SOUND, SUBTENANT, Book, Index, leading, widen
from risk.parameters import Array, Drawn, entry

Bucket = tuple[Array, Array]
NOTHING = 1e-9  # GPUs; a divisor where nothing is contracted


@dataclass(frozen=True)
class Params:
    """Register entries of contracts and payers."""

    renewal_share: Drawn = entry("neoclouds.renewal_share")
    renewal_price: Drawn = entry("neoclouds.renewal_price")
    renewal_quarters: float = entry("neoclouds.renewal_quarters")
    conduct: Array = entry("neoclouds.payer.conduct")  # (payer,) codes of `book.CONDUCTS`
    hazard: Drawn = entry("neoclouds.payer.hazard")  # (path, payer) 1/q
    anchor_coverage_loading: Drawn = entry("neoclouds.lab_coverage_loading")
    moneyness_loading: Drawn = entry("neoclouds.moneyness_loading")
    anchor_haircut: Drawn = entry("neoclouds.lab_haircut")
    leaning_coverage: float = entry("neoclouds.ig_on_lab_coverage")  # 1/q per unit of shortfall
    stress_loading: float = entry("neoclouds.payer_stress_loading")
    largest_hazard: float = entry("neoclouds.largest_hazard")


@dataclass(frozen=True)
class State:
    """See the symbol table; `buckets[e]` is None where nothing ends in quarter e."""

    quantity: Array
    value: Array
    kept: Array
    price_factor: Array
    vacant: Array
    prepaid: Array
    buckets: tuple[Bucket | None, ...]


@dataclass(frozen=True)
class Payers:
    """What payers look at when they decide to pay, renegotiate or leave."""

    market: Array  # (path, facility) spot rent of each facility's generation, USD/h
    shortfall: Array  # (path, 1) share of commitments the labs cannot fund
    stress: Array  # (path, 1) credit factor, sd
    tenant_defaulted: NDArray[np.bool_]  # (path, facility) the HoldCo of the company that rents it is
    release_lag: Array  # (path, 1) quarters until what is left early is let again


@dataclass(frozen=True)
class Flows:
    """What is billed this quarter."""

    contracted: Array  # (path, facility) GPUs under contract
    realization: Array  # (path, facility) billed over what was signed
    billed_rate: Array  # (path, facility) USD an hour billed under contract
    vacant: Array  # (path, facility) GPUs left early and not yet let again


@dataclass(frozen=True)
class Remaining:
    """What contracts in force still bring, (path, facility)."""

    devices: Array  # GPU-quarters up to a date
    bills: Array  # GPU-quarters × USD/h up to it, after haircuts and endings
    life: Array  # quarters left on average; 0 without any


def init(base: Bucket, expiry: Array, prepaid: Array) -> State:
    """The base-date book.

    Parameters
    ----------
    base : (base facility,) contracted GPUs and the price still to be paid for them, USD/h.
    expiry : (quarter, base facility) share of the contracts that ends in each quarter; of quarter 0: is
        over, its units let by the day.
    prepaid : (1, facility) or (path, facility) USD paid up front.
    """
    quantity, price = base
    running = np.arange(len(expiry))[:, None] > 0
    by_quarter = running * expiry * quantity
    total = by_quarter.sum(axis=0, keepdims=True)
    return State(
        quantity=total,
        value=total * price,
        kept=np.ones_like(total),
        price_factor=np.ones_like(total),
        vacant=np.zeros_like(total),
        prepaid=prepaid,
        buckets=tuple((q[None, :], q[None, :] * price) if q.any() else None for q in by_quarter),
    )


def _moneyness(state: State, columns: Index, market: Array) -> Array:
    """ln(contract price / market rent)+ of some columns, (path, column)."""
    quantity = np.maximum(state.quantity[:, columns], NOTHING)
    price = state.price_factor[:, columns] * state.value[:, columns] / quantity
    return np.log(np.maximum(price / market[:, columns], 1.0))


def renegotiation(params: Params, hazard: Array, moneyness: Array, shortfall: Array, uniform: Array) -> Array:
    """Price factor this quarter of contracts that may be renegotiated: 1 or 1 - haircut, (path, column)."""
    incentive = params.anchor_coverage_loading * shortfall + params.moneyness_loading * moneyness
    hazard = np.minimum(hazard * np.exp(incentive), params.largest_hazard)
    return np.where(uniform < hazard, 1.0 - params.anchor_haircut, 1.0)


def step(
    params: Params, state: State, book: Book, payers: Payers, uniforms: Sequence[Array]
) -> tuple[State, Flows]:
    """What payers do at the start of a quarter, and what they are then billed.

    Parameters
    ----------
    uniforms : by payer, (path, 1); of sound payers (path, column), one for each of their contracts.
    """
    whole = np.ones(payers.market.shape)
    price, kept = state.price_factor * whole, state.kept * whole
    for payer, uniform in enumerate(uniforms):
        columns = book.columns(payer)
        if params.conduct[payer] == RENEGOTIATES:
            price[:, columns] *= _renegotiated(params, state, payer, columns, payers, uniform)
        else:
            kept[:, columns] *= _staying(params, state, payer, columns, payers, uniform)
    vacant = _vacant(payers.release_lag, state, (state.kept - kept) * state.quantity)
    after = replace(state, kept=kept, price_factor=price, vacant=vacant)
    realization = kept * price
    return after, Flows(kept * state.quantity, realization, realization * state.value, vacant)


def _vacant(lag: Array, state: State, freed: Array) -> Array:
    """GPUs vacant this quarter: those freed now, and of those vacant before what is not let again.

    What is let again within the quarter is vacant for part of it.
    """
    return (1.0 - 1.0 / np.maximum(lag, 1.0)) * state.vacant + np.minimum(lag, 1.0) * freed


def _renegotiated(
    params: Params, state: State, payer: int, columns: Index, payers: Payers, uniform: Array
) -> Array:
    """Price factor this quarter of the contracts of a payer who renegotiates, (path, column)."""
    moneyness, hazard = _moneyness(state, columns, payers.market), params.hazard[:, payer : payer + 1]
    return renegotiation(params, hazard, moneyness, payers.shortfall, uniform)


def _staying(
    params: Params, state: State, payer: int, columns: Index, payers: Payers, uniform: Array
) -> Array:
    """Share of a payer's contracts that goes on, (path, column) or (path, 1)."""
    hazard, worse = params.hazard[:, payer : payer + 1], np.exp(params.stress_loading * payers.stress)
    conduct = params.conduct[payer]
    if conduct == SOUND:
        leaves = uniform[:, : len(columns)] < hazard * worse
    elif conduct == LEANS:
        leaning = hazard * worse + params.leaning_coverage * payers.shortfall
        leaves = uniform < np.minimum(leaning, params.largest_hazard)
    elif conduct == SUBTENANT:
        leaves = payers.tenant_defaulted[:, columns] & (uniform < hazard)
    else:  # many small customers: the expected share of them leaves
        incentive = np.exp(params.moneyness_loading * _moneyness(state, columns, payers.market))
        return np.asarray(1.0 - np.minimum(hazard * worse * incentive, params.largest_hazard))
    return np.where(leaves, 0.0, 1.0)


def roll(params: Params, state: State, t: int, index: Array) -> State:
    """End of quarter t: what expires renews in part for `renewal_quarters`, the rest goes to spot.

    Parameters
    ----------
    index : (path, facility) one-year contract rent of each facility's generation, USD/h.
    """
    ending = state.buckets[t]
    if ending is None:
        return state
    quantity, value = (widen(amounts, state.quantity.shape[1]) for amounts in ending)
    renewed = params.renewal_share * quantity
    # A renewal is struck at today's index: the haircuts of the past do not apply to it.
    renewed_value = renewed * params.renewal_price * index / state.price_factor
    ended = replace(state, quantity=state.quantity - quantity, value=state.value - value)
    return add(ended, t + round(params.renewal_quarters), (renewed, renewed_value))


def add(state: State, expiry: int, signed: Bucket) -> State:
    """Add contracts (GPUs, GPUs × price) signed at the end of a quarter that end in quarter `expiry`."""
    quantity, value = signed
    buckets = list(state.buckets)
    old = buckets[expiry]
    if old is not None:
        signed = (widen(old[0], quantity.shape[1]) + quantity, widen(old[1], value.shape[1]) + value)
    buckets[expiry] = signed
    return replace(
        state,
        quantity=state.quantity + quantity,
        value=state.value + value,
        buckets=tuple(buckets),
    )


def open_for(state: State, prepaid: Array) -> State:
    """Add the columns of a new cohort, with nothing signed and nothing broken yet.

    Parameters
    ----------
    prepaid : (path, new column) USD paid up front.
    """
    ones, columns = np.ones_like(prepaid), state.kept.shape[1] + prepaid.shape[1]
    return replace(
        state,
        quantity=widen(state.quantity, columns),
        value=widen(state.value, columns),
        kept=_beside(state.kept, ones),
        price_factor=_beside(state.price_factor, ones),
        vacant=widen(state.vacant, columns),
        prepaid=_beside(state.prepaid, prepaid),
    )


def _beside(old: Array, new: Array) -> Array:
    """Columns of the same paths side by side; one row stands for all paths."""
    paths = max(len(old), len(new))
    return np.concatenate([np.broadcast_to(x, (paths, x.shape[1])) for x in (old, new)], axis=1)


def unearned(state: State, left: Array) -> Array:
    """Prepayments not yet served, USD: what customers claim of a neocloud that fails, (path, facility).

    Who left early has given up what it paid.

    Parameters
    ----------
    left : (facility,) or (1, facility) share of the contract paid up front that is still to be served.
    """
    return np.asarray(state.prepaid * left * state.kept)


def remaining(state: State, t: int, until: Array, facilities: int) -> Remaining:
    """What contracts in force at the end of quarter t still bill by quarter `until`, and how long they last.

    Parameters
    ----------
    until : (path, facility) or (1, facility) quarter up to which to count.
    facilities : leading columns to count for.
    """
    devices, bills, quantity, quarters = (np.zeros((1, facilities)) for _ in range(4))
    ahead = np.maximum(until - t, 0.0)
    for left, bucket in enumerate(state.buckets[t + 1 :], start=1):
        if bucket is not None and bucket[0][:, :facilities].any():
            counted, (ending, value) = np.minimum(left, ahead), (leading(x, facilities) for x in bucket)
            devices = devices + counted * ending
            bills = bills + counted * value
            quantity = quantity + ending
            quarters = quarters + left * ending
    kept = leading(state.kept, facilities)
    return Remaining(
        devices=kept * devices,
        bills=kept * leading(state.price_factor, facilities) * bills,
        life=(kept > 0.0) * quarters / np.maximum(quantity, NOTHING),
    )

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
endings         by quarter         GPU, USD/h  what ends in that quarter
==============  =================  ==========  ==========================================================

Notes
-----
lab hazard = h_0 exp(b_cov · (1 - coverage)+ + b_mon · ln(contract / spot)+), one uniform for all labs.
vacant_t = (1 - 1 / lag) vacant_{t-1} + freed_t: a unit stands vacant for `lag` quarters on average, longer
while the market for assets is in distress.
References: thesis page, "GPU-cloud / neocloud financing" (1-3 year contracts on 15-year leases).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from risk.mechanisms.neocloud.book import (
    LEANS,
    RENEGOTIATES,
    SOUND,
    SUBTENANT,
    Book,
    widen,
)
from risk.parameters import Array, Drawn, entry
from risk.processes import Index, beside, blank, columns_of, grouped, put, raised, repeated

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
class Ending:
    """Contracts that end in one quarter; few facilities have any."""

    columns: Index  # (column,) facilities that do, in their order
    quantity: Array  # (path, column) GPU
    value: Array  # (path, column) USD/h


@dataclass(frozen=True)
class State:
    """See the symbol table; `endings[e]` is None where nothing ends in quarter e."""

    quantity: Array
    value: Array
    kept: Array
    price_factor: Array
    vacant: Array
    prepaid: Array
    endings: tuple[Ending | None, ...]


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


def init(base: tuple[Array, Array], expiry: Array, prepaid: Array, paths: int) -> State:
    """The base-date book.

    Parameters
    ----------
    base : (base facility,) contracted GPUs and the price still to be paid for them, USD/h.
    expiry : (quarter, base facility) share of the contracts that ends in each quarter; of quarter 0: is
        over, its units let by the day.
    prepaid : (base facility,) USD paid up front.
    """
    quantity, price = base
    running = np.arange(len(expiry))[:, None] > 0
    by_quarter = running * expiry * quantity
    total = repeated(by_quarter.sum(axis=0), paths)
    return State(
        quantity=total,
        value=total * price,
        kept=np.ones_like(total),
        price_factor=np.ones_like(total),
        vacant=np.zeros_like(total),
        prepaid=repeated(prepaid, paths),
        endings=tuple(_ending(q, price, paths) if q.any() else None for q in by_quarter),
    )


def _ending(quantity: Array, price: Array, paths: int) -> Ending:
    """Of (facility,) contracts, those there are."""
    columns = np.flatnonzero(quantity)
    found = repeated(quantity[columns], paths)
    return Ending(columns, found, found * price[columns])


def _moneyness(state: State, columns: Index, market: Array) -> Array:
    """ln(contract price / market rent)+ of some columns, (path, column)."""
    quantity = np.maximum(columns_of(state.quantity, columns), NOTHING)
    price = columns_of(state.price_factor, columns) * columns_of(state.value, columns) / quantity
    return np.log(np.maximum(price / columns_of(market, columns), 1.0))


def renegotiation(params: Params, hazard: Array, moneyness: Array, shortfall: Array, uniform: Array) -> Array:
    """Price factor this quarter of contracts that may be renegotiated: 1 or 1 - haircut, (path, column)."""
    incentive = params.anchor_coverage_loading * shortfall + params.moneyness_loading * moneyness
    hazard = np.minimum(hazard * np.exp(incentive), params.largest_hazard)
    return np.asanyarray(1.0 - (uniform < hazard) * params.anchor_haircut)


def step(
    params: Params, state: State, book: Book, payers: Payers, uniforms: Sequence[Array]
) -> tuple[State, Flows]:
    """What payers do at the start of a quarter, and what they are then billed.

    Parameters
    ----------
    uniforms : by payer, (path, 1); of sound payers (path, column), one for each of their contracts.
    """
    factors: list[tuple[Index, Array]] = []
    staying: list[tuple[Index, Array]] = []
    for payer, uniform in enumerate(uniforms):
        columns = book.columns(payer)
        if params.conduct[payer] == RENEGOTIATES:
            factors.append((columns, _renegotiated(params, state, payer, columns, payers, uniform)))
        else:
            staying.append((columns, _staying(params, state, payer, columns, payers, uniform)))
    price, kept = _scaled(state.price_factor, factors), _scaled(state.kept, staying)
    vacant = _vacant(payers.release_lag, state, (state.kept - kept) * state.quantity)
    after = replace(state, kept=kept, price_factor=price, vacant=vacant)
    realization = kept * price
    return after, Flows(kept * state.quantity, realization, realization * state.value, vacant)


def _scaled(array: Array, factors: Sequence[tuple[Index, Array]]) -> Array:
    """A copy of an array with some columns multiplied, each by its factor, (path, column) or (path, 1)."""
    if not factors:
        return array
    columns = np.concatenate([where for where, _ in factors])
    by = beside(np.broadcast_to(x, (len(array), len(where))) for where, x in factors)
    return put(array, columns, columns_of(array, columns) * by)


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
        leaves = columns_of(payers.tenant_defaulted, columns) & (uniform < hazard)
    else:  # many small customers: the expected share of them leaves
        incentive = np.exp(params.moneyness_loading * _moneyness(state, columns, payers.market))
        return np.asanyarray(1.0 - np.minimum(hazard * worse * incentive, params.largest_hazard))
    return np.asanyarray(~leaves, dtype=np.float64)


def roll(params: Params, state: State, t: int, index: Array) -> State:
    """End of quarter t: what expires renews in part for `renewal_quarters`, the rest goes to spot.

    Parameters
    ----------
    index : (path, facility) one-year contract rent of each facility's generation, USD/h.
    """
    ending = state.endings[t]
    if ending is None:
        return state
    columns, renewed = ending.columns, params.renewal_share * ending.quantity
    # A renewal is struck at today's index: the haircuts of the past do not apply to it.
    index, factor = columns_of(index, columns), columns_of(state.price_factor, columns)
    value = renewed * params.renewal_price * index / factor
    until = t + round(params.renewal_quarters)
    return replace(
        state,
        quantity=raised(state.quantity, columns, -ending.quantity, renewed),
        value=raised(state.value, columns, -ending.value, value),
        endings=_listed(state.endings, {until: Ending(columns, renewed, value)}),
    )


def add(state: State, columns: Index, quantity: Array, value: Array, until: Index) -> State:
    """Add contracts signed at the end of a quarter, one for each of some facilities.

    Parameters
    ----------
    quantity, value : (path, column) GPUs, and GPUs × price, USD/h.
    until : (column,) quarter in which each ends.
    """
    signed = {}
    for quarter in np.unique(until):
        of = np.flatnonzero(until == quarter)
        signed[int(quarter)] = Ending(columns[of], columns_of(quantity, of), columns_of(value, of))
    return replace(
        state,
        quantity=raised(state.quantity, columns, quantity),
        value=raised(state.value, columns, value),
        endings=_listed(state.endings, signed),
    )


def _listed(endings: Sequence[Ending | None], signed: Mapping[int, Ending]) -> tuple[Ending | None, ...]:
    """What ends in each quarter after more was signed, by the quarter in which it ends."""
    found = list(endings)
    for quarter, new in signed.items():
        old = found[quarter]
        found[quarter] = new if old is None else _together(old, new)
    return tuple(found)


def _together(old: Ending, new: Ending) -> Ending:
    """What ends in a quarter after more was signed."""
    columns, places = np.unique(np.concatenate([old.columns, new.columns]), return_inverse=True)
    quantity, value = (
        grouped(beside(both), places, len(columns))
        for both in ((old.quantity, new.quantity), (old.value, new.value))
    )
    return Ending(columns, quantity, value)


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
        kept=beside((state.kept, ones)),
        price_factor=beside((state.price_factor, ones)),
        vacant=widen(state.vacant, columns),
        prepaid=beside((state.prepaid, prepaid)),
    )


def unearned(state: State, left: Array) -> Array:
    """Prepayments not yet served, USD: what customers claim of a neocloud that fails, (path, facility).

    Who left early has given up what it paid.

    Parameters
    ----------
    left : (facility,) or (1, facility) share of the contract paid up front that is still to be served.
    """
    return np.asanyarray(state.prepaid * left * state.kept)


def remaining(state: State, t: int, until: Array, facilities: int) -> Remaining:
    """What contracts in force at the end of quarter t still bill by quarter `until`, and how long they last.

    Parameters
    ----------
    until : (path, facility) or (1, facility) quarter up to which to count.
    facilities : leading columns to count for.
    """
    left, columns, quantity, value = _ahead(state, t, facilities)
    counted = np.minimum(left, columns_of(np.maximum(until - t, 0.0), columns))
    found = (counted * quantity, counted * value, quantity, left * quantity)
    devices, bills, units, quarters = (grouped(amounts, columns, facilities) for amounts in found)
    kept = state.kept[:, :facilities]
    return Remaining(
        devices=kept * devices,
        bills=kept * state.price_factor[:, :facilities] * bills,
        life=(kept > 0.0) * quarters / np.maximum(units, NOTHING),
    )


def _ahead(state: State, t: int, facilities: int) -> tuple[Array, Index, Array, Array]:
    """Quarters left after quarter t, facility, GPUs and GPUs × price of all that ends later, side by side."""
    later = [
        (float(left), ending, int(np.searchsorted(ending.columns, facilities)))
        for left, ending in enumerate(state.endings[t + 1 :], start=1)
        if ending is not None
    ]
    none = blank(state.kept, 0)
    return (
        np.repeat([left for left, _, _ in later], [n for _, _, n in later]),
        np.concatenate([np.zeros(0, dtype=np.intp), *(x.columns[:n] for _, x, n in later)]),
        beside((none, *(x.quantity[:, :n] for _, x, n in later))),
        beside((none, *(x.value[:, :n] for _, x, n in later))),
    )

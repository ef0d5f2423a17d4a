"""The contract book: what customers owe each facility, by expiry quarter, and what makes them stop.

A facility's contracts expire quarter by quarter. Part renews for a year at a fraction of the contract
index, the rest goes to spot. Payers end contracts early: investment-grade tenants hardly ever, Oracle-type
tenants when the labs behind them cannot pay, AI labs by renegotiating (all at once: one funding state),
small customers by leaving.

==============  =================  ==========  ==========================================================
symbol          shape              unit        meaning
==============  =================  ==========  ==========================================================
quantity        (path, facility)   GPU         contracted units, before early endings
value           (path, facility)   USD/h       quantity × price, before haircuts and endings
remaining       (path, facility)   USD/h · q   value × quarters left
kept            (path, facility)   fraction    share of contracts not ended early
price_factor    (path, facility)   fraction    cumulated renegotiation haircuts
buckets         by expiry quarter  GPU, USD/h  (quantity, value) that ends in that quarter
==============  =================  ==========  ==========================================================

Notes
-----
lab hazard = h_0 exp(b_cov · (1 - coverage)+ + b_mon · ln(contract / spot)+), one uniform for all labs.
References: thesis page, "GPU-cloud / neocloud financing" (1-3 year contracts on 15-year leases).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from risk.mechanisms.neocloud.book import IG, IG_ON_LAB, LAB, NEOCLOUD, OTHER, Book, Index, put
from risk.parameters import Array, entry

Bucket = tuple[Array, Array]


@dataclass(frozen=True)
class Params:
    """Register entries of contracts and payers; (path, 1) where drawn."""

    renewal_share: Array = entry("neoclouds.renewal_share")
    renewal_price: Array = entry("neoclouds.renewal_price")
    renewal_quarters: float = entry("neoclouds.renewal_quarters")
    ig_hazard: float = entry("neoclouds.ig_hazard")  # 1/q
    lab_hazard: Array = entry("neoclouds.lab_hazard")  # 1/q
    lab_coverage_loading: Array = entry("neoclouds.lab_coverage_loading")
    moneyness_loading: Array = entry("neoclouds.moneyness_loading")
    lab_haircut: Array = entry("neoclouds.lab_haircut")
    ig_on_lab_hazard: float = entry("neoclouds.ig_on_lab_hazard")  # 1/q
    ig_on_lab_coverage: float = entry("neoclouds.ig_on_lab_coverage")  # 1/q per unit of shortfall
    other_hazard: Array = entry("neoclouds.other_hazard")  # 1/q
    tenant_termination: float = entry("neoclouds.tenant_termination")  # 1/q after the tenant's default
    stress_loading: float = entry("neoclouds.payer_stress_loading")
    largest_hazard: float = entry("neoclouds.largest_hazard")


@dataclass(frozen=True)
class State:
    """See the symbol table; `buckets[e]` is None where nothing ends in quarter e."""

    quantity: Array
    value: Array
    remaining: Array
    kept: Array
    price_factor: Array
    buckets: tuple[Bucket | None, ...]


@dataclass(frozen=True)
class Flows:
    """Events of the quarter."""

    lab_renegotiated: Array  # (path, 1) 1 where some lab contract was cut
    contracted: Array  # (path, facility) GPUs billed under contract this quarter
    billed_rate: Array  # (path, facility) USD an hour billed under contract


def init(base: Bucket, expiry: Array, columns: Index, facilities: int) -> State:
    """The base-date book.

    Parameters
    ----------
    base : (base facility,) contracted GPUs and their price, USD/h.
    expiry : (quarter, base facility) share of the contracts that ends in each quarter.
    columns, facilities : columns of the base facilities, and how many columns there are.
    """
    quantity, price = base
    wide = np.zeros((1, facilities))
    by_quarter = expiry * quantity
    quarters = np.arange(len(expiry))[:, None]
    buckets = tuple(
        (put(wide, columns, q[None, :]), put(wide, columns, (q * price)[None, :])) if q.any() else None for q in by_quarter
    )
    total = by_quarter.sum(axis=0)
    remaining = (by_quarter * price * quarters).sum(axis=0)
    return State(
        quantity=put(wide, columns, total[None, :]),
        value=put(wide, columns, (total * price)[None, :]),
        remaining=put(wide, columns, remaining[None, :]),
        kept=np.ones((1, facilities)),
        price_factor=np.ones((1, facilities)),
        buckets=buckets,
    )


def _moneyness(state: State, columns: Index, market: Array) -> Array:
    """ln(contract price / market rent)+ of some columns, (path, column)."""
    quantity = np.maximum(state.quantity[:, columns], 1e-9)
    price = state.price_factor[:, columns] * state.value[:, columns] / quantity
    return np.log(np.maximum(price / market[:, columns], 1.0))


def lab_renegotiation(params: Params, market_ratio: Array, shortfall: Array, uniform: Array) -> Array:
    """Price factor of lab contracts this quarter: 1, or one less the haircut, (path, column)."""
    hazard = params.lab_hazard * np.exp(params.lab_coverage_loading * shortfall + params.moneyness_loading * market_ratio)
    return np.where(uniform < np.minimum(hazard, params.largest_hazard), 1.0 - params.lab_haircut, 1.0)


def step(
    params: Params,
    state: State,
    book: Book,
    market: Array,
    shortfall: Array,
    stress: Array,
    tenant_defaulted: Array,
    uniforms: dict[str, Array],
) -> tuple[State, Flows]:
    """What payers do at the start of a quarter: pay, renegotiate or leave.

    Parameters
    ----------
    market : (path, facility) spot rent of each facility's generation, USD/h.
    shortfall : (path, 1) share of commitments the labs cannot fund; `stress` : (path, 1) credit factor.
    tenant_defaulted : (path, 1) True where the neocloud tenant's HoldCo is in default.
    uniforms : `ig` (path, facility), `lab`, `ig_on_lab`, `tenant` (path, 1).
    """
    worse = np.exp(params.stress_loading * stress)
    kept, price = state.kept, state.price_factor

    columns = book.columns(LAB)
    factor = lab_renegotiation(params, _moneyness(state, columns, market), shortfall, uniforms["lab"])
    price = put(price, columns, price[:, columns] * factor)

    columns = book.columns(IG)
    kept = put(kept, columns, kept[:, columns] * (uniforms["ig"][:, columns] >= params.ig_hazard * worse))

    columns = book.columns(IG_ON_LAB)
    hazard = np.minimum(params.ig_on_lab_hazard * worse + params.ig_on_lab_coverage * shortfall, params.largest_hazard)
    kept = put(kept, columns, kept[:, columns] * (uniforms["ig_on_lab"] >= hazard))

    columns = book.columns(NEOCLOUD)
    leaves = tenant_defaulted & (uniforms["tenant"] < params.tenant_termination)
    kept = put(kept, columns, kept[:, columns] * ~leaves)

    columns = book.columns(OTHER)  # many small customers: the expected share leaves
    incentive = np.exp(params.moneyness_loading * _moneyness(state, columns, market))
    hazard = np.minimum(params.other_hazard * worse * incentive, params.largest_hazard)
    kept = put(kept, columns, kept[:, columns] * (1.0 - hazard))

    after = replace(state, kept=kept, price_factor=price)
    flows = Flows(
        lab_renegotiated=(factor < 1.0).any(axis=1, keepdims=True).astype(np.float64),
        contracted=kept * state.quantity,
        billed_rate=kept * price * state.value,
    )
    return after, flows


def roll(params: Params, state: State, t: int, index: Array) -> State:
    """End of quarter t: what expires renews in part for `renewal_quarters`, the rest goes to spot.

    Parameters
    ----------
    index : (path, facility) one-year contract rent of each facility's generation, USD/h.
    """
    aged = replace(state, remaining=state.remaining - state.value)
    ending = state.buckets[t]
    if ending is None:
        return aged
    quantity, value = ending
    renewed = params.renewal_share * quantity
    renewed_value = renewed * params.renewal_price * index / state.price_factor
    return add(
        replace(aged, quantity=aged.quantity - quantity, value=aged.value - value),
        t + round(params.renewal_quarters),
        t,
        (renewed, renewed_value),
    )


def add(state: State, expiry: int, t: int, signed: Bucket) -> State:
    """Add contracts (GPUs, GPUs × price) signed at the end of quarter t that end in quarter `expiry`."""
    quantity, value = signed
    buckets = list(state.buckets)
    old = buckets[expiry]
    buckets[expiry] = signed if old is None else (old[0] + quantity, old[1] + value)
    return replace(
        state,
        quantity=state.quantity + quantity,
        value=state.value + value,
        remaining=state.remaining + value * (expiry - t),
        buckets=tuple(buckets),
    )


def open_for(state: State, columns: Index) -> State:
    """Columns of a new cohort start with clean contracts."""
    paths = state.kept.shape[0]
    ones = np.ones((paths, len(columns)))
    return replace(state, kept=put(state.kept, columns, ones), price_factor=put(state.price_factor, columns, ones))

"""Dollars that bid for compute: customers' inference, lab growth paid by outside money, internal use.

Demand X = phi_c · revenue + lab funding + internal use. Internal use at the base date is solved, so that
the market clears at the observed rent; it is over a third of demand and is reported. Lab funding is part
external (the funding window) and part recycled from suppliers, who lend to the customers who buy from
them; the recycled part follows the suppliers' own capex and cash flow. Dollars answer to price: where volume
hardly does (elasticity e under one), they shrink as rents fall below their expected path and grow above it.

Notes
-----
lab funding = s_0 [(1 - rho) e^{g t + b L} k(L) + rho · clip(C/C_0) · clip(1 + (FCF - FCF_0)/C_0)]
with k under one where the window state L lies so low that the window is shut.
bid = X e^{(1 - e) D}, D: log clearing rent of last quarter over its path expected at the base date, bounded.
References: thesis page, "Dated developments — 2026" (NVIDIA 30 and Amazon 50 of OpenAI's $110bn).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from risk.parameters import Array, Drawn, entry
from risk.processes import ou

DT = 0.25


@dataclass(frozen=True)
class Params:
    """Register entries of compute demand."""

    compute_share: Drawn = entry("revenue.compute_share")  # phi_c
    compute_share_decline: float = entry("revenue.compute_share_decline")  # 1/y
    internal_growth: Drawn = entry("revenue.internal_growth")  # 1/y
    internal_growth_decay: Drawn = entry("revenue.internal_growth_decay")  # 1/y
    internal_demand_share: float = entry("revenue.internal_demand_share")
    anchor_funding: Drawn = entry("revenue.lab_funding")  # USD a year at the base date
    anchor_funding_growth: Drawn = entry("revenue.lab_funding_growth")  # 1/y
    anchor_window_loading: Drawn = entry("revenue.lab_window_loading")
    anchor_window_persistence: float = entry("revenue.lab_window_persistence")
    shut_window: float = entry("revenue.shut_window")  # sd
    shut_window_funding: float = entry("revenue.shut_window_funding")
    recycled_share: Drawn = entry("revenue.recycled_share")  # rho_c
    supplier_capex_low: float = entry("revenue.supplier_capex_low")  # of base-date capex
    supplier_capex_high: float = entry("revenue.supplier_capex_high")
    supplier_cash_low: float = entry("revenue.supplier_cash_low")
    supplier_cash_high: float = entry("revenue.supplier_cash_high")
    anchor_revenue_share: float = entry("revenue.lab_revenue_share")
    anchor_compute_share: float = entry("revenue.lab_compute_share")
    volume_elasticity: Drawn = entry("revenue.volume_elasticity")  # e
    largest_dearness: float = entry("revenue.largest_dearness")  # log
    commitment_quarters: Array = entry("revenue.lab_commitment_quarters")  # (k,)
    committed: Array = entry("revenue.lab_commitments")  # (k,) USD a year


@dataclass(frozen=True)
class Shocks:
    """What strikes in a quarter."""

    window: Array  # (path, 1) innovation of the funding window, sd
    demand_shock: Array  # (path, 1) this quarter's shock to AI demand, log
    forced_demand: Array  # (path, 1) log addition to demand
    forced_window: Array  # (path, 1) sd added to the window


@dataclass(frozen=True)
class State:
    """Internal use (USD a year) and the labs' funding window (standard deviations), (path, 1)."""

    internal: Array
    window: Array


@dataclass(frozen=True)
class Flows:
    """Demand of the quarter, USD a year, (path, 1)."""

    from_revenue: Array
    anchor_external: Array
    anchor_recycled: Array
    internal: Array
    total: Array
    coverage: Array  # labs' means over commitments
    window: Array  # effective funding-window state, sd


def compute_share(params: Params, t: int) -> Array:
    """phi_c at quarter t: compute spending per dollar of end-customer revenue, (path, 1)."""
    return np.asanyarray(params.compute_share * np.exp(-params.compute_share_decline * t * DT))


def outside(params: Params, revenue: Array) -> Array:
    """What customers and labs bid at the base date, internal use apart, USD a year, (path, 1)."""
    return np.asanyarray(params.compute_share * revenue + params.anchor_funding)


def init(params: Params, clearing_demand: Array, revenue: Array) -> State:
    """Solve internal use so that demand equals what clears the market at observed prices.

    Parameters
    ----------
    clearing_demand, revenue : (path, 1) USD a year; the market clears at no less than is bid `outside`.
    """
    internal = clearing_demand - outside(params, revenue)
    return State(internal, np.zeros_like(internal))


def commitments(params: Params, t: int) -> float:
    """Compute commitments of the labs in quarter t, USD a year."""
    return float(np.interp(t, params.commitment_quarters, params.committed))


def anchor_coverage(params: Params, t: int, revenue: Array, funding: Array) -> Array:
    """Labs' spendable revenue and funding over their compute commitments, (path, 1)."""
    own = params.anchor_revenue_share * params.anchor_compute_share * revenue
    return (own + funding) / commitments(params, t)


def _external_funding(params: Params, window: Array, t: int) -> Array:
    """Lab funding from outside the chain, USD a year, (path, 1)."""
    open_share = np.where(window < params.shut_window, params.shut_window_funding, 1.0)
    growth = np.exp(params.anchor_funding_growth * t * DT + params.anchor_window_loading * window)
    return (1.0 - params.recycled_share) * params.anchor_funding * growth * open_share


def step(
    params: Params, state: State, t: int, revenue: Array, suppliers: Array, dearness: Array, shocks: Shocks
) -> tuple[State, Flows]:
    """One quarter of compute demand.

    Parameters
    ----------
    revenue : (path, 1) end-customer revenue, USD a year.
    suppliers : (path, 1) capacity of suppliers to recycle, 1 at the base date.
    dearness : (path, 1) log clearing rent over its path expected at the base date, last quarter.
    """
    carried = ou.unit_ar1_step(state.window, params.anchor_window_persistence, shocks.window)
    window = carried + shocks.forced_window
    external = _external_funding(params, window, t)
    recycled = params.recycled_share * params.anchor_funding * suppliers

    growth = params.internal_growth * np.exp(-params.internal_growth_decay * t * DT) * DT
    internal = state.internal * np.exp(growth + params.internal_demand_share * shocks.demand_shock)
    used = internal * np.exp(params.internal_demand_share * shocks.forced_demand)

    coverage = anchor_coverage(params, t, revenue, external + recycled)
    answer = _answer(params, dearness)
    bids = (compute_share(params, t) * revenue, external, recycled, used)
    bought, external, recycled, used = (answer * bid for bid in bids)
    total = bought + external + recycled + used
    return State(internal, carried), Flows(bought, external, recycled, used, total, coverage, window)


def _answer(params: Params, dearness: Array) -> Array:
    """What dollars bid are multiplied with as volume answers to price, (path, 1)."""
    limit = params.largest_dearness
    return np.asanyarray(np.exp((1.0 - params.volume_elasticity) * np.clip(dearness, -limit, limit)))


def supplier_capacity(
    params: Params, capex: Array, capex_0: Array, free_cash_flow: Array, free_cash_flow_0: Array
) -> Array:
    """Suppliers' capacity to fund their customers against the base date (index 0), (path, 1)."""
    scale = np.clip(capex / capex_0, params.supplier_capex_low, params.supplier_capex_high)
    cash = 1.0 + (free_cash_flow - free_cash_flow_0) / capex_0
    return scale * np.clip(cash, params.supplier_cash_low, params.supplier_cash_high)

"""Pooled loan segments: data-centre and SPV loans, AI and software borrowers, direct lending, B loans.

Each quarter a segment's share in default follows the Vasicek model on its own weighting of the credit
factor and the AI state; hazards answer to the spread. Recovery is collateral on the path for data-centre
loans and Frye-Jacobs with beta noise for the rest, so that default and loss rise together. Borrowers who
cannot pay cash pay in kind: their balance grows and their hazard is higher. B-rated loans meet a maturity
wall: what falls due in a shut market defaults in part. Sponsors of SPV debt may leave at exit options;
the residual-value guarantee then pays what the site is short of.

==========  ================  ======  ==================================================================
symbol      shape             unit    meaning
==========  ================  ======  ==================================================================
exposure    (path, segment)   USD     performing principal
in_kind     (path, segment)   frac.   share of the book paying in kind
==========  ================  ======  ==================================================================

Notes
-----
cDR = Phi[(Phi^-1(PD) + sqrt(rho) x) / sqrt(1 - rho)];  cLGD = Phi[Phi^-1(cDR) - k] / cDR.
References: Vasicek (2002); Frye & Jacobs (2012); thesis page, "AI-capex financing & bubble risk".
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from risk.parameters import Array, entry
from risk.processes.beta import inverse_beta
from risk.processes.vasicek import conditional_default_probability, frye_jacobs, frye_jacobs_index

SPV, SOFTWARE, DIRECT_LENDING, B_LOANS = range(4)
DT = 0.25


@dataclass(frozen=True)
class Params:
    """Register entries of segments; (path, 1) where drawn, (1, segment) for table columns."""

    exposure: Array = entry("credit.segment.exposure")  # USD
    growth: Array = entry("credit.segment.growth")  # 1/y
    demand_weight: Array = entry("credit.segment.demand_weight")
    lab_weight: Array = entry("credit.segment.lab_weight")
    in_kind_start: Array = entry("credit.segment.in_kind")
    pd_spv: Array = entry("credit.pd_spv")
    pd_software: Array = entry("credit.pd_software")
    pd_direct_lending: Array = entry("credit.pd_direct_lending")
    pd_b_loans: Array = entry("credit.pd_b_loans")
    correlation_generic: Array = entry("credit.correlation_generic")
    correlation_ai: Array = entry("credit.correlation_ai")
    pd_spread_response: Array = entry("credit.pd_spread_response")  # per unit of spread
    pd_spread_center: float = entry("credit.pd_spread_center")
    pd_spread_low: float = entry("credit.pd_spread_low")
    pd_spread_high: float = entry("credit.pd_spread_high")
    lgd_generic: Array = entry("credit.lgd_generic")
    lgd_concentration: float = entry("credit.lgd_concentration")
    in_kind_hazard: float = entry("credit.in_kind_hazard")  # multiple
    in_kind_loading: float = entry("credit.in_kind_loading")
    in_kind_speed: float = entry("credit.in_kind_speed")  # 1/q
    in_kind_rate: float = entry("credit.in_kind_rate")  # 1/y
    fire_sale_discount: Array = entry("credit.fire_sale_discount")
    sale_cost: float = entry("credit.sale_cost")
    spv_loan_to_value: float = entry("credit.spv_loan_to_value")
    spv_shell_share: float = entry("credit.spv_shell_share")
    spv_exit_quarters: float = entry("credit.spv_exit_quarters")
    spv_leave_share: float = entry("credit.spv_leave_share")
    spv_guarantee: float = entry("credit.spv_guarantee")
    wall_default: float = entry("credit.wall_default")
    shut_spread: float = entry("credit.shut_spread")
    wall: Array = entry("credit.b_loan_maturities")  # (quarter + 1,) share of the book due


@dataclass(frozen=True)
class State:
    """See the symbol table."""

    exposure: Array
    in_kind: Array


@dataclass(frozen=True)
class Flows:
    """What happened in the quarter, (path, segment) USD unless said."""

    factor: Array  # sd
    default_rate: Array  # share of exposure
    defaulted: Array
    lgd: Array
    loss: Array
    expected_loss: Array
    in_kind_accrued: Array
    originated: Array
    guarantee_called: Array  # (path, 1) paid by SPV sponsors
    expected_rate: Array


def init(params: Params, paths: int) -> State:
    """Books at the base date."""
    zero = np.zeros((paths, 1))
    return State(params.exposure + zero, params.in_kind_start + zero)


def segment_factor(params: Params, credit: Array, demand: Array, lab: Array) -> Array:
    """Each segment's factor, unit variance, up is stress, (path, segment)."""
    raw = credit - params.demand_weight * demand - params.lab_weight * lab
    # demand and lab states correlate .6 by construction of the shocks, credit with demand -.3, with lab -.5
    d, w = params.demand_weight, params.lab_weight
    variance = 1.0 + d**2 + w**2 + 2.0 * (0.6 * d * w + 0.3 * d + 0.5 * w)
    return raw / np.sqrt(variance)


def default_probability(params: Params, spread: Array) -> Array:
    """Unconditional default probability of a quarter at the going spread, (path, segment)."""
    annual = np.concatenate(
        np.broadcast_arrays(params.pd_spv, params.pd_software, params.pd_direct_lending, params.pd_b_loans), axis=1
    )
    gap = np.clip(spread - params.pd_spread_center, params.pd_spread_low, params.pd_spread_high)
    return np.minimum(1.0 - (1.0 - annual) ** DT, 0.5) * np.exp(params.pd_spread_response * gap)


def spv_value(params: Params, rent_ratio: Array) -> Array:
    """Realised site value over its debt, (path, 1); part shell, part what the chips inside rent for."""
    mix = params.spv_shell_share + (1.0 - params.spv_shell_share) * rent_ratio
    return mix / params.spv_loan_to_value


def _losses_given_default(params: Params, pd: Array, rate: Array, rho: Array, uniform: Array, value: Array) -> Array:
    """Loss given default of each segment, (path, segment)."""
    mean = frye_jacobs(rate, frye_jacobs_index(pd, params.lgd_generic, rho))
    noisy = inverse_beta(uniform, mean, params.lgd_concentration)
    sale = (1.0 - params.fire_sale_discount) * (1.0 - params.sale_cost) * value
    site = 1.0 - np.minimum(1.0, sale)
    return np.concatenate([site, noisy[:, 1:]], axis=1)


def step(
    params: Params,
    state: State,
    t: int,
    credit: Array,
    demand: Array,
    lab: Array,
    spread: Array,
    availability: Array,
    rent_ratio: Array,
    digestion: Array,
    spv_additions: Array,
    uniform: Array,
) -> tuple[State, Flows]:
    """One quarter of every segment.

    Parameters
    ----------
    credit, demand, lab : (path, 1) states in standard deviations.
    rent_ratio : (path, 1) B200 rent over its base-date level, what collateral inside sites earns.
    digestion : (path, 1) 1 while capex is in digestion; `spv_additions` : (path, 1) USD of new SPV debt.
    uniform : (path, segment) for recovery noise.
    """
    x = segment_factor(params, credit, demand, lab)
    ai = np.array([[1.0, 1.0, 0.0, 0.0]])
    rho = ai * params.correlation_ai + (1.0 - ai) * params.correlation_generic
    pd = default_probability(params, spread)
    hazard = 1.0 + (params.in_kind_hazard - 1.0) * state.in_kind
    rate = np.minimum(conditional_default_probability(pd, rho, x) * hazard, 0.5)

    shut = (spread > params.shut_spread).astype(np.float64)
    wall = params.wall[t] * shut * params.wall_default
    rate = rate + np.concatenate([np.zeros_like(rate[:, :B_LOANS]), wall], axis=1)

    value = spv_value(params, rent_ratio)
    lgd = _losses_given_default(params, pd, np.clip(rate, 1e-6, 0.5), rho, uniform, value)
    leaving = state.exposure[:, :1] / params.spv_exit_quarters * digestion * params.spv_leave_share
    called = leaving * np.maximum(0.0, np.minimum(1.0, params.spv_guarantee) - value)
    exit_loss = leaving * np.maximum(0.0, 1.0 - np.maximum(value, params.spv_guarantee))

    defaulted = rate * state.exposure
    accrued = state.in_kind * params.in_kind_rate * DT * state.exposure
    new = params.growth * DT * state.exposure * availability
    new = new + np.concatenate([spv_additions, np.zeros_like(new[:, 1:])], axis=1)
    loss = lgd * defaulted + np.concatenate([exit_loss, np.zeros_like(defaulted[:, 1:])], axis=1)
    target = np.clip(params.in_kind_start * np.exp(params.in_kind_loading * x), 0.0, 0.6)
    in_kind = state.in_kind + params.in_kind_speed * (target - state.in_kind)
    left = np.concatenate([leaving, np.zeros_like(defaulted[:, 1:])], axis=1)
    after = State(state.exposure + new + accrued - defaulted - left, in_kind)
    expected = pd * params.lgd_generic * state.exposure
    return after, Flows(x, rate, defaulted, lgd, loss, expected, accrued, new, called, pd)

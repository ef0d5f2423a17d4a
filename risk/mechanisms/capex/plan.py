"""The capex plan of the Big Five: guidance that fades into a flexible accelerator, and a digestion regime.

For six quarters the plan follows guidance with fading weight; guidance has a bias that comes out over its
first year, and an error already in its first quarter. After that each firm's capex grows with demand growth
extrapolated from the past (the overbuild engine), with the return on AI capital against its cost, and with
its peers; spreads, leverage and compute waiting for power brake it. In a digestion, whose hazard rises with
the revenue gap, slack, funding stress and negative carry, capex falls until it heals.

===============  ==========  =========  =================================================================
symbol           shape       unit       meaning
===============  ==========  =========  =================================================================
log_plan         (path, f)   log USD/q  plan of each firm for the coming quarter
expected         (path, 1)   log/q      extrapolated demand growth g^e
digestion        (path, 1)   0/1        1 while in digestion
===============  ==========  =========  =================================================================

Notes
-----
g^e = w g + (1 - w) g^e_{-1}
d ln C = a_g (g^e - g*) + a_r (yield - user cost) - a_s (HY - 400)/100 - a_l excess leverage
         - a_w (undeployed years - 0.3)+ + a_p (peers) + common shock + own shock, within [-.35, +.25].
guided_t = guidance e^(growth after the guided quarters + profile_t x bias)
common shock = sd x (rho Z + sqrt(1 - rho^2) own), Z the news of AI demand
References: flexible accelerator (Jorgenson 1963); thesis page, "Hyperscaler capex guidance" watch-item.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np

from risk.parameters import Array, Drawn, entry
from risk.processes import across, outer

DT = 0.25


@dataclass(frozen=True)
class Params:
    """Register entries of the plan; (1, firm) for table columns."""

    last_quarter: Array = entry("capex.firm.capex_last_quarter")  # USD
    guidance: Array = entry("capex.firm.guidance")  # USD a quarter, the half year after the base date
    guidance_weights: Array = entry("capex.guidance_weights")  # (6,)
    guidance_quarters: float = entry("capex.guidance_quarters")
    guidance_growth: float = entry("capex.guidance_growth")  # log a quarter thereafter
    guidance_bias: Drawn = entry("capex.guidance_bias")  # log, of the first year
    bias_profile: Array = entry("capex.guidance_bias_profile")  # (4,) of the bias by quarter; the last stays
    first_common: float = entry("capex.first_quarter_common")  # log, sd
    first_firm: float = entry("capex.first_quarter_firm")  # log, sd
    extrapolation: Drawn = entry("capex.extrapolation")
    expected_growth: float = entry("capex.expected_growth")  # log a quarter at the base date
    neutral_growth: float = entry("capex.neutral_growth")  # log a quarter
    accelerator: Drawn = entry("capex.accelerator")
    return_response: Drawn = entry("capex.return_response")
    spread_response: Drawn = entry("capex.spread_response")  # per unit of spread
    neutral_spread: float = entry("capex.neutral_spread")
    leverage_response: float = entry("capex.leverage_response")
    arms_race: Drawn = entry("capex.arms_race")
    undeployed_response: Drawn = entry("capex.undeployed_response")
    undeployed_tolerance: float = entry("capex.undeployed_tolerance")  # years of deployment
    common_volatility: Drawn = entry("capex.common_volatility")  # log a quarter
    firm_volatility: float = entry("capex.firm_volatility")  # log a quarter
    demand_correlation: float = entry("capex.demand_correlation")  # of the common shock with AI demand
    largest_fall: float = entry("capex.largest_fall")
    largest_rise: float = entry("capex.largest_rise")
    user_cost: Drawn = entry("capex.user_cost")  # 1/y
    user_cost_spread: float = entry("capex.user_cost_spread")
    system_share: float = entry("capex.compute_share")  # compute share of AI capex
    digestion_hazard: Drawn = entry("capex.digestion_hazard")  # 1/q
    digestion_decline: Drawn = entry("capex.digestion_decline")  # 1/y
    healing_hazard: Drawn = entry("capex.healing_hazard")  # 1/q
    gap_exponent: float = entry("capex.digestion_gap")
    gap_center: float = entry("capex.digestion_gap_center")  # log gap
    slack_exponent: float = entry("capex.digestion_slack")  # per unit of utilization
    slack_center: float = entry("capex.digestion_slack_center")
    funding_exponent: float = entry("capex.digestion_funding")
    spread_exponent: float = entry("capex.digestion_spread")  # per unit of spread
    carry_exponent: float = entry("capex.digestion_carry")
    largest_hazard: float = entry("capex.largest_hazard")  # 1/q


@dataclass(frozen=True)
class Shocks:
    """What strikes in a quarter."""

    common: Array  # (path, 1) innovation of all firms, sd
    demand: Array  # (path, 1) innovation of AI demand, sd
    firm: Array  # (path, firm) innovations, sd
    digestion: Array  # (path, 2) uniforms: whether digestion begins, whether it ends


@dataclass(frozen=True)
class State:
    """See the symbol table."""

    log_plan: Array
    expected: Array
    digestion: Array


@dataclass(frozen=True)
class Signals:
    """What the plan reads of the rest of the model, all (path, 1) unless said."""

    demand_growth: Array  # log change of compute demand last quarter
    rental_yield: Array  # 1/y on the all-in cost of the newest generation
    spread: Array  # high-yield spread, fraction
    undeployed_years: Array
    excess_leverage: Array  # (path, firm) debt over limit, 0 where under it
    log_gap: Array  # ln(required / realized revenue)
    utilization: Array
    funding_gap: Array  # share of planned uses left unfunded last quarter


@dataclass(frozen=True)
class Flows:
    """Drivers of the quarter."""

    hazard: Array  # (path, 1) of entering digestion, 1/q
    growth: Array  # (path, firm) log change of the plan


def init(params: Params, paths: int, common: Array, firm: Array) -> State:
    """Plan for the first simulated quarter: guidance and its error.

    Parameters
    ----------
    common, firm : innovations of the first quarter, (path, 1) and (path, firm), sd.
    """
    start = np.log(guidance_path(params, 1)) + params.first_common * common + params.first_firm * firm
    return State(start, np.full((paths, 1), params.expected_growth), np.zeros((paths, 1)))


def user_cost(params: Params, spread: Array) -> Array:
    """Cost of holding AI capital a year, share of its all-in price, (path, 1)."""
    return params.user_cost + params.user_cost_spread * (spread - params.neutral_spread)


def digestion_hazard(params: Params, s: Signals, cost: Array) -> Array:
    """Hazard a quarter of entering digestion, (path, 1)."""
    index = (
        params.gap_exponent * (s.log_gap - params.gap_center)
        + params.slack_exponent * np.maximum(0.0, params.slack_center - s.utilization)
        + params.funding_exponent * s.funding_gap
        + params.spread_exponent * np.maximum(0.0, s.spread - params.neutral_spread)
        + params.carry_exponent * np.maximum(0.0, cost - s.rental_yield)
    )
    return np.minimum(params.digestion_hazard * np.exp(index), params.largest_hazard)


def _desired_growth(params: Params, state: State, s: Signals, expected: Array, cost: Array) -> Array:
    """Accelerator's log change of capex, (path, firm), before shocks."""
    peers = across(state.log_plan) / state.log_plan.shape[1] - np.log(params.guidance).mean()
    own = state.log_plan - np.log(params.guidance)
    waiting = np.maximum(0.0, s.undeployed_years - params.undeployed_tolerance)
    growth: Array = (
        params.accelerator * (expected - params.neutral_growth)
        + params.return_response * (s.rental_yield - cost)
        - params.spread_response * (s.spread - params.neutral_spread)
        - params.leverage_response * s.excess_leverage
        - params.undeployed_response * waiting
        + params.arms_race * (peers - own)
    )
    return growth


def guidance_path(params: Params, t: int) -> Array:
    """What guidance for quarter t turns out to mean for each firm, USD, (path, firm)."""
    later = max(0.0, t - params.guidance_quarters)
    out = params.bias_profile[min(t, len(params.bias_profile)) - 1]
    return outer(np.exp(params.guidance_growth * later + out * params.guidance_bias), params.guidance)


def guidance_weight(params: Params, t: int) -> float:
    """Weight of guidance in the plan for quarter t."""
    return float(params.guidance_weights[t - 1]) if t <= len(params.guidance_weights) else 0.0


def step(params: Params, state: State, t: int, s: Signals, shocks: Shocks) -> tuple[State, Flows]:
    """Plan for quarter t + 1 from what was seen in quarter t."""
    w = params.extrapolation
    expected = w * s.demand_growth + (1.0 - w) * state.expected
    cost = user_cost(params, s.spread)
    hazard = digestion_hazard(params, s, cost)

    digestion = _digestion(params, state.digestion, hazard, shocks.digestion)

    noise = _noise(params, shocks)
    desired = _desired_growth(params, state, s, expected, cost)
    trend = np.where(digestion == 1, -params.digestion_decline * DT, desired)
    growth = np.clip(trend + noise, params.largest_fall, params.largest_rise)

    weight = guidance_weight(params, t + 1)
    accelerated = state.log_plan + growth
    guided = np.log(guidance_path(params, t + 1)) + noise
    log_plan = np.where(digestion == 1, accelerated, weight * guided + (1.0 - weight) * accelerated)
    return State(log_plan, expected, digestion), Flows(hazard, log_plan - state.log_plan)


def _noise(params: Params, shocks: Shocks) -> Array:
    """Shock of each firm's plan, (path, firm) log; what all share is in part news of AI demand."""
    rho = params.demand_correlation
    common: Array = rho * shocks.demand + sqrt(1.0 - rho**2) * shocks.common
    return np.asanyarray(params.common_volatility * common + params.firm_volatility * shocks.firm)


def _digestion(params: Params, digesting: Array, hazard: Array, uniform: Array) -> Array:
    """Digestion regime after a quarter, (path, 1); nobody enters and heals in the same quarter."""
    enters = (digesting == 0) & (uniform[:, 0:1] < hazard)
    heals = (digesting == 1) & (uniform[:, 1:2] < params.healing_hazard)
    return np.where(enters, 1.0, np.where(heals, 0.0, digesting))

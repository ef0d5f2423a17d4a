"""The credit market: one cycle. A regime that switches; factor, spread and policy rate that follow it.

Three regimes (calm, tight, stress) switch by a Markov chain whose entry into stress quickens with macro
stress and with losses nobody expected. The regime sets the mean of the credit factor that drives defaults,
and with them recoveries; what the factor has of its own persists. The spread reverts to the regime's mean,
widens faster than it narrows, and rises with losses beyond those of the cycle. SOFR drifts to the regime's
policy rate: the Fed cuts in a bust. Private credit dries up as the spread widens, and further where banks
pull lines or holders sell. `Flows.stress` says how far the spread is on its way from calm to a bust, for
whoever prices by it.

==============  ==========  ========  =================================================================
symbol          shape       unit      meaning
==============  ==========  ========  =================================================================
regime          (path, 1)   0, 1, 2   calm, tight, stress
spread          (path, 1)   fraction  high-yield option-adjusted spread
sofr            (path, 1)   1/y       secured overnight financing rate
factor          (path, 1)   sd        credit factor, the regime's mean in; up is stress
stress          (path, 1)   1         way of the spread from neutral to a bust, not negative; 1: there
==============  ==========  ========  =================================================================

Notes
-----
ds = k (mean_regime + impact - s) + v s eps · (up or down), impact: what unexpected losses add
mean_regime - e (mean_regime - lowest) in calm and tight markets where lenders ease their terms by e
F' = m' + f (F - m) + o √(1 − f²) eps, m, m': the regime's mean before and after; o: sd of what is the
factor's own, so that chain and own part together have mean zero and variance one
entry into stress x clip(1 + l eps, low, high) x (1 + h impact)
dr = k_r (policy rate of the regime - r)
availability = min(1, exp(-a (s - 400 bp))) · (1 - squeeze)
References: ICE BofA high-yield OAS (1996-2026) for regimes and their means; S&P and Moody's default studies
for the factor's persistence and what it loads on; Hamilton (1989) for the switching regimes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from risk.parameters import Array, Drawn, entry
from risk.processes import markov, ou
from risk.processes.markov import States

REGIMES = ("calm", "tight", "stress")
CALM, TIGHT, STRESS = range(len(REGIMES))


@dataclass(frozen=True)
class Params:
    """Register entries of the credit market."""

    start_spread: float = entry("credit.start_spread")
    calm_spread: float = entry("credit.calm_spread")
    tight_spread: float = entry("credit.tight_spread")
    stress_spread: Drawn = entry("credit.stress_spread")
    spread_reversion: float = entry("credit.spread_reversion")  # 1/q
    spread_volatility: float = entry("credit.spread_volatility")  # 1/q, share of the level
    widening: float = entry("credit.widening")
    narrowing: float = entry("credit.narrowing")
    lowest_spread: float = entry("credit.lowest_spread")
    terms_easing: float = entry("credit.terms_easing")  # share of the gap to the lowest spread given away
    start_sofr: float = entry("credit.sofr")  # 1/y
    sofr_means: Array = entry("credit.sofr_means")  # (regime,) 1/y
    sofr_speed: float = entry("credit.sofr_speed")  # 1/q
    transition: Array = entry("credit.transition")  # (3, 3)
    stress_entry_loading: float = entry("credit.stress_entry_loading")
    stress_entry_low: float = entry("credit.stress_entry_low")
    stress_entry_high: float = entry("credit.stress_entry_high")
    stress_entry_impact: Drawn = entry("credit.stress_entry_impact")  # per unit of spread owed
    availability_slope: float = entry("credit.availability_slope")
    neutral_spread: float = entry("capex.neutral_spread")
    stress_width: float = entry("credit.stress_width")  # spread over neutral of a full bust
    factor_means: Array = entry("credit.factor_means")  # (regime,) sd
    factor_own: float = entry("credit.factor_own")  # sd of what is not the regime's
    factor_persistence: Drawn = entry("credit.factor_persistence")
    start_factor: float = entry("credit.start_factor")
    loss_impact: Drawn = entry("credit.loss_impact")  # spread per USD of unexpected quarterly loss
    largest_impact: float = entry("credit.largest_impact")
    impact_persistence: float = entry("credit.impact_persistence")


@dataclass(frozen=True)
class Shocks:
    """What strikes in a quarter."""

    macro: Array  # (path, 1) innovation, sd, up is stress
    regime: Array  # (path, 1) uniform that moves the regime
    forced_stress: Array  # (path, 1) 1 where stress is forced
    forced_spread: Array  # (path, 1) added to the spread


@dataclass(frozen=True)
class State:
    """See the symbol table."""

    regime: States
    spread: Array
    factor: Array
    sofr: Array


@dataclass(frozen=True)
class Flows:
    """What the rest of the model reads this quarter, forced stress in, (path, 1)."""

    spread: Array
    availability: Array
    sofr: Array
    regime: States
    stress: Array


def init(params: Params, paths: int) -> State:
    """Calm, at the observed spread and rate."""
    zero = np.zeros((paths, 1))
    calm = np.full((paths, 1), CALM)
    return State(calm, params.start_spread + zero, params.start_factor + zero, params.start_sofr + zero)


def availability(params: Params, spread: Array, squeeze: Array) -> Array:
    """Private-credit availability, share of normal, (path, 1); `squeeze`: the share lost to pulled lines."""
    willing = np.minimum(1.0, np.exp(-params.availability_slope * (spread - params.neutral_spread)))
    return np.asanyarray(willing * (1.0 - squeeze))


def mean_spread(params: Params, regime: States) -> Array:
    """Spread the regime pulls to, (path, 1); lenders who compete hide the risk until stress shows it."""
    calm, tight = (
        mean - params.terms_easing * (mean - params.lowest_spread)
        for mean in (params.calm_spread, params.tight_spread)
    )
    return np.where(regime == CALM, calm, np.where(regime == TIGHT, tight, params.stress_spread))


def next_regime(params: Params, regime: States, macro: Array, impact: Array, uniform: Array) -> States:
    """Regime after a quarter; macro stress and unexpected losses scale the entry into stress."""
    entry_scale = 1.0 + params.stress_entry_loading * macro
    scale = np.clip(entry_scale, params.stress_entry_low, params.stress_entry_high)
    scale = scale * (1.0 + params.stress_entry_impact * impact)
    row = markov.scale_entry(markov.transition_row(params.transition, regime), regime, STRESS, scale)
    return markov.step(row, uniform)


def next_factor(params: Params, state: State, regime: States, macro: Array) -> Array:
    """Credit factor in a regime, (path, 1): its mean moves at once, the rest of it persists."""
    means, own = params.factor_means, params.factor_own
    kept = ou.unit_ar1_step((state.factor - means[state.regime]) / own, params.factor_persistence, macro)
    return np.asanyarray(means[regime] + own * kept)


def stress(params: Params, spread: Array) -> Array:
    """How far a spread has gone from calm to a bust, (path, 1), not negative."""
    return np.maximum((spread - params.neutral_spread) / params.stress_width, 0.0)


def loss_impact(params: Params, carried: Array, unexpected: Array) -> Array:
    """Spread owed to unexpected losses, carried over and added, (path, 1)."""
    added = params.loss_impact * np.maximum(unexpected, 0.0)
    return np.minimum(params.impact_persistence * carried + added, params.largest_impact)


def step(params: Params, state: State, impact: Array, squeeze: Array, shocks: Shocks) -> tuple[State, Flows]:
    """One quarter of the credit market.

    Parameters
    ----------
    impact : (path, 1) spread owed to unexpected losses up to last quarter.
    squeeze : (path, 1) share of availability lost last quarter to pulled lines and forced sales, in [0, 1].
    """
    regime = next_regime(params, state.regime, shocks.macro, impact, shocks.regime)
    regime = np.where(shocks.forced_stress > 0, STRESS, regime)
    noise = params.spread_volatility * state.spread * shocks.macro
    noise = noise * np.where(shocks.macro > 0, params.widening, params.narrowing)
    pull = mean_spread(params, regime) + impact - state.spread
    spread = np.maximum(state.spread + params.spread_reversion * pull + noise, params.lowest_spread)
    sofr = state.sofr + params.sofr_speed * (params.sofr_means[regime] - state.sofr)
    factor = next_factor(params, state, regime, shocks.macro)
    effective = spread + shocks.forced_spread
    open_ = availability(params, effective, squeeze)
    flows = Flows(effective, open_, sofr, regime, stress(params, effective))
    return State(regime, spread, factor, sofr), flows

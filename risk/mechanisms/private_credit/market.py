"""The credit market: a regime that switches, a high-yield spread that follows it, credit that dries up.

Three regimes (calm, tight, stress) switch by a Markov chain whose entry into stress quickens with macro
stress. The spread reverts to the regime's mean, widens faster than it narrows, and rises with credit
losses the market did not expect. Private-credit availability falls with the spread. A persistent credit
factor drives defaults and recoveries alike.

==============  ==========  ========  =================================================================
symbol          shape       unit      meaning
==============  ==========  ========  =================================================================
regime          (path, 1)   0, 1, 2   calm, tight, stress
spread          (path, 1)   fraction  high-yield option-adjusted spread
factor          (path, 1)   sd        credit factor, up is stress
==============  ==========  ========  =================================================================

Notes
-----
ds = k (mean_regime + impact - s) + v s eps · (up or down), impact: what unexpected losses add
availability = exp(-a (s - 400 bp)), at most 1
References: ICE BofA high-yield OAS readings (2026-06); Hamilton (1989) for the switching regimes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from risk.parameters import Array, Drawn, entry
from risk.processes import markov, ou
from risk.processes.markov import States

CALM, TIGHT, STRESS = 0, 1, 2


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
    transition: Array = entry("credit.transition")  # (3, 3)
    stress_entry_loading: float = entry("credit.stress_entry_loading")
    stress_entry_low: float = entry("credit.stress_entry_low")
    stress_entry_high: float = entry("credit.stress_entry_high")
    availability_slope: float = entry("credit.availability_slope")
    neutral_spread: float = entry("capex.neutral_spread")
    factor_persistence: Drawn = entry("credit.factor_persistence")
    start_factor: float = entry("credit.start_factor")
    loss_impact: Drawn = entry("credit.loss_impact")  # spread per USD of unexpected quarterly loss
    largest_impact: float = entry("credit.largest_impact")
    impact_persistence: float = entry("credit.impact_persistence")


@dataclass(frozen=True)
class State:
    """See the symbol table."""

    regime: States
    spread: Array
    factor: Array


@dataclass(frozen=True)
class Flows:
    """What the rest of the model reads this quarter, forced stress in, (path, 1)."""

    spread: Array
    availability: Array


def init(params: Params, paths: int) -> State:
    """Calm, at the observed spread."""
    zero = np.zeros((paths, 1))
    return State(np.full((paths, 1), CALM), params.start_spread + zero, params.start_factor + zero)


def availability(params: Params, spread: Array) -> Array:
    """Private-credit availability, share of normal, (path, 1)."""
    return np.minimum(1.0, np.exp(-params.availability_slope * (spread - params.neutral_spread)))


def next_regime(params: Params, regime: States, macro: Array, uniform: Array) -> States:
    """Regime after a quarter; entry into stress is scaled by macro stress, taken from staying."""
    entry_scale = 1.0 + params.stress_entry_loading * macro
    scale = np.clip(entry_scale, params.stress_entry_low, params.stress_entry_high)
    row = markov.scale_entry(markov.transition_row(params.transition, regime), regime, STRESS, scale)
    return markov.step(row, uniform)


def loss_impact(params: Params, carried: Array, unexpected: Array) -> Array:
    """Spread owed to unexpected losses, carried over and added, (path, 1)."""
    added = params.loss_impact * np.maximum(unexpected, 0.0)
    return np.minimum(params.impact_persistence * carried + added, params.largest_impact)


def step(params: Params, state: State, impact: Array, shocks: dict[str, Array]) -> tuple[State, Flows]:
    """One quarter of the credit market.

    Parameters
    ----------
    impact : (path, 1) spread owed to unexpected losses up to last quarter.
    shocks : `macro` innovation, `regime` uniform, `forced_stress` 0/1, `forced_spread` fraction; (path, 1).
    """
    regime = next_regime(params, state.regime, shocks["macro"], shocks["regime"])
    regime = np.where(shocks["forced_stress"] > 0, STRESS, regime)
    means = [params.calm_spread, params.tight_spread]
    mean = np.select([regime == CALM, regime == TIGHT], means, params.stress_spread)
    noise = params.spread_volatility * state.spread * shocks["macro"]
    noise = noise * np.where(shocks["macro"] > 0, params.widening, params.narrowing)
    spread = state.spread + params.spread_reversion * (mean + impact - state.spread) + noise
    spread = np.maximum(spread, params.lowest_spread)
    effective = spread + shocks["forced_spread"]
    factor = ou.unit_ar1_step(state.factor, params.factor_persistence, shocks["macro"])
    after = State(regime, spread, factor)
    return after, Flows(effective, availability(params, effective))

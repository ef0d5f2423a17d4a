"""Rents: the market clears in dollars, spot and contract follow with lags, launches re-rate old units.

The dollars bidding for compute meet the priced supply. The clearing level moves at once; spot reverts to
it in quarters, the one-year contract follows spot and the clearing level more slowly, and utilization
takes the strain in between. A launch re-rates every older generation over the quarters that follow it.

=================  ==================  ==========  ======================================================
symbol             shape               unit        meaning
=================  ==================  ==========  ======================================================
level              (path, 1)           log USD/h   rent of one H100 equivalent: R_g = e^level E_g^(1+omega)
clearing           (path, 1)           log USD/h   the same level at which the market clears
drift              (path, 1)           log/q       momentum: recent changes of the clearing level, and news
rerating           (path, generation)  log         of a generation's own, by launches and noise
supply             (path, 1)           H100e       sum_g E_g^omega S_g, the priced supply
=================  ==================  ==========  ======================================================

Notes
-----
clearing      X = e^clearing · u_bar · 8760 · supply
at the base date clearing stands over the contract by a tightness, which may be none, or by more where
              customers and labs alone bid more
spot          d ln s = kappa_s (clearing - ln s) + w drift + sigma sqrt(dt) eps + jump - fire sale
contract      d ln c = kappa_c (b ln s + (1 - b) clearing + premium - ln c) + w drift
drift         lambda drift_{-1} + (1 - lambda) d clearing + sigma_d eps_d, within bounds
rerating      r' = (1 - kappa) r - discount of launches + nu_g e_g, of spot and contract alike
utilization   u = clip(u_bar (clearing / paid)^e, lowest, highest)
E of the newest generation is a numeraire and cancels from clearing. Index and spot are readings of one
market on one day: their common error moves all rents of a path and none against another.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from risk.mechanisms.gpu_repricing.generations import only
from risk.parameters import Array, Drawn, entry
from risk.processes import across, outer
from risk.units import HOURS_A_YEAR

DT = 0.25


@dataclass(frozen=True)
class Params:
    """Register entries of the rental market."""

    launch_obsolescence: Drawn = entry("gpu.launch_obsolescence")
    spot_reversion: Drawn = entry("gpu.spot_reversion")  # 1/q
    contract_reversion: Drawn = entry("gpu.contract_reversion")  # 1/q
    spot_volatility: Drawn = entry("gpu.spot_volatility")  # 1/sqrt(y)
    term_premium: Drawn = entry("gpu.term_premium")  # log
    target_spot_weight: float = entry("gpu.contract_target_spot_weight")  # b
    utilization_elasticity: Drawn = entry("gpu.utilization_elasticity")
    normal_utilization: float = entry("gpu.normal_utilization")
    base_tightness: Drawn = entry("gpu.base_tightness")  # log
    lowest_utilization: float = entry("gpu.lowest_utilization")
    highest_utilization: float = entry("gpu.highest_utilization")
    contract_weight: float = entry("gpu.contract_weight")
    drift_weight: float = entry("gpu.drift_weight")
    drift_smoothing: float = entry("gpu.drift_smoothing")
    drift_limit: float = entry("gpu.drift_limit")  # log/q
    initial_drift: Drawn = entry("gpu.initial_drift")  # log/q, at the base date
    drift_volatility: float = entry("gpu.drift_volatility")  # log/q
    jump_intensity: float = entry("gpu.efficiency_jump_intensity")  # 1/y
    jump_size: float = entry("gpu.efficiency_jump_size")  # log per unit of E
    rerating_quarters: float = entry("gpu.rerating_quarters")
    generation_noise: Array = entry("gpu.generation.noise")  # (1, generation) log a quarter
    index: Array = entry("gpu.generation.index")  # USD/h
    index_error: Drawn = entry("gpu.index_error")  # log
    numeraire: int = entry("gpu.generation.numeraire")  # column
    spot_discount: float = entry("gpu.h100_spot")  # USD/h, spot of the numeraire at the base date
    rent_before: float = entry("gpu.h100_contract_two_years_before")  # USD/h
    median_decline: float = entry("gpu.median_rent_decline")  # 1/y
    trend_window: float = entry("gpu.trend_window")  # quarters
    trend_weight: Drawn = entry("gpu.expected_decline_trend_weight")
    lowest_expected_decline: float = entry("gpu.lowest_expected_decline")  # 1/y
    highest_expected_decline: float = entry("gpu.highest_expected_decline")  # 1/y


@dataclass(frozen=True)
class Shocks:
    """What strikes in a quarter."""

    rent: Array  # (path, 1) innovation of spot, sd
    drift: Array  # (path, 1) innovation of the drift, sd
    generation: Array  # (path, generation) innovation of each generation's own rent, sd
    efficiency: Array  # (path, 1) innovation, sd
    efficiency_event: Array  # (path, 1) uniform: whether efficiency jumps
    fire_sale: Array  # (path, 1) log discount of spot
    forced: Array  # (path, 1) log rent over the base date's that a scenario sets; 0 sets none


@dataclass(frozen=True)
class State:
    """Log levels of the numeraire (see the symbol table)."""

    spot: Array
    contract: Array
    clearing: Array
    drift: Array
    spot_rerating: Array
    contract_rerating: Array
    contract_history: tuple[Array, ...]


@dataclass(frozen=True)
class Flows:
    """Prices and dollars of the quarter."""

    spot: Array  # (path, generation) USD per GPU-hour
    contract: Array  # (path, generation) USD per GPU-hour, one year
    clearing: Array  # (path, generation) USD per GPU-hour
    blended: Array  # (path, generation) USD per GPU-hour paid on average, contract and spot
    utilization: Array  # (path, 1)
    paid: Array  # (path, 1) USD a year
    unserved: Array  # (path, 1) USD a year, demand less dollars paid (the buyers' margin)
    jump: Array  # (path, 1) efficiency jump in log rent
    surprise: Array  # (path, 1) log change of the clearing level against the base median decline


def priced_supply(params: Params, throughput: Array, energized: Array) -> Array:
    """H100e weighted by what a unit of each generation earns: sum_g E_g^omega S_g, (path, 1)."""
    return across(throughput**params.launch_obsolescence * energized)


def clearing_demand(params: Params, level: Array | float, supply: Array) -> Array:
    """Dollars a year at which the market clears at a log level of rent, (path, 1)."""
    return np.exp(level) * params.normal_utilization * HOURS_A_YEAR * supply


def clearing_level(params: Params, demand: Array, supply: Array) -> Array:
    """Log level of rent at which dollars a year that bid for the priced supply clear it, (path, 1)."""
    return np.log(demand / (params.normal_utilization * HOURS_A_YEAR * supply))


def tightened(params: Params, state: State, least: Array, supply: Array) -> State:
    """The market at the base date, clearing at no less than what is bid without internal use.

    Bids and rents are readings of their own day; how tight the market stands nobody publishes. On a path
    whose readings leave less than nothing for internal use it is the tightness that gives way, for internal
    use that begins below nothing would grow there.

    Parameters
    ----------
    least : (path, 1) USD a year that customers and labs bid; `supply` : (path, 1) priced supply.
    """
    return replace(state, clearing=np.maximum(state.clearing, clearing_level(params, least, supply)))


def init(params: Params, throughput: Array) -> State:
    """Market at the base date: contract at the observed index, spot at its own reading, both in error."""
    error = params.index_error + np.zeros_like(throughput[:, :1])
    contract = np.log(only(params.index, params.numeraire)) + error
    older = np.log(params.rent_before) + error
    return State(
        spot=np.log(params.spot_discount) + error,
        contract=contract,
        clearing=contract + params.base_tightness,
        drift=params.initial_drift + np.zeros_like(error),
        spot_rerating=np.zeros_like(throughput),
        contract_rerating=np.zeros_like(throughput),
        contract_history=(older,) * round(params.trend_window),
    )


def rerating(params: Params, throughput: Array, since_launch: Array) -> Array:
    """Log discount this quarter of every generation older than one being launched, (path, generation)."""
    added = np.zeros_like(throughput)
    columns = np.arange(throughput.shape[1])[None, :]
    for new in range(1, throughput.shape[1]):
        since = since_launch[:, new : new + 1]
        launching = (since >= 0) & (since < params.rerating_quarters)
        if not launching.any():
            continue
        leap = np.log(throughput[:, new : new + 1] / throughput[:, new - 1 : new])
        loss = params.launch_obsolescence * leap / params.rerating_quarters
        added = added - outer(launching * loss, columns < new)
    return added


def expected_decline(params: Params, state: State) -> Array:
    """Rent decline a year that a contract signed now expects, (path, 1)."""
    history = state.contract_history
    trailing = (history[0] - state.contract) / (len(history) * DT)
    expected = params.trend_weight * trailing + (1.0 - params.trend_weight) * params.median_decline
    return np.clip(expected, params.lowest_expected_decline, params.highest_expected_decline)


def _levels(
    params: Params, state: State, clearing: Array, shocks: Shocks, jump: Array
) -> tuple[Array, Array, Array]:
    """Spot, contract and smoothed drift after one quarter."""
    limit = params.drift_limit
    smoothing = params.drift_smoothing
    news = (1 - smoothing) * (clearing - state.clearing) + params.drift_volatility * shocks.drift
    drift = np.clip(smoothing * state.drift + news, -limit, limit)
    follow = params.drift_weight * drift
    noise = params.spot_volatility * np.sqrt(DT) * shocks.rent
    pull = params.spot_reversion * (clearing - state.spot)
    spot = state.spot + pull + follow + noise + jump - shocks.fire_sale
    b = params.target_spot_weight
    target = b * spot + (1.0 - b) * clearing + params.term_premium
    contract = state.contract + params.contract_reversion * (target - state.contract) + follow
    return spot, contract, drift


def step(
    params: Params,
    state: State,
    throughput: Array,
    energized: Array,
    supply: Array,
    demand: Array,
    launching: Array,
    shocks: Shocks,
) -> tuple[State, Flows]:
    """One quarter of the rental market.

    Parameters
    ----------
    energized : (path, generation) H100e; `supply` : (path, 1) priced supply.
    demand : (path, 1) USD a year bid for compute.
    launching : (path, generation) quarters since launch, negative before it.
    """
    clearing = _set(params, clearing_level(params, demand, supply), shocks.forced)
    event = shocks.efficiency_event < params.jump_intensity * DT
    jump = np.where(event, params.jump_size * shocks.efficiency, 0.0)
    spot, contract, drift = _levels(params, state, clearing, shocks, jump)
    spot, contract = (_set(params, level, shocks.forced) for level in (spot, contract))

    added = rerating(params, throughput, launching) + params.generation_noise * shocks.generation
    free = shocks.forced == 0.0  # a rent that is set knows no generation's own
    spot_rerating = np.where(free, (1.0 - params.spot_reversion) * state.spot_rerating + added, 0.0)
    kept = (1.0 - params.contract_reversion) * state.contract_rerating
    contract_rerating = np.where(free, kept + added, 0.0)

    history = (*state.contract_history[1:], state.contract)
    after = State(spot, contract, clearing, drift, spot_rerating, contract_rerating, history)

    spot_rent, contract_rent = quotes(params, after, throughput)
    clearing_rent = np.exp(clearing) * throughput ** (1.0 + params.launch_obsolescence)
    blended = blend(params, contract_rent, spot_rent)
    units = energized / throughput
    utilization, paid = _billing(params, units * clearing_rent, units * blended)
    flows = Flows(
        spot=spot_rent,
        contract=contract_rent,
        clearing=clearing_rent,
        blended=blended,
        utilization=utilization,
        paid=paid,
        unserved=demand - paid,
        jump=jump,
        surprise=clearing - state.clearing + params.median_decline * DT,
    )
    return after, flows


def _set(params: Params, level: Array, forced: Array) -> Array:
    """A log level of rent, or the one that a scenario sets, counted from the index of the base date."""
    base = np.log(only(params.index, params.numeraire)) + params.index_error
    return np.where(forced != 0.0, base + forced, level)


def quotes(params: Params, state: State, throughput: Array) -> tuple[Array, Array]:
    """Spot and one-year contract rent of every generation, USD per GPU-hour, (path, generation) each."""
    per_unit = throughput ** (1.0 + params.launch_obsolescence)
    spot = np.exp(state.spot + state.spot_rerating) * per_unit
    return spot, np.exp(state.contract + state.contract_rerating) * per_unit


def blend(params: Params, contract: Array, spot: Array) -> Array:
    """Rent paid on average, part at contract and part at spot, USD per GPU-hour."""
    return params.contract_weight * contract + (1.0 - params.contract_weight) * spot


def _billing(params: Params, clearing: Array, blended: Array) -> tuple[Array, Array]:
    """Utilization, and dollars paid a year, (path, 1), from what each generation's units would rent for."""
    asked = across(clearing)
    full = across(blended)
    utilization = np.clip(
        params.normal_utilization * (asked / full) ** params.utilization_elasticity,
        params.lowest_utilization,
        params.highest_utilization,
    )
    return utilization, utilization * HOURS_A_YEAR * full

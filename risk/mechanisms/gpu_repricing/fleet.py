"""The fleet: capex buys accelerators, power decides when they work, rent and age retire them.

Spending on compute buys H100 equivalents (H100e) at the all-in hardware price, which falls in steps at
launches. Units are delivered after one to three quarters, wait in an undeployed stock, and are energized
only as far as the power of the quarter allows; buyers who see the queue order less than they want. A
generation whose rent lies below its operating cost retires a tenth a quarter; so does, more slowly, one that
has passed its age.

====================  ==================  =========  ====================================================
symbol                shape               unit       meaning
====================  ==================  =========  ====================================================
energized             (path, generation)  H100e      working units
undeployed            (path, generation)  H100e      delivered, waiting for power
pipeline              3 × (path, gen.)    H100e      bought, due in 1, 2, 3 quarters
power                 (path, generation)  W          facility power of the energized units
clock                 (path, 1)           year       technology clock of the hardware price
demanded              l × (path, 1)       W/year     facility power that was wanted in each quarter
====================  ==================  =========  ====================================================

Notes
-----
price   c = c_0 (1 - lambda)^clock e^memory;  power cap  gw0 e^(g t) (D_{t-l} / (gw0 e^(g (t-l))))^e shock
(what is wanted today is connected a power lead of l quarters later).
orders  share of what is wanted = clip((H cap_{t+a} / unit power - undeployed - pipeline) / wanted, floor, 1),
cap without shock, prices and unit power as last seen: a buyer fills H quarters of what will be energized.
References: thesis page, "Power delivery — the grid-level choke point"; Epoch AI price-performance.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from risk.mechanisms.gpu_repricing.generations import only
from risk.parameters import Array, Drawn, entry
from risk.processes import across, beside

QUARTERS_A_YEAR = 4
NOTHING = 1e-6  # units, or W: a divisor where nothing is wanted, far below what any sector counts
DELIVERIES = 3  # quarters over which a purchase arrives: the length of the register's delivery weights


@dataclass(frozen=True)
class Params:
    """Register entries of the fleet; (1, generation) for table columns."""

    hardware_cost_decline: Drawn = entry("gpu.hardware_cost_decline")  # 1/y
    hardware_cost_decline_base: float = entry("gpu.hardware_cost_decline_base")  # 1/y
    price_response: Drawn = entry("gpu.price_response")  # theta
    price_floor: float = entry("gpu.price_floor")  # of the trend price
    price_cap: float = entry("gpu.price_cap")
    launch_step_share: float = entry("gpu.launch_step_share")
    launch_ramp: float = entry("gpu.launch_ramp")  # quarters
    launch_cycle: float = entry("gpu.launch_cycle")  # quarters
    device_cost: float = entry("gpu.gpu_cost")  # USD per unit of the newest generation
    memory_cost: Drawn = entry("gpu.memory_cost")  # log addition at its peak
    memory_peak: float = entry("gpu.memory_peak")  # quarters to the peak
    memory_half_life: float = entry("gpu.memory_half_life")  # years
    merchant_share: Drawn = entry("gpu.merchant_share")
    merchant_share_2030: Drawn = entry("gpu.merchant_share_2030")
    merchant_drift: float = entry("gpu.merchant_drift")  # quarters
    custom_cost_ratio: Drawn = entry("gpu.custom_cost_ratio")
    delivery_weights: Drawn = entry("gpu.delivery_weights")  # (path, 3)
    delivery_weights_base: Array = entry("gpu.delivery_weights_base")  # (3,)
    recent_purchases: Array = entry("gpu.recent_purchases")  # (3,) H100e, oldest first
    undeployed: float = entry("gpu.undeployed")  # H100e
    power_capacity: Drawn = entry("gpu.power_capacity")  # W a year
    power_growth: Drawn = entry("gpu.power_growth")  # 1/y
    power_response: Drawn = entry("gpu.power_response")
    power_lead: float = entry("gpu.power_lead")  # quarters
    power_volatility: Drawn = entry("gpu.power_volatility")
    order_quarters: Drawn = entry("capex.order_quarters")  # H, quarters of energizing
    order_ahead: float = entry("capex.order_ahead")  # a, quarters
    order_floor: float = entry("capex.order_floor")  # share of what is wanted
    power_usage_effectiveness: float = entry("gpu.power_usage_effectiveness")
    power_pass_through: float = entry("gpu.power_pass_through")
    late_power_gain: float = entry("gpu.late_power_gain")  # 1/y
    launch_volatility: float = entry("gpu.launch_volatility")
    uneconomic_retirement: float = entry("gpu.uneconomic_retirement")  # 1/q
    age_retirement: float = entry("gpu.age_retirement")  # 1/q
    service_age: float = entry("gpu.service_age")  # quarters
    devices: Array = entry("gpu.generation.gpus")
    unit_power: Array = entry("gpu.generation.power")  # W IT per GPU
    opex: Array = entry("gpu.generation.opex")  # USD per GPU-hour
    launch: Array = entry("gpu.generation.launch")  # quarters from the base date, negative = past
    newest: int = entry("gpu.generation.newest")  # column of the newest generation at the base date


@dataclass(frozen=True)
class Shocks:
    """What strikes in a quarter."""

    launch: Array  # (path, 1) innovation of the roadmap, sd
    power: Array  # (path, 1) innovation of power delivery, sd
    forced_cost: Array  # (path, 1) log addition to hardware cost
    forced_power: Array  # (path, 1) log addition to the power cap


@dataclass(frozen=True)
class State:
    """Balance at the start of a quarter (see the symbol table)."""

    energized: Array
    undeployed: Array
    pipeline: tuple[Array, Array, Array]
    power: Array
    clock: Array
    launch_progress: Array  # (path, 1) quarters of roadmap travelled
    since_launch: Array  # (path, generation) quarters since launch, negative before it
    demanded: tuple[Array, ...]
    answer: Array  # (path, 1) price of hardware over its trend, what a scenario adds to it in


@dataclass(frozen=True)
class Flows:
    """What happened in the quarter."""

    purchased: Array  # (path, 1) H100e
    impaired: Array  # (path, 1) USD that units waiting at the start lost as new ones became cheaper
    energized: Array  # (path, generation) H100e
    retired: Array  # (path, generation) H100e
    power_bound: Array  # (path, 1) 1 where the cap held units back
    power_energized: Array  # (path, 1) W
    power_waiting: Array  # (path, 1) W that delivered units still wait for
    power_unclaimed: Array  # (path, 1) W that could be connected and found no units
    cost: Array  # (path, 1) USD per merchant H100e, compute only
    trend: Array  # (path, 1) the same had suppliers not answered to yields
    power_per_unit: Array  # (path, 1) W of facility power per H100e bought


def init(params: Params, throughput: Array) -> State:
    """Fleet at the base date; fleet plus pipeline is the same on every path.

    Parameters
    ----------
    throughput : (path, generation) H100e per GPU.
    """
    newest = _on_order(params)
    due = _undelivered(params, params.delivery_weights)
    late = sum(due, start=-sum(_undelivered(params, params.delivery_weights_base[None, :])))
    energized = params.devices * throughput - np.where(newest, late, 0.0)
    zero = np.zeros_like(due[0])
    return State(
        energized=energized,
        undeployed=np.where(newest, params.undeployed, 0.0) + zero,
        pipeline=(
            np.where(newest, due[0], 0.0),
            np.where(newest, due[1], 0.0),
            np.where(newest, due[2], 0.0),
        ),
        power=energized * params.unit_power / throughput * params.power_usage_effectiveness,
        clock=zero,
        launch_progress=zero,
        since_launch=-params.launch + np.zeros_like(energized),
        demanded=(zero,) * round(params.power_lead),
        answer=zero + 1.0,
    )


def awaited(params: Params, state: State, throughput: Array) -> Array:
    """Facility power that delivered units wait for at the base date, W, (path, 1)."""
    return across(state.undeployed * _unit_power(params, throughput, state.since_launch, 0))


def queued(params: Params, state: State, t: int) -> Array:
    """Facility power asked for and not yet due to be connected after quarter t, W, (path, 1).

    What was asked for before the base date is taken to be the trend.
    """
    lead = len(state.demanded)
    asked = zip(range(t - lead + 1, t + 1), state.demanded, strict=True)
    found = (wanted if quarter >= 1 else _trend(params, quarter) for quarter, wanted in asked)
    return np.asanyarray(sum(found) / QUARTERS_A_YEAR)


def _trend(params: Params, quarter: int) -> Array:
    """Facility power a year that is connected where as much is asked for as planned, W, (path, 1)."""
    return params.power_capacity * np.exp(params.power_growth * quarter / QUARTERS_A_YEAR)


def _on_order(params: Params) -> NDArray[np.bool_]:
    """Generation that undelivered purchases are of, (1, generation): the newest of which there are units.

    What has only just been launched is not yet on order; of several of one date it is the last in order.
    """
    launched = params.launch <= 0
    owned = launched & (params.devices > 0)
    known = owned if owned.any() else launched
    last = known & (params.launch == params.launch[known].max())
    return np.asanyarray(last & (np.cumsum(last[:, ::-1], axis=1)[:, ::-1] == 1))


def _undelivered(params: Params, weights: Array) -> tuple[Array, Array, Array]:
    """H100e of the last three quarters' purchases that arrive in one, two and three quarters, (path, 1)."""
    oldest, middle, newest = params.recent_purchases
    first, second, third = np.split(weights, DELIVERIES, axis=1)
    return (
        first * newest + second * middle + third * oldest,
        second * newest + third * middle,
        third * newest,
    )


def hardware_cost(params: Params, clock: Array, t: int, forced: Array | float, newest: Array) -> Array:
    """All-in compute cost of one merchant H100e, USD, (path, 1)."""
    years_past = max(0.0, (t - params.memory_peak) / QUARTERS_A_YEAR)
    waning = 0.5 ** (years_past / params.memory_half_life)
    memory = params.memory_cost * min(1.0, t / params.memory_peak) * waning
    yearly = np.log1p(-params.hardware_cost_decline)  # the register gives the share a price loses in a year
    return np.asanyarray(params.device_cost / newest * np.exp(yearly * clock + memory + forced))


def merchant_share(params: Params, t: int) -> Array:
    """Merchant (NVIDIA, AMD) share of compute spending: linear drift, then flat."""
    progress = min(1.0, t / params.merchant_drift)
    return params.merchant_share + (params.merchant_share_2030 - params.merchant_share) * progress


def purchase_mix(params: Params, since_launch: Array) -> Array:
    """Share of each generation in this quarter's purchases, (path, generation); newest first to be bought."""
    ramp = np.clip((since_launch + 1.0) / params.launch_ramp, 0.0, 1.0)
    left = np.ones_like(ramp[:, :1])
    shares = []
    for g in reversed(range(ramp.shape[1])):
        shares.append(left * ramp[:, g : g + 1])
        left = left * (1.0 - ramp[:, g : g + 1])
    return beside(shares[::-1])


def _launches(params: Params, state: State, epsilon: Array) -> tuple[Array, Array, Array]:
    """Advance the roadmap: progress, quarters since launch, technology clock."""
    progress = state.launch_progress + np.maximum(0.0, 1.0 + params.launch_volatility * epsilon)
    launched, due = state.since_launch >= 0.0, (progress.T >= params.launch.T).T
    since = np.where(launched, state.since_launch + 1.0, np.where(due, 0.0, -1.0))
    young = since < params.launch_ramp
    pending = young.any(axis=1, keepdims=True)
    ramping = (young & (since >= 0.0) & (params.launch > 0)).any(axis=1, keepdims=True)
    step = params.launch_step_share
    # A launch delivers the stepped share of a whole cycle's progress within its ramp.
    burst = params.launch_cycle / params.launch_ramp * step
    pace = np.where(pending, 1.0 - step + burst * ramping, 1.0)
    return progress, since, state.clock + pace / QUARTERS_A_YEAR


def _expected_cap(params: Params, state: State, t: int, ahead: int) -> Array:
    """Facility power that can be energized in quarter t + ahead as quarter t begins, W, (path, 1).

    Where the lead is so short that what decides it is not yet wanted, what was wanted last does.
    """
    lead = len(state.demanded)
    trend = _trend(params, t + ahead)
    response: Array | float = 1.0
    known = min(ahead, lead - 1)
    asked = t - lead + known  # the quarter that wanted what can be connected then
    if asked >= 1:
        demanded = np.maximum(state.demanded[known], NOTHING)
        response = (demanded / _trend(params, asked)) ** params.power_response
    return trend * response / QUARTERS_A_YEAR


def _power_cap(params: Params, state: State, t: int, epsilon: Array, forced: Array | float) -> Array:
    """Facility power that can be energized this quarter, W, (path, 1)."""
    noise = np.exp(params.power_volatility * epsilon - 0.5 * params.power_volatility**2 + forced)
    return _expected_cap(params, state, t, 0) * noise


def ordered_share(params: Params, state: State, t: int, throughput: Array, wanted: Array) -> Array:
    """Share of the compute wanted in quarter t that is ordered, (path, 1).

    Parameters
    ----------
    wanted : (path, 1) USD of compute, all buyers.
    """
    mix = purchase_mix(params, state.since_launch)
    per_unit = across(mix * _unit_power(params, throughput, state.since_launch, t - 1))
    units = _purchases(params, t, wanted, _last_cost(params, state, t, throughput))
    capacity = params.order_quarters * _expected_cap(params, state, t, round(params.order_ahead)) / per_unit
    waiting = across(state.undeployed) + sum(across(due) for due in state.pipeline)
    return np.clip((capacity - waiting) / np.maximum(units, NOTHING), params.order_floor, 1.0)


def _last_cost(params: Params, state: State, t: int, throughput: Array) -> Array:
    """What a merchant H100e cost in the quarter before t, USD, (path, 1)."""
    trend = hardware_cost(params, state.clock, t - 1, 0.0, only(throughput, params.newest))
    return state.answer * trend


def price_answer(params: Params, yields: Array) -> Array:
    """Price of hardware over its trend, (path, 1): suppliers cut it where buyers earn less.

    Parameters
    ----------
    yields : (path, 1) net yield of the newest unit at the trend price, over that of the base date.
    """
    answer = np.maximum(yields, 0.0) ** params.price_response
    return np.clip(answer, params.price_floor, params.price_cap)


def step(
    params: Params,
    state: State,
    t: int,
    throughput: Array,
    compute_spending: Array,
    wanted: Array,
    rents: Array,
    yields: Array,
    shocks: Shocks,
) -> tuple[State, Flows]:
    """One quarter of the fleet.

    Parameters
    ----------
    compute_spending, wanted : (path, 1) USD this quarter on accelerators, all buyers; what they would have
        spent had there been no queue.
    rents : (path, generation) USD per GPU-hour paid last quarter.
    yields : (path, 1) see `price_answer`, last quarter.
    """
    progress, since, clock = _launches(params, state, shocks.launch)
    trend = hardware_cost(params, clock, t, shocks.forced_cost, only(throughput, params.newest))
    answer = price_answer(params, yields)
    cost = answer * trend
    purchased = _purchases(params, t, compute_spending, cost)
    mix = purchase_mix(params, since)
    unit_power = _unit_power(params, throughput, since, t)
    per_unit = across(mix * unit_power)

    waiting = state.undeployed + state.pipeline[0]
    rate = _retirement(params, rents, since)
    freed = across(rate * state.power)
    asked = across(waiting * unit_power)
    cap = _power_cap(params, state, t, shocks.power, shocks.forced_power) + freed
    energized = waiting * np.minimum(1.0, cap / np.maximum(asked, NOTHING))
    retired = rate * state.energized

    after = State(
        energized=state.energized + energized - retired,
        undeployed=waiting - energized,
        pipeline=_order(params, state, purchased * mix),
        power=state.power * (1.0 - rate) + energized * unit_power,
        clock=clock,
        launch_progress=progress,
        since_launch=since,
        demanded=(*state.demanded[1:], _purchases(params, t, wanted, cost) * per_unit * QUARTERS_A_YEAR),
        answer=answer * np.exp(shocks.forced_cost),
    )
    flows = Flows(
        purchased=purchased,
        impaired=across(state.undeployed) * np.maximum(_last_cost(params, state, t, throughput) - cost, 0.0),
        energized=energized,
        retired=retired,
        power_bound=(asked > cap).astype(np.float64),
        power_energized=across(energized * unit_power),
        power_waiting=across((waiting - energized) * unit_power),
        power_unclaimed=np.maximum(cap - asked, 0.0),
        cost=cost,
        trend=trend,
        power_per_unit=per_unit,
    )
    return after, flows


def _purchases(params: Params, t: int, spending: Array, cost: Array) -> Array:
    """H100e bought, (path, 1); custom units do the same work for less."""
    share = merchant_share(params, t)
    return spending / cost * (share + (1.0 - share) / params.custom_cost_ratio)


def _order(params: Params, state: State, bought: Array) -> tuple[Array, Array, Array]:
    """Pipeline after a quarter: what was due is delivered, what was bought is added."""
    first, second, third = np.split(params.delivery_weights, DELIVERIES, axis=1)
    return state.pipeline[1] + first * bought, state.pipeline[2] + second * bought, third * bought


def _retirement(params: Params, rents: Array, since: Array) -> Array:
    """Share of each generation that retires this quarter, (path, generation)."""
    uneconomic = params.uneconomic_retirement * (rents < params.opex)
    return uneconomic + params.age_retirement * (since > params.service_age)


def _unit_power(params: Params, throughput: Array, since: Array, t: int) -> Array:
    """Facility power per H100e of each generation, W, (path, generation).

    It follows the roadmap; a path on which hardware cheapens faster than the base also needs less power,
    and the last generation keeps improving once it has taken over purchases.
    """
    years = t / QUARTERS_A_YEAR
    faster = np.log1p(-params.hardware_cost_decline_base) - np.log1p(-params.hardware_cost_decline)
    late = np.maximum(0.0, since[:, -1:] - params.launch_ramp) / QUARTERS_A_YEAR
    gain = beside((np.zeros_like(throughput[:, :-1]), params.late_power_gain * late))
    roadmap = params.unit_power / throughput * params.power_usage_effectiveness
    return np.asanyarray(roadmap * np.exp(-params.power_pass_through * faster * years - gain))

"""Realized AI revenue: one end-customer pool in five segments, adopted, abandoned and repriced.

Each segment climbs toward its own ceiling by word of mouth (Bass), loses adopters who abandon, and is
scaled by price × volume: token prices fall, volume answers with an elasticity, agents use more per user.

=============  =================  ========  ============================================================
symbol         shape              unit      meaning
=============  =================  ========  ============================================================
adopted        (path, segment)    fraction  share of the segment's ceiling reached
scale          (path, 1)          log       price × volume × intensity against the base date
level          (path, 1)          log       permanent demand shocks, and customers' weather
demand_state   (path, 1)          sd        AR(1) state of AI demand
regime         (path, 1)          0, 1, 2   customers' weather: normal, boom, shakeout
=============  =================  ========  ============================================================

Notes
-----
dA = [(p + q A)(1 - A) e^{b z - b²/2} - churn A] dt, solved exactly within the quarter
d scale = (eta - 1) delta dt + g dt, a positive sum scaled by (1 - revenue / $5T)+
Deflation adds (eta - 1) delta: the Jevons question is a parameter.
References: Bass (1969); thesis page, "The demand drivers — what's actually pulling the spend".
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from risk.mechanisms.revenue_gap import weather
from risk.parameters import Array, Drawn, entry
from risk.processes import across, bass, ou
from risk.processes.markov import States

DT = 0.25
LOG_CEILING_UNIT = 1e9  # the ceiling's logarithm is of USD bn


@dataclass(frozen=True)
class Params(weather.Params):
    """Register entries of adoption, beside those of weather; (1, segment) for table columns."""

    run_rate: Drawn = entry("revenue.run_rate")  # USD a year at the base date
    log_ceiling: Drawn = entry("revenue.log_ceiling")  # ln USD bn
    innovation: float = entry("revenue.innovation")  # 1/y, Bass p
    imitation: Drawn = entry("revenue.imitation")  # 1/y, Bass q
    churn: Drawn = entry("revenue.churn")  # 1/y
    elasticity: Drawn = entry("revenue.elasticity")
    output_price_decline: Drawn = entry("revenue.token_price_decline")  # 1/y
    rent_pass_through: float = entry("revenue.rent_pass_through")
    intensity_growth: Drawn = entry("revenue.intensity_growth")  # 1/y
    saturation: float = entry("revenue.saturation")  # USD a year
    demand_volatility: Drawn = entry("revenue.demand_volatility")  # 1/q
    demand_loading: Drawn = entry("revenue.demand_loading")
    demand_persistence: float = entry("revenue.demand_persistence")  # a quarter
    highest_adoption: float = entry("revenue.highest_initial_adoption")
    run_rate_share: Array = entry("revenue.segment.run_rate_share")
    ceiling_share: Array = entry("revenue.segment.ceiling_share")


@dataclass(frozen=True)
class Shocks:
    """What strikes in a quarter."""

    demand: Array  # (path, 1) innovation of AI demand, sd
    forced: Array  # (path, 1) log addition to demand
    own: Array  # (path, 1) customers' own innovation, sd
    weather: Array  # (path, 1) uniform that moves their regime


@dataclass(frozen=True)
class State:
    """See the symbol table; `ceiling` is (path, segment) USD a year."""

    ceiling: Array
    adopted: Array
    scale: Array
    level: Array
    demand_state: Array
    regime: States


@dataclass(frozen=True)
class Flows:
    """Revenue of the quarter, annualized."""

    revenue: Array  # (path, segment) USD a year
    shock: Array  # (path, 1) log demand shock of the quarter


def revenue(state: State, forced: Array | float = 0.0) -> Array:
    """Annualized revenue by segment, USD, (path, segment); `forced` is a scenario's log addition."""
    return state.ceiling * state.adopted * np.exp(state.scale + state.level + forced)


def level_deviation(params: Params) -> Array:
    """Long-run standard deviation of demand if its shocks faded like the demand state, log, (path, 1).

    Turns a log change of demand into standard deviations of the state that borrowers feel.
    """
    return np.asanyarray(params.demand_volatility / np.sqrt(1.0 - params.demand_persistence**2))


def init(params: Params) -> State:
    """Adoption that reproduces the run-rate of every segment; a ceiling never lies below what is earned."""
    earned = params.run_rate * params.run_rate_share
    pool = np.exp(params.log_ceiling) * LOG_CEILING_UNIT
    ceiling = np.maximum(pool * params.ceiling_share, earned / params.highest_adoption)
    zero = np.zeros_like(ceiling[:, :1])
    return State(ceiling, earned / ceiling, zero, zero, zero, weather.init(len(zero)))


def step(params: Params, state: State, surprise: Array, jump: Array, shocks: Shocks) -> tuple[State, Flows]:
    """One quarter of adoption and repricing.

    Parameters
    ----------
    surprise : (path, 1) log change of the clearing rent against the base median, last quarter.
    jump : (path, 1) efficiency jump of last quarter, log; either sign cheapens a token.
    """
    demand_state = ou.unit_ar1_step(state.demand_state, params.demand_persistence, shocks.demand)
    shock = params.demand_volatility * shocks.demand - 0.5 * params.demand_volatility**2

    speed = np.exp(params.demand_loading * demand_state - 0.5 * params.demand_loading**2)
    adopted = bass.step(state.adopted, params.innovation, params.imitation, params.churn, speed, DT)

    cheaper = params.output_price_decline * DT - params.rent_pass_through * surprise + np.abs(jump)
    growth = (params.elasticity - 1.0) * cheaper + params.intensity_growth * DT
    earned = across(revenue(state, shocks.forced))
    room = np.maximum(0.0, 1.0 - earned / params.saturation)
    scale = state.scale + np.where(growth > 0, growth * room, growth)

    regime, moved = weather.turn(params, state.regime, shocks.own, shocks.weather)
    after = State(state.ceiling, adopted, scale, state.level + shock + moved, demand_state, regime)
    return after, Flows(revenue(after, shocks.forced), shock)

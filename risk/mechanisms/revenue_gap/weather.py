"""Customers' weather: what end customers spend moves of its own, whatever the technology does.

A pause after a wave of pilots, a rush, a shakeout among those who resell: a regime of three that switches by
a Markov chain adds its drift to the level of demand, and each quarter leaves a shock that stays.

=========  ==========  =======  ====================================================================
symbol     shape       unit     meaning
=========  ==========  =======  ====================================================================
regime     (path, 1)   0, 1, 2  normal, boom, shakeout
=========  ==========  =======  ====================================================================

Notes
-----
d level = drift_regime + v eps − v²/2
The drifts of the register are centred, so that the median path of demand is what it is without weather.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from risk.parameters import Array, Drawn, entry
from risk.processes import markov
from risk.processes.markov import States

NORMAL = 0


@dataclass(frozen=True)
class Params:
    """Register entries of customers' weather."""

    weather_volatility: Drawn = entry("revenue.weather_volatility")  # log a quarter
    weather_drift: Array = entry("revenue.weather_drift")  # (regime,) log a quarter
    weather_transition: Array = entry("revenue.weather_transition")  # (regime, regime) a quarter


def init(paths: int) -> States:
    """Every path starts in the normal regime, (path, 1)."""
    return np.full((paths, 1), NORMAL, dtype=np.int64)


def turn(params: Params, regime: States, own: Array, uniform: Array) -> tuple[States, Array]:
    """One quarter: the regime after it, and what it adds to log demand, (path, 1).

    Parameters
    ----------
    own : (path, 1) customers' own innovation, sd; `uniform` : (path, 1) moves the regime.
    """
    after = markov.step(markov.transition_row(params.weather_transition, regime), uniform)
    noise = params.weather_volatility * own - 0.5 * params.weather_volatility**2
    return after, params.weather_drift[after] + noise

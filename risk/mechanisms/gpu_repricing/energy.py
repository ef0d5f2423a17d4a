"""Energy of a unit and what the grid emits for it: arithmetic that charges and reports share."""

from __future__ import annotations

import numpy as np

from risk.parameters import Array


def mean_power(power: Array | float, usage_effectiveness: float, load: float) -> Array:
    """What a unit draws on average, its place in, W.

    Parameters
    ----------
    power : W of IT power at the peak; `load`, mean over peak.
    usage_effectiveness : facility power over IT power.
    """
    return np.asanyarray(load * usage_effectiveness * np.asanyarray(power))


def intensity(today: float, decline: float, years: Array | float) -> Array:
    """What a unit of energy emits some years after the base date, in the unit of `today`.

    Parameters
    ----------
    decline : share of it that is lost in a year, under one.
    """
    return np.asanyarray(today * np.exp(np.log1p(-decline) * np.asanyarray(years)))

"""Events that arrive at a hazard rate.

The hazard h (1/year) and the probability p of at least one arrival within `dt` years are two spellings of one
number: ``p = 1 − e^{−h dt}``.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from risk.processes import Array, Numeric


def survival(hazard: Numeric, time: Numeric) -> Array:
    """Probability of no arrival by `time` (years) at a constant hazard (1/year)."""
    return np.exp(-np.multiply(hazard, time))


def probability(hazard: Numeric, dt: Numeric) -> Array:
    """Probability of an arrival within `dt` years at a constant hazard (1/year)."""
    return -np.expm1(-np.multiply(hazard, dt))


def rate(arrival_probability: Numeric, dt: Numeric) -> Array:
    """Constant hazard (1/year) that gives a probability, in [0, 1), of an arrival within `dt` years."""
    return -np.log1p(-np.asanyarray(arrival_probability, dtype=np.float64)) / dt


def rescale(arrival_probability: Numeric, ratio: Numeric) -> Array:
    """Probability over `ratio` times the period at the same hazard, e.g. 0.25 for a year's to a quarter's."""
    return -np.expm1(np.multiply(ratio, np.log1p(-np.asanyarray(arrival_probability, dtype=np.float64))))


def event(uniform: Numeric, arrival_probability: Numeric) -> NDArray[np.bool_]:
    """Whether the event happens.

    Parameters
    ----------
    uniform
        Draw in (0, 1).
    arrival_probability
        In [0, 1]; 0 never happens and 1 always does. With the same draw a higher probability never undoes an
        event.
    """
    return np.asanyarray(np.less(uniform, arrival_probability))

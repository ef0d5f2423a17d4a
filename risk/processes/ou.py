"""Mean reversion: the Ornstein–Uhlenbeck process at discrete dates, and its AR(1) twin.

``dx = κ (m − x) dt + σ dW``. Steps are exact in distribution, whatever their length.

References
----------
Uhlenbeck and Ornstein (1930), *Physical Review* 36; Glasserman (2004), *Monte Carlo Methods in Financial
Engineering*, section 3.3.
"""

from __future__ import annotations

import numpy as np

from risk.processes import Array, Numeric


def persistence(speed: Numeric, dt: Numeric) -> Array:
    """Share of a deviation that survives a step, ``e^{−κ dt}``; `speed` is κ in 1/year, `dt` in years."""
    return np.exp(-np.multiply(speed, dt))


def half_life_speed(half_life: Numeric) -> Array:
    """Speed κ (1/year) at which half of a deviation is gone after `half_life` years."""
    return np.asanyarray(np.log(2.0) / half_life)


def mean(start: Numeric, level: Numeric, speed: Numeric, time: Numeric) -> Array:
    """Expected value `time` years ahead: ``m + (x₀ − m) e^{−κt}``, in the unit of x."""
    return np.asanyarray(level + (start - level) * persistence(speed, time))


def variance(volatility: Numeric, speed: Numeric, time: Numeric) -> Array:
    """Variance of x `time` years ahead.

    Parameters
    ----------
    volatility
        σ, unit of x per √year.
    speed
        κ, 1/year; zero gives the random walk ``σ² t``.
    time
        Years.

    Notes
    -----
    ``σ² (1 − e^{−2κt}) / (2κ)``.
    """
    speed = np.asanyarray(speed, dtype=np.float64)
    walking = speed == 0.0
    clock = np.where(walking, time, -np.expm1(-2.0 * speed * time) / np.where(walking, 1.0, 2.0 * speed))
    return np.square(volatility) * clock


def stationary_variance(volatility: Numeric, speed: Numeric) -> Array:
    """Variance in the long run, ``σ² / (2κ)``."""
    return np.asanyarray(np.square(volatility) / (2.0 * np.asanyarray(speed)))


def step(
    state: Numeric, level: Numeric, speed: Numeric, volatility: Numeric, shock: Numeric, dt: float
) -> Array:
    """One exact step.

    Parameters
    ----------
    state, level
        x and the mean m it reverts to, in one unit.
    speed
        κ, 1/year, non-negative.
    volatility
        σ, unit of x per √year.
    shock
        Standardised innovation.
    dt
        Step, years.
    """
    return mean(state, level, speed, dt) + np.sqrt(variance(volatility, speed, dt)) * shock


def ar1_step(state: Numeric, level: Numeric, carried: Numeric, innovation: Numeric) -> Array:
    """One step of an AR(1): ``m + φ (x − m) + innovation``.

    Parameters
    ----------
    state, level, innovation
        x, its mean and this step's innovation, in one unit.
    carried
        φ a step, the share of the deviation carried over.
    """
    return np.asanyarray(level + carried * (state - level) + innovation)


def unit_ar1_step(state: Numeric, carried: Numeric, shock: Numeric) -> Array:
    """One step of an AR(1) with mean 0 and stationary variance 1: ``φ x + √(1 − φ²) ε``; all standardised."""
    return np.asanyarray(carried * state + np.sqrt(1.0 - np.square(carried)) * shock)


def lognormal_mean(log_mean: Numeric, log_variance: Numeric) -> Array:
    """Expected value of ``e^x`` for normal x, ``e^{μ + s²/2}``."""
    return np.exp(log_mean + 0.5 * np.asanyarray(log_variance))


def state_correlation(correlation: Array, carried: Array) -> Array:
    """Long-run correlation of AR(1) states, (state, state).

    Parameters
    ----------
    correlation
        Of their innovations, (state, state).
    carried
        φ of each, (state,), in [0, 1).

    Notes
    -----
    ``ρ √((1 − φ²)(1 − ψ²)) / (1 − φψ)``: states that fade at different speeds are correlated less.
    """
    own = np.sqrt(1.0 - carried**2)
    return np.asanyarray(correlation * np.outer(own, own) / (1.0 - np.outer(carried, carried)))

"""Diffusion of an innovation: the Bass model and its generalisation with churn.

Adopters are a share A of the ceiling. Innovators adopt at rate p whatever others do, imitators at rate q in
proportion to those who already have; a fraction of adopters abandons.

References
----------
Bass (1969), "A new product growth for model consumer durables", *Management Science* 15(5); Bass, Krishnan
and Jain (1994), "Why the Bass model fits without decision variables", *Marketing Science* 13(3), for the
speed multiplier.
"""

from __future__ import annotations

import numpy as np

from risk.processes import Array, Numeric


def adoption(time: Numeric, innovation: Numeric, imitation: Numeric) -> Array:
    """Cumulative adoption from nothing, without churn.

    Parameters
    ----------
    time
        Years since launch.
    innovation, imitation
        p (positive) and q, 1/year.

    Returns
    -------
    Share of the ceiling, in [0, 1).

    Notes
    -----
    ``A(t) = (1 − e^{−(p+q)t}) / (1 + (q/p) e^{−(p+q)t})``.
    """
    decay = -(innovation + imitation) * np.asanyarray(time, dtype=np.float64)
    return -np.expm1(decay) / (1.0 + imitation / innovation * np.exp(decay))


def peak_time(innovation: Numeric, imitation: Numeric) -> Array:
    """Years from launch to the fastest adoption, ``ln(q/p) / (p + q)``; negative (no peak) where q < p."""
    return np.log(np.divide(imitation, innovation)) / np.add(innovation, imitation)


def step(
    adopted: Numeric, innovation: Numeric, imitation: Numeric, churn: Numeric, speed: Numeric, dt: float
) -> Array:
    """Adoption one step later, exactly, for coefficients constant within the step.

    Parameters
    ----------
    adopted
        Share of the ceiling at the start, in [0, 1]; a share above 1 (a ceiling that fell) decays towards it.
    innovation, imitation
        p and q, 1/year.
    churn
        Abandonment, 1/year of adopters.
    speed
        Multiplier of both p and q (demand, price, marketing), non-negative.
    dt
        Step, years.

    Returns
    -------
    Share of the ceiling. Two half steps equal one step.

    Notes
    -----
    ``dA/dt = v (p + q A)(1 − A) − χ A = a + b A − c A²`` with ``a = v p``, ``b = v (q − p) − χ``, ``c = v
    q``. With ``d = √(b² + 4ac)`` and ``h = tanh(d·dt/2) / d`` the solution of this Riccati equation is ``A(t
    + dt) = (A (1 + b h) + 2 a h) / (1 − b h + 2 c A h)``.
    """
    a = np.multiply(speed, innovation)
    b = speed * np.subtract(imitation, innovation) - churn
    c = np.multiply(speed, imitation)
    d = np.sqrt(b * b + 4.0 * a * c)
    h = np.where(d > 0.0, np.tanh(0.5 * dt * d) / np.where(d > 0.0, d, 1.0), 0.5 * dt)
    return np.asanyarray((adopted * (1.0 + b * h) + 2.0 * a * h) / (1.0 - b * h + 2.0 * c * adopted * h))


def new_adopters(
    adopted: Numeric, innovation: Numeric, imitation: Numeric, churn: Numeric, speed: Numeric, dt: float
) -> Array:
    """Net change of adoption over a step, share of the ceiling: the flow behind `step`."""
    return step(adopted, innovation, imitation, churn, speed, dt) - adopted

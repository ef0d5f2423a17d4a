"""One-factor credit: the default probability of a pool, given the state of the systematic factor.

The Student-t threshold comes from a table, since ``stdtrit`` costs 0.2 µs a value and more: 1,025 normal
scores from −8 to 8, in which the quantile is smooth. Largest error of the default probability a threshold
stands for, over probabilities in [1e-6, 0.5] and 3 to 8 degrees of freedom: 3e-4 of it. Where only part of
the mixing reaches a pool there is no closed form; midpoint quadrature errs by up to 6e-3 of it down to 1e-3
at a weight of 1/4 (1e-3 down to 1e-2, 4e-2 down to 1e-4), and by up to 2e-2 at any weight.

References
----------
Vasicek (2002), "Loan portfolio value", *Risk* 15(12); Frey and McNeil (2003), "Dependent defaults in models
of portfolio credit risk", *Journal of Risk* 6(1), for the mixing variable.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from scipy.special import gammaincinv, ndtr, ndtri, stdtrit

from risk.processes import Array, Numeric

_SCORES = 1024
_SCORE_LIMIT = 8.0
_NODES = 1000  # of the quadrature over the mixing variable
_BARRIERS = 1200
_LOWEST_BARRIER = 60.0


def conditional_default_probability(
    default_probability: Numeric, correlation: Numeric, stress: Numeric
) -> Array:
    """Default probability of a large pool, given the state of the systematic factor.

    Parameters
    ----------
    default_probability
        Unconditional, over the period, in [0, 1].
    correlation
        Asset correlation ρ in [0, 1]; at 1 all names default or none.
    stress
        Systematic factor, standard normal, **up is bad**; the state at quantile q of badness is ``Φ⁻¹(q)``.

    Returns
    -------
    In [0, 1]; its mean over a standard normal `stress` is `default_probability`.

    Notes
    -----
    ``Φ((Φ⁻¹(PD) + √ρ y) / √(1 − ρ))``.
    """
    threshold = ndtri(default_probability) + np.sqrt(correlation) * stress
    with np.errstate(divide="ignore"):
        return np.asanyarray(ndtr(threshold / np.sqrt(1.0 - np.asanyarray(correlation))))


def conditional_default_probability_t(
    default_probability: Numeric,
    correlation: Numeric,
    stress: Numeric,
    mixing: Numeric,
    freedom: Numeric,
    weight: float = 1.0,
) -> Array:
    """Default probability of a large pool whose obligors share a Student-t mixing variable.

    Parameters
    ----------
    default_probability
        Unconditional, over the period, in (0, 1).
    correlation
        Asset correlation ρ in [0, 1).
    stress
        Systematic factor y, standard normal before mixing, **up is bad**.
    mixing
        m of the period, positive: ``√((ν − 2) / χ²_ν)``, which gives a Student-t of unit variance.
    freedom
        ν, degrees of freedom, above 2.
    weight
        w in [0, 1]: how much of the mixing reaches the pool; 1 is a Student-t, 0 a normal. One number for a
        call, since each needs a table (kept).

    Returns
    -------
    In [0, 1]; its mean over independent y and m is `default_probability`.

    Notes
    -----
    An obligor's asset is ``m^w (−√ρ y + √(1 − ρ) e)`` and defaults under c with ``P(asset < c) = PD``, so
    ``Φ((c / m^w + √ρ y) / √(1 − ρ))``. A quarter with a large m is bad for every pool at once.
    """
    barrier = threshold_t(default_probability, freedom, weight) / np.power(mixing, weight)
    threshold = barrier + np.sqrt(correlation) * stress
    return np.asanyarray(ndtr(threshold / np.sqrt(1.0 - np.asanyarray(correlation))))


def threshold_t(default_probability: Numeric, freedom: Numeric, weight: float = 1.0) -> Array:
    """Barrier c under which an asset of `conditional_default_probability_t` lies with a default probability.

    Linear in a table of normal scores.
    """
    levels = sorted({*np.ravel(freedom).tolist()})
    table = np.stack([_quantiles(level, weight) for level in levels])
    score = np.clip(ndtri(default_probability), -_SCORE_LIMIT, _SCORE_LIMIT)
    column = (score / _SCORE_LIMIT + 1.0) * (0.5 * _SCORES)
    i, j = np.searchsorted(levels, freedom), np.minimum(column.astype(np.int64), _SCORES - 1)
    left = table[i, j]
    return np.asanyarray(left + (column - j) * (table[i, j + 1] - left))


@lru_cache(maxsize=32)
def _quantiles(freedom: float, weight: float) -> Array:
    """Barriers on the grid of normal scores: exact for a Student-t, by quadrature for part of its mixing."""
    if weight == 1.0:
        tail = ndtr(-np.abs(np.linspace(-_SCORE_LIMIT, _SCORE_LIMIT, _SCORES + 1)))
        below = stdtrit(freedom, tail[: _SCORES // 2 + 1]) * np.sqrt((freedom - 2.0) / freedom)
    else:
        middle = (np.arange(_NODES) + 0.5) / _NODES
        mixing = np.sqrt((freedom - 2.0) / (2.0 * gammaincinv(0.5 * freedom, middle)))
        barrier = -np.expm1(np.linspace(np.log1p(_LOWEST_BARRIER), 0.0, _BARRIERS))
        chance = ndtr(barrier[:, None] / mixing**weight).mean(axis=1)
        reached = chance > 0.0
        scores = np.linspace(-_SCORE_LIMIT, 0.0, _SCORES // 2 + 1)
        below = np.interp(scores, ndtri(chance[reached]), barrier[reached])
    return np.concatenate([below, -below[-2::-1]])

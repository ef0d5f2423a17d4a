"""Beta-distributed shares by inversion of a table.

``betaincinv`` costs 0.7 µs a value, too much inside a simulation. The table holds its values on a grid of 257
means (spaced as sin², denser at both ends) by 513 normal scores from −8 to 8, in which the quantile function
is nearly straight.

Largest error against ``scipy.special.betaincinv``, by search over random points that include uniforms within
1e-14 of both ends: 2e-4 for means in [0.02, 0.98] and concentrations of 2 and above (5e-5 for means in [0.2,
0.8]); 2e-3 for means in [0.001, 0.999]. Both are below the noise of any loss given default.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from scipy.special import betaincinv, ndtr, ndtri

from risk.processes import Array, Numeric

_MEANS = 256
_SCORES = 512
_SCORE_LIMIT = 8.0


def inverse_beta(uniform: Numeric, mean: Numeric, concentration: float) -> Array:
    """Quantile of a beta distribution given by its mean and concentration.

    Parameters
    ----------
    uniform
        Probability, in (0, 1).
    mean
        m, in [0, 1]; the ends are point masses.
    concentration
        ν = a + b, positive, with a = m ν and b = (1 − m) ν; the variance is m (1 − m) / (ν + 1). One number
        for a call, since each needs a table (0.1 s, kept).

    Returns
    -------
    In [0, 1], not falling in `uniform`; bilinear in the table.
    """
    table = _table(concentration)
    row = np.arcsin(np.sqrt(mean)) * (2.0 / np.pi * _MEANS)
    column = (np.clip(ndtri(uniform), -_SCORE_LIMIT, _SCORE_LIMIT) / _SCORE_LIMIT + 1.0) * (0.5 * _SCORES)
    i = np.minimum(row.astype(np.int64), _MEANS - 1)
    j = np.minimum(column.astype(np.int64), _SCORES - 1)
    down, right = row - i, column - j
    upper = (1.0 - right) * table[i, j] + right * table[i, j + 1]
    lower = (1.0 - right) * table[i + 1, j] + right * table[i + 1, j + 1]
    return np.asanyarray((1.0 - down) * upper + down * lower)


@lru_cache(maxsize=8)
def _table(concentration: float) -> Array:
    mean = np.sin(0.5 * np.pi * np.linspace(0.0, 1.0, _MEANS + 1)[1:-1, None]) ** 2
    tail = ndtr(-np.abs(np.linspace(-_SCORE_LIMIT, _SCORE_LIMIT, _SCORES + 1)))
    left, right = concentration * mean, concentration * (1.0 - mean)
    # Each half is inverted from its own tail: 1 − tail would lose the small numbers.
    half = _SCORES // 2
    below = betaincinv(left, right, tail[:half])
    above = 1.0 - betaincinv(right, left, tail[half:])
    inside = np.concatenate([below, above], axis=1)
    edge = np.ones((1, _SCORES + 1))
    table = np.concatenate([0.0 * edge, inside, edge])
    table.flags.writeable = False
    return table

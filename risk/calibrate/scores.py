"""Scores of a forecast by what came: percentile, coverage, CRPS, interval score, and what they count for.

====================  ==============  ==================================================================
symbol                shape           meaning
====================  ==============  ==================================================================
x                     (path,)         the forecast: equally likely values
y                     ()              what was read
====================  ==============  ==================================================================

Notes
-----
PIT   u = P(x < y) + v P(x = y), v uniform: uniform itself where forecasts are right, atoms or not.
CRPS  E|x - y| - E|x - x'| / 2, the second term by order statistics (the fair form: x' another path).
IS    (b - a) + 2/alpha (a - y)+ + 2/alpha (y - b)+ of the central interval [a, b] of level 1 - alpha.
n_eff n^2 / sum of the correlations of all pairs of percentiles: the variance of their mean, were they
      independent, is that of so many. Sources: Gneiting and Raftery (2007), "Strictly Proper Scoring Rules,
      Prediction, and Estimation"; Czado, Gneiting and Held (2009) for the randomized PIT.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import bdtr, bdtrc

Array = NDArray[np.float64]
Light = Literal["green", "amber", "red"]

LEVELS = (0.5, 0.8, 0.9, 0.99)
"""Central intervals whose coverage is counted."""

DECLARED = 0.9
"""The interval that a reading should lie in; outside it is red wherever it is shown."""

WANTED = (0.80, 0.97)
"""Share of readings that should lie inside it."""

DOUBT = 0.1
"""Probability below which so few, or so many, inside are no accident."""


def pit(x: Array, y: float, v: float) -> float:
    """Percentile of what was read among the values of a forecast; v in (0, 1) randomizes at atoms."""
    return float(np.mean(x < y) + v * np.mean(x == y))


def inside(u: float, level: float) -> bool:
    """Whether a percentile lies in the central interval of a level."""
    return bool(abs(2.0 * u - 1.0) <= level)


def interval(x: Array, level: float = DECLARED) -> tuple[float, float]:
    """Ends of the central interval of a level."""
    low, high = np.quantile(x, [(1.0 - level) / 2.0, (1.0 + level) / 2.0])
    return float(low), float(high)


def crps(x: Array, y: float) -> float:
    """Continuous ranked probability score, in the unit of x; smaller is better."""
    n, z = len(x), np.sort(x)
    apart = float(np.sum((2.0 * np.arange(1, n + 1) - n - 1) * z)) / (n * (n - 1)) if n > 1 else 0.0
    return float(np.mean(np.abs(x - y))) - apart


def interval_score(x: Array, y: float, level: float = DECLARED) -> float:
    """Width of the central interval, and a fine for what lies outside; smaller is better."""
    low, high = interval(x, level)
    alpha = 1.0 - level
    return high - low + 2.0 / alpha * (max(low - y, 0.0) + max(y - high, 0.0))


def correlations(samples: Sequence[Array]) -> Array:
    """Rank correlation of forecasts of one run over its paths, (reading, reading)."""
    if not samples:
        return np.ones((0, 0))
    ranks = np.stack([np.argsort(np.argsort(x, kind="stable"), kind="stable") for x in samples])
    return np.atleast_2d(np.corrcoef(ranks))


def effective(correlation: Array) -> float:
    """Number of independent readings that say as much as these; from 1 to their number."""
    n = len(correlation)
    return float(np.clip(n**2 / correlation.sum(), 1.0, n)) if n and correlation.sum() > 0 else float(n)


def likely(share: float, n: float) -> bool:
    """Whether a share inside the declared interval may be an accident of n independent readings."""
    count = max(1, round(n))
    hits = round(share * count)
    few, many = bdtr(hits, count, DECLARED), bdtrc(hits - 1, count, DECLARED)
    return bool(min(few, many) >= DOUBT / 2.0)


def light(share: float, n: float, skills: Sequence[float]) -> Light:
    """Traffic light of some readings.

    Green: as many inside the declared interval as wanted, and both naive forecasts beaten. More than wanted
    passes where n readings may say so by accident: what is too wide shows in the skills. Red: fewer than
    wanted, and either that is no accident or a naive forecast is better. Amber: what is left.

    Parameters
    ----------
    share : inside the declared interval.
    n : effective number.
    skills : one less the CRPS over that of each naive forecast; none = nothing to be better than.
    """
    accident, sharp = likely(share, n), bool(skills) and min(skills) > 0.0
    covered = share >= WANTED[0] and (share <= WANTED[1] or accident)
    if covered and sharp:
        return "green"
    return "amber" if covered or (sharp and accident) else "red"

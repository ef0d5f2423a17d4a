"""How far a probability depends on what we do not know: P(event | parameters) over the draws of parameters.

A run strikes each draw of parameters by shocks once. Two more runs strike the same draws by other shocks, so
that three outcomes of a path share their parameters and nothing else.

==========  =======  ================================================================================
symbol      unit     meaning
==========  =======  ================================================================================
y_k         0 or 1   whether the event came on a path under shocks k = 1, 2, 3
p           share    P(event | parameters), a number a path, never seen
m, V        share    mean and variance of p over parameters
==========  =======  ================================================================================

Notes
-----
V        = mean over the three pairs of Cov(y_k, y_l): unbiased, since given p they are independent
E[p³]    = mean(y_1 y_2 y_3)
band     = 5% and 95% quantile of the beta distribution with mean m and variance V

Errors are those of the influence of single paths. Three outcomes tell three moments, so that the beta is
checked by the third: `Moments.misfit`. A variance within two standard errors of zero gives no band.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from risk.analysis import statistics
from risk.analysis.estimate import NORMAL_95, Estimate

if TYPE_CHECKING:
    from risk.runs import Run

Array = NDArray[np.float64]

ENDS = (0.05, 0.95)
"""Shares of parameter sets below the ends of a band."""

NOISE = 2.0
"""Standard errors within which a variance counts as none."""

DRAWS = 3
"""Times each draw of parameters is struck by shocks."""


@dataclass(frozen=True)
class Moments:
    """What three draws of shocks tell of an event.

    Attributes
    ----------
    variance : of P(event | parameters).
    misfit : E[p³] less that of a beta of the same mean and variance; NaN where there is none.
    """

    variance: Estimate
    misfit: Estimate


@dataclass(frozen=True)
class ParameterBand:
    """Where a probability lies over what we do not know.

    Attributes
    ----------
    deviation : standard deviation of P(event | parameters), a share.
    low, high : 5% and 95% quantiles; None where the deviation cannot be told from noise.
    """

    deviation: Estimate
    low: Estimate | None
    high: Estimate | None

    @property
    def ends(self) -> tuple[float, float] | None:
        """Both ends; None where there is no band."""
        return None if self.low is None or self.high is None else (self.low.value, self.high.value)


def moments(came: Array) -> Moments:
    """Measure an event.

    Parameters
    ----------
    came : (3, path) 0 or 1, the same parameters along a path.
    """
    n = came.shape[1]
    away = came - came.mean(axis=1, keepdims=True)
    pairs = np.mean([away[k] * away[j] for k, j in combinations(range(DRAWS), 2)], axis=0)
    variance = Estimate(pairs.sum() / (n - 1), statistics.mean(pairs).standard_error, n)
    return Moments(variance, _misfit(came, pairs, variance))


def _misfit(came: Array, pairs: Array, variance: Estimate) -> Estimate:
    """Third moment less the beta's; delta method, slopes by small differences."""
    each, shared = came.mean(axis=0), came.prod(axis=0)
    m, v = float(each.mean()), variance.value
    if not 0.0 < v < m * (1.0 - m):
        return Estimate(math.nan, math.nan, variance.n)
    step = 1e-3 * v
    by_m, by_v = (
        (_third(m + dm, v + dv) - _third(m - dm, v - dv)) / (2.0 * step) for dm, dv in ((step, 0), (0, step))
    )
    error = statistics.mean(shared - by_m * each - by_v * pairs).standard_error
    return Estimate(float(shared.mean()) - _third(m, v), error, variance.n)


def _third(m: float, v: float) -> float:
    """E[p³] of a beta by its mean and variance."""
    a, b = shape(m, v)
    return m * (a + 1.0) / (a + b + 1.0) * (a + 2.0) / (a + b + 2.0)


def shape(m: float, v: float) -> tuple[float, float]:
    """Both parameters of the beta with a mean and a variance, 0 < v < m (1 − m)."""
    total = m * (1.0 - m) / v - 1.0
    return m * total, (1.0 - m) * total


def band(probability: Estimate, found: Moments) -> ParameterBand:
    """Band of a probability of a run.

    Parameters
    ----------
    probability : of the whole run, the mean of the band.
    found : of as many of its paths as were struck again.
    """
    deviation = _root(found.variance)
    v, error = found.variance.value, found.variance.standard_error
    near = (probability.value - probability.standard_error, probability.value + probability.standard_error)
    if v <= max(NOISE * error, 0.0) or v + error >= min(m * (1.0 - m) for m in near):
        return ParameterBand(deviation, None, None)
    low, high = (_end(level, probability, found.variance) for level in ENDS)
    return ParameterBand(deviation, low, high)


def _root(variance: Estimate) -> Estimate:
    half = NORMAL_95 * variance.standard_error
    low, value, high = (math.sqrt(max(variance.value + move, 0.0)) for move in (-half, 0.0, half))
    return Estimate(value, (high - low) / (2.0 * NORMAL_95), variance.n, (low, high))


def _end(level: float, probability: Estimate, variance: Estimate) -> Estimate:
    """A quantile of the beta; its error is what a standard error of either moment moves it by, both apart."""
    from scipy.special import betaincinv

    def at(dm: float, dv: float) -> float:
        return float(betaincinv(*shape(probability.value + dm, variance.value + dv), level))

    dm, dv = probability.standard_error, variance.standard_error
    value, error = at(0.0, 0.0), 0.5 * math.hypot(at(dm, 0.0) - at(-dm, 0.0), at(0.0, dv) - at(0.0, -dv))
    half = NORMAL_95 * error
    return Estimate(value, error, variance.n, (max(value - half, 0.0), min(value + half, 1.0)))


def kept(run: Run) -> dict[str, Moments]:
    """What was measured beside a run, by outcome; empty where nothing was, or another version kept it.

    Raises
    ------
    StorageError : the record is damaged, or another run's.
    """
    record = run.parameter_band
    try:
        return {} if record is None else {name: restored(raw) for name, raw in record["found"].items()}
    except (KeyError, TypeError):
        return {}


def plain(found: Moments) -> dict[str, Any]:
    """Plain data, as stored; what is not defined is null, which JSON has."""
    return {
        name: {key: number(getattr(each, key)) for key in ("value", "standard_error", "n")}
        for name, each in (("variance", found.variance), ("misfit", found.misfit))
    }


def number(value: float) -> float | None:
    """A number that JSON can hold."""
    return value if math.isfinite(value) else None


def restored(raw: Mapping[str, Any]) -> Moments:
    """What `plain` was made of."""

    def estimate(part: Mapping[str, Any]) -> Estimate:
        value, error = (math.nan if part[key] is None else part[key] for key in ("value", "standard_error"))
        return Estimate(value, error, part["n"])

    return Moments(estimate(raw["variance"]), estimate(raw["misfit"]))


def bands(run: Run, outcomes: Mapping[str, Array]) -> dict[str, ParameterBand]:
    """Band of every event that was measured beside a run, among those that are asked for.

    Parameters
    ----------
    outcomes : of the run, name → (path,).
    """
    found = kept(run)
    asked = (name for name in outcomes if name in found)
    return {name: band(statistics.probability(outcomes[name]), found[name]) for name in asked}

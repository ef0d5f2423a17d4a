"""Estimates under a posterior; each error knows that the weights were found on the same paths."""

from __future__ import annotations

from dataclasses import replace
from math import isfinite, nan, sqrt

import numpy as np
from numpy.typing import NDArray

from risk.analysis import statistics
from risk.analysis.estimate import FEWEST, NORMAL_95, Estimate
from risk.analysis.views.moments import Array
from risk.analysis.views.pooling import Posterior

Flags = NDArray[np.bool_]

RARE = 30
"""Effective paths on the thinner side of a probability below which its interval is Wilson's."""


FIXED = 1e-9
"""Size of an influence, in standard deviations of what it is of, below which it is rounding."""


def effective(weights: Array) -> float:
    """Number of equally weighted paths that say as much (Kish, 1965): ``1 / Σ q²``."""
    return float(1.0 / (weights * weights).sum()) if len(weights) else 0.0


def mean(values: Array, posterior: Posterior, known: Flags | None = None) -> Estimate:
    """Mean of (path,) values, of those on `known` paths where it is given.

    The error is that of the influence of single paths; of a mean over known paths that of a ratio.
    """
    if known is None or known.all():
        found, moved = float((posterior.weights * values).sum()), posterior.influence(values)
        return _estimate(found, moved, posterior.weights, float(values.std()))
    share = float(posterior.weights[known].sum())
    if share <= 0.0:
        return Estimate(nan, nan, 0)
    inside = np.where(known, values, 0.0)
    found = float((posterior.weights * inside).sum()) / share
    moved = posterior.influence(np.where(known, inside - found, 0.0)) / share
    return _estimate(found, moved, posterior.weights * known, float(values[known].std()))


def ratio(above: Array, below: Array, posterior: Posterior) -> Estimate:
    """One mean over another; NaN where that is not above zero."""
    whole = float((posterior.weights * below).sum())
    if not whole > 0.0:
        return Estimate(nan, nan, 0)
    found = float((posterior.weights * above).sum()) / whole
    apart = (above - found * below) / whole
    return _estimate(found, posterior.influence(apart), posterior.weights, float(apart.std()))


def probability(flags: Flags, posterior: Posterior, given: Flags | None = None) -> Estimate:
    """Probability of what (path,) flags say, `given` that something else is so.

    With fewer than thirty effective paths on its thinner side the ends are Wilson's of as many paths.
    """
    found = mean(flags.astype(np.float64), posterior, given)
    inside = posterior.weights if given is None else posterior.weights * given
    total = float(inside.sum())
    paths = effective(inside / total) if total > 0.0 else 0.0
    thin = min(found.value, 1.0 - found.value)
    fixed = thin > 0.0 and found.standard_error == 0.0  # by a view
    if fixed or not isfinite(thin) or thin * paths >= RARE:
        return found
    rare = statistics.proportion(round(found.value * paths), max(round(paths), 1))
    return replace(found, standard_error=rare.standard_error, limits=rare.interval)


def quantile(values: Array, level: float, posterior: Posterior) -> Estimate:
    """Quantile of (path,) values: the least value below which, or at which, `level` of the weight lies.

    Its ends are the quantiles at the ends of the interval of ``P(X ≤ q)`` (Woodruff, 1952, *JASA* 47).
    """
    order = np.argsort(values, kind="stable")
    found = _at(values, order, posterior.weights, level)
    below = statistics.mean(posterior.influence((values <= found).astype(np.float64))).standard_error
    ends = (level - NORMAL_95 * below, level + NORMAL_95 * below)
    low, high = (_at(values, order, posterior.weights, min(max(end, 0.0), 1.0)) for end in ends)
    paths = effective(posterior.weights)
    error = (high - low) / (2.0 * NORMAL_95)
    return Estimate(found, error, round(paths), (low, high), tail=int(paths * min(level, 1.0 - level)))


def _at(values: Array, order: NDArray[np.int64], weights: Array, level: float) -> float:
    sums = np.cumsum(weights[order])
    place = int(np.searchsorted(sums, level * sums[-1] * (1.0 - 1e-12)))
    return float(values[order[min(place, len(order) - 1)]])


def shortfall(losses: Array, level: float, posterior: Posterior) -> Estimate:
    """Mean loss in the worst ``1 − level`` of the weight; the influence is as of `statistics`' own."""
    order = np.argsort(losses, kind="stable")
    threshold = _at(losses, order, posterior.weights, level)
    excess = np.maximum(losses - threshold, 0.0) / (1.0 - level)
    found = mean(excess, posterior)
    tail = posterior.weights * (losses > threshold)
    share = float(tail.sum())
    paths = effective(tail / share) if share > 0.0 else 0.0
    error = found.standard_error if paths >= FEWEST else nan
    return Estimate(threshold + found.value, error, found.n, tail=int(paths))


def divergence(posterior: Posterior) -> Estimate:
    """Relative entropy of the posterior to the paths as they were, nats; 0 where nothing is believed.

    Notes
    -----
    With w the weights times the number of paths, a path's influence is that of the mean of ``log w``, less
    ``w − 1``: multipliers are where the entropy is least, so that their own error does not count.
    """
    ratio = posterior.weights * posterior.paths
    logs = np.log(np.where(ratio > 0.0, ratio, 1.0))
    found = float((posterior.weights * logs).sum())
    return _estimate(found, posterior.influence(logs) + 1.0 - ratio, posterior.weights, 1.0)


def _estimate(value: float, influence: Array, weights: Array, deviation: float) -> Estimate:
    """A value with its error; none where a view fixes it and only rounding is left."""
    size = sqrt(float((influence * influence).mean()))
    error = statistics.mean(influence).standard_error if size > FIXED * deviation else 0.0
    total = float(weights.sum())
    return Estimate(value, error, round(effective(weights / total)) if total > 0.0 else 0)

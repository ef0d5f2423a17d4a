"""Estimates from paths of unequal weight, each with an error that knows where the weights are from.

Weights of importance are given path by path: likelihoods of what was read. Weights under views are found on
the paths themselves. What tells them apart is only how a single path moves a mean, its influence: an error is
that of the mean of the influences, which holds for either.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import isfinite, nan
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from risk.analysis import statistics
from risk.analysis.estimate import FEWEST, NORMAL_95, Estimate

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]

RARE = 30
"""Effective paths on the thinner side of a probability below which its interval is Wilson's."""

FIXED = 1e-9
"""Standard error of a probability below which the weights fix it."""


class Weights(Protocol):
    """Weights of paths, and how each path moves a mean under them."""

    @property
    def weights(self) -> Array:
        """(path,), not negative; they add up to one."""

    def influence(self, values: Array) -> Array:
        """How each path moves the mean of (path,) values: its own mean is zero."""


@dataclass(frozen=True)
class Importance:
    """Weights that each path has of its own, whatever the others are: importance, normalized to one.

    Notes
    -----
    The mean is a ratio, ``Σ w x / Σ w``; a path's influence is ``n q (x − mean)`` with ``q = w / Σ w`` (Owen,
    2013, *Monte Carlo theory, methods and examples*, 9.2).
    """

    weights: Array

    @classmethod
    def equal(cls, paths: int) -> Importance:
        """Every path weighs the same."""
        return cls(np.full(paths, 1.0 / paths))

    @classmethod
    def of(cls, likelihoods: ArrayLike) -> Importance:
        """Normalize (path,) numbers, not negative, of which one at least is above zero."""
        found = np.asarray(likelihoods, dtype=np.float64)
        return cls(found / found.sum())

    @classmethod
    def of_logarithms(cls, logarithms: Array) -> Importance:
        """Normalize the exponentials of (path,) logarithms, however small they are."""
        return cls.of(np.exp(logarithms - logarithms.max()))

    def influence(self, values: Array) -> Array:
        """How each path moves the mean of (path,) values."""
        q = self.weights
        return np.asarray(len(q) * q * (values - float((q * values).sum())))


def effective(weights: Array) -> float:
    """Number of equally weighted paths that say as much (Kish, 1965, *Survey Sampling*): ``1 / Σ q²``.

    Parameters
    ----------
    weights : (path,), in any scale; 0 where none is above zero.
    """
    squares = float((weights * weights).sum())
    return float(weights.sum()) ** 2 / squares if squares > 0.0 else 0.0


def mean(values: Array, weights: Weights, known: Flags | None = None) -> Estimate:
    """Mean of (path,) values, over those paths that are `known` where these are given; NaN where none is.

    The error is that of the influence of single paths; over known paths it is that of a ratio.
    """
    q = weights.weights
    known = np.ones(len(q), dtype=bool) if known is None else known
    share = float(q[known].sum())
    if share <= 0.0:
        return Estimate(nan, nan, 0)
    found = float((q[known] * values[known]).sum()) / share
    apart = np.zeros(len(q))
    apart[known] = values[known] - found
    error = statistics.mean(weights.influence(apart) / share).standard_error
    return Estimate(found, error, round(effective(q[known])))


def probability(flags: Flags, weights: Weights, given: Flags | None = None) -> Estimate:
    """Probability of what (path,) flags say, `given` that something else is so.

    With fewer than thirty effective paths on its thinner side the ends are Wilson's of as many paths.
    """
    found = mean(flags.astype(np.float64), weights, given)
    q = weights.weights if given is None else weights.weights[given]
    paths, thin = effective(q), min(found.value, 1.0 - found.value)
    if not isfinite(thin) or thin * paths >= RARE or (thin > 0.0 and found.standard_error < FIXED):
        return found
    rare = statistics.proportion(round(found.value * paths), max(round(paths), 1))
    return replace(found, standard_error=rare.standard_error, limits=rare.interval)


def quantile(values: Array, weights: Weights, level: float) -> Estimate:
    """Quantile of (path,) values: the least value at or below which `level` of the weight lies.

    Its ends are the quantiles at the ends of the interval of ``P(X ≤ q)`` (Woodruff, 1952, *JASA* 47).
    """
    order, q = np.argsort(values, kind="stable"), weights.weights
    found = _at(values, order, q, level)
    below = statistics.mean(weights.influence((values <= found).astype(np.float64))).standard_error
    low, high = (
        _at(values, order, q, min(max(level + side * NORMAL_95 * below, 0.0), 1.0)) for side in (-1.0, 1.0)
    )
    paths = effective(q)
    error = (high - low) / (2.0 * NORMAL_95)
    return Estimate(found, error, round(paths), (low, high), tail=int(paths * min(level, 1.0 - level)))


def _at(values: Array, order: NDArray[np.int64], weights: Array, level: float) -> float:
    sums = np.cumsum(weights[order])
    place = int(np.searchsorted(sums, level * sums[-1] * (1.0 - 1e-12)))
    return float(values[order[min(place, len(order) - 1)]])


def shortfall(losses: Array, weights: Weights, level: float) -> Estimate:
    """Mean of (path,) losses in the worst ``1 − level`` of the weight; its influence is as of `statistics`.

    The error is NaN where the tail rests on fewer than five effective paths.
    """
    threshold = quantile(losses, weights, level).value
    excess = mean(np.maximum(losses - threshold, 0.0) / (1.0 - level), weights)
    paths = effective(weights.weights[losses > threshold])
    error = excess.standard_error if paths >= FEWEST else nan
    return Estimate(threshold + excess.value, error, excess.n, tail=int(paths))


def change(values: Array, before: Weights, after: Weights) -> Estimate:
    """How the mean of (path,) values changes from one set of weights to another on the same paths."""
    found = float((after.weights * values).sum()) - float((before.weights * values).sum())
    error = statistics.mean(after.influence(values) - before.influence(values)).standard_error
    return Estimate(found, error, round(effective(after.weights)))


def shortfall_change(losses: Array, before: Weights, after: Weights, level: float) -> Estimate:
    """How the shortfall of (path,) losses changes from one set of weights to another on the same paths."""
    found, moved = 0.0, np.zeros(len(losses))
    for weights, sign in ((before, -1.0), (after, 1.0)):
        told = shortfall(losses, weights, level)
        excess = np.maximum(losses - quantile(losses, weights, level).value, 0.0) / (1.0 - level)
        moved = moved + sign * weights.influence(excess)
        found += sign * told.value
    paths = effective(after.weights[losses > quantile(losses, after, level).value])
    error = statistics.mean(moved).standard_error if paths >= FEWEST else nan
    return Estimate(found, error, round(effective(after.weights)), tail=int(paths))

"""The most likely way: of the paths that meet a condition the one nearest to the middle of everything.

Distance is Mahalanobis', in the scores of the coordinates that count (`risk.analysis.reverse.coordinates`):
√(zᵀ R⁻¹ z), R the scores' correlation over all paths. The density of what was drawn falls with it, so that
the nearest path is the likeliest on which the condition was seen to be met: the design point of the
first-order reliability method (Hasofer and Lind, 1974), found among paths that occurred. Over all coordinates
the distance would be decided by those that do not matter, which are most.

Which path is nearest is the luck of the draw in all that is not the way itself. What the paths nearest to the
middle have in common is not: their means stand beside, with errors.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from risk.analysis import statistics
from risk.analysis.reverse.coordinates import Moved, Told
from risk.analysis.statistics import Estimate
from risk.shocks.dependence import cholesky

Array = NDArray[np.float64]
Singles = NDArray[np.float32]
Flags = NDArray[np.bool_]
Ids = NDArray[np.int64]

NEAR = 0.02
"""Share of the paths that meet the condition which count as nearest to the middle."""

FEWEST_NEAR = 25
"""Of them at least so many."""

SHOWN = 3
"""Paths named: the nearest, and those that come next."""


@dataclass(frozen=True)
class Step:
    """A coordinate along the way.

    Attributes
    ----------
    value : of the nearest path, in the coordinate's unit; score : the same as a score.
    near : mean score of the paths nearest to the middle.
    """

    moved: Moved
    value: float
    score: float
    near: Estimate


@dataclass(frozen=True)
class Nearest:
    """The most likely way to a condition.

    Attributes
    ----------
    paths : ids, the nearest first; distances : theirs, in standard deviations.
    typical, everywhere : median distance of the paths that meet the condition, and of all.
    near : paths that count as nearest to the middle.
    steps : the coordinates that count, where the nearest paths lie furthest from the middle first.
    """

    paths: tuple[int, ...]
    distances: tuple[float, ...]
    typical: Estimate
    everywhere: Estimate
    near: int
    steps: tuple[Step, ...]


def nearest(told: Told, flags: Flags, share: float = NEAR) -> Nearest:
    """The most likely way to a condition that these (path,) flags say is met.

    Parameters
    ----------
    share : of them that counts as nearest.
    """
    apart = distances(told.scores)
    ids = np.flatnonzero(flags)
    ids = ids[np.argsort(apart[ids], kind="stable")]
    near = max(round(share * len(ids)), FEWEST_NEAR)
    steps = [_step(moved, score, ids, near) for moved, score in zip(told.moved, told.scores, strict=True)]
    return Nearest(
        tuple(ids[:SHOWN].tolist()),
        tuple(apart[ids[:SHOWN]].tolist()),
        statistics.quantile(apart[ids], 0.5),
        statistics.quantile(apart, 0.5),
        near,
        tuple(sorted(steps, key=lambda step: -abs(step.near.value))),
    )


def distances(scores: Singles) -> Array:
    """Mahalanobis distance of every path from the middle, (path,), of (coordinate, path) scores."""
    if not len(scores):
        return np.zeros(scores.shape[1])
    wide = scores.astype(np.float64)
    # Sums in a fixed order: the bits of BLAS depend on the number of threads.
    spread = np.array([[(one * other).mean() for other in wide] for one in wide])
    scale = np.sqrt(np.diag(spread))
    lower = cholesky(spread / np.outer(scale, scale))
    square = np.zeros(wide.shape[1])
    free: list[Array] = []
    for i, row in enumerate(wide):
        rest = row / scale[i]
        for weight, before in zip(lower[i, :i], free, strict=True):
            if weight:
                rest = rest - weight * before
        free.append(rest / lower[i, i] if lower[i, i] > 0.0 else np.zeros_like(rest))
        square += free[-1] ** 2
    return np.asarray(np.sqrt(square))


def _step(moved: Moved, scores: Singles, ids: Ids, near: int) -> Step:
    """A coordinate along the way; `ids` of the paths that meet the condition, the nearest first."""
    first = int(ids[0])
    return Step(
        moved,
        float(moved.coordinate.values[first]),
        float(scores[first]),
        _mean_of_first(scores[ids].astype(np.float64), near, len(scores)),
    )


def _mean_of_first(values: Array, count: int, paths: int) -> Estimate:
    """Mean of the first `count` of values that stand in the order of something else.

    Notes
    -----
    A path that joins the first pushes another out at their edge, so that x counts from the mean there:
    1{first} (x − edge) / share is the influence, as of a shortfall. Scores are by ranks among `paths`, so
    that the score of any one value is itself known to √(u (1 − u) / n) / φ(z) only. It comes on top: all of
    it counts where a condition is a threshold in the coordinate, else less, so that the error is too large
    if anything.
    """
    from scipy.special import ndtr

    first = np.arange(len(values)) < count
    edge = values[int(0.75 * count) : int(1.25 * count) + 1].mean()
    influence = first * (values - edge) * (len(values) / count)
    mean = float(values[:count].mean())
    below, density = float(ndtr(mean)), math.exp(-0.5 * mean * mean) / math.sqrt(2.0 * math.pi)
    by_rank = math.sqrt(below * (1.0 - below) / paths) / density
    return Estimate(mean, math.hypot(statistics.mean(influence).standard_error, by_rank), count)

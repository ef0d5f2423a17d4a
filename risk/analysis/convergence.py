"""Whether an estimate has settled, and whether its error shrinks as one over the square root of the paths.

An estimator is any function from (path,) values to an `Estimate`, e.g. ``mean`` or
``partial(expected_shortfall, level=0.975)``.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from risk.analysis.statistics import Estimate, mean
from risk.shocks.stream import BLOCK

Array = NDArray[np.float64]
Estimator = Callable[[Array], Estimate]


@dataclass(frozen=True)
class Running:
    """An estimate as paths accumulate; shape (point,).

    Attributes
    ----------
    paths
        Paths used: whole random blocks, then all.
    value, standard_error
        Of the estimate from the first `paths` paths, in its unit.
    """

    paths: NDArray[np.int64]
    value: Array
    standard_error: Array


def running(values: Array, estimator: Estimator = mean, points: int = 20) -> Running:
    """Estimate from the first blocks of (path,) values, at up to `points` evenly spaced log sizes."""
    blocks = math.ceil(len(values) / BLOCK)
    sizes = np.unique(np.geomspace(1, blocks, points).round().astype(np.int64)) * BLOCK
    sizes = np.unique(np.minimum(sizes, len(values)))
    found = [estimator(values[:size]) for size in sizes]
    return Running(
        sizes,
        np.array([estimate.value for estimate in found]),
        np.array([estimate.standard_error for estimate in found]),
    )


def paths_for(estimate: Estimate, standard_error: float) -> float:
    """Paths on which an estimate would have a standard error, which falls with the root of their number."""
    return estimate.n * (estimate.standard_error / standard_error) ** 2


def replicates(estimates: Sequence[float], paths: int) -> Estimate:
    """Mean and standard error of independent replicates of an estimate (seeds, or disjoint groups of blocks).

    Needs no assumption about the estimator or about how paths depend on one another within a replicate; take
    20 or more. `paths` is their number in all.
    """
    average = mean(estimates)
    return Estimate(average.value, average.standard_error, paths)


def batches(values: Array, estimator: Estimator = mean, number: int = 20) -> Estimate:
    """Estimate and error from `number` equal disjoint groups of (path,) values; the remainder is left out."""
    size = len(values) // number
    groups = values[: size * number].reshape(number, size)
    return replicates([estimator(group).value for group in groups], size * number)


@dataclass(frozen=True)
class Scaling:
    """How the spread of an estimate falls with the number of paths.

    Attributes
    ----------
    paths
        Size of a batch, shape (size,).
    spread
        Standard deviation of the estimate over batches of that size, shape (size,).
    exponent
        Slope of log spread on log paths; −½ for an estimator with a central limit theorem.
    """

    paths: NDArray[np.int64]
    spread: Array
    exponent: Estimate

    @property
    def root_n(self) -> bool:
        """Whether the exponent lies within four standard errors of −½."""
        return abs(self.exponent.value + 0.5) <= 4.0 * self.exponent.standard_error


def scaling(values: Array, estimator: Estimator = mean, smallest: int = 64, fewest: int = 16) -> Scaling:
    """Spread of an estimate over batches of growing size, each size with paths of its own.

    Parameters
    ----------
    values
        Shape (path,), at least ``4 · smallest · fewest`` of them: two sizes.
    estimator
        Estimate in question. For tails take `smallest` large enough that a batch has a tail.
    smallest
        Paths in the smallest batch; sizes double from there.
    fewest
        Batches of the largest size.

    Notes
    -----
    The log of a standard deviation over b batches has mean ``−1 / (2 (b − 1))`` from the truth and variance
    ``1 / (2 (b − 1))`` for normal estimates; the slope is fitted with that correction and those weights.
    Sizes that shared their paths would have dependent errors, and the stated one would be too small.
    """
    sizes = _sizes(len(values), smallest, fewest)
    sections = values[: len(values) // len(sizes) * len(sizes)].reshape(len(sizes), -1)
    spread = np.array(
        [_spread(section, estimator, int(size)) for section, size in zip(sections, sizes, strict=True)]
    )
    freedom = sections.shape[1] // sizes - 1
    slope, covariance = np.polyfit(
        np.log(sizes), np.log(spread) + 0.5 / freedom, 1, w=np.sqrt(2.0 * freedom), cov="unscaled"
    )
    exponent = Estimate(float(slope[0]), float(np.sqrt(covariance[0, 0])), len(values))
    return Scaling(sizes, spread, exponent)


def _sizes(paths: int, smallest: int, fewest: int) -> NDArray[np.int64]:
    """Doubling sizes, as many as leave `fewest` batches of the largest in its section of the paths."""
    number = 1
    while smallest * 2**number * fewest * (number + 1) <= paths:
        number += 1
    return smallest * 2 ** np.arange(number, dtype=np.int64)


def _spread(values: Array, estimator: Estimator, size: int) -> float:
    groups = values[: len(values) // size * size].reshape(-1, size)
    return float(np.std([estimator(group).value for group in groups], ddof=1))

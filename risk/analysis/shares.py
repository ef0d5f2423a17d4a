"""How much of a result's variance each uncertain assumption explains by itself, from the paths at hand.

The first-order share of an assumption is the variance of the result's conditional mean over the variance of
the result. Given-data estimate: sort the paths by the assumption, cut them into ten equal bins, and compare
the spread of the ten means with the spread of all paths. Chance alone spreads the means, so that the raw
ratio is too large by about nine over the number of paths; the adjusted ratio is free of that and may come
out slightly below zero.

=======  ======================================================================
symbol   meaning
=======  ======================================================================
n, K     paths; bins
B        sum of squares between bins: Σ_k n_k (mean_k − mean)²
T        total sum of squares
share    1 − (1 − B/T) (n − 1)/(n − K)
=======  ======================================================================

Notes
-----
The standard error is the delete-one jackknife's, the edges of the bins held. Where the share is zero the
jackknife overstates its error. Priors are drawn independently of one another, but for the components of one
vector of shares; so the shares of different entries add up to what all of them explain one by one. The rest
of the variance belongs to what happens (shocks) and to combinations of assumptions.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from risk.analysis import statistics
from risk.analysis.attribution import Driver, Ranks
from risk.analysis.contrasts import NOISE
from risk.analysis.statistics import Estimate

Array = NDArray[np.float64]

BINS = 10
FEWEST = 5
"""Paths that a bin holds at least; of fewer than two bins there is no share."""


@dataclass(frozen=True)
class Shares:
    """First-order shares by assumption, and their sum with the error of the sum."""

    single: Mapping[str, Estimate]
    total: Estimate


@dataclass(frozen=True)
class Explained:
    """An uncertain assumption, what it explains by itself, and the ranks by that which noise leaves open."""

    driver: Driver
    share: Estimate
    place: str


def explained(drivers: Sequence[Driver], found: Shares) -> tuple[Explained, ...]:
    """What each driver explains of the same result."""
    single = [found.single[driver.id] for driver in drivers]
    return tuple(map(Explained, drivers, single, open_places(single)))


def shares(places: Mapping[str, Ranks], values: Array) -> Shares:
    """First-order shares in the variance of (path,) values, of what has these (path,) ranks from 0."""
    single, total, pseudo = {}, 0.0, np.zeros(len(values))
    result = _Result.of(values)
    for identifier, place in places.items():
        share, own = _first_order(place, result)
        single[identifier] = Estimate(share, _error(own), len(values))
        total += share
        pseudo += own
    return Shares(single, Estimate(total, _error(pseudo), len(values)))


@dataclass(frozen=True)
class _Result:
    """What the shares of all assumptions in one result have in common.

    Attributes
    ----------
    centred : the values less their mean, (path,).
    square, total : sums of their squares, and of themselves: zero but for rounding.
    """

    centred: Array
    square: float
    total: float

    @classmethod
    def of(cls, values: Array) -> _Result:
        """Of (path,) values."""
        centred = values - values.mean()
        # No product of BLAS: its bits depend on the number of threads.
        return cls(centred, float((centred * centred).sum()), float(centred.sum()))


def first_order(place: Ranks, values: Array, bins: int = BINS) -> tuple[float, Array]:
    """Share of one assumption, and the jackknife's pseudo-values whose spread is its error, (path,).

    NaN where the paths do not fill two bins: one bin has no other to differ from.
    """
    return _first_order(place, _Result.of(values), bins)


def _first_order(place: Ranks, result: _Result, bins: int = BINS) -> tuple[float, Array]:
    y, square, total = result.centred, result.square, result.total
    n = len(y)
    bins = min(bins, n // FEWEST)
    if bins < 2:
        return math.nan, np.full(n, np.nan)
    if square <= 0.0:
        return 0.0, np.zeros(n)
    inside = place * bins // n
    counts, sums = np.bincount(inside), np.bincount(inside, y)
    levels = float((sums**2 / counts).sum())
    share = _adjusted(levels - total**2 / n, square - total**2 / n, n, bins)
    # The same without path j: only its own bin and the totals move.
    c, s, rest = counts[inside], sums[inside], (total - y) ** 2 / (n - 1)
    between = levels - s**2 / c + (s - y) ** 2 / (c - 1) - rest
    left_out = _adjusted(between, square - y**2 - rest, n - 1, bins)
    pseudo: Array = n * share - (n - 1) * left_out
    return float(share), pseudo


def open_places(found: Sequence[Estimate]) -> list[str]:
    """Ranks that each estimate may have: those not clearly larger may stand behind it, and so on."""
    values = np.array([e.value for e in found])
    errors = np.array([e.standard_error for e in found])
    gaps = values[:, None] - values[None, :]
    apart = NOISE * np.hypot(errors[:, None], errors[None, :])
    best = 1 + (gaps < -apart).sum(axis=1)
    last = len(found) - (gaps > apart).sum(axis=1)
    return [f"{a}" if a == b else f"{a} to {b}" for a, b in zip(best.tolist(), last.tolist(), strict=True)]


def _adjusted(between: Any, total: Any, n: int, bins: int) -> Any:
    return 1.0 - (1.0 - between / total) * ((n - 1) / (n - bins))


def _error(pseudo: Array) -> float:
    return statistics.standard_deviation(pseudo) / float(np.sqrt(len(pseudo)))

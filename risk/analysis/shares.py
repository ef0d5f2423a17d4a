"""How much of a result's variance each uncertain assumption explains by itself, from the paths at hand.

The first-order share of an assumption is the variance of the result's conditional mean over the variance of
the result. Given-data estimate: the mean of the result is fitted by a cubic spline in the assumption's place
among the paths, read as a standard normal, so that a bend in a tail is followed as well as one in the middle;
what is left over is the rest. Chance alone lets a curve fit something: every residual is made larger by what
its own path pulled the curve towards it, so that the share of what explains nothing is zero on average and
may come out slightly below.

=======  ===========================================================================
symbol   meaning
=======  ===========================================================================
n, K     paths; curves that the spline is made of, beside the constant
e, h     residual of a path; its leverage on the curve
y, σ²    result less its mean; its variance
share    1 − Σ e² / (1 − h) / Σ y²
=======  ===========================================================================

Notes
-----
Influence of a path on the share: ``((1 − share) y² − e² / (1 − h)) / σ²``, for the curve is the best one and
does not move to first order. Where a share is near zero its first order vanishes too; what is left is the
error of K squared coefficients, ``√(2 K) (1 − share) / n``, of which the influences of a curve that is noise
tell twice the square: once is taken away. Priors are drawn
independently of one another, but for the components of one vector of shares; so the shares of different
entries add up to what all of them explain one by one. The rest of the variance belongs to what happens
(shocks) and to combinations of assumptions.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from risk.analysis import statistics
from risk.analysis.attribution import Driver, Ranks
from risk.analysis.contrasts import NOISE
from risk.analysis.statistics import Estimate

Array = NDArray[np.float64]

DIGITS = 9
"""Of a share and its error: no kernel of a library moves them."""

CURVES = 12
"""Curves of a spline: enough for two periods of a sine."""

FEWEST = 10
"""Paths for each curve at least; of fewer than thirty there is no share."""

CUBIC = 3
"""Degree of a spline, and the fewest curves that one has."""


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
    single, total, moved = {}, 0.0, np.zeros(len(values))
    for identifier, place in places.items():
        share, influence = first_order(place, values)
        single[identifier] = estimate(share, influence)
        total += share
        moved += influence
    return Shares(single, estimate(total, moved, len(places)))


def estimate(share: float, influence: Array, terms: int = 1) -> Estimate:
    """A share with its error, or a sum of so many shares."""
    n = len(influence)
    if not influence.any():
        return Estimate(share, 0.0, n)
    told = statistics.mean(influence).standard_error
    error = float(sharpened(told, terms * curves(n), 1.0 - min(share, 1.0), n))
    return Estimate(round(share, DIGITS), round(error, DIGITS), n)


def sharpened(told: Any, terms: Any, rest: float, n: int) -> Any:
    """The error of a share by its influences, without what their own noise adds to it; see the module.

    Parameters
    ----------
    told : errors as the influences have them; `terms` : curves of each.
    rest : share of the variance that is left over.
    """
    chance = 2.0 * np.asarray(terms) * rest**2 / n**2
    return np.sqrt(np.maximum(np.square(told) - chance, chance))


def first_order(place: Ranks, values: Array) -> tuple[float, Array]:
    """Share of one assumption, and how each path moves it, (path,).

    NaN where the paths are too few for a curve.
    """
    n = len(values)
    if curves(n) < CUBIC:
        return math.nan, np.full(n, np.nan)
    ordered = np.empty(n)
    ordered[place] = values - values.mean()
    share, influence = explains(spline(n), ordered)
    return share, influence[place]


def explains(basis: Array, centered: Array) -> tuple[float, Array]:
    """Share of the variance of centered (path,) values that orthonormal curves explain, and its influence.

    Parameters
    ----------
    basis : (path, curve) orthonormal, and orthogonal to the constant.
    """
    n = len(centered)
    variance = float((centered * centered).sum()) / n
    if variance <= 0.0:
        return 0.0, np.zeros(n)
    # No product of BLAS: its bits depend on the number of threads.
    fitted = np.einsum("nk,k->n", basis, np.einsum("nk,n->k", basis, centered))
    leverage = np.einsum("nk,nk->n", basis, basis) + 1.0 / n
    rest = (centered - fitted) ** 2 / np.maximum(1.0 - leverage, 1.0 / n) / variance
    whole = centered**2 / variance * (n / (n - 1.0))
    left = float(rest.sum()) / float(whole.sum())
    return 1.0 - left, (left * whole - rest) / float(whole.mean())


def curves(n: int) -> int:
    """Curves of a spline over so many paths."""
    return min(CURVES, n // FEWEST)


@lru_cache(maxsize=4)
def spline(n: int) -> Array:
    """Orthonormal curves over the places of n paths, (place, curve), each orthogonal to the constant."""
    from scipy.interpolate import BSpline
    from scipy.special import ndtri

    pieces = curves(n) - CUBIC + 1
    x = ndtri((np.arange(n) + 0.5) / n)
    knots = ndtri(np.arange(1, pieces) / pieces)
    ends = [np.repeat(end, CUBIC + 1) for end in (x[0], x[-1])]
    raw = BSpline.design_matrix(x, np.concatenate([ends[0], knots, ends[1]]), CUBIC).toarray()
    found, _ = np.linalg.qr(np.column_stack([np.ones(n), raw[:, 1:]]))
    found.flags.writeable = False
    return np.asarray(found[:, 1:])


def open_places(found: Sequence[Estimate]) -> list[str]:
    """Ranks that each estimate may have: those not clearly larger may stand behind it, and so on."""
    values = np.array([e.value for e in found])
    errors = np.array([e.standard_error for e in found])
    gaps = values[:, None] - values[None, :]
    apart = NOISE * np.hypot(errors[:, None], errors[None, :])
    best = 1 + (gaps < -apart).sum(axis=1)
    last = len(found) - (gaps > apart).sum(axis=1)
    return [f"{a}" if a == b else f"{a} to {b}" for a, b in zip(best.tolist(), last.tolist(), strict=True)]

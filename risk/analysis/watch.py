"""What a tripwire tells of an event: how often it is crossed, what is likely then, how early, how much.

==========  ======  =======================================================================
symbol      unit    meaning
==========  ======  =======================================================================
C, B        1       on a path: the tripwire is crossed by its date; the event comes
E|ΔP|       1       expected change of P(B) once one knows C: ``2 |cov(B, C)|``
I(B; C)     bit     mutual information: how much of the question whether B comes C answers
==========  ======  =======================================================================

``E|ΔP| = P(C) |P(B|C) − P(B)| + P(¬C) |P(B|¬C) − P(B)|``, and both terms are the size of the covariance. No
question can tell more than the entropy of P(B), at most one bit.

Notes
-----
A covariance near zero changes its sign by chance, so that the interval of its size begins at zero. Found on
the same paths, information is never negative and too large by ``1 / (2 n ln 2)`` where nothing is told
(Miller, 1955), which is taken off; its root is about normal either way, and gives the interval.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log, sqrt

import numpy as np
from numpy.typing import NDArray

from risk.analysis import statistics, weighted
from risk.analysis.estimate import FEWEST, NORMAL_95, Estimate
from risk.analysis.weighted import Weights

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Lead:
    """Quarters from the crossing to the event: quartiles over paths on which it is crossed before."""

    early: int
    median: int
    late: int


@dataclass(frozen=True)
class Told:
    """What a tripwire tells of an event.

    Attributes
    ----------
    crossed : P(C), by its date.
    given, rest : P(B | C) and P(B | not C).
    change : E|ΔP|; `information` in bits.
    warned : P(C before B comes | B); None where the event has no date.
    lead : None where nothing is crossed before the event, or this has no date.
    """

    crossed: Estimate
    given: Estimate
    rest: Estimate
    change: Estimate
    information: Estimate
    warned: Estimate | None
    lead: Lead | None

    @property
    def warns(self) -> bool:
        """Whether the event is more likely once it is crossed."""
        return self.given.value > self.rest.value


def crossing(values: Array, level: float, above: bool) -> Array:
    """First quarter in which a series passes a level, (path,); NaN where it does not.

    Parameters
    ----------
    values : (quarter, path), the first row quarter 1; NaN passes nothing.
    """
    passed = values > level if above else values < level
    first = passed.argmax(axis=0) + 1.0
    return np.where(passed.any(axis=0), first, np.nan)


def told(crossed: Array, event: Flags, dated: Array | None, weights: Weights) -> Told:
    """What a tripwire tells of an event.

    Parameters
    ----------
    crossed : (path,) quarter of the crossing, NaN where it never comes.
    event : (path,) whether the event comes; `dated` in which quarter, None where it has no date.
    """
    flags = np.isfinite(crossed)
    early = None if dated is None else flags & event & (crossed < np.nan_to_num(dated, nan=np.inf))
    timed = early is not None and dated is not None and bool(early.any())
    return Told(
        crossed=weighted.probability(flags, weights),
        given=weighted.probability(event, weights, flags),
        rest=weighted.probability(event, weights, ~flags),
        change=expected_change(flags, event, weights),
        information=information(flags, event, weights),
        warned=None if early is None else weighted.probability(early, weights, event),
        lead=_lead((dated - crossed)[early], weights.weights[early]) if timed else None,  # type: ignore[operator]
    )


def expected_change(flags: Flags, event: Flags, weights: Weights) -> Estimate:
    """E|ΔP|: twice the size of the covariance; NaN as error where fewer than five paths tell it."""
    q = weights.weights
    apart = (flags - float(q[flags].sum())) * (event - float(q[event].sum()))
    covariance = float((q * apart).sum())
    error = 2.0 * statistics.mean(weights.influence(apart)).standard_error
    value, n = 2.0 * abs(covariance), round(weighted.effective(q))
    if min(np.count_nonzero(flags), np.count_nonzero(~flags)) < FEWEST:
        return Estimate(value, np.nan, n)
    low, high = value - NORMAL_95 * error, value + NORMAL_95 * error
    return Estimate(value, error, n, (low, high) if low > 0.0 else (0.0, high))


def information(flags: Flags, event: Flags, weights: Weights) -> Estimate:
    """Mutual information in bits; its error as that of `expected_change`."""
    q = weights.weights
    n, gain, value = weighted.effective(q), np.zeros(len(q)), 0.0
    for one in (flags, ~flags):
        for other in (event, ~event):
            both = one & other
            joint, apart = float(q[both].sum()), float(q[one].sum()) * float(q[other].sum())
            if joint > 0.0:
                gain[both] = log(joint / apart) / log(2.0)
                value += joint * gain[both][0]
    bias = 1.0 / (2.0 * n * log(2.0))
    found = max(value - bias, 0.0)
    if min(np.count_nonzero(flags), np.count_nonzero(~flags)) < FEWEST:
        return Estimate(found, np.nan, round(n))
    root, none = sqrt(max(value, 0.0)), sqrt(bias)
    moved = statistics.mean(weights.influence(gain)).standard_error
    error = max(moved / (2.0 * root), none) if root > 0.0 else none
    low, high = max(root - NORMAL_95 * error, 0.0) ** 2, (root + NORMAL_95 * error) ** 2
    return Estimate(found, (high - low) / (2.0 * NORMAL_95), round(n), (low, high))


def _lead(quarters: Array, weights: Array) -> Lead:
    """Weighted quartiles of a number of quarters; at least one path."""
    order = np.argsort(quarters, kind="stable")
    sums = np.cumsum(weights[order])
    places = np.searchsorted(sums, np.array((0.25, 0.5, 0.75)) * sums[-1] * (1.0 - 1e-12))
    return Lead(*(int(quarters[order[place]]) for place in places))

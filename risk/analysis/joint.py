"""What happens together where losses are worst: lifts of events, their combinations, medians."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from risk.analysis import statistics
from risk.analysis.statistics import NORMAL_95, Estimate

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Lift:
    """An event in the worst paths and everywhere.

    Attributes
    ----------
    lift : probability in the tail over probability on all paths; NaN where the event never comes.
    """

    tail: Estimate
    everywhere: Estimate
    lift: Estimate

    @property
    def never(self) -> bool:
        """Whether the event comes on no path, so that there is no lift."""
        return self.everywhere.value == 0.0


@dataclass(frozen=True)
class Combination:
    """A set of events that all come while the others stay away.

    Attributes
    ----------
    names : the events that come; empty where none does.
    count : worst paths that show exactly this set.
    tail, everywhere : its probability in the tail and on all paths.
    loss : mean loss over the worst paths that show it, in the unit of the losses.
    """

    names: tuple[str, ...]
    count: int
    tail: Estimate
    everywhere: Estimate
    loss: Estimate


@dataclass(frozen=True)
class Middle:
    """Median of a quantity in the tail and everywhere, in the quantity's unit.

    Attributes
    ----------
    place : share of all paths that lie below the tail's median; 0.5 = the tail is like the rest.
    """

    tail: Estimate
    everywhere: Estimate
    place: Estimate


def lift(flags: Array, inside: Flags, edge: Flags) -> Lift:
    """Lift of an event, (path,) of 1 and 0, in the paths `inside` the tail.

    Parameters
    ----------
    edge : the paths about where the tail begins.

    Notes
    -----
    The tail is a part of all paths, so numerator and denominator share them: the error is that of the ratio's
    influence, (1{tail} (x − p_edge) / share − lift (x − p)) / p. A path that joins the tail pushes another
    out at its edge, so that x counts from the event's share there. Of an event that is rare in the tail, or
    rarely stays away, the interval leans as Wilson's of its probability there does; what else the influence
    tells, of the edge and of the probability everywhere, is added to both arms.
    """
    tail, everywhere = statistics.probability(flags[inside]), statistics.probability(flags)
    n = len(flags)
    if everywhere.value <= 0.0 or not inside.any():
        return Lift(tail, everywhere, Estimate(np.nan, np.nan, n))
    ratio = tail.value / everywhere.value
    own = inside * (flags - flags[edge].mean()) / inside.mean()
    influence = (own - ratio * (flags - everywhere.value)) / everywhere.value
    error = statistics.mean(influence).standard_error
    if tail.limits is None or everywhere.value >= 1.0:
        return Lift(tail, everywhere, Estimate(ratio, error, n))
    share = tail.value
    own_error = np.sqrt(share * (1.0 - share) / tail.n) / everywhere.value
    besides = statistics.NORMAL_95 * np.sqrt(max(error**2 - own_error**2, 0.0))
    low, high = (end / everywhere.value - ratio for end in tail.limits)
    low, high = max(ratio - float(np.hypot(low, besides)), 0.0), ratio + float(np.hypot(high, besides))
    error = (high - low) / (2.0 * statistics.NORMAL_95)
    return Lift(tail, everywhere, Estimate(ratio, error, n, (low, high)))


def combinations(flags: Mapping[str, Array], inside: Flags, loss: Array) -> tuple[Combination, ...]:
    """Every set of events seen in the tail, the most frequent first."""
    names = list(flags)
    code = np.zeros(len(loss), dtype=np.int64)
    for i, name in enumerate(names):
        code |= (flags[name] > 0.0).astype(np.int64) << i
    codes, counts = np.unique(code[inside], return_counts=True)
    found = []
    for value, count in sorted(
        zip(codes.tolist(), counts.tolist(), strict=True), key=lambda c: (-c[1], c[0])
    ):
        same = code == value
        found.append(
            Combination(
                tuple(name for i, name in enumerate(names) if value >> i & 1),
                count,
                statistics.probability(same[inside]),
                statistics.probability(same),
                statistics.mean(loss[same & inside]),
            )
        )
    return tuple(found)


def middle(values: Array, inside: Flags) -> Middle:
    """Median of (path,) values in the tail and everywhere; paths without a value left out.

    Notes
    -----
    The error of the place is the tail median's own interval, read as shares of all paths below its ends.
    """
    known = np.isfinite(values)
    tail = statistics.quantile(values[inside & known], 0.5)
    every = statistics.ordered(values[known])
    everywhere = statistics.quantile(every, 0.5)
    below = statistics.share_below(every, (tail.value, *tail.interval))
    error = (below[2] - below[1]) / (2.0 * NORMAL_95)
    return Middle(tail, everywhere, Estimate(float(below[0]), float(error), tail.n))

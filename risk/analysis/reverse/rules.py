"""Rules in plain words: boxes of what is drawn in which a condition is met more often than elsewhere.

The patient rule induction method of Friedman and Fisher (1999), *Statistics and Computing* 9: from the box of
all paths peel, again and again, the twentieth at one end of one coordinate whose loss leaves the condition
most frequent in the rest. A box is told where its coverage comes down to three quarters, a half and a
quarter. A bound that chance could have drawn is taken off again, the weakest first.

=========  =========================================================================================
figure     meaning
=========  =========================================================================================
coverage   share of the paths that meet the condition which lie in the box
density    share of the paths in the box that meet the condition
=========  =========================================================================================

Boxes are found on one half of the paths, both figures are counted on the other.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from risk.analysis import statistics
from risk.analysis.reverse.coordinates import Coordinate, Told
from risk.analysis.reverse.halves import learning
from risk.analysis.statistics import Estimate

Array = NDArray[np.float64]
Singles = NDArray[np.float32]
Flags = NDArray[np.bool_]

PEEL = 0.05
"""Share of a box that is peeled at a time: patient."""

SMALLEST = 25
"""Paths of the learning half that a box holds at least."""

COVERAGES = (0.75, 0.5, 0.25)
"""Coverage down to which boxes are told."""

NOISE = 2.0
"""Standard errors of the density of a box by which a bound must raise it to stay."""


@dataclass(frozen=True)
class Bound:
    """One side of a box: the coordinate lies above `low` or below `high`, in its unit; one of them is None.

    Attributes
    ----------
    share : of all paths that the bound alone lets through.
    """

    coordinate: Coordinate
    low: float | None
    high: float | None
    share: float


@dataclass(frozen=True)
class Rule:
    """A box, and how well it tells the condition."""

    bounds: tuple[Bound, ...]
    coverage: Estimate
    density: Estimate


Limits = Mapping[tuple[int, bool], float]
"""(coordinate, whether it is a lower end) → score at which a box ends."""


@dataclass(frozen=True)
class Box:
    """A box on the learning half: its limits, its coverage and density there."""

    limits: Limits
    coverage: float
    density: float


def rules(told: Told, flags: Flags) -> tuple[Rule, ...]:
    """Rules for a condition that these (path,) flags say is met, the widest first; none where none holds."""
    learn = learning(len(flags))
    scores, met = told.scores[:, learn], flags[learn]
    boxes = tuple(peeled(scores, met)) if len(scores) else ()
    told_of: list[Limits] = []
    for wanted in COVERAGES:
        fitting = [box for box in boxes if box.coverage >= wanted]
        limits = kept(scores, met, fitting[-1].limits) if fitting else {}
        if limits and limits not in told_of:
            told_of.append(limits)
    return tuple(_rule(told, limits, flags, ~learn) for limits in told_of)


def peeled(scores: Singles, met: Flags) -> Iterator[Box]:
    """Boxes from that of all paths to the smallest, of (coordinate, path) scores."""
    inside = np.arange(len(met))
    limits: dict[tuple[int, bool], float] = {}
    yield Box({}, 1.0, float(met.mean()))
    while True:
        found = _peel(scores[:, inside], met[inside])
        if found is None:
            return
        coordinate, lower, limit = found
        row = scores[coordinate, inside]
        inside = inside[row > limit if lower else row < limit]
        if len(inside) < SMALLEST:
            return
        limits = limits | {(coordinate, lower): limit}
        hits = int(met[inside].sum())
        yield Box(limits, hits / int(met.sum()), hits / len(inside))


def _peel(scores: Singles, met: Flags) -> tuple[int, bool, float] | None:
    """The end of a coordinate that is peeled next, and where; None where no peel raises the density."""
    ends = np.quantile(scores, (PEEL, 1.0 - PEEL), axis=1, method="inverted_cdf")
    n, hits = len(met), int(met.sum())
    best: tuple[float, int, bool, float] | None = None
    for lower, limits in zip((True, False), ends, strict=True):
        keep = scores > limits[:, None] if lower else scores < limits[:, None]
        left, held = keep.sum(axis=1), (keep & met).sum(axis=1)
        with np.errstate(invalid="ignore", divide="ignore"):
            # Of what ties cut off more of, less is made: gain by path that is peeled.
            gain = (held / left - hits / n) / (n - left)
        gain[(left == 0) | (left == n)] = -np.inf
        j = int(np.argmax(gain))
        if best is None or gain[j] > best[0]:
            best = float(gain[j]), j, lower, float(limits[j])
    return best[1:] if best is not None and best[0] > 0.0 else None


def within(scores: Singles, limits: Limits) -> Flags:
    """Which paths lie in a box, (path,)."""
    inside = np.ones(scores.shape[1], dtype=bool)
    for (coordinate, lower), limit in limits.items():
        inside &= scores[coordinate] > limit if lower else scores[coordinate] < limit
    return inside


def kept(scores: Singles, met: Flags, limits: Limits) -> Limits:
    """A box without the bounds that chance could have drawn, the weakest taken off first."""
    left = dict(limits)
    while left:
        inside = within(scores, left)
        density = met[inside].mean()
        gains = {}
        for bound in left:
            wider = within(scores, {b: limit for b, limit in left.items() if b != bound})
            share = met[wider].mean()
            error = max(np.sqrt(share * (1.0 - share) / inside.sum()), 1e-12)
            gains[bound] = float((density - share) / error)
        weakest = min(gains, key=lambda bound: gains[bound])
        if gains[weakest] > NOISE:
            break
        del left[weakest]
    return left


def _rule(told: Told, limits: Limits, flags: Flags, half: Flags) -> Rule:
    inside = within(told.scores, limits)
    hits = int((inside & flags & half).sum())
    bounds = [_bound(told, place, lower, limit) for (place, lower), limit in limits.items()]
    return Rule(
        tuple(sorted(bounds, key=lambda bound: bound.share)),
        statistics.proportion(hits, int((flags & half).sum())),
        statistics.proportion(hits, int((inside & half).sum())),
    )


def _bound(told: Told, place: int, lower: bool, limit: float) -> Bound:
    """A bound in the unit of its coordinate, between the last path inside and the first one outside."""
    coordinate, scores = told.moved[place].coordinate, told.scores[place]
    inside = scores > limit if lower else scores < limit
    values, out = coordinate.values[inside], coordinate.values[~inside]
    if lower:
        edge = 0.5 * (float(values.min()) + float(out.max()))
        return Bound(coordinate, edge, None, float(inside.mean()))
    edge = 0.5 * (float(values.max()) + float(out.min()))
    return Bound(coordinate, None, edge, float(inside.mean()))

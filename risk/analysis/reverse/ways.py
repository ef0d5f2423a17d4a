"""Several ways: the paths that meet a condition in groups that took a like course.

The course of a path is where it stands among all paths in each of a dozen series, its normal score at the end
of every calendar year, averaged over the years. k-means groups the courses. The number of groups is the
largest at which a second half of the paths falls into the same groups as the first: Tibshirani and Walther's
prediction strength (2005, *JCGS* 14(3)), the share of pairs that a group of the second half keeps together
under the centers of the first, in the worst group; at least `STRONG`. One group is always allowed, so that
"there is one way" can be the answer. Groups are reproducible, not islands: their edges touch.

Centers are found on one half of the paths; shares, means and what sets a way apart are counted on the other.
The medoid of a group is its path with the smallest sum of squared distances to the others, the one nearest to
the center: a path that occurred.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from risk.analysis import statistics
from risk.analysis.reverse.coordinates import Told, normal_scores
from risk.analysis.reverse.dates import Dates
from risk.analysis.reverse.halves import FEWEST, learning
from risk.analysis.reverse.threads import each
from risk.analysis.statistics import Estimate
from risk.paths import SERIES, Variable
from risk.runs import Run

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]
Places = NDArray[np.int64]

COURSE = (
    "capex", "revenue", "lab_funding", "h100_contract", "utilization", "undeployed", "lab_coverage",
    "hy_spread", "credit_availability", "neocloud_debt", "neocloud_liquidity",
)  # fmt: skip
"""Series whose course is compared: one of a kind, none of them a loss."""

MOST = 6
"""Groups at most: more nobody tells apart."""

STRONG = 0.8
"""Prediction strength at which groups count as the same again (Tibshirani and Walther: .8 to .9)."""

SPLITS, STARTS, COMPARED = 3, 4, 4_000
"""Times the paths are split, starts of each k-means, and paths of which strength is measured."""

TOLD = 3
"""What is told of a way: so many series, and so many coordinates."""


@dataclass(frozen=True)
class Mark:
    """What sets a way apart from the others.

    Attributes
    ----------
    id : of a series or a coordinate; label : in words, empty where the id says it.
    score : mean score over the paths of the way; 0 on all paths.
    apart : the same less that of the paths of the other ways; of all others where there is one way.
    """

    id: str
    label: str
    score: Estimate
    apart: float


@dataclass(frozen=True)
class Way:
    """A group of paths that meet the condition.

    Attributes
    ----------
    share : of the paths that meet it.
    medoid : id of the path in its middle.
    course, causes : series and coordinates that set it apart, the furthest first.
    quarter : median quarter in which the condition comes true; None where it has no date.
    loss : mean headline loss, USD bn.
    """

    share: Estimate
    medoid: int
    course: tuple[Mark, ...]
    causes: tuple[Mark, ...]
    quarter: Estimate | None
    loss: Estimate


@dataclass(frozen=True)
class Ways:
    """All ways, the most frequent first.

    Attributes
    ----------
    strengths : number of groups, from two → prediction strength.
    """

    ways: tuple[Way, ...]
    strengths: tuple[tuple[int, float], ...]


def courses(run: Run, paths: int | None = None) -> Array:
    """Course of the first paths (all by default), (path, series), in the order of `COURSE`; NaN never."""
    labels = run.calendar.labels
    ends = [t for t, label in enumerate(labels) if label.endswith("Q4") and t] or [len(labels) - 1]
    run.series(COURSE[0])  # a run that remembers its columns reads all series here, and the threads find them
    return np.column_stack(each(lambda name: _course(run, name, ends, paths), COURSE))


def _course(run: Run, name: str, ends: Sequence[int], paths: int | None) -> Array:
    values = run.series(name)[:, :paths]
    return np.asarray(np.mean([normal_scores(values[t]) for t in ends], axis=0))


def ways(course: Array, told: Told, flags: Flags, when: Dates, loss: Array, seed: int) -> Ways:
    """The ways to a condition that these (path,) flags say is met.

    Parameters
    ----------
    course : (path, series) of `courses`.
    when : the condition comes true.
    loss : (path,) headline loss in USD bn.
    seed : of the starts of k-means.
    """
    learn = learning(len(flags))
    middles, strengths = centers(course[flags & learn], seed)
    found = about(Facts(course, told, flags, when, loss, ~learn), middles)
    return Ways(tuple(way for _, way in sorted(found, key=lambda one: -one[0])), strengths)


def centers(fitted: Array, seed: int) -> tuple[Array, tuple[tuple[int, float], ...]]:
    """Middles of the groups of (path, series) courses, (group, series); strengths of their numbers."""
    middle = fitted.mean(axis=0)
    rng = np.random.default_rng(seed)
    sample = fitted[:COMPARED] - middle
    most = min(MOST, len(sample) // FEWEST + 1)
    strengths = [(k, strength(sample, k, rng)) for k in range(2, most + 1)]
    number = max((k for k, found in strengths if found >= STRONG), default=1)
    return grouped(fitted - middle, number, rng) + middle, tuple(strengths)


class Groups(NamedTuple):
    """Paths that meet a condition in groups, the largest first: ids of each, and strengths."""

    paths: Sequence[Places]
    strengths: tuple[tuple[int, float], ...]


def groups_of(course: Array, flags: Flags, seed: int) -> Groups:
    """The groups in which paths that meet a condition fall; arguments as of `ways`."""
    middles, strengths = centers(course[flags & learning(len(flags))], seed)
    parts = _parts(course, flags, middles)
    return Groups(sorted(parts, key=lambda part: -len(part)), strengths)


def set_apart(course: Array, groups: Groups, place: int, flags: Flags) -> tuple[Mark, ...]:
    """Series that set a group apart, counted on the half of the paths on which it was not found."""
    half = ~learning(len(flags))
    mine, rest = (x[half[x]] for x in (groups.paths[place], _others(groups.paths, place, flags)))
    names = {v.name: v for v in SERIES}
    marks = [_mark(names[name], course[:, i], mine, rest) for i, name in enumerate(COURSE)]
    return _furthest(marks, TOLD)


def _parts(course: Array, flags: Flags, middles: Array) -> list[Places]:
    """Ids of the paths about each middle."""
    met = np.flatnonzero(flags)
    group = _nearest(course[met], middles)
    return [met[group == k] for k in range(len(middles))]


class Facts(NamedTuple):
    """What is told of every way: as of `ways`, and the half of the paths on which it is counted."""

    course: Array
    told: Told
    flags: Flags
    when: Dates
    loss: Array
    half: Flags


def about(facts: Facts, middles: Array, most: int = TOLD) -> list[tuple[int, Way]]:
    """The ways about (group, series) middles, in their order, each after its number of paths.

    Parameters
    ----------
    most : series and coordinates that are told of each.
    """
    parts = _parts(facts.course, facts.flags, middles)
    others = [_others(parts, k, facts.flags) for k in range(len(parts))]
    return [
        (len(own), _way(facts, own, rest, middle, most))
        for own, rest, middle in zip(parts, others, middles, strict=True)
    ]


def grouped(data: Array, number: int, rng: np.random.Generator) -> Array:
    """Centers of k-means, (number, column), the best of several starts."""
    if number == 1:
        return np.asarray(data.mean(axis=0, keepdims=True))
    from scipy.cluster.vq import kmeans2

    best, least = data[:number], np.inf
    for _ in range(STARTS):
        centers, group = kmeans2(data, number, iter=30, minit="++", rng=rng)
        inertia = float(((data - centers[group]) ** 2).sum())
        if inertia < least:
            best, least = np.asarray(centers), inertia
    return best


def strength(data: Array, number: int, rng: np.random.Generator) -> float:
    """Prediction strength of a number of groups: mean over splits of the paths into two halves."""
    found = []
    for _ in range(SPLITS):
        order = rng.permutation(len(data))
        one, two = data[order[::2]], data[order[1::2]]
        foreign = _nearest(two, grouped(one, number, rng))
        own = _nearest(two, grouped(two, number, rng))
        found.append(min(_together(foreign[own == k], number) for k in range(number)))
    return float(np.mean(found))


def _together(groups: Places, number: int) -> float:
    """Share of pairs of a group that other centers keep together."""
    n = len(groups)
    if n < 2:
        return 0.0
    counts = np.bincount(groups, minlength=number)
    return float((counts * (counts - 1)).sum() / (n * (n - 1)))


def _nearest(data: Array, centers: Array) -> Places:
    apart = np.stack([((data - center) ** 2).sum(axis=1) for center in centers])
    return np.asarray(apart.argmin(axis=0))


def _others(parts: Sequence[Places], own: int, flags: Flags) -> Places:
    """Paths that a way is told from: those of the other ways, or that do not meet the condition."""
    rest = [part for k, part in enumerate(parts) if k != own]
    return np.concatenate(rest) if rest else np.flatnonzero(~flags)


def _way(facts: Facts, own: Places, others: Places, center: Array, most: int) -> Way:
    """A way, of the ids of its paths and of those that it is told from."""
    medoid = int(own[((facts.course[own] - center) ** 2).sum(axis=1).argmin()])
    mine, rest = own[facts.half[own]], others[facts.half[others]]
    names = {v.name: v for v in SERIES}
    marks = [_mark(names[name], facts.course[:, i], mine, rest) for i, name in enumerate(COURSE)]
    causes = [
        _mark(Variable(m.coordinate.id, "sd", m.coordinate.label), score.astype(np.float64), mine, rest)
        for m, score in zip(facts.told.moved, facts.told.scores, strict=True)
    ]
    return Way(
        statistics.proportion(len(mine), int((facts.flags & facts.half).sum())),
        medoid,
        _furthest(marks, most),
        _furthest(causes, most),
        statistics.quantile(facts.when.quarter[mine], 0.5) if facts.when.dated else None,
        statistics.mean(facts.loss[mine]),
    )


def _mark(what: Variable, scores: Array, mine: Places, rest: Places) -> Mark:
    score = statistics.mean(scores[mine])
    return Mark(what.name, what.label, score, score.value - float(scores[rest].mean()))


def _furthest(marks: Sequence[Mark], most: int) -> tuple[Mark, ...]:
    return tuple(sorted(marks, key=lambda mark: -abs(mark.apart))[:most])

"""Scores taken together: by metric, by lead, by vintage, each with the effective number of its readings.

Readings of one run are as dependent as its paths say. Readings of two vintages share the quarters that both
forecasts run through: their correlation is that of the two metrics in a quarter, times the quarters shared
over the geometric mean of both leads, as of sums of independent quarters.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from risk.axes import ordinal
from risk.calibrate import scores
from risk.calibrate.hindcast.forecast import Score
from risk.calibrate.scores import LEVELS, Light

Array = NDArray[np.float64]

LEADS = (("1-2", 1, 2), ("3-4", 3, 4), ("5-8", 5, 8), ("9-12", 9, 12))
"""Leads taken together: name, first and last quarter."""


@dataclass(frozen=True)
class Scored:
    """The scores of one vintage's run.

    Attributes
    ----------
    correlation : rank correlation of the forecasts over paths, (reading, reading).
    """

    vintage: str
    scores: tuple[Score, ...]
    correlation: tuple[tuple[float, ...], ...]


@dataclass(frozen=True)
class Group:
    """Some scores taken together.

    Attributes
    ----------
    count, effective : readings, and how many independent ones say as much.
    inside : share in the central intervals of `LEVELS`.
    pit : mean percentile.
    crps : sum of the run's over that of each naive forecast, of several metrics the geometric mean of such
        ratios; `interval` the same of interval scores. Empty where no past is known.
    """

    name: str
    count: int
    effective: float
    inside: tuple[float, ...]
    pit: float
    crps: tuple[float, ...]
    interval: tuple[float, ...]
    light: Light

    @property
    def declared(self) -> float:
        """Share inside the declared interval."""
        return self.inside[LEVELS.index(scores.DECLARED)]


def groups(found: Sequence[Scored], key: Callable[[Scored, Score], str]) -> tuple[Group, ...]:
    """Scores by what `key` says of them; those of which it says nothing are left out."""
    places = [(i, j) for i, one in enumerate(found) for j in range(len(one.scores))]
    whole = correlation(found)
    names = [key(found[i], found[i].scores[j]) for i, j in places]
    return tuple(
        _group(name, [found[i].scores[j] for (i, j), n in zip(places, names, strict=True) if n == name],
               whole[np.ix_(*[[k for k, n in enumerate(names) if n == name]] * 2)])
        for name in dict.fromkeys(filter(None, names))
    )  # fmt: skip


def by_metric(one: Scored, score: Score) -> str:
    """The metric."""
    return score.metric


def by_vintage(one: Scored, score: Score) -> str:
    """The vintage."""
    return one.vintage


def by_lead(one: Scored, score: Score) -> str:
    """The class of leads; nothing beyond the last."""
    return next((name for name, first, last in LEADS if first <= score.lead <= last), "")


def together(one: Scored, score: Score) -> str:
    """All in one."""
    return "all"


def correlation(found: Sequence[Scored]) -> Array:
    """Correlation of all readings, those of one run as its paths say; see the module."""
    each = [(i, score) for i, one in enumerate(found) for score in one.scores]
    alike = _alike(found)
    whole = np.eye(len(each))
    start = 0
    for one in found:
        n = len(one.scores)
        if n:
            whole[start : start + n, start : start + n] = one.correlation
        start += n
    for a, (i, x) in enumerate(each):
        for b, (j, y) in enumerate(each[:a]):
            if i != j:
                shared = min(ordinal(x.quarter), ordinal(y.quarter)) - max(_base(x), _base(y))
                weight = max(shared, 0) / np.sqrt(x.lead * y.lead)
                whole[a, b] = whole[b, a] = weight * alike.get(frozenset((x.metric, y.metric)), 0.0)
    return whole


def _base(score: Score) -> int:
    return ordinal(score.quarter) - score.lead


def _alike(found: Sequence[Scored]) -> Mapping[frozenset[str], float]:
    """Mean correlation of two metrics in the same quarter of one run; of a metric with itself one."""
    seen: dict[frozenset[str], list[float]] = {}
    for one in found:
        for a, x in enumerate(one.scores):
            for b, y in enumerate(one.scores[:a]):
                if x.quarter == y.quarter and x.metric != y.metric:
                    seen.setdefault(frozenset((x.metric, y.metric)), []).append(one.correlation[a][b])
    names = {score.metric for one in found for score in one.scores}
    return {frozenset((name,)): 1.0 for name in names} | {k: float(np.mean(v)) for k, v in seen.items()}


def _group(name: str, found: Sequence[Score], among: Array) -> Group:
    pits = [score.pit for score in found]
    inside = tuple(float(np.mean([scores.inside(u, level) for u in pits])) for level in LEVELS)
    crps, interval = (_ratios(found, what) for what in ("crps", "interval"))
    n = scores.effective(among)
    declared = inside[LEVELS.index(scores.DECLARED)]
    skills = [1.0 - ratio for ratio in crps]
    light = scores.light(declared, n, skills)
    return Group(name, len(found), n, inside, float(np.mean(pits)), crps, interval, light)


def _ratios(found: Sequence[Score], what: str) -> tuple[float, ...]:
    """A score over that of each naive forecast: sums by metric, and the geometric mean of their ratios."""
    metrics = dict.fromkeys(score.metric for score in found)
    logs = []
    for metric in metrics:
        own = [score for score in found if score.metric == metric and score.naive_crps]
        if own:
            total = sum(getattr(score, what) for score in own)
            rivals = [sum(getattr(score, f"naive_{what}")[k] for score in own) for k in (0, 1)]
            logs.append([np.log(total / rival) for rival in rivals])
    return tuple(map(float, np.exp(np.mean(logs, axis=0)))) if logs else ()

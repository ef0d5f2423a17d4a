"""How many paths of each combination of what came true lose more than a threshold.

==========  ======  ==================================================================================
symbol      unit    meaning
==========  ======  ==================================================================================
L           USD bn  headline loss of a path
t           USD bn  thresholds, evenly spaced and round: t, 2t, 3t …
n[c, k]     1       paths of combination c on which L > t[k]: counts, which have no error of their own
==========  ======  ==================================================================================
"""

from __future__ import annotations

from collections.abc import Iterator
from math import floor, log10

import numpy as np
from numpy.typing import NDArray

from risk.analysis.sampling import Ids, Patterns

Array = NDArray[np.float64]

MOST, REACH = 20, 0.995
"""Thresholds at most, and the share of paths that the last of them covers."""

LEAST = 1.0
"""USD bn between two thresholds at least: less is nothing to a committee."""

ROUND = (1.0, 2.0, 5.0, 10.0)
EACH = 6
"""Combinations of each class that are shown over each threshold."""


def thresholds(losses: Array) -> Array:
    """Round thresholds, (threshold,), rising, up to the first that at most 1 − `REACH` of losses exceed.

    Parameters
    ----------
    losses : (path,) USD bn.
    """
    reach = float(np.quantile(losses, REACH))
    rough = max(reach / MOST, LEAST)
    power = 10.0 ** floor(log10(rough))
    step = next(power * times for times in ROUND if power * times >= rough * (1.0 - 1e-12))
    return np.arange(1, max(int(np.ceil(reach / step)), 1) + 1, dtype=np.float64) * step


def exceeded(found: Patterns, losses: Array, bars: Array) -> Ids:
    """Paths of each combination with a larger loss than each threshold, (combination, threshold).

    Parameters
    ----------
    losses, bars : (path,) and (threshold,), rising, in one unit.
    """
    passed = np.searchsorted(bars, losses, side="left")  # how many thresholds a loss is larger than
    width = len(bars) + 1
    counts = np.bincount(found.of * width + passed, minlength=len(found.counts) * width)
    at_least = counts.reshape(-1, width)[:, ::-1].cumsum(axis=1)[:, ::-1]
    return at_least[:, 1:].astype(np.int64)


def leading(counts: Ids, groups: Ids) -> list[int]:
    """Combinations to show: of each group the most frequent in each column, in the order they have.

    Parameters
    ----------
    counts : (combination, column) paths.
    groups : (combination,) which group each belongs to.
    """
    found: set[int] = set()
    for group in np.unique(groups):
        members = np.flatnonzero(groups == group)
        found.update(i for column in counts[members].T for i in _most(members, column))
    return sorted(found)


def _most(members: Ids, counts: Ids) -> Iterator[int]:
    """The members with the largest counts, of equal ones the first; none without a path."""
    order = np.argsort(-counts, kind="stable")[:EACH]
    yield from map(int, members[order[counts[order] > 0]])

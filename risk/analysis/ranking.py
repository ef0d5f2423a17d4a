"""Paths in the order of their losses: the one ranking, and the parts of it that are told apart."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from risk.analysis.statistics import QUANTILE_METHOD

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]
Ids = NDArray[np.int64]


def worst_first(loss: Array) -> Ids:
    """Ids of all paths, (path,), the largest loss first, equal losses by id."""
    return np.argsort(-loss, kind="stable").astype(np.int64)


def between(loss: Array, low: float, high: float) -> Flags:
    """Paths whose loss lies between two of its quantiles, ends included: (path,).

    Where two neighbors among few paths have both quantiles between them, they are taken: it is never empty.
    """
    first, last = np.quantile(loss, [low, high], method=QUANTILE_METHOD)
    inside = (loss >= first) & (loss <= last)
    if not inside.any():
        first = np.quantile(loss, low, method="lower")
        last = np.quantile(loss, high, method="higher")
        inside = (loss >= first) & (loss <= last)
    return np.asarray(inside)


def edge(loss: Array, share: float) -> Flags:
    """Paths about where the worst `share` begins, a quarter of it to either side: (path,)."""
    return between(loss, max(1.0 - 1.25 * share, 0.0), 1.0 - 0.75 * share)


def worst(loss: Array, share: float) -> Flags:
    """The worst `share` of paths, (path,): those at or above the loss's quantile; a tie at the edge is in."""
    return between(loss, 1.0 - share, 1.0)

"""A mean over some of the paths, and how each path moves it.

Which paths these are depends on the paths themselves: by chance more or fewer meet a condition, and where the
worst are chosen, one that joins them pushes another out at their edge. The influence tells both, so that the
error of such a mean, of a ratio of it to another, or of its difference holds.

==========  =====  ============================================================================
symbol      unit   meaning
==========  =====  ============================================================================
x, 1, s     any    values; 1 of a path that is chosen; share of the chosen
m, edge     any    mean over the chosen; mean over those about the edge of the chosen, or m
influence   any    (1 (x − edge) − s (m − edge)) / s
==========  =====  ============================================================================
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from risk.analysis import statistics
from risk.analysis.contrasts import Statistic
from risk.analysis.statistics import FEWEST, Estimate

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]


def conditional(values: Array, inside: Flags, edge: Flags | None = None) -> Statistic:
    """Mean of (path,) values over the paths `inside`; paths without a value are left out.

    Parameters
    ----------
    edge : paths about the edge of a choice of the worst or the lowest; None where a condition chooses.

    Notes
    -----
    No error is told of fewer than five paths. Of something that comes or not the error is at least that of
    its probability over the chosen, Wilson's where it is rare there.
    """
    known = np.isfinite(values)
    chosen = inside & known
    n, count = len(values), int(chosen.sum())
    if not count:
        return Statistic(Estimate(math.nan, math.nan, 0), np.full(n, np.nan))
    level, share = float(values[chosen].mean()), count / n
    around = None if edge is None else edge & known
    at = float(values[around].mean()) if around is not None and around.any() else level
    influence = np.full(n, at - level)
    influence[chosen] += (values[chosen] - at) / share
    if count < FEWEST:
        return Statistic(Estimate(level, math.nan, count), influence)
    error = statistics.mean(influence).standard_error
    if not _comes_or_not(values[chosen]):
        return Statistic(Estimate(level, error, count), influence)
    found = statistics.probability(values[chosen])
    if found.limits is not None or found.standard_error >= error:
        return Statistic(found, influence)
    return Statistic(Estimate(level, error, count), influence)


def _comes_or_not(values: Array) -> bool:
    """Whether all are 0 or 1."""
    return bool(((values == 0.0) | (values == 1.0)).all())

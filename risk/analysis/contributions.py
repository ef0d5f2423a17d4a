"""What the parts of a loss contribute to its expected shortfall (Euler): they add up to the whole."""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce
from math import fsum, nan

import numpy as np
from numpy.typing import NDArray

from risk.analysis import statistics
from risk.analysis.exact import exact_sum
from risk.analysis.statistics import FEWEST, QUANTILE_METHOD, Estimate

Array = NDArray[np.float64]

NEAR = 0.25
"""Share of the tail, on either side of VaR, over which parts at VaR are averaged (judgement)."""


def contributions(parts: Iterable[Array], level: float, whole: Array | None = None) -> tuple[Estimate, ...]:
    """Contribution of each part to the expected shortfall of their sum, in the unit of the parts.

    Parameters
    ----------
    parts : (path,) losses of each, positive; with a `whole` they are looked at one after the other.
    level : in (0, 1), e.g. 0.975.
    whole : (path,) loss that they are parts of, where it holds more or less of each than once.

    Notes
    -----
    By Euler's rule, for the shortfall grows in proportion to the parts (Tasche, 1999, *Risk contributions and
    performance measurement*): ``E[X | L ≥ VaR]``, in the sample the mean of X over the paths beyond VaR, with
    the mass at VaR itself as `statistics.expected_shortfall` counts it, so that the sum is exact. The error
    is that of the influence ``1{L > VaR} (X − E[X | L = VaR]) / (1 − level)``, the mean at VaR over its
    neighbors; NaN where a part rests on fewer than five paths: as many as would give its sum and its sum of
    squares if it were the same on all.
    """
    if whole is None:
        parts = list(parts)
    loss = reduce(np.add, parts) if whole is None else whole
    n, order = len(loss), np.argsort(loss, kind="stable")
    place = (n - 1) * level
    below, weight = int(place), place - int(place)
    above = order[[below, min(below + 1, n - 1)]]
    beyond = loss > np.quantile(loss, level, method=QUANTILE_METHOD)
    mass, reach = n * (1.0 - level), max(int(NEAR * n * (1.0 - level)), 1)
    near = order[max(below - reach, 0) : below + reach + 1].copy()
    del order  # as large as the loss
    found = []
    for part in parts:
        edge = (1.0 - weight) * part[above[0]] + weight * part[above[1]]
        value = fsum((edge, (exact_sum(part[beyond]) - beyond.sum() * edge) / mass))
        influence = beyond * (part - part[near].mean()) / (1.0 - level)
        squares = exact_sum(part[beyond] ** 2)
        carried = exact_sum(part[beyond]) ** 2 / squares if squares > 0.0 else 0.0
        error = statistics.mean(influence).standard_error if carried >= FEWEST else nan
        found.append(Estimate(float(value), error, n, tail=int(beyond.sum())))
    return tuple(found)

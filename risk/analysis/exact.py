"""Sums that depend neither on the order of the numbers nor on how blocks group them."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]

FEW, TINY, HUGE = 256, 1e-250, 1e250
"""Numbers, and sizes of them, that `math.fsum` adds as quickly or alone can."""


def exact_sum(values: ArrayLike) -> float:
    """Sum without rounding error but the last, whatever the order; in the unit of `values`."""
    data = np.asarray(values).ravel()
    if len(data) < FEW or data.dtype != np.float64:
        return math.fsum(data.tolist())
    return _exact_sum(data)


def _exact_sum(data: Array) -> float:
    """`math.fsum` of many numbers, several times as quick and equal in every bit.

    Each round takes from all numbers the leading bits that can be added without rounding, until nothing is
    left (Rump, Ogita and Oishi, 2008, *SIAM Journal on Scientific Computing* 31(1)).
    """
    rest, parts = data, list[float]()
    room = 2.0 ** math.ceil(math.log2(len(data) + 2))
    while (largest := float(np.abs(rest).max())) != 0.0:
        if not TINY < largest < HUGE:
            return math.fsum(data.tolist())
        grid = room * 2.0 ** math.ceil(math.log2(largest))
        leading = (grid + rest) - grid
        parts.append(float(leading.sum()))
        rest = rest - leading
    return math.fsum(parts)

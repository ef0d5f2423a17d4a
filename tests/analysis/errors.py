"""Errors of means a second way: what statistics says of Student's t, from scipy."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats


def student(values: ArrayLike) -> float:
    """Standard error of a mean, of which 1.96 hold 95% at the degrees of freedom its kurtosis leaves."""
    data = np.asarray(values, dtype=np.float64)
    n, spread = len(data), data.std(ddof=1)
    kurtosis = np.mean((data - data.mean()) ** 4) / spread**4
    freedom = math.floor(min(2.0 * n / max(kurtosis - 1.0, 1e-12), n - 1.0))
    return float(stats.t.ppf(0.975, max(freedom, 1)) / stats.norm.ppf(0.975) * spread / math.sqrt(n))

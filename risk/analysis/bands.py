"""Quantiles over paths for every quarter of a series, each with its standard error."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from risk.analysis.fans import LEVELS
from risk.analysis.statistics import LEVEL, NORMAL_95

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Band:
    """Quantiles of one quantity by quarter, in its own unit.

    Attributes
    ----------
    levels : probabilities, (level,).
    quantiles, standard_error : (level, quarter); NaN where no path has a value.
    count : paths with a value, (quarter,).
    """

    levels: tuple[float, ...]
    quantiles: Array
    standard_error: Array
    count: NDArray[np.int64]

    def at(self, level: float) -> Array:
        """One quantile by quarter."""
        found: Array = self.quantiles[self.levels.index(level)]
        return found

    def error(self, level: float) -> Array:
        """Standard error of one quantile by quarter."""
        found: Array = self.standard_error[self.levels.index(level)]
        return found


def band(
    series: Sequence[NDArray[Any]] | NDArray[Any],
    levels: tuple[float, ...] = LEVELS,
    together: int = 1,
    unit: Any = 1,
) -> Band:
    """Quantiles over the paths of (quarter, path) values, NaN left out.

    Parameters
    ----------
    series : an array, or one array a quarter.
    together : values that each path has side by side; only paths are independent, so the errors count these
        alone, which is an upper bound.
    unit : what the values are divided by; of all of them only a few are.

    Notes
    -----
    Quantiles as `statistics.QUANTILE_METHOD`; errors are half the width of the binomial order-statistic
    interval over 1.96, as in `statistics.quantiles`.
    """
    shape = (len(levels), len(series))
    found, error = np.full(shape, np.nan), np.full(shape, np.nan)
    counts = np.zeros(len(series), dtype=np.int64)
    for t, row in enumerate(series):  # one quarter fits a processor's cache, all of them do not
        ordered = np.sort(row)  # NaN sorts last
        n = counts[t] = int(np.count_nonzero(np.isfinite(ordered)))
        independent = -(-n // together)
        scale = (n - 1) / max(independent - 1, 1)
        for i, level in enumerate(levels if n else ()):
            position = level * (n - 1)
            low = int(position)
            below, above = (round(rank * scale) for rank in _ranks(independent, level))
            at = (ordered[[low, min(low + 1, n - 1), below, above]] / unit).astype(np.float64)
            found[i, t] = at[0] + (position - low) * (at[1] - at[0])
            error[i, t] = (at[3] - at[2]) / (2.0 * NORMAL_95)
    return Band(levels, found, error, counts)


@lru_cache(maxsize=4096)
def _ranks(n: int, level: float) -> tuple[int, int]:
    """Positions between which the true quantile lies with 95% probability, from 0."""
    from scipy.special import bdtrik

    below, above = (bdtrik(share, n, level) for share in ((1.0 - LEVEL) / 2.0, (1.0 + LEVEL) / 2.0))
    return max(int(np.ceil(below)), 1) - 1, min(int(np.ceil(above)) + 1, n) - 1

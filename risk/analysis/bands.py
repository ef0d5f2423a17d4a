"""Quantiles over paths for every quarter of a series, each with its standard error."""

from __future__ import annotations

from collections.abc import Iterable
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
    series: Iterable[NDArray[Any]],
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
    found, errors, counts = [], [], []
    for row in series:  # one quarter fits a processor's cache, all of them do not
        ordered = np.sort(row)  # NaN sorts last
        n = int(np.count_nonzero(np.isfinite(ordered)))
        rows = [_at(ordered, n, level, -(-n // together), unit) for level in levels]
        found.append([value for value, _ in rows])
        errors.append([error for _, error in rows])
        counts.append(n)
    return Band(levels, np.array(found).T, np.array(errors).T, np.array(counts, dtype=np.int64))


def _at(ordered: NDArray[Any], n: int, level: float, independent: int, unit: Any) -> tuple[float, float]:
    """Quantile of the first n of ordered values, and its error from so many that are independent."""
    if n == 0:
        return np.nan, np.nan
    position, scale = level * (n - 1), (n - 1) / max(independent - 1, 1)
    low = int(position)
    below, above = (round(rank * scale) for rank in _ranks(independent, level))
    a, b, c, d = (ordered[[low, min(low + 1, n - 1), below, above]] / unit).astype(np.float64).tolist()
    return a + (position - low) * (b - a), (d - c) / (2.0 * NORMAL_95)


@lru_cache(maxsize=4096)
def _ranks(n: int, level: float) -> tuple[int, int]:
    """Positions between which the true quantile lies with 95% probability, from 0."""
    from scipy.special import bdtrik

    below, above = (bdtrik(share, n, level) for share in ((1.0 - LEVEL) / 2.0, (1.0 + LEVEL) / 2.0))
    return max(int(np.ceil(below)), 1) - 1, min(int(np.ceil(above)) + 1, n) - 1

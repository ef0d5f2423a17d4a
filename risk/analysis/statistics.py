"""Estimates from simulated paths, each with its Monte Carlo error.

Paths are independent and identically distributed, so every error below shrinks as one over the square root of
their number. For antithetic, stratified or quasi-random samples these formulas are wrong: use independent
replicates (`risk.analysis.convergence.replicates`). Sums are exact (``math.fsum``), so that they do not
depend on the order or the grouping of the blocks.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from risk.analysis.estimate import FEWEST, NORMAL_95, THIN_TAIL, Estimate
from risk.analysis.exact import exact_sum

__all__ = [
    "EXCEEDANCE_PROBABILITIES", "FEWEST", "LEVEL", "NORMAL_95", "QUANTILE_METHOD", "THIN_TAIL", "Array",
    "Estimate", "Exceedance", "Histogram", "decimals", "exceedance", "expected_shortfall", "histogram",
    "mean", "ordered", "probability", "proportion", "quantile", "quantiles", "rank_correlation",
    "share_below", "significant", "standard_deviation", "var", "widened",
]  # fmt: skip

Array = NDArray[np.float64]

LEVEL = 0.95
"""Coverage of every interval."""

QUANTILE_METHOD: Final = "linear"
"""The one definition of a quantile: linear interpolation between order statistics at ``(n − 1) p + 1``, type
7 of Hyndman and Fan (1996), *The American Statistician* 50(4). It is Excel's PERCENTILE.INC, so a workbook
reproduces it."""

MANY: Final = 10_000.0
"""Degrees of freedom from which Student's t is the normal to four digits."""

EXCEEDANCE_PROBABILITIES = (
    *(0.5, 0.4, 0.3, 0.25, 0.2, 0.15, 0.1, 0.07, 0.05, 0.04, 0.03, 0.025),
    *(0.02, 0.015, 0.01, 0.007, 0.005, 0.004, 0.003, 0.002, 0.0015, 0.001, 0.0005),
)
"""Points of the exceedance curve: 23, about evenly spaced in the logarithm, round as return periods."""


def share_below(sample: ArrayLike, values: ArrayLike) -> Array:
    """Share of a sample that lies below each value, ties counted half; 0 for an empty sample."""
    data = ordered(sample)
    left, right = (np.searchsorted(data, values, side) for side in ("left", "right"))
    return np.asarray((left + right) / (2.0 * max(len(data), 1)))


def ordered(values: ArrayLike) -> NDArray[Any]:
    """Values in ascending order, NaN last; what is in order is not sorted again, which saves most calls."""
    data = np.asarray(values).ravel()
    return data if (data[1:] >= data[:-1]).all() else np.sort(data)


def mean(values: ArrayLike) -> Estimate:
    """Arithmetic mean of (path,) values, with standard error ``s / √n``, larger where few paths decide ``s``.

    Notes
    -----
    ``s²`` of values with kurtosis κ varies as one of ``2n / (κ − 1)`` degrees of freedom does (Satterthwaite,
    1946, *Biometrics Bulletin* 2(6)), n − 1 at most, so that Student's t takes the place of the normal
    (`widened`). Of an event that comes on one path in a hundred these are 2% of n.
    """
    data = _column(values)
    n = len(data)
    if n == 0:
        return Estimate(math.nan, math.nan, 0)
    average = exact_sum(data) / n
    deviation = _deviation(data, average)
    if not deviation > 0.0:
        return Estimate(average, deviation, n)
    squares = ((data - average) / deviation) ** 2
    kurtosis = float((squares * squares).mean())  # a fourth power takes ten times as long
    freedom = min(2.0 * n / (kurtosis - 1.0), n - 1.0) if kurtosis > 1.0 else n - 1.0
    return Estimate(average, widened(freedom) * deviation / math.sqrt(n), n)


def widened(freedom: float) -> float:
    """What an error from so many degrees of freedom is multiplied by, so that 1.96 of it hold 95% again."""
    return 1.0 if freedom > MANY else _widened(max(int(freedom), 1))


@lru_cache(maxsize=4096)
def _widened(freedom: int) -> float:
    from scipy.special import stdtrit

    return float(stdtrit(freedom, (1.0 + LEVEL) / 2.0)) / NORMAL_95


def standard_deviation(values: ArrayLike) -> float:
    """Sample standard deviation (n − 1) of (path,) values; NaN for fewer than two."""
    data = _column(values)
    return _deviation(data, exact_sum(data) / len(data)) if len(data) else math.nan


def probability(flags: ArrayLike) -> Estimate:
    """Share of paths on which something happened: `proportion` of True/False or 1/0, shape (path,)."""
    data = _column(flags)
    return proportion(round(exact_sum(data)), len(data))


def proportion(hits: int, n: int) -> Estimate:
    """Share of `n` paths, `hits` of which count.

    Notes
    -----
    Standard error ``√(p (1 − p) / n)``. Where fewer than 30 hits (or misses) are found or p lies within 1% of
    0 or 1 the interval is Wilson's (1927, *JASA* 22); with no hits (or no misses) at all it is the rule of
    three, ``3 / n``. The standard error is then the interval's half-width over 1.96, so that it never reads
    zero.
    """
    if n == 0:
        return Estimate(math.nan, math.nan, 0)
    share = hits / n
    if min(hits, n - hits) < 30 or min(share, 1.0 - share) < 0.01:
        low, high = _rare_interval(hits, n)
        return Estimate(share, (high - low) / (2.0 * NORMAL_95), n, (low, high))
    return Estimate(share, math.sqrt(share * (1.0 - share) / n), n)


def _rare_interval(hits: int, n: int) -> tuple[float, float]:
    bound = min(1.0, 3.0 / n)
    if hits == 0:
        return 0.0, bound
    if hits == n:
        return 1.0 - bound, 1.0
    share, z2 = hits / n, NORMAL_95**2
    middle = share + z2 / (2.0 * n)
    half = NORMAL_95 * math.sqrt(share * (1.0 - share) / n + z2 / (4.0 * n * n))
    return (middle - half) / (1.0 + z2 / n), (middle + half) / (1.0 + z2 / n)


def quantile(values: ArrayLike, level: float) -> Estimate:
    """One quantile of (path,) values; see `quantiles`."""
    return quantiles(values, [level])[0]


def quantiles(values: ArrayLike, levels: Sequence[float]) -> tuple[Estimate, ...]:
    """Quantiles by `QUANTILE_METHOD`, with distribution-free intervals.

    Parameters
    ----------
    values
        Shape (path,).
    levels
        Probabilities in [0, 1].

    Notes
    -----
    The number of paths below the true quantile is binomial, so its 2.5% and 97.5% quantiles are ranks between
    which the true quantile lies with at least 95% probability, whatever the distribution. Ranks beyond the
    sample are cut to its ends. The standard error is the interval's half-width over 1.96. One value
    bounds nothing: its interval is infinite and its error NaN.
    """
    data = ordered(_column(values))
    if len(data) == 0:
        return tuple(Estimate(math.nan, math.nan, 0) for _ in levels)
    return tuple(_ranked(data, _between(data, level), level) for level in levels)


def _between(data: Array, level: float) -> float:
    """A quantile of ordered values by `QUANTILE_METHOD`: `numpy.quantile` to the bit, without its sorting."""
    position = (len(data) - 1) * level
    below = min(int(position), len(data) - 1)
    low, high, share = float(data[below]), float(data[min(below + 1, len(data) - 1)]), position - below
    if math.isnan(data[-1]):
        return math.nan
    return high - (high - low) * (1.0 - share) if share >= 0.5 else low + (high - low) * share


def _ranked(ordered: Array, value: float, level: float) -> Estimate:
    n = len(ordered)
    if n == 1:
        return Estimate(value, math.nan, n, (-math.inf, math.inf), tail=0)
    below, above = (_binomial(share, n, level) for share in ((1.0 - LEVEL) / 2.0, (1.0 + LEVEL) / 2.0))
    low = float(ordered[max(int(below), 1) - 1])
    high = float(ordered[min(int(above) + 1, n) - 1])
    return Estimate(
        value, (high - low) / (2.0 * NORMAL_95), n, (low, high), tail=math.floor(n * min(level, 1.0 - level))
    )


@lru_cache(maxsize=4096)
def _binomial(share: float, n: int, level: float) -> float:
    """Quantile of the binomial number of n paths below a level; `scipy.stats.binom.ppf`, but quick."""
    from scipy.special import bdtr, bdtrik

    inverse = bdtrik(share, n, level)
    if math.isnan(inverse):  # so near to 0 or 1 that the number is certain
        return n * round(level)
    found = math.ceil(inverse)
    before = max(found - 1, 0)
    return float(before if bdtr(before, n, level) >= share else found)


def var(losses: ArrayLike, level: float) -> Estimate:
    """Value at risk: the loss (positive) not exceeded with probability `level`."""
    return quantile(losses, level)


def expected_shortfall(losses: ArrayLike, level: float) -> Estimate:
    """Mean loss in the worst ``1 − level`` of paths.

    Parameters
    ----------
    losses
        Loss positive, shape (path,).
    level
        In (0, 1), e.g. 0.975.

    Notes
    -----
    ``ES = VaR + mean((L − VaR)⁺) / (1 − level)``, exact for distributions with atoms too (Rockafellar and
    Uryasev, 2002, *Journal of Banking and Finance* 26). Its influence function gives the standard error
    ``√((Var(tail) + level (ES − VaR)²) / (n (1 − level)))``, computed here as the standard error of ``(L −
    VaR)⁺ / (1 − level)``, which is the same number; NaN where fewer than five paths are in the tail.
    """
    data = _column(losses)
    if len(data) == 0:
        return Estimate(math.nan, math.nan, 0)
    threshold = float(np.quantile(data, level, method=QUANTILE_METHOD))
    excess = mean(np.maximum(data - threshold, 0.0) / (1.0 - level))
    error = excess.standard_error if len(data) * (1.0 - level) >= FEWEST else math.nan
    return Estimate(threshold + excess.value, error, len(data), tail=int(np.count_nonzero(data > threshold)))


@dataclass(frozen=True)
class Exceedance:
    """Loss exceedance curve: the loss exceeded with each probability, with its 95% limits; shape (point,)."""

    probability: Array
    loss: Array
    low: Array
    high: Array
    n: int


def exceedance(losses: ArrayLike, fewest: int = 10) -> Exceedance:
    """Curve at those `EXCEEDANCE_PROBABILITIES` which at least `fewest` of the (path,) losses reach."""
    data = _column(losses)
    points = [p for p in EXCEEDANCE_PROBABILITIES if p * len(data) >= fewest]
    found = quantiles(data, [1.0 - p for p in points])
    return Exceedance(
        probability=np.array(points),
        loss=np.array([estimate.value for estimate in found]),
        low=np.array([estimate.interval[0] for estimate in found]),
        high=np.array([estimate.interval[1] for estimate in found]),
        n=len(data),
    )


def beyond(losses: ArrayLike, levels: ArrayLike) -> Array:
    """Share of the (path,) losses larger than each level, (level,)."""
    data = ordered(_column(losses))
    return np.asarray((len(data) - np.searchsorted(data, levels, side="right")) / len(data))


@dataclass(frozen=True)
class Histogram:
    """Counts of paths between edges: shapes (bin + 1,) in the unit of the data, and (bin,)."""

    edges: Array
    counts: NDArray[np.int64]


def histogram(values: ArrayLike, bins: int = 40, coverage: float = 0.99) -> Histogram:
    """Equal bins over the central `coverage` of (path,) values; what lies outside joins the end bins."""
    data = _column(values)
    outside = (1.0 - coverage) / 2.0
    low, high = np.quantile(data, [outside, 1.0 - outside], method=QUANTILE_METHOD)
    counts, edges = np.histogram(np.clip(data, low, high), bins=bins)
    return Histogram(edges, counts.astype(np.int64))


def rank_correlation(one: ArrayLike, other: ArrayLike) -> Estimate:
    """Spearman's correlation of two (path,) sets of ranks, with standard error ``√((1 − r²) / (n − 2))``.

    NaN for fewer than three paths: any two agree or disagree entirely; and where all ranks are the same.
    """
    a, b = _column(one), _column(other)
    n = len(a)
    if n < 3:
        return Estimate(math.nan, math.nan, n)
    a, b = a - a.mean(), b - b.mean()
    # Sums instead of a product of BLAS, whose bits depend on the number of threads.
    size = math.sqrt(float((a * a).sum()) * float((b * b).sum()))
    if size == 0.0:
        return Estimate(math.nan, math.nan, n)
    found = min(max(float((a * b).sum()) / size, -1.0), 1.0)
    return Estimate(found, math.sqrt((1.0 - found**2) / (n - 2)), n)


def decimals(standard_error: float) -> int:
    """Decimal places the error supports: those of its first digit, of its second where the first is 1.

    Negative where even units are noise (−2: hundreds).
    """
    leading = math.floor(math.log10(standard_error))
    digit = math.floor(standard_error / 10.0**leading + 1e-9)
    return -leading + (1 if digit == 1 else 0)


def significant(value: float, standard_error: float) -> float:
    """`value` without the digits its error does not support; unchanged where the error is zero or unknown."""
    if not (standard_error > 0.0 and math.isfinite(standard_error) and math.isfinite(value)):
        return value
    return round(value, decimals(standard_error))


def _column(values: ArrayLike) -> Array:
    return np.asarray(values, dtype=np.float64).ravel()


def _deviation(data: Array, average: float) -> float:
    return math.sqrt(exact_sum((data - average) ** 2) / (len(data) - 1)) if len(data) > 1 else math.nan

"""A share of paths from its count, with the same errors as `statistics.probability` gives from flags."""

from __future__ import annotations

import math

from risk.analysis.statistics import NORMAL_95, Estimate

FEWEST = 30
RARE = 0.01


def proportion(hits: int, n: int) -> Estimate:
    """Share of `n` paths, `hits` of which count.

    Notes
    -----
    Binomial error; near 0 and 1 Wilson's interval (1927, *JASA* 22); with no hit or miss at all ``3 / n``.
    """
    if n == 0:
        return Estimate(math.nan, math.nan, 0)
    share = hits / n
    if min(hits, n - hits) >= FEWEST and RARE <= share <= 1.0 - RARE:
        return Estimate(share, math.sqrt(share * (1.0 - share) / n), n)
    low, high = _rare_interval(hits, n)
    return Estimate(share, (high - low) / (2.0 * NORMAL_95), n, (low, high))


def _rare_interval(hits: int, n: int) -> tuple[float, float]:
    bound = min(1.0, 3.0 / n)
    if hits in (0, n):
        return (0.0, bound) if hits == 0 else (1.0 - bound, 1.0)
    z, share = NORMAL_95, hits / n
    center = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * math.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    return center - half, center + half

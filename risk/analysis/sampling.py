"""Which paths a workbook shows: an even sample, the worst, and every combination of what came true."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from risk.analysis.ranking import worst_first

Array = NDArray[np.float64]
Ids = NDArray[np.int64]

SHARES = (0.05, 0.01, 0.001, 0.0001)
"""Shares of paths that the tail may show: the largest that is not too many rows. VaR and ES of each of them
can be recomputed from its rows, so none lies in between."""

MOST = 20_000
"""Rows of the tail at most: more nobody scrolls through."""

DIGITS = 6
"""Significant digits of shown numbers but the headline loss."""


def sampled(paths: int, size: int) -> Ids:
    """Ids of an even sample, (row,): path ``⌊i × paths / size⌋``, or all of fewer paths than `size`.

    Paths are independent and in no order, so a fixed stride is as random as a draw, and the same every time.
    """
    rows = min(size, paths)
    return np.arange(rows, dtype=np.int64) * paths // max(rows, 1)


def tail_share(paths: int) -> float:
    """Share of paths that the tail shows."""
    return next((share for share in SHARES if share * paths <= MOST), SHARES[-1])


def tail_rows(losses: Array, share: float) -> Ids:
    """Ids of the worst paths to list, (row,), largest loss first, equal losses by id.

    The quantile at ``1 − share`` lies between two losses; both are among them, which takes one path more than
    the share itself.
    """
    rows = min(math.ceil(share * (len(losses) - 1) + 1e-9) + 1, len(losses))
    return worst_first(losses)[:rows]


def nearest(values: Array, target: float) -> int:
    """Id of the path whose value lies nearest to `target`; of equal ones the lowest."""
    return int(np.nanargmin(np.abs(values - target)))


def rounded(values: Array, digits: int = DIGITS) -> list[float]:
    """Numbers with so many significant digits."""
    form = f"%.{digits}g"
    return [float(form % value) for value in values.tolist()]


@dataclass(frozen=True)
class Patterns:
    """Each combination of flags that occurs, the most frequent first.

    Attributes
    ----------
    names : of the flags.
    flags : (pattern, flag), 1 where it holds.
    counts : (pattern,) paths with exactly this combination.
    example : (pattern,) lowest path id with it.
    of : (path,) number of each path's pattern, from 0.
    """

    names: tuple[str, ...]
    flags: NDArray[np.int8]
    counts: Ids
    example: Ids
    of: Ids


def patterns(columns: Mapping[str, Array], names: Sequence[str]) -> Patterns:
    """Combinations of flags, (path,) each; at most 62 of them, for each is a binary digit of one number."""
    if len(names) > 62:
        raise ValueError(f"{len(names)} flags do not fit one number")
    codes = np.zeros(len(columns[names[0]]), dtype=np.int64)
    for digit, name in enumerate(names):
        codes |= (columns[name] > 0.0).astype(np.int64) << digit
    found, example, pattern, counts = np.unique(
        codes, return_index=True, return_inverse=True, return_counts=True
    )
    order = np.lexsort((example, -counts))
    place = np.empty_like(order)
    place[order] = np.arange(len(order))
    return Patterns(
        tuple(names),
        (found[order][:, None] >> np.arange(len(names), dtype=np.int64) & 1).astype(np.int8),
        counts[order].astype(np.int64),
        example[order].astype(np.int64),
        place[pattern.ravel()].astype(np.int64),
    )

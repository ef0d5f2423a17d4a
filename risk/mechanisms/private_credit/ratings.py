"""Ratings inside a segment: shares that migrate, default at their own rates and are renewed at the base mix.

A row is one rating of one segment, best first. Downgrades quicken with the segment's factor, so that a bad
year leaves a weaker book behind, and the next bad year finds it.

==========  ================  ======  ==================================================================
symbol      shape             unit    meaning
==========  ================  ======  ==================================================================
mix         (path, row)       frac.   share of a rating in its segment's book; sums to one a segment
==========  ================  ======  ==================================================================

Notes
-----
PD of a row = PD of its segment · multiple / Σ base share · multiple: the base mix has the segment's PD.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from risk.parameters import Array, entry
from risk.processes import columns_of, grouped


@dataclass(frozen=True)
class Params:
    """Register entries of ratings; (1, row) for table columns."""

    rating_share: Array = entry("credit.rating.share")  # of the segment at the base date
    pd_multiple: Array = entry("credit.rating.pd_multiple")
    rating_segment: Array = entry("credit.rating.segment")  # number of the row's segment, see `columns`
    downgrade: float = entry("credit.downgrade")  # 1/q
    downgrade_loading: float = entry("credit.downgrade_loading")  # per sd of the factor
    downgrade_limit: float = entry("credit.downgrade_limit")  # 1/q
    upgrade: float = entry("credit.upgrade")  # 1/q


def columns(rows: Iterable[tuple[str, float, float]], segments: Sequence[str]) -> tuple[Array, Array, Array]:
    """Segment, share and PD multiple of every rating, (1, row) each, segment by segment.

    Parameters
    ----------
    rows : (segment, share, multiple), best first within a segment; a segment without any has one rating.
    segments : their names, in order.
    """
    given = list(rows)
    rated = {segment for segment, *_ in given}
    given += [(name, 1.0, 1.0) for name in segments if name not in rated]
    found = sorted(
        ((list(segments).index(name), *numbers) for name, *numbers in given), key=lambda row: row[0]
    )
    segment, share, multiple = (np.array([column], dtype=np.float64) for column in zip(*found, strict=True))
    return segment, share, multiple


def segment_of(params: Params) -> tuple[int, ...]:
    """Column of each row's segment."""
    return tuple(params.rating_segment[0].astype(np.int64))


def by_segment(params: Params, values: Array) -> Array:
    """Sum of rows over their segments, (path, segment)."""
    codes = segment_of(params)
    return grouped(values, codes, max(codes) + 1)


def default_probability(params: Params, pd: Array) -> Array:
    """Unconditional default probability of every row, from that of its segment, (path, row)."""
    mean = by_segment(params, params.rating_share * params.pd_multiple)
    return np.asanyarray(_rows(params, pd / mean) * params.pd_multiple)


def lowest(params: Params, mix: Array) -> Array:
    """Share of the lowest rating, (path, segment)."""
    codes = np.array(segment_of(params))
    return mix[:, np.append(codes[1:] != codes[:-1], True)]


def renewed(params: Params, mix: Array, rate: Array, new: Array, factor: Array) -> Array:
    """Shares after the quarter, (path, row).

    Parameters
    ----------
    mix : (path, row) shares before.
    rate : (path, row) share of each row that defaulted.
    new : (path, segment) share of the book after the quarter that was lent in it.
    factor : (path, segment) factor of the segments, up is stress.
    """
    left = mix * (1.0 - rate)
    left = _migrated(params, left / _rows(params, by_segment(params, left)), factor)
    return left + _rows(params, new) * (params.rating_share - left)


def _migrated(params: Params, mix: Array, factor: Array) -> Array:
    """Shares after a part moved one notch down and a part one up, (path, row)."""
    codes = np.array(segment_of(params))
    last, first = np.append(codes[1:] != codes[:-1], True), np.append(True, codes[1:] != codes[:-1])
    pace = params.downgrade * np.exp(params.downgrade_loading * factor)
    fallen = mix * _rows(params, np.minimum(pace, params.downgrade_limit)) * ~last
    risen = mix * params.upgrade * ~first
    return np.asanyarray(mix - fallen - risen + np.roll(fallen, 1, axis=1) + np.roll(risen, -1, axis=1))


def _rows(params: Params, values: Array) -> Array:
    """Values of segments in their rows, (path, row)."""
    return columns_of(values, segment_of(params))

"""Coverage of 95% intervals, by kind of number.

The random blocks of one long run are independent runs of 1,024 paths, and so are pieces of several blocks.
What each says is held against what all together say. Intervals are pooled by kind; those of one piece hang
together, so that the error of a coverage is that of a mean over pieces.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Final

import numpy as np
from numpy.typing import NDArray

from risk.analysis import statistics
from risk.analysis.bridge import Outcomes
from risk.analysis.statistics import Estimate
from risk.calibrate.coverage import beside
from risk.calibrate.coverage.kinds import BOUNDS, BY_PIECES, RARE
from risk.calibrate.coverage.pieces import Pieces, Row, rows_of
from risk.calibrate.coverage.sources import estimates
from risk.shocks.stream import BLOCK

Array = NDArray[np.float64]

WANTED: Final = (0.92, 0.98)
"""Coverage of a 95% interval that is called right, give or take two of its own standard errors."""

FEWEST: Final = 20
"""Pieces from which a coverage is told."""

FEW_HITS: Final = 30.0
"""Paths of a piece on which an event is expected, below which it is rare and its interval Wilson's."""


@dataclass(frozen=True)
class Coverage:
    """How often the intervals of one kind hold what the whole run says.

    Attributes
    ----------
    numbers : that are of the kind.
    held : share of their intervals, over all pieces, that hold the truth.
    below, above : share that lies wholly below it, and above.
    silent : share for which a piece had too few paths to tell an interval; not in `held`.
    """

    kind: str
    numbers: int
    held: Estimate
    below: float
    above: float
    silent: float

    @property
    def bounds(self) -> tuple[float, float | None]:
        """Between what its coverage is right: what is wanted, and two of its own standard errors."""
        slack = 2.0 * self.held.standard_error
        return WANTED[0] - slack, None if self.kind in BOUNDS else WANTED[1] + slack

    @property
    def right(self) -> bool:
        """Whether it lies within its bounds."""
        low, high = self.bounds
        return low <= self.held.value and (high is None or self.held.value <= high)


def of_pieces(told: Pieces, whole: Iterable[Row]) -> tuple[Coverage, ...]:
    """Coverage by kind of what is kept of pieces, against what the whole run tells."""
    return held(whole, [told.kept(part) for part in range(told.count)], told.blocks * BLOCK)


def of_beside(found: beside.Beside) -> tuple[Coverage, ...]:
    """Coverage by kind of what rests on further runs, of pieces of `beside.SIZE` paths."""
    outcomes = found.outcomes()
    return held(_told(outcomes), map(_told, beside.pieces(outcomes)), beside.SIZE)


def _told(found: Mapping[str, Outcomes]) -> list[Row]:
    return [
        row
        for name, each in beside.told(found).items()
        for row in rows_of(estimates(each, beside.KINDS.get(name, ""), (name,)))
    ]


def held(whole: Iterable[Row], pieces: Iterable[Iterable[Row]], paths: int) -> tuple[Coverage, ...]:
    """How often what pieces of so many paths tell holds the truth."""
    told = [{row.place: row for row in piece} for piece in pieces]
    known = {row.place: row for row in whole}
    known |= {place: row for place, row in _chosen(told) if place not in known}
    kinds = defaultdict[str, list[Array]](list)
    for place, row in known.items():
        numbers = [piece.get(place) for piece in told]
        truth = _truth(row, numbers)
        if isfinite(truth) and (isfinite(row.truth) or row.kind in BY_PIECES or _open(row.estimate)):
            kinds[_kind(row.kind, truth, paths)].append(_column(numbers, truth))
    return tuple(_pooled(kind, np.array(kinds[kind]).T) for kind in sorted(kinds))


def _chosen(told: Iterable[dict[str, Row]]) -> Iterator[tuple[str, Row]]:
    """Places of what pieces chose themselves."""
    return (item for piece in told for item in piece.items() if isfinite(item[1].truth))


def _truth(row: Row, numbers: Sequence[Row | None]) -> float:
    """What the numbers at a place estimate; of one that pieces chose, each has its own."""
    if row.kind in BY_PIECES:
        values = [found.estimate.value for found in numbers if found is not None]
        return float(np.mean([value for value in values if isfinite(value)] or [np.nan]))
    return row.truth if isfinite(row.truth) else row.estimate.value


def _column(numbers: Sequence[Row | None], truth: float) -> Array:
    """Side by piece, (piece,); NaN where it tells none."""
    found = (
        np.nan if row is None else _side(row.estimate, row.truth if isfinite(row.truth) else truth)
        for row in numbers
    )
    return np.array(list(found))


def _open(found: Estimate) -> bool:
    """Whether there is something to estimate: a number that chance moves."""
    low, high = found.interval
    return isfinite(found.value) and low < high


def _kind(kind: str, value: float, paths: int) -> str:
    """Events that are rare in so many paths are a kind of their own: another formula tells them."""
    rare = kind.startswith("probability") and min(value, 1.0 - value) * paths < FEW_HITS
    return RARE if rare else kind


def _side(found: Estimate, truth: float) -> float:
    """Where an interval lies: 0 on the truth, -1 below, 1 above; NaN where there is none."""
    low, high = found.interval
    if not low <= high:
        return np.nan
    return float(low > truth) - float(high < truth)


def _pooled(kind: str, sides: Array) -> Coverage:
    """Coverage of one kind from (piece, number) sides."""
    known = np.isfinite(sides)
    if not known.any():
        return Coverage(kind, sides.shape[1], Estimate(np.nan, np.nan, 0), np.nan, np.nan, 1.0)
    told = known.any(axis=1)
    held = statistics.mean((sides[told] == 0.0).sum(axis=1) / known[told].sum(axis=1))
    below, above = (float((sides[known] == side).mean()) for side in (-1.0, 1.0))
    return Coverage(kind, sides.shape[1], held, below, above, float(1.0 - known.mean()))

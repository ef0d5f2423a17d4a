"""Coverage of 95% intervals, by kind of number.

The random blocks of one long run are independent runs of 1,024 paths, and so are pieces of several blocks.
What each says is held against what all together say. Intervals are pooled by kind; those of one piece hang
together, so that the error of a coverage is that of a mean over pieces.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import repeat
from math import isfinite
from typing import Final

import numpy as np
from numpy.typing import NDArray

from risk.analysis import statistics
from risk.analysis.statistics import Estimate
from risk.calibrate.coverage.sources import Found, told
from risk.errors import UsageError
from risk.runs import Run
from risk.runs.piece import Piece
from risk.shocks.stream import BLOCK

Array = NDArray[np.float64]

WANTED: Final = (0.92, 0.98)
"""Coverage of a 95% interval that is called right, give or take two of its own standard errors."""

FEWEST: Final = 20
"""Blocks from which a coverage is told."""

RARE: Final = 30.0
"""Paths of a piece on which an event is expected, below which it is rare and its interval Wilson's."""


@dataclass(frozen=True)
class Coverage:
    """How often the intervals of one kind hold what the whole run says.

    Attributes
    ----------
    numbers : that are of the kind.
    held : share of their intervals, over all blocks, that hold the truth.
    below, above : share that lies wholly below it, and above.
    silent : share for which a block had too few paths to tell an interval; not in `held`.
    """

    kind: str
    numbers: int
    held: Estimate
    below: float
    above: float
    silent: float

    @property
    def right(self) -> bool:
        """Whether it lies within what is wanted, or within two standard errors of it."""
        slack = 2.0 * self.held.standard_error
        return WANTED[0] - slack <= self.held.value <= WANTED[1] + slack


def measure(run: Run, other: Run | None = None, blocks: int = 1) -> tuple[Coverage, ...]:
    """Coverage by kind, in order of the kinds' names.

    Parameters
    ----------
    run : of many random blocks; its own error is a piece's over the root of their number.
    other : a run of the same draws, for the intervals of differences; None = without them.
    blocks : that a piece has.

    Raises
    ------
    UsageError : too few pieces.
    """
    pieces = list(Piece.all(run, blocks))
    if len(pieces) < FEWEST:
        reason = (
            f"run {run.id} makes {len(pieces)} pieces of {blocks * BLOCK:,} paths; coverage wants {FEWEST}"
        )
        raise UsageError(reason, f"run it with --paths {400 * BLOCK}")
    partners = Piece.all(other, blocks) if other else repeat(None)
    parts = (told(*pair) for pair in zip(pieces, partners, strict=False))
    return held(told(run, other), parts, blocks * BLOCK)


def held(truth: Iterable[Found], pieces: Iterable[Iterable[Found]], paths: int) -> tuple[Coverage, ...]:
    """How often what pieces of so many paths tell holds the truth."""
    known = {place: (kind, found) for place, kind, found in truth if _open(found)}
    rows = []
    for piece in pieces:
        row = dict.fromkeys(known, np.nan)
        row |= {place: _side(e, known[place][1].value) for place, _, e in piece if place in known}
        rows.append(list(row.values()))
    sides, kinds = np.array(rows), defaultdict[str, list[int]](list)
    for column, (kind, found) in enumerate(known.values()):
        kinds[_kind(kind, found.value, paths)].append(column)
    return tuple(_pooled(kind, sides[:, kinds[kind]]) for kind in sorted(kinds))


def _open(found: Estimate) -> bool:
    """Whether there is something to estimate: a number that chance moves."""
    low, high = found.interval
    return isfinite(found.value) and low < high


def _kind(kind: str, value: float, paths: int) -> str:
    """Events that are rare in so many paths are a kind of their own: another formula tells them."""
    rare = kind.startswith("probability") and min(value, 1.0 - value) * paths < RARE
    return "rare probability" if rare else kind


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

"""What positions lose, path by path: a few shares, and how much of the book rides on each.

==========  =====  ==============================================================================
symbol      unit   meaning
==========  =====  ==============================================================================
x           share  what a position rides on: an expression of quantities of a path
s = β x     share  lost of a unit, between the instrument's bounds; of a put max(s − 1 + strike, 0)
a, c        USD    amount, below zero of what pays; cost of a hedge
L = a s + c  USD   loss of a position, above zero
==========  =====  ==============================================================================

Positions with the same share differ in amount and cost alone, so that a book is added up by its shares: two
hundred positions rest on some tens of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from risk.analysis.book.book import End, Row
from risk.analysis.conditions import amounts
from risk.runs import Run

Array = NDArray[np.float64]

_Key = tuple[str, float, float | None, float | None, float | None]


@dataclass(frozen=True)
class Losses:
    """Losses of positions on the paths of a run.

    Attributes
    ----------
    shares : (share, path) lost of a unit.
    of : (position,) which share a position has.
    amounts, costs : (position,) USD.
    """

    shares: Array
    of: NDArray[np.intp]
    amounts: Array
    costs: Array

    def position(self, k: int) -> Array:
        """Loss of a position, (path,) USD."""
        return np.asarray(self.amounts[k] * self.shares[self.of[k]] + self.costs[k])

    def several(self, places: Sequence[int]) -> Array:
        """Loss of several positions together, (path,) USD."""
        chosen = np.asarray(places, dtype=np.intp)
        held = np.bincount(self.of[chosen], self.amounts[chosen], minlength=len(self.shares))
        total = np.full(self.shares.shape[1], self.costs[chosen].sum())
        for k in np.flatnonzero(held):
            total += held[k] * self.shares[k]
        return total

    @cached_property
    def total(self) -> Array:
        """Loss of the book, (path,) USD."""
        return self.several(range(len(self.of)))

    def only(self, paths: int) -> Losses:
        """The same on the first paths."""
        return Losses(self.shares[:, :paths], self.of, self.amounts, self.costs)


def losses(run: Run, rows: Sequence[Row], ends: Sequence[End] = ("value",)) -> tuple[Losses, ...]:
    """Losses of rows on the paths of a run, in one pass over its files.

    Parameters
    ----------
    ends : of the plausible ranges of betas and of what prices expect: their values, all lower ends, all upper
        ends; one result each.

    Raises
    ------
    UsageError : the run lacks what a row rides on.
    """
    keys = {end: [_key(row, end) for row in rows] for end in ends}
    ridden = list(dict.fromkeys(key[0] for each in keys.values() for key in each))
    x = dict(zip(ridden, amounts(run, ridden, "fraction"), strict=True))
    return tuple(_losses(x, rows, each) for each in keys.values())


def _losses(x: Mapping[str, Array], rows: Sequence[Row], keys: Sequence[_Key]) -> Losses:
    distinct = {key: k for k, key in enumerate(dict.fromkeys(keys))}
    return Losses(
        np.stack([_share(x[key[0]], key) for key in distinct]),
        np.array([distinct[key] for key in keys]),
        np.array([row.amount for row in rows]),
        np.array([row.cost for row in rows]),
    )


def _key(row: Row, end: End) -> _Key:
    """What share a row has: what it rides on, beta, bounds, strike."""
    beta = {"value": row.beta, "low": row.low, "high": row.high}[end]
    return row.said(end), beta, row.instrument.least, row.instrument.most, row.strike


def _share(x: Array, key: _Key) -> Array:
    _, beta, least, most, strike = key
    lost = np.clip(beta * x, -np.inf if least is None else least, np.inf if most is None else most)
    return lost if strike is None else np.maximum(lost - (1.0 - strike), 0.0)

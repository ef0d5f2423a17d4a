"""Regimes that switch by a Markov chain whose row may differ from path to path."""

from __future__ import annotations

import math
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from risk.processes import Array, Numeric

States = NDArray[np.int64]


def transition_row(matrix: Array, state: States) -> Array:
    """Row of the transition matrix each path stands in.

    Parameters
    ----------
    matrix
        Probabilities a step, shape (regime, regime); rows sum to 1.
    state
        Current regime, shape (path, 1).

    Returns
    -------
    Shape (path, regime).
    """
    row: Array = matrix[state[:, 0]]
    return row


def scale_entry(row: Array, state: States, target: int, multiplier: Numeric) -> Array:
    """Transition rows with the probability of *entering* one regime multiplied.

    Parameters
    ----------
    row
        Shape (path, regime), rows sum to 1.
    state
        Current regime, shape (path, 1); paths already in `target` are left alone.
    target
        Regime whose entry becomes more or less likely.
    multiplier
        Non-negative, shape (path, 1) or a number; the product is capped at 1.

    Returns
    -------
    Shape (path, regime); the other probabilities keep their proportions and the row still sums to 1.
    """
    entry = row[:, target : target + 1]
    scaled = np.where(state == target, entry, np.minimum(1.0, entry * multiplier))
    others = (1.0 - scaled) / np.where(entry < 1.0, 1.0 - entry, 1.0)
    return np.where(np.arange(row.shape[-1]) == target, scaled, row * others)


def step(row: Array, uniform: Array) -> States:
    """Next regime by inversion of the row's distribution.

    Parameters
    ----------
    row
        Probabilities, shape (path, regime).
    uniform
        Draw in (0, 1), shape (path, 1). With regimes ordered from good to bad a high draw is bad, and
        shifting probability to a worse regime never improves a path.

    Returns
    -------
    Shape (path, 1).
    """
    reached = accumulate(row[:, k : k + 1] for k in range(row.shape[1] - 1))
    return np.asanyarray(sum((uniform >= edge).astype(np.int64) for edge in reached))


def stationary(matrix: Array) -> Array:
    """Long-run share of time in each regime, shape (regime,), of an irreducible chain.

    Notes
    -----
    The last regime is taken out, one after the other, and what entered it goes on to where it leaves for;
    then shares are put together the other way. Nothing is subtracted, so nothing cancels.
    Reference: Grassmann, Taksar and Heyman (1985), *Operations Research* 33(5).
    """
    size, rest = len(matrix), np.array(matrix, dtype=np.float64)
    for k in range(size - 1, 0, -1):
        rest[:k, k] /= math.fsum(rest[k, :k])
        rest[:k, :k] += rest[:k, k : k + 1] * rest[k, :k]
    shares = [1.0]
    for k in range(1, size):
        shares.append(math.fsum(share * entered for share, entered in zip(shares, rest[:k, k], strict=True)))
    return np.array(shares) / math.fsum(shares)

"""Curves over the places of paths: what a regression on an input is made of.

A curve is a table by place, so that any input reads its own by the ranks of its values.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from risk.analysis.attribution import ranks

Array = NDArray[np.float64]
Places = NDArray[np.integer[Any]]


def middle_ranks(values: Array) -> Places:
    """Ranks from 0, (path,); those of equal values are the middle of theirs."""
    place = ranks(values)
    ordered = np.empty_like(values)
    ordered[place] = values
    begins = np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]]))
    if len(begins) == len(values):
        return place
    ends = np.concatenate([begins[1:], [len(values)]])
    return np.repeat((begins + ends - 1) // 2, ends - begins)[place]


@lru_cache(maxsize=4)
def polynomials(n: int, degree: int) -> Array:
    """Orthonormal polynomials in the places of n paths, (place, degree), each orthogonal to the constant."""
    u = (2.0 * np.arange(n) + 1.0) / n - 1.0
    found, _ = np.linalg.qr(np.polynomial.legendre.legvander(u, degree))
    found.flags.writeable = False
    return np.asarray(found[:, 1:])


@lru_cache(maxsize=4)
def plain(n: int) -> Array:
    """Plain orthonormal curves over the places of n paths, (place, 6): what is straight or bends once first.

    Places are read as normal, whose square comes second, and as uniform, up to the fourth power.
    """
    from scipy.special import ndtri

    z, u = ndtri((np.arange(n) + 0.5) / n), (2.0 * np.arange(n) + 1.0) / n - 1.0
    found, _ = np.linalg.qr(np.column_stack([np.ones(n), z, z**2, u, u**2, u**3, u**4]))
    found.flags.writeable = False
    return np.asarray(found[:, 1:])

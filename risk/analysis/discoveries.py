"""Which of many effects are found: the share of false discoveries among them is held."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]


def adjusted(chances: ArrayLike) -> Array:
    """The smallest share of false discoveries at which each effect counts as found, (effect,).

    Parameters
    ----------
    chances : probability that chance alone has so large an effect, (effect,).

    Notes
    -----
    Benjamini and Hochberg (1995), *JRSS B* 57(1): `scipy.stats.false_discovery_control` to the bit, without
    the half second and forty megabytes that loading all of `scipy.stats` takes.
    """
    chance = np.asarray(chances, dtype=np.float64)
    order = np.argsort(chance)
    raised = chance[order] * (len(chance) / np.arange(1.0, len(chance) + 1.0))
    found = np.empty_like(raised)
    found[order] = np.minimum.accumulate(raised[::-1])[::-1]
    return np.clip(found, 0.0, 1.0)

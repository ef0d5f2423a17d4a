"""Whether two runs of the same paths decide alike where another processor has moved their last bits.

Exponentials and logarithms differ in the last bit from one level of processor extensions to another. Floats
hardly notice, but a path on a knife edge may fall to the other side: it is counted, and left out of floats.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from risk.runs.manifest import RELATIVE

if TYPE_CHECKING:
    from risk.runs import Run

Array = NDArray[np.float64]

PATHS_APART = 3
"""Paths in which a count may differ."""


def disagreements(one: Run, two: Run) -> tuple[str, ...]:
    """Say on what two runs of one specification do not decide alike; nothing where they do.

    Notes
    -----
    Every flag may differ on 3 paths. On all paths whose flags agree, each headline outcome x against y has
    ``sum |x - y| <= 1e-6 sum |x|``, so that its mean is within 1e-6 of its size and nothing cancels.
    """
    apart, flipped = [], np.zeros(one.paths, dtype=bool)
    for name in one.names("outcomes"):
        different = _decided_differently(one.outcome(name), two.outcome(name))
        flipped |= different
        if (count := int(different.sum())) > PATHS_APART:
            apart.append(f"{name} on {count:,} paths")
    for variable in one.variables:
        found = _distance(one.outcome(variable.name)[~flipped], two.outcome(variable.name)[~flipped])
        if found > RELATIVE:
            apart.append(f"{variable.name} by {found:.1e}")
    return tuple(apart)


def _decided_differently(x: Array, y: Array) -> NDArray[np.bool_]:
    """Paths on which a flag differs, or on which a number is there in one run only, (path,)."""
    one_only: NDArray[np.bool_] = np.isnan(x) != np.isnan(y)
    flag = all(np.isin(values[~np.isnan(values)], (0.0, 1.0)).all() for values in (x, y))
    return np.asarray(one_only | (x != y) & ~np.isnan(x)) if flag else one_only


def _distance(x: Array, y: Array) -> float:
    """How far apart two columns are, over the size of the first."""
    gap, size = float(np.nansum(np.abs(x - y))), float(np.nansum(np.abs(x)))
    return gap / size if size else float(gap > 0.0)

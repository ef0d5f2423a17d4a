"""A view on arrays: what the mean of a row of paths shall be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]
Relation = Literal["=", "<=", ">="]


@dataclass(frozen=True)
class Moment:
    """The mean of `values`, (path,), is, is at most or is at least `bound`."""

    values: Array
    relation: Relation
    bound: float


class Unreachable(Exception):  # noqa: N818 - it is caught where the views stand
    """No weights on these paths meet the views.

    Attributes
    ----------
    which : places of the fewest views that cannot hold together; one alone lies outside the paths' range.
    low, high : between what the mean of the last of them lies where the others hold; NaN where these leave
        no path.
    """

    def __init__(self, which: Sequence[int], low: float, high: float) -> None:
        super().__init__(which, low, high)
        self.which, self.low, self.high = tuple(which), low, high


class Starved(Exception):  # noqa: N818 - likewise
    """Weights that meet the views rest on so few paths that they cannot be found."""

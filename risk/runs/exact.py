"""Exact sums of as many arrays as there are, in memory that does not grow with them."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class Total:
    """The sum of arrays of one shape, rounded once: to the bit what `math.fsum` says of each place.

    It is kept as a sum and what rounding has lost of it, which is kept in the same way: an addition of two
    numbers and its error add up to them exactly (Knuth, The Art of Computer Programming 2, 4.2.2, theorem B).
    Another term is added where the last of these rounds; numbers of like size need two or three.
    """

    def __init__(self) -> None:
        self._terms: list[Floats] = []

    def add(self, array: Floats) -> None:
        """Add an array; its numbers are finite, and so are the sums."""
        rest = array.astype(np.float64).reshape(-1)
        for place, term in enumerate(self._terms):
            total = term + rest
            of_rest = total - term
            rest = (term - (total - of_rest)) + (rest - of_rest)
            self._terms[place] = total
            if not rest.any():
                return
        self._terms.append(rest)

    def rounded(self) -> Floats:
        """The sum, shape (place,)."""
        places = zip(*(term.tolist() for term in self._terms), strict=True)
        return np.array([math.fsum(terms) for terms in places], dtype=np.float64)

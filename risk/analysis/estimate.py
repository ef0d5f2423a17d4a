"""A number computed from paths with its Monte Carlo error; what only tells it loads no arrays."""

from __future__ import annotations

from dataclasses import dataclass

NORMAL_95 = 1.959963984540054
"""Two-sided 95% quantile of the standard normal."""

FEWEST = 5
"""Paths that a number must rest on for an error to be told: of fewer nobody knows how far chance moved it."""

THIN_TAIL = 500
"""Tail estimates that rest on fewer paths than this must say so."""


@dataclass(frozen=True)
class Estimate:
    """A number computed from paths, and how far chance may have moved it.

    Attributes
    ----------
    value, standard_error
        In the unit of the data; NaN where there are no paths to tell.
    n
        Paths behind the estimate.
    limits
        Ends of the 95% interval where it is not ``value ± 1.96 standard_error``.
    tail
        For quantiles and shortfalls, the paths on the thinner side of the estimate.
    """

    value: float
    standard_error: float
    n: int
    limits: tuple[float, float] | None = None
    tail: int | None = None

    @property
    def interval(self) -> tuple[float, float]:
        """Ends of the 95% Monte Carlo interval."""
        half = NORMAL_95 * self.standard_error
        return self.limits or (self.value - half, self.value + half)

    @property
    def thin(self) -> bool:
        """Whether fewer than 500 paths lie in the tail the estimate speaks of."""
        return self.tail is not None and self.tail < THIN_TAIL

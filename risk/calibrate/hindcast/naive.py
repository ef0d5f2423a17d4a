"""Two forecasts that know nothing but a metric's own past: no change, and last year's growth.

Both are lognormal around their center, as wide as the metric's past changes make them.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from risk.axes import ordinal
from risk.calibrate.hindcast.readings import Metric, Reading

Array = NDArray[np.float64]

NAMES = ("no change", "last year's growth")

ENOUGH = 8
"""Changes that must be known before their own spread stands for the declared volatility."""

YEAR = 4

POINTS: Array = ndtri((np.arange(999) + 0.5) / 999)
"""A standard normal as equally likely values."""


@dataclass(frozen=True)
class Past:
    """What was known of a metric on the information date, up to the base date's quarter.

    Attributes
    ----------
    last : the last reading; `quarter` counts from year 0.
    growth : log change a quarter over the year to it; 0 where no reading lies a year before.
    volatility : standard deviation of the log change in a quarter, of which `changes` were known.
    """

    last: float
    quarter: int
    growth: float
    volatility: float
    changes: int

    def forecasts(self, quarter: int) -> tuple[Array, Array]:
        """Both forecasts of a later quarter, equally likely values each, in the metric's unit."""
        ahead = quarter - self.quarter
        spread = np.exp(self.volatility * np.sqrt(ahead) * POINTS)
        return self.last * spread, self.last * np.exp(self.growth * ahead) * spread


def past(metric: Metric, base: int, information: dt.date) -> Past | None:
    """Return what was known; None where nothing was.

    Parameters
    ----------
    base : quarter of the base date, counted from year 0.
    """
    known = _latest([r for r in metric.readings if r.published <= information and ordinal(r.quarter) <= base])
    if not known:
        return None
    quarters = [ordinal(r.quarter) for r in known]
    before = [r for r, q in zip(known, quarters, strict=True) if q == quarters[-1] - YEAR]
    growth = float(np.log(known[-1].value / before[0].value)) / YEAR if before else 0.0
    steps = [
        (float(np.log(two.value / one.value)), ordinal(two.quarter) - ordinal(one.quarter))
        for one, two in pairwise(known)
    ]
    own = np.sqrt(sum(x**2 for x, _ in steps) / sum(n for _, n in steps)) if len(steps) >= ENOUGH else 0.0
    return Past(known[-1].value, quarters[-1], growth, float(own) or metric.volatility, len(steps))


def _latest(readings: list[Reading]) -> list[Reading]:
    """The last reading of each quarter."""
    return list({r.quarter: r for r in readings}.values())

"""Fans: quantiles over paths of a quarterly series, in its reporting unit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from risk.paths import FACILITY_SERIES, SERIES, Variable
from risk.runs import Run
from risk.units import SCALE

Array = NDArray[np.float64]

LEVELS = (0.05, 0.25, 0.50, 0.75, 0.95)


@dataclass(frozen=True)
class Fan:
    """Quantiles of one series by quarter.

    Attributes
    ----------
    labels : quarters, base date first.
    quantiles : (level, quarter) in the variable's unit, levels as in `LEVELS`; NaN where no path has a value.
    """

    variable: Variable
    labels: tuple[str, ...]
    quantiles: Array

    @property
    def median(self) -> Array:
        """Median by quarter, (quarter,)."""
        return np.asarray(self.quantiles[2])


def fan(run: Run, name: str) -> Fan:
    """Fan of one path series."""
    variable = next(v for v in SERIES if v.name == name)
    return Fan(variable, run.calendar.labels, quantiles(run.series(name)) / SCALE[variable.unit])


def facility_fan(run: Run, name: str, column: int) -> Fan:
    """Fan of one facility's series over the stored paths; quarters after debt or default are left out."""
    variable = next(v for v in FACILITY_SERIES if v.name == name)
    found = quantiles(run.facility(name)[:, :, column])
    return Fan(variable, run.calendar.labels, found / SCALE[variable.unit])


def quantiles(series: NDArray[np.float32]) -> Array:
    """Quantiles over paths, (level, quarter); linear between order statistics, NaN left out."""
    ordered = np.sort(series, axis=1).astype(np.float64)  # NaN sorts last
    counts = np.isfinite(ordered).sum(axis=1)
    out = np.full((len(LEVELS), len(series)), np.nan)
    for t, n in enumerate(counts):
        if n:
            position = np.asarray(LEVELS) * (n - 1)
            below = np.floor(position).astype(int)
            above = np.minimum(below + 1, n - 1)
            out[:, t] = ordered[t, below] + (position - below) * (ordered[t, above] - ordered[t, below])
    return out

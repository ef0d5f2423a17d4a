"""Fans: quantiles over paths of a quarterly series, in its reporting unit."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from risk.paths import FACILITY_SERIES, SERIES, Variable
from risk.runs import Run
from risk.runs.passes import by_quarter
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
    return Fan(
        variable,
        run.calendar.labels,
        quantiles(row for (row,) in by_quarter(run, name)) / SCALE[variable.unit],
    )


def facility_fan(run: Run, name: str, column: int) -> Fan:
    """Fan of one facility's series over the stored paths; quarters after debt or default are left out."""
    variable = next(v for v in FACILITY_SERIES if v.name == name)
    found = quantiles(run.facility(name)[:, :, column])
    return Fan(variable, run.calendar.labels, found / SCALE[variable.unit])


def quantiles(series: Iterable[NDArray[np.float32]]) -> Array:
    """Quantiles over paths of one array a quarter, (level, quarter); NaN left out.

    Linear between order statistics.
    """
    return np.array([_quantiles(quarter) for quarter in series]).T


def _quantiles(values: NDArray[np.float32]) -> Array:
    ordered = np.sort(values)  # NaN sorts last
    n = int(np.isfinite(ordered).sum())
    if not n:
        return np.full(len(LEVELS), np.nan)
    position = np.asarray(LEVELS) * (n - 1)
    below = np.floor(position).astype(int)
    low, high = (ordered[at].astype(np.float64) for at in (below, np.minimum(below + 1, n - 1)))
    return np.asarray(low + (position - below) * (high - low))

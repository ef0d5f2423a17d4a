"""Revenue: what the labs' run-rates say of imitation and of the ceiling.

The sum of both labs' run-rates, by month, follows a Bass curve from its first reading: revenue is ceiling
times adoption, innovation as the register has it. Nonlinear least squares on logs. The ceiling's interval is
that of the profile of the sum of squares: early growth is exponential whatever the ceiling, so that the
profile may be flat above. Imitation is then read at the register's ceiling.

The labs are the fastest part of what end customers pay: their imitation bounds that of the whole from above.

References: Bass (1969); Bates & Watts (1988) for profile intervals; scipy `least_squares`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.optimize import least_squares
from scipy.stats import f as fisher

from risk.calibrate.estimate.core import Array, Finding, Module
from risk.calibrate.estimate.series import Column, Data, Series
from risk.processes import bass

if TYPE_CHECKING:
    from risk.assumptions import Assumptions

LABS = ("Anthropic", "OpenAI")
MONTHS = 12.0
GRID = 61
"""Points of the ceiling's profile between its plausible bounds."""

RUN_RATES = Series(
    "ai_revenue.csv",
    "Run-rates of revenue of AI labs",
    (
        Column("entity", "text"),
        Column("month", "month"),
        Column("value_bn", unit="USD bn a year", low=0.01, high=5000),
        Column("grade", "text"),
        Column("source", "text"),
    ),
    "press accounts and company statements",
    key=("entity", "month"),
    ships=True,
)


def find(data: Mapping[str, Data], register: Assumptions) -> Sequence[Finding]:
    """Ceiling by its profile, imitation at the register's ceiling."""
    years, logs = together(data[RUN_RATES.file].rows)
    entry = register.entries["revenue.log_ceiling"]
    share = math.log(register.number("revenue.lab_revenue_share"))
    p = register.number("revenue.innovation")
    bounds = (float(entry.low) + share, float(entry.high) + share)  # type: ignore[arg-type]
    best, interval = ceiling(years, logs, p, bounds)
    held = register.number(entry.id) + share
    q, error, sd = imitation(years, logs, p, held)
    year = float(np.interp(years[-1], years, logs) - np.interp(years[-1] - 1.0, years, logs))
    open_above = interval[1] >= bounds[1] - 1e-9
    told = f"labs' ceiling over their share of {math.exp(share):.2f}; " + (
        "the profile is flat above: no upper bound" if open_above else "bounded on both sides"
    )
    low, high = interval[0] - share, interval[1] - share
    half = (high - low) / (2.0 * 1.6448536269514722)
    growth = f"labs only; sd of a reading {sd:.2f}; log growth of the last twelve months {year:.2f}"
    n = len(years)
    return [
        Finding(
            "revenue.log_ceiling",
            best - share,
            half,
            n,
            "Bass curve, profile of the ceiling",
            told,
            (low, high),
        ),
        Finding("revenue.imitation", q, error, n, "Bass curve by least squares, ceiling held", growth),
    ]


def together(frame: pd.DataFrame) -> tuple[Array, Array]:
    """Years from the first reading, and the log of the labs' sum, each interpolated between its own."""
    by = {
        name: rows.sort_values("month") for name, rows in frame[frame["entity"].isin(LABS)].groupby("entity")
    }
    points = {
        name: (_time(rows["month"]), np.log(rows["value_bn"].to_numpy(np.float64)))
        for name, rows in by.items()
    }
    first = max(t[0] for t, _ in points.values())
    last = min(t[-1] for t, _ in points.values())
    times = np.unique(np.concatenate([t for t, _ in points.values()]))
    times = times[(times >= first) & (times <= last)]
    total = sum(np.exp(np.interp(times, t, y)) for t, y in points.values())
    return np.asarray((times - times[0]) / MONTHS), np.log(total)


def _time(months: pd.Series[str]) -> Array:
    return pd.PeriodIndex(months, freq="M").astype("int64").to_numpy(np.float64)


def curve(years: Array, start: float, log_ceiling: float, p: float, q: float) -> Array:
    """Log revenue of a Bass curve that begins at log revenue `start`."""
    adopted = math.exp(min(start - log_ceiling, -1e-6))
    return np.array([log_ceiling + math.log(float(bass.step(adopted, p, q, 0.0, 1.0, t))) for t in years])


def _fit(years: Array, logs: Array, p: float, log_ceiling: float) -> tuple[Array, Array, float]:
    """Start and imitation at a ceiling: estimates, covariance, sum of squares."""

    def miss(at: Array) -> Array:
        return curve(years, float(at[0]), log_ceiling, p, float(at[1])) - logs

    found = least_squares(
        miss,
        x0=[min(logs[0], log_ceiling - 0.5), 1.0],
        bounds=([logs[0] - 3.0, 1e-3], [log_ceiling - 1e-3, 20.0]),
    )
    square = 2.0 * float(found.cost)
    freedom = max(len(years) - 2, 1)
    slope = np.asarray(found.jac)
    covariance = np.linalg.pinv(slope.T @ slope) * square / freedom
    return np.asarray(found.x), covariance, square


def imitation(years: Array, logs: Array, p: float, log_ceiling: float) -> tuple[float, float, float]:
    """Imitation at a ceiling, 1/y, its standard error, and the standard deviation of a reading."""
    at, covariance, square = _fit(years, logs, p, log_ceiling)
    return float(at[1]), math.sqrt(float(covariance[1, 1])), math.sqrt(square / max(len(years) - 2, 1))


def ceiling(
    years: Array, logs: Array, p: float, bounds: tuple[float, float]
) -> tuple[float, tuple[float, float]]:
    """Log ceiling of the least squares, and the 90% interval of its profile within bounds."""
    grid = np.linspace(max(bounds[0], logs.max() + 0.05), bounds[1], GRID)
    square = np.array([_fit(years, logs, p, at)[2] for at in grid])
    freedom = max(len(years) - 3, 1)
    cut = square.min() * (1.0 + fisher.ppf(0.9, 1, freedom) / freedom)
    inside = grid[square <= cut]
    return float(grid[square.argmin()]), (float(inside.min()), float(inside.max()))


MODULE = Module("revenue", "Revenue of the labs", (RUN_RATES,), find)

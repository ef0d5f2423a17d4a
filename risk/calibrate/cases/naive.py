"""Two forecasts that know nothing but a quantity's own past: no change, and its trend.

Both are random walks in quarters from the last value known, of the volatility of past changes; the statistic
that an outcome asks for is read off them as off the model's paths. Positive quantities move in logs, shares
and what may be zero in levels.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from risk.assumptions.cases.form import Expected
from risk.axes import Calendar, Span, quarter_of, span
from risk.engine.measuring import HOLDS
from risk.processes import running
from risk.shocks.stream import generator

Array = NDArray[np.float64]

NAMES = ("no change", "trend")
PATHS = 4_096
ENOUGH = 3
"""Changes that must be known before their spread stands for a volatility."""

BEFORE = 24
"""Quarters before the base date for which a walk knows its own past."""


@dataclass(frozen=True)
class Past:
    """What was known of a quantity at the base date.

    Attributes
    ----------
    last : the last value; growth and volatility a year, of its log or in its unit.
    logs : whether it moves in logs.
    """

    last: float
    growth: float
    volatility: float
    logs: bool


def past(outcome: Expected, base: dt.date) -> Past | None:
    """Return what was known; None where too little is told for a forecast."""
    known = [x for _, x in outcome.history]
    last = known[-1] if known else outcome.last
    if last is None and (outcome.relative_to == "base" or outcome.statistic == "ratio"):
        last = 1.0
    if last is None:
        return None
    logs = min([last, *known]) > 0.0 and not (outcome.timed and outcome.unit == "fraction")
    x = np.log(known) if logs else np.asarray(known, dtype=np.float64)
    years = [day.toordinal() / 365.25 for day, _ in outcome.history]
    growth, volatility = outcome.growth, outcome.volatility
    if growth is None:
        growth = float(x[-1] - x[0]) / (years[-1] - years[0]) if len(known) > 1 else 0.0
    if volatility is None and len(known) > ENOUGH:
        steps = [(b - a) ** 2 / (t - s) for (a, s), (b, t) in pairwise(zip(x, years, strict=True))]
        volatility = float(np.sqrt(np.mean(steps)))
    return None if not volatility else Past(float(last), growth, volatility, logs)


def forecasts(outcome: Expected, known: Past, calendar: Calendar, seed: int) -> tuple[Array, Array]:
    """Equally likely values of an outcome by both forecasts, (path,) each, in its unit."""
    still, trend = (
        _statistic(outcome, _walk(outcome, known, calendar, g, seed), calendar) for g in (0.0, known.growth)
    )
    return still, trend


def _walk(outcome: Expected, known: Past, calendar: Calendar, growth: float, seed: int) -> Array:
    """A quantity by quarter, from `BEFORE` quarters before the base date, (quarter, path)."""
    noise = generator(seed, f"naive {outcome.id}", 0).standard_normal((calendar.quarters, PATHS))
    ahead = growth / 4.0 + known.volatility / 2.0 * noise
    moved = np.concatenate([np.zeros((1, PATHS)), running(ahead)])
    before = np.broadcast_to(growth / 4.0 * np.arange(-BEFORE, 0.0)[:, None], (BEFORE, PATHS))
    path = np.concatenate([before, moved])
    if known.logs:
        return np.asarray(known.last * np.exp(path))
    found = known.last + path
    return np.clip(found, 0.0, 1.0) if outcome.unit in ("fraction", "%") else found


def _statistic(outcome: Expected, x: Array, calendar: Calendar) -> Array:
    """What an outcome asks of the walks, (path,)."""
    base, window = BEFORE, span(calendar, outcome.over)
    relative = "base" if outcome.statistic == "ratio" else outcome.relative_to
    if relative == "base":
        x = x / np.where(x[base] != 0.0, x[base], 1.0)
    elif relative == "peak":
        x = x / np.maximum(
            np.maximum.accumulate(x[base:], axis=0)[np.maximum(np.arange(len(x)) - base, 0)], 1e-300
        )
    elif isinstance(relative, int):
        x = np.concatenate([np.full_like(x[:relative], np.nan), x[relative:] / x[:-relative]])
    seen = x[base + max(window.first, 1) : base + window.last + 1]
    if outcome.timed:
        return _timed(outcome, seen, window, calendar)
    match outcome.statistic:
        case "minimum":
            return np.asarray(seen.min(axis=0))
        case "maximum":
            return np.asarray(seen.max(axis=0))
        case "mean":
            return np.asarray(seen.mean(axis=0))
        case "cumulative":
            return np.asarray(seen.sum(axis=0))
    return np.asarray(seen[-1])


def _timed(outcome: Expected, seen: Array, window: Span, calendar: Calendar) -> Array:
    """Quarter in which a threshold is first met (one after the run: never), or whether it is."""
    ((word, level),) = outcome.threshold.items()
    holds = HOLDS[word](seen, level)
    if outcome.statistic == "happens":
        return np.asarray(holds.any(axis=0), dtype=np.float64)
    first = max(window.first, 1) + holds.argmax(axis=0)
    return np.where(holds.any(axis=0), first, calendar.quarters + 1.0)


def last_day(calendar: Calendar) -> int:
    """Quarter of the base date, counted from year 0."""
    return quarter_of(calendar.base)

"""What a run says of a reading: equally likely values, measured as the reading was."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from risk.axes import Calendar, ordinal
from risk.calibrate import scores
from risk.calibrate.hindcast import naive
from risk.calibrate.hindcast.readings import Metric, Reading
from risk.runs import Run
from risk.shocks.stream import generator, open_uniform
from risk.units import SCALE

Array = NDArray[np.float64]

NOISES = 16
"""Readings whose noise is kept: a megabyte each on the paths of a long run."""

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


@dataclass(frozen=True)
class Score:
    """A reading against the forecasts of one run.

    Attributes
    ----------
    lead : quarters from the base date to what the reading describes.
    value, median, low, high : reading, median and declared interval of the forecast, in `unit`.
    pit : percentile of the reading among the paths.
    crps, interval : scores of the run; of the naive forecasts, no change first, in `naive_crps` and
        `naive_interval`; empty where nothing was known of the metric.
    """

    metric: str
    date: str
    quarter: str
    lead: int
    value: float
    unit: str
    published: str
    source: str
    grade: str
    median: float
    low: float
    high: float
    pit: float
    crps: float
    interval: float
    naive_crps: tuple[float, ...]
    naive_interval: tuple[float, ...]

    @property
    def outside(self) -> bool:
        """Whether the reading lies outside the declared interval."""
        return not scores.inside(self.pit, scores.DECLARED)


def due(metric: Metric, base: int, information: dt.date | None) -> Iterator[Reading]:
    """Readings of periods after the base date's quarter that were published after the information date.

    Parameters
    ----------
    base : quarter of the base date, counted from year 0.
    information : None = whenever they were published.
    """
    for reading in metric.readings:
        later = ordinal(reading.quarter) > base
        if later and (information is None or reading.published > information):
            yield reading


def path_values(run: Run, metric: Metric, last: int | None = None) -> Array | None:
    """A metric on every path and quarter, (quarter + 1, path) in its unit; NaN where quarters are missing.

    None where it is measured by calendar year, or not at all.

    Parameters
    ----------
    last : quarter after which nobody asks; by default the last of the run.
    """
    if not metric.quantity:
        return None
    kept = run.series(metric.quantity, None if last is None else slice(last + 1))
    x, n = kept.astype(np.float64) / SCALE[metric.unit], metric.quarters
    if n == 1:
        return x
    sums = np.full_like(x, np.nan)  # the base date's own quarter is a state, not a flow of the run
    for t in range(n, len(x)):
        sums[t] = x[t - n + 1 : t + 1].sum(axis=0)
    return sums


def values(run: Run, metric: Metric, reading: Reading, known: Array | None) -> Array | None:
    """Equally likely values of what a reading describes, (path,) in its unit; None where a run has none.

    Parameters
    ----------
    known : `path_values` of the metric.
    """
    t = run.calendar.offset(reading.quarter)
    if not 0 < t <= run.calendar.quarters:
        return None
    if metric.outcome:
        year = run.calendar.year[t]
        if run.calendar.quarter[t] != 4 or year not in run.calendar.full_years:
            return None
        return np.asarray(run.outcome(metric.outcome.format(year=year)) / SCALE[metric.unit])
    if known is None or np.isnan(known[t]).any():
        return None
    if not metric.relative:
        return np.asarray(known[t])
    base = [r.value for r in metric.readings if r.quarter == run.calendar.labels[0]]
    return known[t] / known[0] * base[-1] if base else None


def measured(x: Array, reading: Reading) -> Array:
    """Values as they would be read: with the reading's own error as a measurement."""
    return x * np.exp(reading.error * noise(f"{reading.metric} {reading.date}", len(x)))


@lru_cache(maxsize=NOISES)
def noise(name: str, n: int) -> Array:
    """Standard normals of a reading (its metric and date), the same in every run."""
    found: Array = generator(0, f"reading {name}", 0).standard_normal(n)
    return found


def score(metric: Metric, reading: Reading, x: Array, calendar: Calendar, past: naive.Past | None) -> Score:
    """Score one reading.

    Parameters
    ----------
    x : `measured` values, (path,).
    """
    v = float(open_uniform(generator(0, f"atom {reading.metric} {reading.date}", 0), (1,))[0])
    rivals = past.forecasts(ordinal(reading.quarter)) if past else ()
    low, high = scores.interval(x)
    return Score(
        metric=metric.id,
        date=reading.date,
        quarter=reading.quarter,
        lead=calendar.offset(reading.quarter),
        value=reading.value,
        unit=metric.unit,
        published=reading.published.isoformat(),
        source=reading.source,
        grade=reading.grade,
        median=float(np.median(x)),
        low=low,
        high=high,
        pit=scores.pit(x, reading.value, v),
        crps=scores.crps(x, reading.value),
        interval=scores.interval_score(x, reading.value),
        naive_crps=tuple(scores.crps(rival, reading.value) for rival in rivals),
        naive_interval=tuple(scores.interval_score(rival, reading.value) for rival in rivals),
    )


@dataclass(frozen=True)
class Fan:
    """A metric in a run: quantiles by quarter, and what was read.

    Attributes
    ----------
    quarters : from the base date on, or from the first with a whole year.
    read : by quarter; None where a quarter has no reading.
    """

    metric: str
    quarters: tuple[str, ...]
    p5: tuple[float, ...]
    p25: tuple[float, ...]
    p50: tuple[float, ...]
    p75: tuple[float, ...]
    p95: tuple[float, ...]
    read: tuple[float | None, ...]


def fan(metric: Metric, known: Array, calendar: Calendar, last: int) -> Fan:
    """Quantiles of a metric up to a quarter, `last` counted from year 0."""
    count = last - ordinal(calendar.labels[0]) + 1
    first = int(np.isnan(known[:, 0]).sum())
    quarters = calendar.labels[first:count]
    found = np.quantile(known[first:count], QUANTILES, axis=1)
    read = {r.quarter: r.value for r in metric.readings}
    p5, p25, p50, p75, p95 = (tuple(map(float, row)) for row in found)
    return Fan(metric.id, quarters, p5, p25, p50, p75, p95, tuple(map(read.get, quarters)))

"""One outcome of a case held against what came: percentile, intervals, scores, and two naive forecasts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from risk.assumptions.cases.expected import GIVEN, PREFIX, missing, produced
from risk.assumptions.cases.form import NEVER, Expected
from risk.axes import Calendar
from risk.calibrate import scores
from risk.calibrate.cases import naive
from risk.shocks.stream import generator, open_uniform
from risk.units import SCALE

Array = NDArray[np.float64]

LEVELS = (0.5, 0.8, 0.9, 0.995)
"""Central intervals that are told."""

INSIDE, FAR = 0.9, 0.995
"""The interval an outcome should lie in, and the one a headline may not leave."""

LEAST = 30
"""Paths on which a conditional outcome must be met to be judged."""


@dataclass(frozen=True)
class Rival:
    """A naive forecast of an outcome: its scores, and the width of its 90% interval."""

    name: str
    median: float
    crps: float
    interval: float
    width: float


@dataclass(frozen=True)
class Judged:
    """An outcome against the forecast.

    Attributes
    ----------
    missing : why the model cannot produce it; empty where it can. Then all figures are NaN.
    realised : what came, in `unit`; of a time the quarter from the base date, one after the run: never.
    low, high : ends of each interval of `LEVELS`.
    paths : on which it is met, of those that are conditional; else all.
    """

    id: str
    label: str
    unit: str
    headline: bool
    source: str
    grade: str
    statistic: str
    said: str
    missing: str
    realised: float
    median: float
    low: tuple[float, ...]
    high: tuple[float, ...]
    pit: float
    crps: float
    interval: float
    paths: int
    rivals: tuple[Rival, ...] = ()

    @property
    def known(self) -> bool:
        """Whether the model says anything of it."""
        return not self.missing

    @property
    def inside(self) -> bool:
        """Whether what came lies in the 90% interval; never where the model cannot say."""
        return self.known and scores.inside(self.pit, INSIDE)

    @property
    def far(self) -> bool:
        """Whether it lies outside the 99.5% interval, or cannot be produced."""
        return not (self.known and scores.inside(self.pit, FAR))

    @property
    def width(self) -> float:
        """Width of the 90% interval."""
        return self.high[LEVELS.index(INSIDE)] - self.low[LEVELS.index(INSIDE)] if self.known else np.nan


@dataclass(frozen=True)
class Sample:
    """An outcome on every path, in its unit, and on which it is met."""

    values: Array
    met: NDArray[np.bool_]


def sample(outcome: Expected, outcomes: Mapping[str, Array], calendar: Calendar) -> Sample:
    """Return what the paths of a run say of an outcome, without the error of its measurement."""
    id = PREFIX + outcome.id
    if outcome.statistic == "first time":
        x = np.where(np.isnan(outcomes[f"{id}_quarter"]), calendar.quarters + 1.0, outcomes[f"{id}_quarter"])
    elif outcome.statistic == "happens":
        x = outcomes[id]
    else:
        x = outcomes[id] / SCALE[outcome.unit]
    met = np.isfinite(x)
    if outcome.given:
        met &= outcomes[GIVEN + outcome.id] > 0.0
    return Sample(np.asarray(x, dtype=np.float64), met)


def realised(outcome: Expected, calendar: Calendar | None) -> float:
    """Return what came as a number: the middle of a range, a quarter counted from the base date."""
    x = outcome.realised
    if outcome.statistic == "first time" and calendar is not None:
        return calendar.quarters + 1.0 if x == NEVER else float(calendar.offset(str(x)))
    if isinstance(x, (list, tuple)):
        return (float(x[0]) + float(x[1])) / 2.0
    return float(x)


def measured(outcome: Expected, x: Array, name: str, seed: int) -> Array:
    """Values as they would be read: with the error of the measurement, and anywhere in a range.

    The error is that of what came, and in proportion of what else might have: nothing is read as nothing.
    """
    if outcome.timed:
        return x
    draw = generator(seed, f"reading {name} {outcome.id}", 0)
    noise = outcome.error * draw.standard_normal(len(x))
    if isinstance(outcome.realised, (list, tuple)):
        noise = noise + (outcome.realised[1] - outcome.realised[0]) * (open_uniform(draw, (len(x),)) - 0.5)
    y = realised(outcome, None)
    found = x * np.exp(noise / abs(y)) if y else x + noise
    share = outcome.unit in ("fraction", "%") and not (outcome.relative_to or outcome.statistic == "ratio")
    return np.minimum(found, 1.0 / SCALE[outcome.unit]) if share and _whole(outcome, x) else found


def _whole(outcome: Expected, x: Array) -> bool:
    """Whether no value is above one: a share is not read as more than all."""
    return bool(len(x)) and float(x.max()) * SCALE[outcome.unit] <= 1.0


def judge(outcome: Expected, outcomes: Mapping[str, Array], calendar: Calendar, seed: int) -> Judged:
    """Hold one outcome against the paths of a run.

    Parameters
    ----------
    outcomes : name → (path,), base units, as the run left them.
    """
    y = realised(outcome, calendar)
    if not produced(outcome):
        return _unknown(outcome, missing(outcome), y, 0)
    found = sample(outcome, outcomes, calendar)
    count = int(found.met.sum())
    if count < LEAST:
        return _unknown(outcome, f"on {count} of {len(found.met):,} paths only", y, count)
    x = measured(outcome, found.values[found.met], "model", seed)
    v = float(open_uniform(generator(seed, f"atom {outcome.id}", 0), (1,))[0])
    ends = [scores.interval(x, level) for level in LEVELS]
    return Judged(
        **_words(outcome),
        missing="",
        realised=y,
        median=float(np.median(x)),
        low=tuple(low for low, _ in ends),
        high=tuple(high for _, high in ends),
        pit=scores.pit(x, y, v),
        crps=scores.crps(x, y),
        interval=scores.interval_score(x, y, INSIDE),
        paths=count,
        rivals=_rivals(outcome, y, calendar, seed),
    )


def _words(outcome: Expected) -> dict[str, Any]:
    kept = ("id", "label", "unit", "headline", "source", "grade", "statistic")
    return {key: getattr(outcome, key) for key in kept} | {"said": said(outcome)}


def said(outcome: Expected) -> str:
    """Return what came as the case has it."""
    x = outcome.realised
    if isinstance(x, bool):
        return "yes" if x else "no"
    if isinstance(x, (list, tuple)):
        return f"{x[0]:g} to {x[1]:g}"
    return x if isinstance(x, str) else f"{x:g}"


def _unknown(outcome: Expected, why: str, y: float, paths: int) -> Judged:
    nothing = (np.nan,) * len(LEVELS)
    return Judged(
        **_words(outcome), missing=why, realised=y, median=np.nan, low=nothing, high=nothing,
        pit=np.nan, crps=np.nan, interval=np.nan, paths=paths,
    )  # fmt: skip


def _rivals(outcome: Expected, y: float, calendar: Calendar, seed: int) -> tuple[Rival, ...]:
    known = naive.past(outcome, calendar.base)
    if known is None:
        return ()
    found = []
    for name, walked in zip(naive.NAMES, naive.forecasts(outcome, known, calendar, seed), strict=True):
        x = measured(outcome, walked, name, seed)
        low, high = scores.interval(x, INSIDE)
        found.append(
            Rival(
                name, float(np.median(x)), scores.crps(x, y), scores.interval_score(x, y, INSIDE), high - low
            )
        )
    return tuple(found)

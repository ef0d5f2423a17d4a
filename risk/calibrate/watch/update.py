"""What readings since the base date say: paths near them weigh more.

==========  ========  ===========================================================================
symbol      unit      meaning
==========  ========  ===========================================================================
y, x_i      as read   a reading; what path i has for what it describes
σ           log       error of the reading: its own as a measurement, five percent at least, and
                      where its quarter was not over the volatility of what was left of it
w_i         1         ``exp(−½ Σ (ln y − ln x_i)² / σ²)``, a path's likelihood
==========  ========  ===========================================================================

Weights are those of importance sampling with the run as the prior (Gordon, Salmond and Smith, 1993, *IEE
Proceedings F* 140(2)): nothing is simulated again. They count on as many paths as lie near what was read, and
when fewer than 500 effective ones are left the run says no more: a new base date is due. Errors of different
readings are taken as independent; of one metric the last reading of a quarter counts, of sums that share
quarters the last, and of a sum whose parts are read the parts.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import ceil, log, sqrt

import numpy as np
from numpy.typing import NDArray

from risk.analysis import metrics as outcomes
from risk.analysis import statistics, weighted
from risk.analysis.contrasts import Difference
from risk.analysis.estimate import THIN_TAIL, Estimate
from risk.analysis.verdict import CLASSES
from risk.analysis.weighted import Importance
from risk.assumptions import locate
from risk.axes import ordinal, quarter_end
from risk.calibrate.hindcast import forecast
from risk.calibrate.hindcast.forecast import Score
from risk.calibrate.hindcast.hindcast import figure, information
from risk.calibrate.hindcast.readings import Metric, Reading
from risk.runs import Run

Array = NDArray[np.float64]

FLOOR = THIN_TAIL
"""Effective paths below which reweighting is exhausted: so few tell no tail."""

TOLERANCE = 0.05
"""Least error of a reading in logs: no path is a forecast to the cent, and an index is read on its own rules
(judgement)."""

SHORTFALL = 0.975

LATER = "a later reading of the quarter counts"
SHARED = "shares quarters with a later sum"
PARTS = "its parts count"
ONE_FIRM = "one firm's, against all firms of the model"


@dataclass(frozen=True)
class Held:
    """A reading since the base date against the paths.

    Attributes
    ----------
    label : of its metric; `score` has reading, interval and percentile.
    known : whether it was published when the state of the run was set.
    weighs : whether it weighs the paths; `why` not.
    error : of its logarithm, as it weighs.
    alone, after : change of P(event) by it alone, and by it and all before it; `effective` paths after these.
    """

    label: str
    score: Score
    known: bool
    weighs: bool
    why: str
    error: float
    alone: Estimate | None = None
    after: Estimate | None = None
    effective: float | None = None

    @property
    def outside(self) -> bool:
        """Whether it lies outside the declared interval of the paths."""
        return self.score.outside

    @property
    def sentence(self) -> str:
        """What was read, and between what the paths lie."""
        s, side = self.score, "above" if self.score.pit > 0.5 else "below"
        unit = "%" if s.unit == "%" else f" {s.unit}"
        place = f"{side} {figure(s.low)} to {figure(s.high)}" if s.outside else "inside"
        when = f"of {s.date}" if s.date == s.quarter else f"on {s.date}"
        return f"{self.label} {figure(s.value)}{unit} {when}: {place} (percentile {100.0 * s.pit:.1f})"


@dataclass(frozen=True)
class Update:
    """A run as readings since its base date leave it.

    Attributes
    ----------
    base : quarter of the base date; `last` the day or quarter that the newest reading describes.
    paths, effective : of the run, and what is left of them.
    held : readings since the base date, in the order in which they were published.
    moved : probabilities of the classes and of propositions, mean and shortfall of the headline loss.
    stress : the run is of a scenario, which is no forecast: nothing is held against it.
    """

    base: str
    last: str
    paths: int
    effective: float
    held: tuple[Held, ...]
    moved: tuple[Difference, ...]
    stress: bool = False

    @property
    def weighing(self) -> tuple[Held, ...]:
        """Readings that weigh the paths."""
        return tuple(held for held in self.held if held.weighs)

    @property
    def exhausted(self) -> bool:
        """Whether too few paths are left to tell anything."""
        return bool(self.weighing) and self.effective < FLOOR

    @property
    def why(self) -> str:
        """Why the run says no more, in a sentence; empty where it does."""
        if not self.exhausted:
            return ""
        read = f"{len(self.weighing)} reading{'s' * (len(self.weighing) > 1)}"
        return (
            f"reweighting is exhausted: what was read since {self.base} ({read}) leaves as much as "
            f"{self.effective:,.0f} of {self.paths:,} paths would say, and below {FLOOR:,} nothing is told"
        )

    @property
    def enough(self) -> int:
        """Paths of which as many would be left as are wanted, at this share."""
        return ceil(FLOOR * self.paths / max(self.effective, 1.0))


@dataclass(frozen=True)
class Reweighted:
    """An update with the weights themselves, (path,)."""

    update: Update
    weights: Importance


def forecasts(run: Run) -> bool:
    """Whether a run is of the base case, at its own or an earlier date: only that is a forecast."""
    return run.manifest.scenario.partition(locate.AT)[0] == locate.BASE


def held(run: Run, metrics: Sequence[Metric]) -> tuple[Held, ...]:
    """Every reading that describes a time after the base date, against the paths; in order of publication."""
    return tuple(one for one, _ in _held(run, metrics))


def update(run: Run, metrics: Sequence[Metric]) -> Reweighted:
    """Weigh the paths of a run by what was read since its base date; equal weights where nothing was."""
    found, equal = _held(run, metrics), Importance.equal(run.paths)
    event = run.outcome("bust")
    sums, rows, weights = np.zeros(run.paths), list[Held](), equal
    for one, logs in found:
        row = one
        if one.weighs:
            sums = sums + logs
            weights = Importance.of_logarithms(sums)
            alone = weighted.change(event, equal, Importance.of_logarithms(logs))
            after = weighted.change(event, equal, weights)
            row = replace(one, alone=alone, after=after, effective=weighted.effective(weights.weights))
        rows.append(row)
    effective = weighted.effective(weights.weights)
    last = max((row.score.date for row in rows), default="")
    made = Update(run.calendar.labels[0], last, run.paths, effective, tuple(rows), ())
    if made.exhausted or not made.weighing:
        return Reweighted(made, weights)
    return Reweighted(replace(made, moved=tuple(_moved(run, equal, weights))), weights)


def _held(run: Run, metrics: Sequence[Metric]) -> list[tuple[Held, Array]]:
    """Readings since the base date with the logarithms of their likelihoods, (path,)."""
    base, day = ordinal(run.calendar.labels[0]), information(run.register)
    found = []
    for metric in metrics:
        due = [] if metric.unscored else list(forecast.due(metric, base, None))
        last = max((run.calendar.offset(reading.quarter) for reading in due), default=0)
        paths = forecast.path_values(run, metric, min(last, run.calendar.quarters)) if due else None
        known = [(r, x) for r in due if (x := forecast.values(run, metric, r, paths)) is not None]
        left_out = _left_out(metric, [reading for reading, _ in known], metrics)
        for reading, x in known:
            score = forecast.score(metric, reading, forecast.measured(x, reading), run.calendar, None)
            error, why = _error(metric, reading), left_out.get(reading.date, "")
            told = Held(metric.label, score, reading.published <= day, not why, why, error)
            found.append((told, _likelihood(x, reading.value, error)))
    return sorted(found, key=lambda pair: (pair[0].score.published, pair[0].score.date, pair[0].score.metric))


def _left_out(metric: Metric, readings: Sequence[Reading], metrics: Sequence[Metric]) -> Mapping[str, str]:
    """Date → why a reading of a metric does not weigh."""
    if metric.relative:
        return {reading.date: ONE_FIRM for reading in readings}
    if metric.of and any(other.id == metric.of and not other.unscored for other in metrics):
        return {reading.date: PARTS for reading in readings}
    last, found, kept = {reading.quarter: reading.date for reading in readings}, dict[str, str](), list[int]()
    for reading in reversed(readings):
        quarter = ordinal(reading.quarter)
        if last[reading.quarter] != reading.date:
            found[reading.date] = LATER
        elif kept and kept[-1] - quarter < metric.quarters:
            found[reading.date] = SHARED
        else:
            kept.append(quarter)
    return found


def _error(metric: Metric, reading: Reading) -> float:
    """Standard deviation of a reading's logarithm about what a path has for the quarter."""
    return sqrt(max(reading.error, TOLERANCE) ** 2 + metric.volatility**2 * _left(reading))


def _left(reading: Reading) -> float:
    """Share of its quarter that was still to come on the day that a reading describes."""
    if reading.date == reading.quarter:
        return 0.0
    quarter = ordinal(reading.quarter)
    end, start = quarter_end(quarter), quarter_end(quarter - 1)
    return (end - dt.date.fromisoformat(reading.date)).days / (end - start).days


def _likelihood(x: Array, value: float, error: float) -> Array:
    """Logarithm of a reading's likelihood on each path, but for a constant; −∞ where a path has nothing."""
    with np.errstate(divide="ignore", invalid="ignore"):
        apart = (log(value) - np.log(x)) / error
    return np.where(x > 0.0, -0.5 * apart**2, -np.inf)


def _moved(run: Run, before: Importance, after: Importance) -> Iterator[Difference]:
    """What the readings change: classes, propositions, the headline loss in its mean and its tail."""
    flags = run.outcomes([name for name, _ in CLASSES])
    for name, label in CLASSES:
        yield _probability(name, label, flags[name], before, after)
    known = [claim for claim in run.register.propositions.values() if not claim.pending]
    columns = run.outcomes([claim.id for claim in known])
    for claim in known:
        if np.isfinite(columns[claim.id]).all():
            yield _probability(claim.id, claim.label, columns[claim.id], before, after)
    variable = run.variable(outcomes.HEADLINE)
    loss = outcomes.values(run, variable)
    yield Difference(
        outcomes.HEADLINE, f"{variable.label}, mean", variable.unit, weighted.mean(loss, before),
        weighted.mean(loss, after), weighted.change(loss, before, after),
    )  # fmt: skip
    yield Difference(
        f"{outcomes.HEADLINE}.es", f"{variable.label}, ES {SHORTFALL:.1%}", variable.unit,
        statistics.expected_shortfall(loss, SHORTFALL), weighted.shortfall(loss, after, SHORTFALL),
        weighted.shortfall_change(loss, before, after, SHORTFALL),
    )  # fmt: skip


def _probability(name: str, label: str, flags: Array, before: Importance, after: Importance) -> Difference:
    happened = flags > 0.5
    return Difference(
        name, label, "", weighted.probability(happened, before), weighted.probability(happened, after),
        weighted.change(flags, before, after),
    )  # fmt: skip

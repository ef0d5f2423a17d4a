"""What the base case must hit, measured on a run, and whether the declaration stands.

A target is a row of `targets.toml`, declared met, missed (with the reason), pending or informational. A
result contradicts its declaration when it lies on the other side of a bound by more than two standard errors.
Stylised loans and feedback stand in what `risk.calibrate.stylised` and `risk.calibrate.feedback` keep beside
a run of the base case; other runs have none to measure.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import isnan, sqrt

import numpy as np
from numpy.typing import NDArray

from risk.analysis import feedback, recoveries, statistics
from risk.analysis.attribution import ranks
from risk.analysis.statistics import Estimate
from risk.assumptions.targets import LOOP_GAIN, Target, reading
from risk.axes import Span
from risk.calibrate import order
from risk.calibrate.cycle import STATISTICS
from risk.calibrate.replay import gross_issuance
from risk.engine.quantities import BEGIN_LATER
from risk.runs import Run
from risk.runs.first import first
from risk.units import SCALE

Array = NDArray[np.float64]
WORDS = ("id", "label", "statement", "status", "reason", "source", "locator")
QUARTERS_A_YEAR = 4.0
TOLERANCE = 2.0  # standard errors a result may lie on the wrong side of a bound


@dataclass(frozen=True)
class TargetResult:
    """One target: what was asked, what was found, and whether that is what was declared."""

    id: str
    label: str
    statement: str
    status: str
    reason: str
    source: str
    locator: str
    value: float | None
    standard_error: float | None
    low: float | None
    high: float | None
    unit: str
    inside: bool | None
    contradicts: bool


def results(run: Run) -> tuple[TargetResult, ...]:
    """Every declared target, measured on a run, of a long one on its first paths."""
    run = first(run)
    return tuple(_result(target, run) for target in run.register.targets.values())


def _result(target: Target, run: Run) -> TargetResult:
    found, scale = _measured(target, run), SCALE[target.unit]
    measured = found is not None and not isnan(found.value)  # a record may be absent, paths too few
    value = found.value / scale if found is not None and measured else None
    error = found.standard_error / scale if found is not None and measured else None
    low, high = target.low, target.high
    return TargetResult(
        **{key: getattr(target, key) for key in WORDS},
        value=value,
        standard_error=error,
        low=low,
        high=high,
        unit=target.unit,
        inside=None if value is None or low is high is None else _inside(value, low, high, 0.0),
        contradicts=_contradicts(target.status, value, error, low, high),
    )


def _measured(target: Target, run: Run) -> Estimate | None:
    """Estimate of a target in base units; None where the run has nothing to measure it on."""
    if target.measure:
        return MEASURES[target.measure](target, run)
    rests_on = reading(target, run.register.readings).measures
    if any(run.window(over).moved for m in rests_on for over in (m.over, m.per_over) if over):
        return None
    if target.over is not None:
        points = _points(target, run, run.window(target.over))
        return _across(target, points) if points else None
    if not target.outcome:
        return None
    found = run.outcome(target.outcome)
    if target.observed is not None:
        return statistics.probability(
            found < target.observed * SCALE[run.register.readings[target.outcome].unit]
        )
    if target.across == "ratio of means":
        return _ratio(found, run.outcome(target.against))
    if target.against:
        other = run.outcome(target.against)
        return statistics.rank_correlation(ranks(found), ranks(-other if target.complement else other))
    return _across(target, [found])


def _across(target: Target, points: Sequence[Array]) -> Estimate:
    """A target's statistic over paths, the mean of it over points in time, each of shape (path,).

    The points of one path move together: the error is that of one of them.
    """
    n = len(points[0])
    if target.across == "standard deviation":
        spread = float(np.mean([statistics.standard_deviation(x) for x in points]))
        return Estimate(spread, spread / sqrt(2.0 * n), n)
    found = [_statistic(target, x) for x in points]
    value, error = (float(np.mean([getattr(f, key) for f in found])) for key in ("value", "standard_error"))
    return Estimate(value, error, n)


def _ratio(part: Array, whole: Array) -> Estimate:
    """Mean of one number over the mean of another of the same paths."""
    below = float(np.mean(whole))
    ratio = float(np.mean(part)) / below
    return Estimate(ratio, statistics.mean((part - ratio * whole) / below).standard_error, len(part))


def _statistic(target: Target, values: Array) -> Estimate:
    if target.quantile is not None:
        return statistics.quantile(values, target.quantile)
    return statistics.probability(values) if target.across == "probability" else statistics.mean(values)


def _points(target: Target, run: Run, over: Span) -> list[Array]:
    """A stored series at the end of its window, or of each of its years; none that begins too early."""
    lag = target.log_change
    ends = [run.calendar.offset(f"{year:04d}Q4") for year in over.years] or [over.last]
    if ends[0] < lag + (target.quantity in BEGIN_LATER):
        return []
    x = run.series(target.quantity).astype(np.float64)
    x = np.log(x) if lag else x
    return [x[t] - x[t - lag] if lag else x[t] for t in ends]


# ─── what is no statistic of one number a path ───


def _exact(value: float) -> Estimate:
    return Estimate(value, 0.0, 1)


def _clearing(target: Target, run: Run) -> Estimate:
    names = ("market clears at the base date", "rents equal observed indices")
    return _exact(max(run.identities[name] for name in names))


def _stylised(target: Target, run: Run) -> Estimate | None:
    """Share of paths on which a stylised facility defaulted, where it was measured beside the run."""
    found = run.stylised
    if found is None:
        return None
    return statistics.probability(np.arange(found["paths"]) < found["defaults"][target.case][target.tenor])


def _feedback(target: Target, run: Run) -> Estimate | None:
    """Gain of the loop, all couplings on over all off, or what one of them adds, where it was measured."""
    found = feedback.feedback(run)
    world = found.worlds.get(target.world) if found else None
    if world is None:
        return None
    if target.figure == LOOP_GAIN:
        return world.loop.gain
    if target.coupling:
        return feedback.adds(world, target.coupling, target.figure)
    return world.whole.ratios[target.figure]


def _order(target: Target, run: Run) -> Estimate | None:
    """What a scenario does more than the worst of its parts, or than the base, where it was measured."""
    return order.kept(run, target.world, target.figure)


def _extreme_propositions(target: Target, run: Run) -> Estimate:
    """How many propositions have a probability under 1% or over 99%."""
    names = [id for id, p in run.register.propositions.items() if not p.pending]
    shares = [float(np.mean(run.outcome(name))) for name in names]
    return _exact(float(sum(not 0.01 <= share <= 0.99 for share in shares)))


def _replay(target: Target, run: Run) -> Estimate:
    """Gross debt that the funding waterfall would have issued in 2025."""
    return _exact(gross_issuance(run.register))


def _spend_against_power(target: Target, run: Run) -> Estimate:
    """Power that a year of the base date's spending on compute buys, over what is energized in one."""
    register = run.register
    generations = register.tables["gpu.generation"]
    newest = generations.numbers("power")[int(generations.numbers("newest").argmax())]
    spent = QUARTERS_A_YEAR * np.asarray(register.value("revenue.ai_capex_history"))[-1]
    units = spent * register.number("capex.compute_share") / register.number("gpu.gpu_cost")
    bought = units * newest * register.number("gpu.power_usage_effectiveness")
    return _exact(bought / register.number("gpu.power_capacity"))


def _cycle(target: Target, run: Run) -> Estimate | None:
    """A pool over the cycle; a run with no whole calendar year has none."""
    return STATISTICS[target.measure](run, target) if run.calendar.full_years else None


def _recovery(target: Target, run: Run) -> Estimate:
    """What a dollar of claims on some instruments gets back."""
    return recoveries.pooled(recoveries.together(recoveries.claims(run), target.of))


def _paired(target: Target, run: Run) -> Estimate:
    """Recovery of the same claims in stress less that in calm."""
    par, calm, stress = (run.outcome(f"paired.{name}") for name in ("claim", "calm", "stress"))
    return recoveries.difference(recoveries.Claims(par, par - stress), recoveries.Claims(par, par - calm))


def _losses(run: Run) -> Array:
    """Headline loss of each quarter, (quarter, path) USD."""
    return np.diff(run.series("headline_loss").astype(np.float64), axis=0)


def _largest_quarter(target: Target, run: Run) -> Estimate:
    """Share of the mean headline loss that falls on the quarter with most of it."""
    lost = _losses(run)
    return _ratio(lost[int(np.argmax(lost.mean(axis=1)))], lost.sum(axis=0))


def _last_quarter(target: Target, run: Run) -> Estimate | None:
    """Mean headline loss of the last quarter over that of the four before it."""
    lost = _losses(run)
    return _ratio(lost[-1], lost[-5:-1].mean(axis=0)) if len(lost) > 4 else None


MEASURES: Mapping[str, Callable[[Target, Run], Estimate | None]] = {
    "clearing": _clearing,
    "stylised": _stylised,
    "feedback": _feedback,
    "order": _order,
    "extreme propositions": _extreme_propositions,
    "replay": _replay,
    "spend against power": _spend_against_power,
    **dict.fromkeys(STATISTICS, _cycle),
    "recovery": _recovery,
    "paired recovery": _paired,
    "largest quarter": _largest_quarter,
    "last quarter": _last_quarter,
}
"""How each `measure` of targets.toml is taken, in base units; None where the run has nothing for it."""


def _inside(value: float, low: float | None, high: float | None, slack: float) -> bool:
    return bool((low is None or value >= low - slack) and (high is None or value <= high + slack))


def _contradicts(
    status: str, value: float | None, error: float | None, low: float | None, high: float | None
) -> bool:
    if value is None or error is None or isnan(error) or status not in ("met", "missed"):
        return False
    slack = TOLERANCE * error
    return not _inside(value, low, high, slack) if status == "met" else _inside(value, low, high, -slack)

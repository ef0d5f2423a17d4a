"""T1 to T12: what the base case must hit, measured on a run, and whether the declaration stands.

A target is declared met, missed (with the reason), pending or informational in `targets.toml`. A result
contradicts its declaration when it lies on the other side of a bound by more than two standard errors.
T6 stands in what `risk.calibrate.stylised` keeps beside a run of the base case; others have none to measure.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import isnan

import numpy as np

from risk.analysis import statistics
from risk.analysis.attribution import ranks
from risk.analysis.statistics import Estimate
from risk.assumptions.schema import Target
from risk.calibrate.replay import gross_issuance
from risk.runs import Run
from risk.units import SCALE

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


def _exact(value: float) -> Estimate:
    return Estimate(value, 0.0, 1)


def _median(name: str) -> Callable[[Run], Estimate | None]:
    return _level(name, 0.5)


def _level(name: str, level: float) -> Callable[[Run], Estimate | None]:
    return lambda run: statistics.quantile(run.outcome(name), level) if _reached(run, name) else None


def _mean(name: str) -> Callable[[Run], Estimate | None]:
    return lambda run: statistics.mean(run.outcome(name)) if _reached(run, name) else None


def _reached(run: Run, name: str) -> bool:
    """Whether the run covers the window of an outcome: a target is measured at no other date."""
    return not run.span(name).moved


def _clearing(run: Run) -> Estimate:
    names = ("market clears at the base date", "rents equal observed indices")
    return _exact(max(run.identities[name] for name in names))


def _contract_volatility(run: Run) -> Estimate | None:
    """Standard deviation over paths of one-year log changes, averaged over the year-ends of its window."""
    own = next(row for row in run.register.targets.values() if row.metric == "rent_volatility")
    over = run.window(own.over)
    ends = [run.calendar.offset(f"{year:04d}Q4") for year in over.years]
    if over.moved or ends[0] < 4:
        return None
    rent = np.log(run.series("h100_contract").astype(np.float64))
    spreads = [statistics.standard_deviation(rent[t] - rent[t - 4]) for t in ends]
    value = float(np.mean(spreads))
    return Estimate(value, value / np.sqrt(2.0 * run.paths), run.paths)


def _default_and_loss(run: Run) -> Estimate:
    """Rank correlation over paths of the generic default rate and loss given default."""
    rate, loss = ranks(run.outcome("generic_default_rate")), ranks(-run.outcome("generic_recovery"))
    return statistics.rank_correlation(rate, loss)


def _extreme_propositions(run: Run) -> Estimate:
    """How many propositions have a probability under 1% or over 99%."""
    names = [name for name, p in run.register.propositions.items() if not p.pending]
    shares = [float(np.mean(run.outcome(name))) for name in names]
    return _exact(float(sum(not 0.01 <= share <= 0.99 for share in shares)))


def _five_years(run: Run) -> Estimate | None:
    """CoreWeave's default within the window of its flag, where the run is as long."""
    flag = run.register.flags["coreweave_default_5y"]
    if any(run.window(condition.over).moved for condition in flag.any):
        return None
    return statistics.probability(run.outcome("coreweave_default_5y"))


def _stylised(case: str, tenor: str) -> Callable[[Run], Estimate | None]:
    """Share of paths on which a stylised facility defaulted, where it was measured beside the run."""

    def share(run: Run) -> Estimate | None:
        found = run.stylised
        if found is None:
            return None
        return statistics.probability(np.arange(found["paths"]) < found["defaults"][case][tenor])

    return share


MEASURES: Mapping[str, Callable[[Run], Estimate | None]] = {
    "clearing": _clearing,
    "capex_2026": _median("capex_2026"),
    "capex_2027": _median("capex_2027"),
    "ai_capex_p5": _level("ai_capex_2026_2030", 0.05),
    "ai_capex_p95": _level("ai_capex_2026_2030", 0.95),
    "revenue_2026": _median("revenue_2026"),
    "revenue_2030": _median("revenue_2030"),
    "revenue_2030_p5": _level("revenue_2030", 0.05),
    "revenue_2030_p95": _level("revenue_2030", 0.95),
    "rent_drift": _median("rent_drift"),
    "rent_volatility": _contract_volatility,
    "spot_volatility": _mean("spot_volatility"),
    "rent_rises": lambda run: statistics.probability(run.outcome("rent_rises_a_year")),
    "stylised_5y": _stylised("base", "5y"),
    "stylised_3y": _stylised("base", "3y"),
    "stylised_2y": _stylised("base", "2y"),
    "stylised_2y_glut": _stylised("glut", "2y"),
    "stylised_2y_fast": _stylised("fast", "2y"),
    "stylised_1y": _stylised("base", "1y"),
    "coreweave_default": _five_years,
    "generic_default_rate": _mean("generic_default_rate"),
    "generic_recovery": _mean("generic_recovery"),
    "default_and_loss": _default_and_loss,
    "start_spread": lambda run: _exact(float(run.series("hy_spread")[0, 0])),
    "spread_mean": _mean("spread_mean"),
    "spread_peak": _level("spread_peak", 0.95),
    "extreme_propositions": _extreme_propositions,
    "h100_2026": _median("h100_2026"),
    "h100_spot_2026": _median("h100_spot_2026"),
    "replay_2025": lambda run: _exact(gross_issuance(run.register)),
}
"""How each `metric` of targets.toml is measured, in base units; None where the run has nothing to measure."""


def results(run: Run) -> tuple[TargetResult, ...]:
    """Every declared target, measured on `run`."""
    return tuple(_result(row, run) for row in run.register.targets.values())


def _result(row: Target, run: Run) -> TargetResult:
    unit = row.unit or "1"
    found = MEASURES[row.metric](run) if row.metric else None
    if found is not None and isnan(found.value):
        found = None
    # What is measured beside runs of the base case only, or by more paths, is absent.
    absent = bool(row.metric) and found is None
    value = None if found is None else found.value / SCALE[unit]
    error = None if found is None else found.standard_error / SCALE[unit]
    return TargetResult(
        id=row.id,
        label=row.label,
        statement=row.statement,
        status=row.status,
        reason=row.reason,
        source=row.source,
        locator=row.locator,
        value=value,
        standard_error=error,
        low=row.low,
        high=row.high,
        unit=unit,
        inside=None if value is None else _inside(value, row.low, row.high, 0.0),
        contradicts=not absent and _contradicts(row.status, value, error, row.low, row.high),
    )


def _inside(value: float, low: float | None, high: float | None, slack: float) -> bool:
    return (low is None or value >= low - slack) and (high is None or value <= high + slack)


def _contradicts(
    status: str, value: float | None, error: float | None, low: float | None, high: float | None
) -> bool:
    if value is None or error is None or isnan(error) or status not in ("met", "missed"):
        return status == "met" and value is None
    slack = TOLERANCE * error
    return not _inside(value, low, high, slack) if status == "met" else _inside(value, low, high, -slack)

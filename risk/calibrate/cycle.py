"""What pools of credit default, lose and recover over the cycle, pooled over paths and calendar years.

A year's rate is over the performing book at its start. Years and quarters of one path move together: every
standard error is that of path means, by the influence of a path on the statistic.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from risk.analysis import recoveries, statistics
from risk.analysis.recoveries import Claims, together
from risk.analysis.statistics import Estimate
from risk.assumptions.targets import Target
from risk.runs import Run
from risk.units import SCALE

Array = NDArray[np.float64]

BAND = 0.5
"""Standard errors of a probability on either side of a quantile that give the error of the quantile."""


def years(run: Run, what: str, pool: str) -> Array:
    """Share of a pool that is in `default`, or `lost`, in each whole calendar year of a run, (year, path)."""
    return np.stack([run.outcome(f"{what}.{pool}.{year}") for year in run.calendar.full_years])


def spreads(run: Run) -> Array:
    """Mean high-yield spread of the same years, (year, path)."""
    found = run.series("hy_spread").astype(np.float64)
    return np.stack([found[list(run.calendar.steps(year))].mean(axis=0) for year in run.calendar.full_years])


def _of(value: float, influence: Array) -> Estimate:
    """An estimate with the influence of every path and year on it, (year, path)."""
    error = statistics.mean(influence.mean(axis=0)).standard_error
    return Estimate(value, error, influence.shape[1])


def mean(x: Array) -> Estimate:
    """Mean over paths and years."""
    return _of(float(x.mean()), x)


def deviation(x: Array) -> Estimate:
    """Standard deviation over paths and years."""
    away = (x - x.mean()) ** 2
    found = float(np.sqrt(away.mean()))
    return _of(found, (away - away.mean()) / (2.0 * found))


def beyond(x: Array, level: float) -> Estimate:
    """Share of paths and years above a level."""
    return mean(np.where(x > level, 1.0, 0.0))


def quantile(x: Array, p: float) -> Estimate:
    """Quantile over paths and years; its error by the quantiles around it."""
    found = float(np.quantile(x, p))
    error = _of(p, np.where(x <= found, 1.0, 0.0)).standard_error
    if not np.isfinite(error):  # of one path
        return Estimate(found, np.nan, x.shape[1])
    low, high = np.quantile(x, np.clip([p - BAND * error, p + BAND * error], 0.0, 1.0))
    return Estimate(found, float(high - low) / (2.0 * BAND), x.shape[1])


def correlation(x: Array, y: Array) -> Estimate:
    """Correlation over paths and years."""
    a, b = ((v - v.mean()) / v.std() for v in (x, y))
    found = float((a * b).mean())
    return _of(found, a * b - 0.5 * found * (a**2 + b**2))


def ratio(above: Array, below: Array) -> Estimate:
    """Ratio of means of two amounts of every path, (path,) or (year, path)."""
    a, b = np.atleast_2d(above), np.atleast_2d(below)
    found = float(a.mean() / b.mean())
    return _of(found, (a - found * b) / b.mean())


def _quotient(over: Estimate, under: Estimate, moves: Array) -> Estimate:
    """Quotient of two ratios; `moves`: the influence of each path on the logarithm of the quotient."""
    found = over.value / under.value
    return Estimate(found, found * statistics.mean(moves).standard_error, over.n)


def stress_multiple(run: Run, pool: str) -> Estimate | None:
    """Default rate in quarters of the stress regime over that in calm ones; None where there are none."""
    rates, moves = [], np.zeros(run.paths)
    for sign, part in ((1.0, "stress"), (-1.0, "calm")):
        par, owed = (run.outcome(f"{name}_{part}.{pool}") for name in ("claim", "owed"))
        if not (par.any() and owed.any()):
            return None
        rates.append(ratio(par, owed))
        moves = moves + sign * (par / par.mean() - owed / owed.mean())
    return _quotient(rates[0], rates[1], moves)


def spread_multiple(run: Run, pool: str) -> Estimate | None:
    """Mean default rate of years of a wide spread over that of years of a narrow one; None without either."""
    x, spread = years(run, "default", pool), spreads(run)
    bounds = [run.register.number(f"credit.{name}_spread") for name in ("wide", "narrow")]
    rates, moves = [], np.zeros(x.shape[1])
    for sign, here in ((1.0, spread > bounds[0]), (-1.0, spread < bounds[1])):
        if not (x * here).any():
            return None
        rates.append(ratio(x * here, np.where(here, 1.0, 0.0)))
        amounts, counts = (x * here).mean(axis=0), here.mean(axis=0)
        moves = moves + sign * (amounts / amounts.mean() - counts / counts.mean())
    return _quotient(rates[0], rates[1], moves)


def recovery_gap(run: Run, instruments: Sequence[str]) -> Estimate:
    """What a dollar in default recovers in quarters of a wide spread less that in those of a narrow one."""
    found = []
    for part in ("wide", "narrow"):
        kinds = (f"claim_{part}", f"loss_{part}")
        each = {name: Claims(*(run.outcome(f"{kind}.{name}") for kind in kinds)) for name in instruments}
        found.append(together(each, instruments))
    wide, narrow = found
    return recoveries.difference(wide, narrow)


STATISTICS: Mapping[str, Callable[[Run, Target], Estimate | None]] = {
    "default rate": lambda run, target: _yearly(target, years(run, "default", target.of[0])),
    "loss rate": lambda run, target: _yearly(target, years(run, "lost", target.of[0])),
    "default and spread": lambda run, target: correlation(
        np.log(np.maximum(years(run, "default", target.of[0]), 1e-6)), np.log(spreads(run))
    ),
    "default in stress": lambda run, target: stress_multiple(run, target.of[0]),
    "default in wide years": lambda run, target: spread_multiple(run, target.of[0]),
    "recovery in wide quarters": lambda run, target: recovery_gap(run, target.of),
}
"""How each measure of a pool over the cycle is taken."""


def _yearly(target: Target, x: Array) -> Estimate:
    """The statistic that a target asks for."""
    if target.quantile is not None:
        return quantile(x, target.quantile)
    if target.above is not None:
        return beyond(x, target.above * SCALE[target.unit])
    return deviation(x) if target.across == "standard deviation" else mean(x)

"""95% intervals as they are printed: with ± where both arms read the same, else by their two ends."""

from __future__ import annotations

import math

from risk.analysis.parameter_band import ParameterBand
from risk.analysis.statistics import Estimate
from risk.analysis.verdict import Verdict
from risk.report.formats import show

TENTH = 0.001
"""A tenth of a percentage point: the last digit of a probability's ±."""

LOPSIDED = 1.5
"""Ratio of the arms from which ± would mislead about a number. The ends of an order-statistic interval are
data points, so that chance alone makes its arms differ by less."""


def half(estimate: Estimate) -> float:
    """Half of the width, in the unit of the estimate."""
    low, high = estimate.interval
    return 0.5 * (high - low)


def lopsided(estimate: Estimate) -> bool:
    """Whether one arm of a number's interval is so much longer that ± would mislead."""
    below, above = _arms(estimate)
    return max(below, above) > LOPSIDED * min(below, above)


def probability_interval(estimate: Estimate) -> str:
    """A probability's interval: ``±1.3%``, or ``0.6–16%`` where the arms differ as printed."""
    if even(estimate):
        return show(half(estimate), "margin")
    low, high = (_end(end) for end in estimate.interval)
    return f"{low.removesuffix('%')}–{high}"


def parameter_range(band: ParameterBand | None) -> str:
    """Ends of a probability's band over parameters, ``1 to 90%``; empty without one, a dash where noise."""
    if band is None:
        return ""
    if band.ends is None:
        return "–"
    low, high = map(whole_percent, band.ends)
    return f"{low} to {high}%"


def reading(verdict: Verdict) -> str:
    """What the words of a verdict are headed by: a reading of ranges, or of the probabilities alone."""
    return "Reading" if verdict.ranged else "P in words"


def even(estimate: Estimate) -> bool:
    """Whether both arms of a probability's interval read the same."""
    below, above = (round(arm / TENTH) for arm in _arms(estimate))
    return below == above


def whole_percent(end: float) -> str:
    """An end of a range, which is known to a point or two: to the nearest per cent, without the sign."""
    return "<1" if end < 0.005 else ">99" if end > 0.995 else f"{end:.0%}".removesuffix("%")


def _arms(estimate: Estimate) -> tuple[float, float]:
    low, high = estimate.interval
    return estimate.value - low, high - estimate.value


def _end(value: float) -> str:
    """An end in the digits of a probability; above 99% rounded down to a tenth, for it is not 100%."""
    if value in (0.0, 1.0):
        return f"{value:.0%}"
    return show(math.floor(value / TENTH) * TENTH, "rate") if value > 0.99 else show(value, "probability")

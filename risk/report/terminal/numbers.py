"""Estimates in words and digits: no more digits than their error supports, the same as in the workbook."""

from __future__ import annotations

import math
from dataclasses import replace

from risk.analysis.statistics import NORMAL_95, Estimate, significant
from risk.report.formats import named, show, supported
from risk.report.intervals import half, lopsided, probability_interval

FAMILIES = {
    "USD bn": "usd_bn",
    "USD bn/q": "usd_bn",
    "USD bn/y": "usd_bn",
    "USD tn": "price",
    "USD/h": "price",
    "H100e M": "years",
    "fraction": "rate",
    "1/y": "rate",
    "bp": "bp",
    "multiple": "price",
}
"""Unit in which a variable is reported → number format."""

PURE = "number.4"
"""Format of numbers without a unit that have an error; without one they print two decimals."""

MOST_DECIMALS = 4

PRECISE = 1e-12
"""Relative error below which a number counts as exact."""


def number(value: float, standard_error: float, unit: str) -> str:
    """A number in its unit, with the digits its error supports."""
    if not math.isfinite(value):
        return "not defined"
    if not math.isfinite(standard_error) or standard_error <= PRECISE * abs(value):
        return show(value, FAMILIES.get(unit, "number"))
    name = supported(FAMILIES.get(unit, PURE), standard_error)
    return show(significant(value, standard_error) if name.endswith(".0") else value, name)


def error(estimate: Estimate, unit: str) -> str:
    """Half-width of an estimate's 95% interval, or its ends; empty where it has no error."""
    size = half(estimate)
    if not math.isfinite(size) or size <= PRECISE * abs(estimate.value):
        return ""
    if lopsided(estimate):
        low, high = (number(end, estimate.standard_error, unit) for end in estimate.interval)
        return f"{low}{' to ' if estimate.interval[0] < 0.0 else '–'}{high}"
    return margin(size, max(estimate.standard_error, size / NORMAL_95), unit)


def margin(half: float, standard_error: float, unit: str) -> str:
    """Width of an interval, in the decimals of its number, or more where it would read zero; empty if NaN."""
    if not math.isfinite(half):
        return ""
    form = named(supported(FAMILIES.get(unit, PURE), standard_error))
    first = -math.floor(math.log10(half * (100.0 if form.percent else 1.0)))
    decimals = min(max(form.decimals, first), MOST_DECIMALS)
    return "±" + replace(form, decimals=decimals).show(half)


def with_error(estimate: Estimate, unit: str) -> str:
    """Both, and a star where fewer paths than there should be lie in the tail it speaks of."""
    star = " *" if estimate.thin else ""
    value = number(estimate.value, estimate.standard_error, unit)
    return f"{value} {_beside(error(estimate, unit))}".rstrip() + star


def probability(estimate: Estimate) -> str:
    """A probability; where it was never, or always, seen, its bound as the workbook prints it."""
    if estimate.n == 0 or math.isnan(estimate.value):
        return "–"
    if estimate.value == 0.0:
        return show(0.0, f"none_of.{estimate.n}")
    if estimate.value == 1.0:
        return show(1.0, f"all_of.{estimate.n}")
    return show(estimate.value, "probability_high" if estimate.value > 0.99 else "probability")


def interval(estimate: Estimate) -> str:
    """Half-width of a probability's 95% interval, or its ends; empty where the probability is a bound."""
    if estimate.n == 0 or estimate.value in (0.0, 1.0) or math.isnan(estimate.value):
        return ""
    return probability_interval(estimate)


def with_interval(estimate: Estimate) -> str:
    """A probability and its interval: ``35% ±1.3%`` or ``3.2% (0.6–16%)``."""
    return f"{probability(estimate)} {_beside(interval(estimate))}".rstrip()


def _beside(interval: str) -> str:
    """An interval as it stands behind its number."""
    return interval if interval[:1] in ("", "±") else f"({interval})"


def points(change: float) -> str:
    """A change of a probability in percentage points."""
    if not math.isfinite(change):
        return "not defined"
    return f"{round(100.0 * change, 1) + 0.0:+.1f} pp"  # a zero has no minus

"""Probabilities in calibrated words, after the IPCC's likelihood scale.

References
----------
Mastrandrea et al. (2010), "Guidance Note for Lead Authors of the IPCC Fifth Assessment Report on Consistent
Treatment of Uncertainties".
"""

from __future__ import annotations

import math
from bisect import bisect_right

from risk.analysis.statistics import Estimate

SCALE = (
    (0.01, "exceptionally unlikely"),
    (0.10, "very unlikely"),
    (0.33, "unlikely"),
    (0.66, "about as likely as not"),
    (0.90, "likely"),
    (0.99, "very likely"),
    (1.00, "virtually certain"),
)
"""Upper end of each word. Exactly 99% is still very likely; on every other boundary the higher word holds."""

_BOUNDS = [end for end, _ in SCALE[:-2]]


def word(probability: float) -> str:
    """Word for a probability in [0, 1]."""
    if probability > SCALE[-2][0]:
        return SCALE[-1][1]
    return SCALE[bisect_right(_BOUNDS, probability)][1]


def words(estimate: Estimate) -> str:
    """Word for an estimated probability; both, "x to y", where its 95% interval straddles a boundary."""
    if estimate.n == 0:
        return "not defined"
    low, high = (word(min(max(end, 0.0), 1.0)) for end in estimate.interval)
    return low if low == high else f"{low} to {high}"


NESTED = (
    ("exceptionally unlikely", 0.0, 0.01),
    ("very unlikely", 0.0, 0.10),
    ("unlikely", 0.0, 0.33),
    ("less likely than not", 0.0, 0.50),
    ("about as likely as not", 0.33, 0.66),
    ("more likely than not", 0.50, 1.0),
    ("likely", 0.66, 1.0),
    ("very likely", 0.90, 1.0),
    ("virtually certain", 0.99, 1.0),
)
"""The same words as they hold a whole range, each with what is beyond it, and the scale's two wide ones."""

UNDECIDED = "undecided"
"""Of a range that none of them holds."""

NO_RANGE = "–"
"""Where a range was looked for and is not told from noise: no word of its own, which would be stronger than
any beside it."""


def ranged(low: float, high: float) -> str:
    """The narrowest word that holds a range of probabilities; never two."""
    holding = [(to - start, name) for name, start, to in NESTED if start <= low and high <= to]
    return min(holding)[1] if holding else UNDECIDED


def percent(probability: float) -> str:
    """A probability in percent: whole from 10%, one decimal below; "0.0 %" and "100 %" only where exact."""
    if 0.0 < probability < 0.001:
        return "< 0.1 %"
    if 0.999 < probability < 1.0:
        return "> 99.9 %"
    if 0.99 < probability < 1.0:
        return f"{100.0 * probability:.1f} %"
    return f"{100.0 * probability:.{0 if probability >= 0.0995 else 1}f} %"


def probability_text(estimate: Estimate) -> str:
    """An estimated probability with its 95% Monte Carlo half-width, e.g. "23 % (± 0.6 %)".

    No hits in n paths print the rule-of-three bound "< 3/n", and nothing but hits "> 1 − 3/n".
    """
    if estimate.n == 0 or math.isnan(estimate.value):
        return "not defined"
    if estimate.value == 0.0:
        return f"< 3/{estimate.n:,}"
    if estimate.value == 1.0:
        return f"> 1 − 3/{estimate.n:,}"
    low, high = estimate.interval
    return f"{percent(estimate.value)} ({half_width(0.5 * (high - low))})"


def half_width(half: float) -> str:
    """Half-width of an interval for a probability, in percentage points: "± 0.6 %", or "± < 0.1 %"."""
    return "± < 0.1 %" if half < 0.0005 else f"± {100.0 * half:.1f} %"

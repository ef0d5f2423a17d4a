"""What follows where a condition is met: another condition's probability, or a quantity's middle."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from risk.analysis import statistics
from risk.analysis.columns import Column
from risk.analysis.conditions import condition, names, quantity
from risk.analysis.statistics import Estimate
from risk.errors import UsageError
from risk.runs import Run

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Consequence:
    """Something asked of the paths that meet a condition.

    Attributes
    ----------
    words : as it was asked; label : what it is, in words, where it is one quantity.
    unit : "probability" of a condition.
    met, everywhere : mean, or probability, on the paths that meet the condition and on all.
    low, middle, high : P5, median and P95 on those that meet it; None of a condition.
    change : met less everywhere, which share their paths.
    """

    words: str
    label: str
    unit: str
    met: Estimate
    everywhere: Estimate
    change: Estimate
    low: Estimate | None = None
    middle: Estimate | None = None
    high: Estimate | None = None


def consequence(run: Run, flags: Flags, words: str) -> Consequence:
    """A quantity, or another condition, where (path,) flags say that a condition is met.

    Raises
    ------
    UsageError : it is neither.
    """
    told = names(words)
    if told == (words.strip(),):
        column = quantity(run, words.strip())
        if not column.flag:
            return _quantity(words.strip(), column, flags)
    came = condition(run, words).flags
    return Consequence(
        words,
        "",
        "probability",
        statistics.probability(came[flags]),
        statistics.probability(came),
        _change(came.astype(np.float64), flags),
    )


def _quantity(words: str, column: Column, flags: Flags) -> Consequence:
    known = np.isfinite(column.values)
    inside, values = flags & known, column.values
    if not inside.any():
        raise UsageError(f"no path that meets the condition has a {words}", "ask for another quantity")
    low, middle, high = statistics.quantiles(values[inside], (0.05, 0.5, 0.95))
    return Consequence(
        words,
        column.label,
        column.unit,
        statistics.mean(values[inside]),
        statistics.mean(values[known]),
        _change(values[known], flags[known]),
        low,
        middle,
        high,
    )


def _change(values: Array, flags: Flags) -> Estimate:
    """Mean where flags are set less the mean of all; a path moves both."""
    n, share = len(values), flags.mean()
    if not share > 0.0:
        return Estimate(np.nan, np.nan, n)
    inside, every = float(values[flags].mean()), float(values.mean())
    influence = flags * (values - inside) / share - (values - every)
    return Estimate(inside - every, statistics.mean(influence).standard_error, n)

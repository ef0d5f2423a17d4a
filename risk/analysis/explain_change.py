"""What moved between two runs of any result, on all paths or on those that meet a condition."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from risk.analysis import contrasts
from risk.analysis.conditional import conditional
from risk.analysis.conditions import condition
from risk.analysis.contrasts import Difference, Statistic, change, share_draws
from risk.analysis.explain import values_of
from risk.runs import Run

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]

LEVELS = ((0.50, "P50"), (0.95, "P95"))
"""Quantiles of a number that are compared where no condition chooses the paths."""


def asked(before: Run, after: Run, words: str, when: str = "", paths: int = 0) -> tuple[Difference, ...]:
    """The mean of a result of two runs, or its probability; quantiles too; how often a condition is met.

    Parameters
    ----------
    words, when : as of `risk.analysis.explain.explain`.
    paths : compare the first so many of both, path by path; by default all.

    Raises
    ------
    UsageError : a run knows no such result, or the condition cannot be read.
    """
    paired = paths > 0 or share_draws(before, after)
    return tuple(
        Difference(name, label, unit, one.estimate, two.estimate, change(one, two, paired))
        for (name, label, unit, one), (_, _, _, two) in zip(
            _measured(before, words, when, paths), _measured(after, words, when, paths), strict=True
        )
    )


def _measured(run: Run, words: str, when: str, paths: int) -> Iterator[tuple[str, str, str, Statistic]]:
    """Name, label, unit and statistic of everything that is told of a result."""
    label, unit, flag, values = values_of(run, words)
    inside = condition(run, when).flags if when else np.ones(run.paths, dtype=bool)
    values, inside = values[: paths or None], inside[: paths or None]
    where = f" where {when}" if when else ""
    told = f"P({label}){where}" if flag else f"{label}{where}, mean"
    yield words, told, "" if flag else unit, conditional(values, inside)
    if not flag and not when and np.isfinite(values).all():
        for level, name in LEVELS:
            yield f"{words} {name}", f"{label}, {name}", unit, contrasts.quantile(level)(values)
    if when:
        yield when, f"P({when})", "", contrasts.probability(inside.astype(np.float64))

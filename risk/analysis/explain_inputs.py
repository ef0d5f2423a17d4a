"""What may explain a result: what was drawn of what we do not know, what happened, and what a path shows.

Shocks are not stored with a run. They depend on its seed alone, and are drawn again here, block by block:
innovations of the common factors, added up over each calendar year.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from risk.analysis.columns import quantities
from risk.factors import FACTORS, LETTERS
from risk.runs import Run
from risk.shocks.draw import draw_shocks
from risk.shocks.stream import BLOCK

Array = NDArray[np.float64]

PARAMETER, SHOCK, FEATURE = "parameter", "shock", "feature"
"""Kinds of inputs."""

SHOCKS = "shock"
"""Before the letter and the year of a shock: ``shock.M.2028``."""


@dataclass(frozen=True)
class Input:
    """One thing that may explain a result.

    Attributes
    ----------
    values : (path,).
    """

    name: str
    label: str
    kind: str
    values: Array


def inputs(run: Run, features: Iterable[str] = (), paths: int = 0) -> tuple[Input, ...]:
    """Every uncertain assumption of a run, every shock by factor and year, and what else is asked for.

    Parameters
    ----------
    features : quantities of a path, such as ``hy_spread@2028Q4``; see `risk.analysis.columns`.
    paths : of the first so many paths; by default all.

    Raises
    ------
    UsageError : a feature is called by no name of a quantity.
    """
    n, beside = paths or run.paths, quantities(run, features)
    return (
        *(Input(id, id, PARAMETER, draws[:n]) for id, draws in run.parameters().items()),
        *shocks(run, n),
        *(Input(name, column.label, FEATURE, column.values[:n]) for name, column in beside.items()),
    )


def shocks(run: Run, paths: int = 0) -> tuple[Input, ...]:
    """Innovations of each common factor over each calendar year of a run, each of unit variance."""
    calendar = run.calendar
    steps = {year: [t - 1 for t in calendar.steps(year)] for year in calendar.years}
    n = paths or run.paths
    totals = {(letter, year): np.empty(n) for letter in LETTERS for year in steps}
    for place, first in enumerate(range(0, n, BLOCK)):
        kept = min(BLOCK, n - first)
        drawn = common(run, run.block(place))
        for year, quarters in steps.items():
            whole = drawn[quarters].sum(axis=0) / np.sqrt(len(quarters))
            for k, letter in enumerate(LETTERS):
                totals[letter, year][first : first + kept] = whole[:kept, k]
    named: Mapping[str, str] = {factor.letter: f"{factor.name} ({factor.up})" for factor in FACTORS}
    return tuple(
        Input(f"{SHOCKS}.{letter}.{year}", f"{named[letter]}, {year}", SHOCK, values)
        for (letter, year), values in totals.items()
    )


def common(run: Run, block: int) -> Array:
    """Innovations of the common factors of one random block, (quarter, path, factor)."""
    register = run.register
    drawn = draw_shocks(register, run.manifest.seed, block, run.calendar.quarters, {}, {}, register.shocks)
    return drawn.common

"""What moves the tail: how uncertain assumptions and what happened differ where losses are worst."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import hypot, isfinite, nan
from typing import Any

import numpy as np
from numpy.typing import NDArray

from risk.analysis import ranking, statistics
from risk.analysis.conditional import conditional
from risk.analysis.contrasts import beyond_noise
from risk.analysis.statistics import Estimate
from risk.runs import Run
from risk.runs.passes import Columns
from risk.runs.remembered import once

Array = NDArray[np.float64]
Ranks = NDArray[np.integer[Any]]

DECILE = 0.10

FEWEST_IN_TAIL = 20
"""Paths in the tail of a tenth of all paths under which no change of its shortfall is told from chance: at 20
the intervals hold 95% of the time on the model itself (decision 39), below they fall short."""


@dataclass(frozen=True)
class Driver:
    """One uncertain assumption and the headline loss.

    Attributes
    ----------
    rank_correlation : Spearman, with its standard error; NaN where fewer than three paths tell none.
    low, high : expected shortfall of the loss where the assumption lies in its lowest or highest tenth, less
        the expected shortfall of all paths; a conditional mean, not a re-run. Without an error
        where the tail of such a tenth has fewer than `FEWEST_IN_TAIL` paths.
    """

    id: str
    rank_correlation: Estimate
    low: Estimate
    high: Estimate

    @property
    def swing(self) -> float:
        """Distance between both ends."""
        return abs(self.high.value - self.low.value)

    @property
    def error(self) -> float:
        """Standard error of the swing; NaN where it is not known."""
        return hypot(self.low.standard_error, self.high.standard_error)

    @property
    def clear(self) -> bool:
        """Whether the swing is told from chance."""
        return beyond_noise(self.swing, self.error)

    @property
    def noise(self) -> bool | None:
        """Whether the swing could be chance; None where too few paths tell either."""
        return not self.clear if isfinite(self.error) else None


@dataclass(frozen=True)
class TailFact:
    """A number in the worst paths against all paths."""

    name: str
    tail: Estimate
    everywhere: Estimate


def ranks(values: Array) -> Ranks:
    """Ranks 0…n-1 of distinct values; ties in order of position."""
    order = np.argsort(values)
    ordered = values[order]
    if (
        ordered[1:] == ordered[:-1]
    ).any():  # the stable sort is four times slower; without ties there is but one
        order = np.argsort(values, kind="stable")
    out = np.empty(len(values), dtype=np.int32)
    out[order] = np.arange(len(values))
    return out


def told(drivers: Iterable[Driver]) -> bool:
    """Whether there are paths enough to tell the swing of any of them from chance."""
    return any(driver.noise is not None for driver in drivers)


@once
def ranked(run: Run) -> dict[str, Ranks]:
    """Ranks of the draws of every uncertain assumption, (path,)."""
    return {identifier: ranks(draws) for identifier, draws in Columns(run, "parameters").items()}


def drivers(places: Mapping[str, Ranks], loss: Array, tail: float = 0.975) -> tuple[Driver, ...]:
    """Every uncertain assumption, largest swing of expected shortfall first.

    Parameters
    ----------
    places : of `ranked`.
    loss : (path,) in any unit; swings are in the same.
    """
    base = statistics.expected_shortfall(loss, tail).value
    loss_ranks = ranks(loss)
    n = len(loss)
    cut = max(int(n * DECILE), 1)
    found = []
    for identifier, place in places.items():
        ends = [statistics.expected_shortfall(loss[part], tail) for part in (place < cut, place >= n - cut)]
        low, high = (_change(e, base, (1.0 - tail) * cut) for e in ends)
        found.append(Driver(identifier, statistics.rank_correlation(place, loss_ranks), low, high))
    return tuple(sorted(found, key=lambda d: -d.swing))


def _change(shortfall: Estimate, base: float, mass: float) -> Estimate:
    """What a tenth's shortfall is more than that of all, with no error where too few paths make it."""
    error = shortfall.standard_error if mass >= FEWEST_IN_TAIL else nan
    return Estimate(shortfall.value - base, error, shortfall.n, tail=shortfall.tail)


def tail_facts(run: Run, loss: Array, names: tuple[str, ...], share: float = 0.05) -> tuple[TailFact, ...]:
    """Mean of outcomes in the worst `share` of paths and over all paths, base units.

    A path that joins the worst pushes another out: the error of a mean over them counts from the level at
    their edge, without which that of the loss itself would be far too small.
    """
    inside, edge = ranking.worst(loss, share), ranking.edge(loss, share)
    columns = Columns(run, "outcomes", names)
    facts = []
    for name in names:
        values = columns[name]
        known = np.isfinite(values)
        tail = conditional(values, inside, edge).estimate
        facts.append(TailFact(name, tail, statistics.mean(values[known])))
    return tuple(facts)

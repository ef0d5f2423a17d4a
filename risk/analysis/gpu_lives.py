"""How long a device keeps its value, and when its rent no longer pays for running it.

Both follow from the rents that a run keeps path by path: contract and spot of the numeraire, contract of the
newest generation of the base date.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, pairwise

import numpy as np
from numpy.typing import NDArray

from risk.analysis import statistics
from risk.analysis.statistics import Estimate
from risk.mechanisms.gpu_repricing import collateral
from risk.runs import Run
from risk.runs.passes import by_quarter
from risk.runs.remembered import once

Array = NDArray[np.float64]

RENTS = {
    ("numeraire", "spot"): "h100_spot",
    ("numeraire", "contract"): "h100_contract",
    ("newest", "contract"): "b200_contract",
}
"""Role of a generation and kind of rent → the series kept of it."""

QUARTERS_A_YEAR = 4.0
LEVELS = (0.05, 0.50, 0.95)
LONGEST = 20.0
"""Years beyond which a life is not told apart from no fall at all: the share it rests on is close to one."""


@dataclass(frozen=True)
class Kept:
    """Value kept by a unit bought at the base date, average over the horizon, as a share of its first value.

    Attributes
    ----------
    share : (path,) average of the value path over its start.
    horizon : years.
    """

    share: Array
    horizon: float

    def lives(self) -> tuple[Estimate, ...]:
        """Implied life in years at `LEVELS`: it rises with the share, so its quantiles are the share's.

        Infinite where the value does not fall; the standard error is half of the interval over 1.96.
        """
        return tuple(self._life(found) for found in statistics.quantiles(self.share, LEVELS))

    def _life(self, found: Estimate) -> Estimate:
        middle, low, high = (life(x, self.horizon) for x in (found.value, *found.interval))
        error = (high - low) / (2.0 * statistics.NORMAL_95) if np.isfinite(high) else np.nan
        return Estimate(middle, error, found.n, (low, high), found.tail)

    def shorter(self, years: float) -> Estimate:
        """Share of paths whose implied life is shorter than so many years."""
        return statistics.probability(self.share < straight(years, self.horizon))


def straight(years: float, horizon: float) -> float:
    """Average over the horizon of a book value that falls in a straight line to nothing in `years`."""
    return 1.0 - horizon / (2.0 * years) if years >= horizon else years / (2.0 * horizon)


def life(share: float, horizon: float) -> float:
    """The life whose straight line has that average, years: the inverse of `straight`; infinite from 1 on."""
    if share >= 1.0:
        return np.inf
    return 2.0 * share * horizon if share <= 0.5 else horizon / (2.0 * (1.0 - share))


def kept(run: Run, role: str, kind: str) -> Kept:
    """Average of the value path of a unit at a kind of rent, on every path."""
    last = run.calendar.quarters
    path = values(run, role, kind)
    first = next(path)
    steps = (1.0 / last * (after + before) / 2.0 for before, after in pairwise(chain([first], path)))
    return Kept(sum(steps, np.zeros(len(first))) / first, last / QUARTERS_A_YEAR)


def values(run: Run, role: str, kind: str) -> Iterator[Array]:
    """What the rents left to a unit are worth to its owner, quarter by quarter, (path,) USD.

    Notes
    -----
    The formula is that of the collateral (`docs/model/gpu-repricing.md`), at the rent's own series, without a
    wait for re-letting, at a neutral spread and the base date's SOFR. The unit is new at the base date and
    ages; an owner expects the same decline of rents at every date: value falls with what rents do and with
    the service that is left, not with opinions.
    """
    register = run.register
    generations = register.tables["gpu.generation"]
    position = generations.names.index(register.roles[role])
    cost = generations.numbers("opex")[position]
    lowest = register.number("gpu.smallest_decline")
    decline = np.asarray(max(register.number("gpu.median_rent_decline"), lowest))
    rate = np.asarray(register.number("credit.sofr") + register.number("gpu.collateral_margin"))
    life = register.number("gpu.collateral_life")
    for t, (rent, let) in enumerate(by_quarter(run, RENTS[role, kind], "utilization")):
        earned = let.astype(np.float64) * rent.astype(np.float64)
        left = max(life - t / QUARTERS_A_YEAR, 0.0)
        yield np.asarray(collateral.net_rents(earned, cost, decline, rate, left))


@dataclass(frozen=True)
class Crossing:
    """When a rent first lies below a cost.

    Attributes
    ----------
    never : share of paths on which it does not within the run; `by` : by the end of given quarters.
    first : quarter at `LEVELS` over all paths, "" where it comes on fewer paths than that.
    """

    never: Estimate
    by: tuple[Estimate, ...]
    first: tuple[str, ...]


def crossing(run: Run, rent: str, cost: float, quarters: tuple[str, ...]) -> Crossing:
    """First quarter in which an hour that runs earns less than it costs.

    Parameters
    ----------
    rent : a path series of rents per billed hour, USD/h; an hour that runs earns utilization times as much.
    cost : cash operating cost of an hour that runs, USD/h.
    """
    steps = run.calendar.quarters + 1
    first = np.full(run.paths, steps)
    for t, (earned, let) in enumerate(by_quarter(run, rent, "utilization")):
        first[(first == steps) & (earned * let < cost)] = t
    ranked = np.sort(first)
    at = [int(ranked[min(int(np.ceil(level * len(ranked))), len(ranked)) - 1]) for level in LEVELS]
    labels = run.calendar.labels
    return Crossing(
        statistics.probability(first == steps),
        tuple(statistics.probability(first <= run.calendar.index(quarter)) for quarter in quarters),
        tuple(labels[t] if t < len(labels) else "" for t in at),
    )


def mean_crossing(run: Run, generation: str, kind: str, cost: float) -> str:
    """The same for mean rent times mean utilization over paths; "" if it never does."""
    position = run.entities[f"gpu.{kind}_rent"].index(generation)
    below = run.mean(f"gpu.{kind}_rent")[0][:, position] * _utilization(run) < cost
    return run.calendar.labels[int(below.argmax())] if below.any() else ""


@once
def _utilization(run: Run) -> Array:
    """Mean over paths by quarter."""
    return np.array([let.mean(dtype=np.float64) for (let,) in by_quarter(run, "utilization")])

"""How far down the stages of distress facilities of the base date come, and when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from risk.analysis.bands import band
from risk.analysis.ladder import FEWEST
from risk.analysis.standings import DEPTHS, standings
from risk.analysis.statistics import Estimate, proportion
from risk.runs import Run

Array = NDArray[np.float64]

ONCE = ("amended", "payment_default", "maturity_default")
"""Stages that a facility reaches at most once."""


@dataclass(frozen=True)
class Timing:
    """Median quarter in which something first comes, over the paths on which it does.

    Attributes
    ----------
    label : such as "2028Q4"; `error` : its standard error in quarters.
    """

    label: str
    error: float


@dataclass(frozen=True)
class Distress:
    """How far down a facility of the base date comes.

    Attributes
    ----------
    reached : stage → share of paths on which the facility ever stands in it; of `DEPTHS` or further down.
    event, default : when it first comes so far; None on too few paths.
    """

    name: str
    reached: Mapping[str, Estimate]
    event: Timing | None
    default: Timing | None


def distress(run: Run) -> dict[str, Distress]:
    """Every facility of the base date and its stages; what comes once is counted on all paths of the run."""
    first = standings(run).first
    found = {}
    for i, name in enumerate(run.entities["stage"]):
        reached = {depth: _ever(first[depth][:, i]) for depth in (*DEPTHS, "cured")}
        reached |= {depth: once(run, f"facility.{depth}", name) for depth in ONCE}
        event, default = (_timing(run, first[depth][:, i]) for depth in ("event", "default"))
        found[name] = Distress(name, reached, event, default)
    return found


def once(run: Run, key: str, name: str) -> Estimate:
    """Share of paths on which what happens at most once does happen."""
    column = run.entities[key].index(name)
    return proportion(round(float(run.mean(key)[0][:, column].sum()) * run.paths), run.paths)


def _ever(first: NDArray[np.int8]) -> Estimate:
    return proportion(int((first >= 0).sum()), len(first))


def _timing(run: Run, first: NDArray[np.int8]) -> Timing | None:
    """Median of the first quarters, over the paths that have one."""
    quarters = first[first >= 0]
    if len(quarters) < FEWEST:
        return None
    found = band(quarters[None, :], (0.5,))
    return Timing(run.calendar.labels[int(found.quantiles[0, 0])], float(found.standard_error[0, 0]))


def shares(run: Run) -> dict[str, Array]:
    """Where facilities of the base date stand, share of path-facilities by quarter; the shares sum to one."""
    found = standings(run)
    together = found.paths * len(run.entities["stage"])
    return {name: counts / together for name, counts in found.standing.items()}


@dataclass(frozen=True)
class PastEvent:
    """In which quarters facilities of the base date are past the test that makes an event of default.

    Attributes
    ----------
    names : of the facilities.
    share : (facility, quarter) share of paths on which one stands there or further down, defaults in.
    paths : (facility, quarter) paths on which it is not repaid yet.
    """

    names: tuple[str, ...]
    share: Array
    paths: NDArray[np.int64]


def past_event(run: Run) -> PastEvent:
    """Every facility of the base date, quarter by quarter."""
    found = standings(run)
    return PastEvent(run.entities["stage"], found.past.T / found.paths, found.unpaid.T)

"""Who bears credit losses in the end, owner by owner, and what they are lost on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from risk.analysis import statistics
from risk.analysis.conditional import conditional
from risk.analysis.statistics import Estimate
from risk.runs import Run
from risk.runs.passes import Family
from risk.units import SCALE

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]

POINTS = (0.5, 0.2, 0.1, 0.05, 0.025, 0.01, 0.005)
"""Probabilities of the exceedance table."""

FEWEST = 10
"""Paths that must lie beyond a point for it to be shown."""

MAIN = 0.01
"""Share of all losses from which an owner is worth a line of a chart."""

LEVEL, TAIL = 0.95, 0.975
"""Of the quantile and of the shortfall that are told of each."""


def ultimate(run: Run) -> Mapping[str, Array]:
    """Credit loss of every ultimate owner, costs of failed vehicles in, (path,) USD."""
    return Family(run, "ultimate", run.entities["losses.ultimate"])


def main(losses: Mapping[str, Array]) -> tuple[str, ...]:
    """Owners that bear a share of losses worth showing, the largest first; one in any case."""
    sums = {name: float(loss.sum()) for name, loss in losses.items()}
    least = MAIN * sum(sums.values())
    ranked = sorted(sums, key=lambda name: -sums[name])
    return tuple(name for name in ranked if sums[name] > least) or tuple(ranked[:1])


def points(paths: int) -> tuple[float, ...]:
    """Those of `POINTS` beyond which enough paths lie; of few paths the first alone."""
    return tuple(p for p in POINTS if p * paths >= FEWEST) or POINTS[:1]


def exceeded(loss: Array, chances: Sequence[float]) -> tuple[Estimate, ...]:
    """Loss that is exceeded with each probability, in the unit of the (path,) losses."""
    return statistics.quantiles(loss, [1.0 - p for p in chances])


@dataclass(frozen=True)
class Borne:
    """Credit loss that somebody bears, or that is lost on something, to the end of the run; USD bn.

    Attributes
    ----------
    share : of the sum of all that it stands beside.
    bust, rest : mean on the paths of a bust and on all others; NaN where there are too few.
    """

    name: str
    mean: Estimate
    share: float
    bust: Estimate
    rest: Estimate
    p95: Estimate
    shortfall: Estimate


def bearers(run: Run) -> tuple[Borne, ...]:
    """Ultimate owners, who bears most first."""
    return _ranked(run, ultimate(run))


def instruments(run: Run) -> tuple[Borne, ...]:
    """What the losses stand on, the largest first."""
    return _ranked(run, Family(run, "loss", run.entities["losses.instrument"]))


def _ranked(run: Run, losses: Mapping[str, Array]) -> tuple[Borne, ...]:
    bust = run.outcome("bust") > 0.0
    whole = sum(float(loss.mean()) for loss in losses.values()) or np.nan
    found = (
        _borne(name, loss / SCALE["USD bn"], whole / SCALE["USD bn"], bust) for name, loss in losses.items()
    )
    return tuple(sorted(found, key=lambda each: -each.mean.value))


def _borne(name: str, loss: Array, whole: float, bust: Flags) -> Borne:
    mean = statistics.mean(loss)
    inside, outside = (conditional(loss, flags).estimate for flags in (bust, ~bust))
    p95, shortfall = statistics.quantile(loss, LEVEL), statistics.expected_shortfall(loss, TAIL)
    return Borne(name, mean, mean.value / whole, inside, outside, p95, shortfall)

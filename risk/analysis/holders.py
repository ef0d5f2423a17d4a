"""Who bears credit losses in the end: their exceedance curves, owner by owner."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from risk.analysis import statistics
from risk.analysis.statistics import Estimate
from risk.runs import Run

Array = NDArray[np.float64]

POINTS = (0.5, 0.2, 0.1, 0.05, 0.025, 0.01, 0.005)
"""Probabilities of the exceedance table."""

FEWEST = 10
"""Paths that must lie beyond a point for it to be shown."""

MAIN = 0.01
"""Share of all losses from which an owner is worth a line of a chart."""


def ultimate(run: Run) -> dict[str, Array]:
    """Credit loss of every ultimate owner, costs of failed vehicles in, (path,) USD."""
    names = run.entities["losses.ultimate"]
    columns = run.outcomes([f"ultimate.{name}" for name in names])
    return {name: columns[f"ultimate.{name}"] for name in names}


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

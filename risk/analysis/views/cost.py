"""What beliefs cost: how far the weights under views are from those of the paths as they were."""

from __future__ import annotations

import numpy as np

from risk.analysis import statistics
from risk.analysis.estimate import Estimate
from risk.analysis.views.pooling import Posterior
from risk.analysis.weighted import effective

ROUNDING = 1e-9
"""Influence, in nats, below which nothing is believed."""


def divergence(posterior: Posterior) -> Estimate:
    """Relative entropy of the posterior to the paths as they were, nats; 0 where nothing is believed.

    Notes
    -----
    With w the weights times the number of paths, a path's influence is that of the mean of ``log w``, less
    ``w − 1``: multipliers are where the entropy is least, so that their own error does not count.
    """
    ratio = posterior.weights * posterior.paths
    logs = np.log(np.where(ratio > 0.0, ratio, 1.0))
    found = float((posterior.weights * logs).sum())
    moved = posterior.influence(logs) + 1.0 - ratio
    error = statistics.mean(moved).standard_error if float(np.abs(moved).max()) > ROUNDING else 0.0
    return Estimate(found, error, round(effective(posterior.weights)))

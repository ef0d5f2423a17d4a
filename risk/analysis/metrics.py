"""Distributions of the outcomes: one row a quantity, every number with its standard error."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from risk.analysis import statistics
from risk.analysis.exact import exact_sum
from risk.analysis.statistics import Estimate
from risk.paths import Variable
from risk.runs import Run
from risk.runs.passes import Columns
from risk.units import SCALE

Array = NDArray[np.float64]

LEVELS = (0.01, 0.05, 0.10, 0.25, 0.50, 0.75, 0.90, 0.95, 0.99)
HEADLINE = "headline_loss"
"""Credit loss of the line that the verdict speaks of."""

HEADLINE_TAIL = 0.975


@dataclass(frozen=True)
class Metric:
    """Distribution of one outcome, in the variable's reporting unit.

    Attributes
    ----------
    variable : what it is; its unit is the unit of every number here.
    quantiles : one a level of `LEVELS`.
    var, shortfall : VaR at 95 and 99%, expected shortfall at 95, 97.5 and 99%; upper tail, losses positive.
    """

    variable: Variable
    mean: Estimate
    deviation: float
    skewness: float
    quantiles: tuple[Estimate, ...]
    var: tuple[Estimate, Estimate]
    shortfall: tuple[Estimate, Estimate, Estimate]
    minimum: float
    maximum: float


def values(run: Run, variable: Variable) -> Array:
    """One outcome in its reporting unit, (path,)."""
    return run.outcome(variable.name) / SCALE[variable.unit]


def metric(variable: Variable, data: Array) -> Metric:
    """Summarise one outcome, (path,) in its reporting unit."""
    data = statistics.ordered(data)  # once for all: nothing of what follows depends on the order
    deviation = statistics.standard_deviation(data)
    centred = data - data.mean()
    third = exact_sum(centred * centred * centred) / len(data)
    skewness = third / deviation**3 if deviation > 0 else 0.0
    return Metric(
        variable=variable,
        mean=statistics.mean(data),
        deviation=deviation,
        skewness=skewness,
        quantiles=statistics.quantiles(data, LEVELS),
        var=(statistics.var(data, 0.95), statistics.var(data, 0.99)),
        shortfall=(
            statistics.expected_shortfall(data, 0.95),
            statistics.expected_shortfall(data, HEADLINE_TAIL),
            statistics.expected_shortfall(data, 0.99),
        ),
        minimum=float(data.min()),
        maximum=float(data.max()),
    )


def metrics(run: Run) -> tuple[Metric, ...]:
    """Every outcome that is shown."""
    columns = Columns(run, "outcomes", [v.name for v in run.variables])
    return tuple(metric(v, columns[v.name] / SCALE[v.unit]) for v in run.variables)


def headline(run: Run) -> Metric:
    """Distribution of the headline loss."""
    variable = run.variable(HEADLINE)
    return metric(variable, values(run, variable))

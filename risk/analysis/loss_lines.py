"""Lines of credit loss: what each loses in which outcome, beyond what the cycle takes, and after the end.

The headline is the first. What a line loses through the cycle is expected on the exposures it had, path by
path, by the rule by which the spread hears losses.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import nan

import numpy as np
from numpy.typing import NDArray

from risk.analysis import metrics, statistics
from risk.analysis.metrics import Metric
from risk.analysis.statistics import Estimate
from risk.assumptions.measures import SORTS
from risk.runs import Run
from risk.runs.passes import Columns
from risk.runs.remembered import once

Array = NDArray[np.float64]

QUARTERS_A_YEAR = 4.0
UNIT = 1e9


@dataclass(frozen=True)
class LossLine:
    """One line of credit loss; USD bn, but for the rates.

    Attributes
    ----------
    name, label : of the line; its outcome is `loss.variable`.
    loss : its distribution.
    by_class : outcome class → mean loss on its paths.
    expected : what it loses through the cycle on the same exposures.
    excess, excess_by_class : mean loss beyond that.
    rate, expected_rate : loss, and expected loss, a year over par owed; ratios of means.
    rate_by_class : outcome class → the first of them on its paths.
    left, due, ahead : par outstanding at the end, of it due within two years, expected to be lost in these.
    """

    name: str
    label: str
    loss: Metric
    by_class: Mapping[str, Estimate]
    expected: Estimate
    excess: Estimate
    excess_by_class: Mapping[str, Estimate]
    rate: Estimate
    expected_rate: Estimate
    rate_by_class: Mapping[str, Estimate]
    left: Estimate
    due: Estimate
    ahead: Estimate


def outcome(line: str) -> str:
    """Outcome that is the loss of a line."""
    return f"{line}_loss"


@once
def loss_lines(run: Run) -> tuple[LossLine, ...]:
    """Every line of a run, the headline first."""
    rows = run.register.tables["credit.line"].rows
    flags = {name: values > 0.0 for name, values in Columns(run, "outcomes", SORTS).items()}
    return tuple(_line(run, row.id, str(getattr(row, "label", row.id)), flags) for row in rows)


def _line(run: Run, name: str, label: str, flags: Mapping[str, NDArray[np.bool_]]) -> LossLine:
    variable = run.variable(outcome(name))
    loss = metrics.values(run, variable)
    found = {kind: f"line_{kind}.{name}" for kind in ("left", "due", "ahead", "expected", "owed")}
    columns = Columns(run, "outcomes", found.values())
    left, due, ahead = (statistics.mean(columns[found[kind]] / UNIT) for kind in ("left", "due", "ahead"))
    expected, years = columns[found["expected"]] / UNIT, columns[found["owed"]] / UNIT / QUARTERS_A_YEAR
    excess = loss - expected
    return LossLine(
        name=name,
        label=label,
        loss=metrics.metric(variable, loss),
        by_class={key: statistics.mean(loss[inside]) for key, inside in flags.items()},
        expected=statistics.mean(expected),
        excess=statistics.mean(excess),
        excess_by_class={key: statistics.mean(excess[inside]) for key, inside in flags.items()},
        rate=ratio(loss, years),
        expected_rate=ratio(expected, years),
        rate_by_class={key: ratio(loss[inside], years[inside]) for key, inside in flags.items()},
        left=left,
        due=due,
        ahead=ahead,
    )


def ratio(above: Array, below: Array) -> Estimate:
    """Ratio R of two means over paths; its standard error is that of ``(above − R below) / mean below``."""
    whole = statistics.mean(below).value
    if not whole > 0.0:
        return Estimate(nan, nan, 0)
    found = statistics.mean(above).value / whole
    return Estimate(found, statistics.mean((above - found * below) / whole).standard_error, len(above))

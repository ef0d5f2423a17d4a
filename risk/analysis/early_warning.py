"""Whether spreads warn: the high-yield spread a year ahead of paths that break, against those that do not."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from risk.analysis.statistics import Estimate, ordered, share_below
from risk.runs import Run
from risk.runs.remembered import once

Array = NDArray[np.float64]
Singles = NDArray[np.float32]

QUARTERS_AHEAD = 4


def auc(events: Array | Singles, others: Array | Singles) -> tuple[float, float, float]:
    """Area under the ROC curve of a score, and the variances that its two samples bring.

    Parameters
    ----------
    events, others : scores of those to whom it happened and of those to whom it did not, two or more each.

    Returns
    -------
    P(score of an event > score of another), ties counted half; sampling variance from events; from others.

    Notes
    -----
    Variances of the placement values as in DeLong, DeLong and Clarke-Pearson (1988).
    """
    # Places of sorted scores are found several times as fast.
    hit, rest = ordered(events), ordered(others)
    above, below = share_below(rest, hit), 1.0 - share_below(hit, rest)
    by_event, by_other = above.var(ddof=1) / len(events), below.var(ddof=1) / len(others)
    return float(above.mean()), float(by_event), float(by_other)


def warning(quarter: Array, spread: Array | Singles, ahead: int = QUARTERS_AHEAD) -> Estimate | None:
    """AUC of a score `ahead` quarters before an event; None where too few paths have it.

    Paths to which the event comes in a quarter are compared with those to which it never comes, at the same
    date, and the areas averaged over the dates of the events. Above .5 wide spreads warn, below it tight.
    The error counts the paths without the event as the same at every date: an upper bound.

    Parameters
    ----------
    quarter : (path,) quarter of the event, NaN where it never came.
    spread : (quarter + 1, path) the score.
    """
    never = np.isnan(quarter)
    areas, weights, own, shared = [], [], [], []
    for t in np.unique(quarter[~never]):
        before, hit = int(t) - ahead, quarter == t
        if before < 0 or hit.sum() < 2 or never.sum() < 2:
            continue
        area, from_events, from_others = auc(spread[before, hit], spread[before, never])
        areas.append(area)
        weights.append(float(hit.sum()))
        own.append(from_events)
        shared.append(from_others)
    if not areas:
        return None
    w = np.array(weights) / np.sum(weights)
    variance = float((w**2 * np.array(own)).sum() + (w * np.sqrt(shared)).sum() ** 2)
    return Estimate(float((w * np.array(areas)).sum()), float(np.sqrt(variance)), int(np.sum(weights)))


@once
def spread_warning(run: Run, event: str = "B5i", ahead: int = QUARTERS_AHEAD) -> Estimate | None:
    """`warning` of the high-yield spread of a run before an event."""
    return warning(run.outcome(f"{event}_quarter"), run.series("hy_spread"), ahead)

"""Whether spreads warn: the high-yield spread a year ahead of paths that break, against those that do not."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from risk.analysis.statistics import Estimate
from risk.runs import Run

Array = NDArray[np.float64]

QUARTERS_AHEAD = 4


def auc(events: Array, others: Array) -> tuple[float, float, float]:
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
    above, below = share_below(others, events), 1.0 - share_below(events, others)
    by_event, by_other = above.var(ddof=1) / len(events), below.var(ddof=1) / len(others)
    return float(above.mean()), float(by_event), float(by_other)


def share_below(sample: Array, values: Array) -> Array:
    """Share of a sample that lies below each value, ties counted half."""
    ordered = np.sort(sample)
    left, right = (np.searchsorted(ordered, values, side) for side in ("left", "right"))
    return np.asarray((left + right) / (2.0 * len(sample)))


def spread_warning(run: Run, event: str = "B5i", ahead: int = QUARTERS_AHEAD) -> Estimate | None:
    """AUC of the high-yield spread `ahead` quarters before an event; None where too few paths have it.

    Paths to which the event comes in a quarter are compared with those to which it never comes, at the same
    date, and the areas averaged over the dates of the events. Above .5 wide spreads warn, below it tight.
    The error counts the paths without the event as the same at every date: an upper bound.
    """
    happened = run.outcome(event) > 0
    quarter = run.outcome(f"{event}_quarter")
    spread = run.series("hy_spread").astype(np.float64)
    areas, weights, own, shared = [], [], [], []
    for t in np.unique(quarter[happened]):
        before = int(t) - ahead
        hit = happened & (quarter == t)
        if before < 0 or hit.sum() < 2 or (~happened).sum() < 2:
            continue
        area, from_events, from_others = auc(spread[before, hit], spread[before, ~happened])
        areas.append(area)
        weights.append(float(hit.sum()))
        own.append(from_events)
        shared.append(from_others)
    if not areas:
        return None
    w = np.array(weights) / np.sum(weights)
    variance = float((w**2 * np.array(own)).sum() + (w * np.sqrt(shared)).sum() ** 2)
    return Estimate(float(w @ np.array(areas)), float(np.sqrt(variance)), int(np.sum(weights)))

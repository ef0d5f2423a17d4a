"""A scenario in twelve line items: where each starts, how far it goes, where it ends, and how that differs.

The line items have fixed ids, so that a table of one run can be laid beside that of another.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from risk.analysis import contrasts, gap, statistics
from risk.analysis.bands import Band, band
from risk.analysis.statistics import Estimate
from risk.catalogue import CATALOGUE
from risk.runs import Run
from risk.units import SCALE

Course = NDArray[np.float32] | NDArray[np.float64]

LOW, MIDDLE, HIGH = LEVELS = (0.05, 0.50, 0.95)


@dataclass(frozen=True)
class LineItem:
    """One row of the table of a scenario.

    Attributes
    ----------
    name : path series, or `coverage`.
    label : with roles for names, see `Assumptions.said`.
    peak : higher is worse, so that the extreme is a peak; else a trough.
    share : a flag by path: its mean is shown instead of quantiles.
    """

    id: str
    name: str
    label: str
    peak: bool = False
    share: bool = False

    @property
    def unit(self) -> str:
        """Unit of the series."""
        return CATALOGUE[self.name].unit if self.name in CATALOGUE else "fraction"


ITEMS = (
    LineItem("L01", "capex", "{Spender} cash capex"),
    LineItem("L02", "revenue", "End-customer {sector} revenue"),
    LineItem("L03", "coverage", "Revenue, internal use in, over what capex requires"),
    LineItem("L04", "h100_contract", "{Numeraire} one-year contract rent"),
    LineItem("L05", "utilization", "Utilization"),
    LineItem("L06", "fleet", "Energized {sector} fleet"),
    LineItem("L07", "digestion", "Paths in capex digestion", peak=True, share=True),
    LineItem("L08", "hy_spread", "High-yield spread", peak=True),
    LineItem("L09", "credit_availability", "Private-credit availability"),
    LineItem("L10", "neocloud_debt", "{Operator} debt", peak=True),
    LineItem("L11", "neocloud_liquidity", "{Operator} cash and undrawn revolvers"),
    LineItem("L12", "headline_loss", "Cumulative credit loss, headline", peak=True),
)
"""The line items; ids are never given to another item."""

HEADLINE = "L12"


@dataclass(frozen=True)
class Line:
    """One line item of one run, in the item's unit.

    Attributes
    ----------
    start : at the base date; None where there is nothing yet.
    extreme : trough or peak of the median path (of the share of paths), in quarter `quarter`.
    end : median (share of paths) at the last quarter.
    low, high : P5 and P95 there; None for a share of paths.
    change : end less that of the run compared with, path by path where both share their draws.
    """

    item: LineItem
    start: Estimate | None
    extreme: Estimate
    quarter: int
    end: Estimate
    low: Estimate | None
    high: Estimate | None
    change: Estimate


def courses(run: Run) -> dict[str, Course]:
    """Every line item by quarter and path: id → (quarter + 1, path), base units."""
    return {item.id: _values(run, item) for item in ITEMS}


def _values(run: Run, item: LineItem) -> Course:
    if item.name != "coverage":
        return run.series(item.name)
    revenue, required = gap.realised(run).with_internal, run.series("required_revenue")
    found = np.full(required.shape, np.nan)  # nothing is required yet at the base date
    found[1:] = revenue[1:].astype(np.float64) / required[1:]
    return found


def lines(own: Mapping[str, Course], base: Mapping[str, Course], paired: bool) -> tuple[Line, ...]:
    """The line items of a run against those of another, or of itself.

    Parameters
    ----------
    own, base : of `courses`.
    paired : path i of both is the same path under other assumptions.
    """
    found = []
    for item in ITEMS:
        if own is base:
            change = Estimate(0.0, 0.0, own[item.id].shape[1])
        else:
            measure = contrasts.probability if item.share else contrasts.quantile(MIDDLE)
            before, after = (measure(course[item.id][-1] / _unit(item)) for course in (base, own))
            change = contrasts.change(before, after, paired)
        found.append(_line(item, own[item.id], change))
    return tuple(found)


def _unit(item: LineItem) -> np.float64:
    """The item's unit in base units; what single precision holds is divided in double."""
    return np.float64(SCALE[item.unit])


def _line(item: LineItem, own: Course, change: Estimate) -> Line:
    low = high = None
    if item.share:
        middle = [_share(row) for row in own]
    else:
        found = band(own, LEVELS, unit=_unit(item))
        middle = [_at(found, MIDDLE, t) for t in range(len(own))]
        low, high = _at(found, LOW, len(own) - 1), _at(found, HIGH, len(own) - 1)
    course = np.array([estimate.value for estimate in middle])
    quarter = int(np.nanargmax(course) if item.peak else np.nanargmin(course))
    start = middle[0] if np.isfinite(course[0]) else None
    return Line(item, start, middle[quarter], quarter, middle[-1], low, high, change)


def _share(flags: Course) -> Estimate:
    """Share of paths; known where all paths agree, as they do at the base date."""
    same = flags.min() == flags.max()
    return Estimate(float(flags[0]), 0.0, len(flags)) if same else statistics.probability(flags)


def _at(found: Band, level: float, quarter: int) -> Estimate:
    place, n = found.levels.index(level), int(found.count[quarter])
    value, error = found.quantiles[place, quarter], found.standard_error[place, quarter]
    return Estimate(float(value), float(error), n, tail=int(n * min(level, 1.0 - level)))

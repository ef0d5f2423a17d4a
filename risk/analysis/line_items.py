"""A scenario in twelve line items: where each starts, how far it goes, where it ends, and how that differs.

The line items have fixed ids, so that a table of one run can be laid beside that of another.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from risk.analysis import contrasts, gap, statistics
from risk.analysis.bands import band
from risk.analysis.statistics import Estimate
from risk.catalogue import CATALOGUE
from risk.runs import Run
from risk.runs.passes import by_quarter
from risk.runs.remembered import once
from risk.units import SCALE

Row = NDArray[np.float32] | NDArray[np.float64]
Course = Iterable[Row]

_, MIDDLE, _ = LEVELS = (0.05, 0.50, 0.95)


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


@dataclass(frozen=True)
class Read:
    """A line item of a run by quarter from the base date on, read anew by whoever goes through it."""

    run: Run
    item: LineItem

    def __iter__(self) -> Iterator[Row]:
        if self.item.name == "coverage":
            return gap.covered(self.run)
        return (row for (row,) in by_quarter(self.run, self.item.name))


def courses(run: Run) -> dict[str, Course]:
    """Every line item: id → quarter after quarter, (path,) in base units."""
    return {item.id: Read(run, item) for item in ITEMS}


@once
def ends(run: Run) -> dict[str, Course]:
    """Every line item in the last quarter alone, (1, path) in base units: what others are compared with."""
    return {item.id: _end(run, item)[None] for item in ITEMS}


def _end(run: Run, item: LineItem) -> Row:
    if item.name != "coverage":
        return run.series(item.name, run.calendar.quarters)
    *_, last = gap.covered(run)
    return last


@once
def alone(run: Run) -> tuple[Line, ...]:
    """The line items of a run against itself."""
    own = courses(run)
    return lines(own, own, paired=True)


def lines(own: Mapping[str, Course], base: Mapping[str, Course], paired: bool) -> tuple[Line, ...]:
    """The line items of a run against those of another, or of itself.

    Parameters
    ----------
    own, base : of `courses`, or arrays (quarter + 1, path); of `base` the last quarter, see `ends`.
    paired : path i of both is the same path under other assumptions.
    """
    found = []
    for item in ITEMS:
        line, last = _line(item, own[item.id])
        if own is not base:
            measure = contrasts.probability if item.share else contrasts.quantile(MIDDLE)
            *_, there = base[item.id]
            before, after = (measure(end / _unit(item)) for end in (there, last))
            line = replace(line, change=contrasts.change(before, after, paired))
        found.append(line)
    return tuple(found)


def _unit(item: LineItem) -> np.float64:
    """The item's unit in base units; what single precision holds is divided in double."""
    return np.float64(SCALE[item.unit])


def _line(item: LineItem, own: Course) -> tuple[Line, Row]:
    """The line item of a run against itself, and what it has on every path in the last quarter."""
    found: list[tuple[Estimate, ...]] = []
    last: Row = np.empty(0)
    for row in own:
        found.append((_share(row),) if item.share else _spread(item, row))
        last = row
    middle = [spread[len(spread) // 2] for spread in found]
    low, high = (None, None) if item.share else (found[-1][0], found[-1][-1])
    course = np.array([estimate.value for estimate in middle])
    quarter = int(np.nanargmax(course) if item.peak else np.nanargmin(course))
    start = middle[0] if np.isfinite(course[0]) else None
    still = Estimate(0.0, 0.0, len(last))
    return Line(item, start, middle[quarter], quarter, middle[-1], low, high, still), last


def _share(flags: Row) -> Estimate:
    """Share of paths; known where all paths agree, as they do at the base date."""
    same = flags.min() == flags.max()
    return Estimate(float(flags[0]), 0.0, len(flags)) if same else statistics.probability(flags)


def _spread(item: LineItem, values: Row) -> tuple[Estimate, ...]:
    """Quantiles at `LEVELS`."""
    found = band([values], LEVELS, unit=_unit(item))
    n = int(found.count[0])
    told = zip(LEVELS, found.quantiles[:, 0].tolist(), found.standard_error[:, 0].tolist(), strict=True)
    return tuple(Estimate(x, error, n, tail=int(n * min(level, 1.0 - level))) for level, x, error in told)

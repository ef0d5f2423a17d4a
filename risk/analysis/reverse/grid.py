"""Where the condition comes true on a map: how far rents fell, and what refinancing cost at the time."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from risk.analysis import statistics
from risk.analysis.statistics import Estimate
from risk.runs import Run
from risk.units import SCALE

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]
Edges = tuple[float, ...]

RENT, SPREAD = "h100_contract", "hy_spread"
AFTER = 2
"""Calendar years after that of the base date at whose end both are read: when what was lent for two to three
years is refinanced."""

CELLS = 7
"""Rows and columns, about."""

SHOWN = 100
"""Paths that a cell needs to be read; with fewer it is grey."""


@dataclass(frozen=True)
class Grid:
    """Probability of a condition by cell.

    Attributes
    ----------
    quarter : label of that at whose end the rent is read; the spread is the mean of the four up to it.
    falls : edges of the rows, fall of the rent since the base date, a fraction; spreads : of the columns, bp.
        Outer rows and columns are open.
    cells : probability of the condition, a row a fall; of no path NaN.
    """

    quarter: str
    falls: Edges
    spreads: Edges
    cells: tuple[tuple[Estimate, ...], ...]

    @property
    def thin(self) -> int:
        """Cells that rest on too few paths."""
        return sum(cell.n < SHOWN for row in self.cells for cell in row)

    @property
    def largest_error(self) -> float:
        """Largest half of a 95% interval among the cells that are read; NaN where there is none."""
        halves = [(c.interval[1] - c.interval[0]) / 2.0 for row in self.cells for c in row if c.n >= SHOWN]
        return max(halves, default=math.nan)


def grid(run: Run, flags: Flags) -> Grid:
    """The map of a condition that these (path,) flags say is met."""
    at, fall, year = read(run)
    return mapped(run.calendar.labels[at], fall, year, flags)


def read(run: Run) -> tuple[int, Array, Array]:
    """The quarter at whose end the rent is read, and (path,) falls of the rent and spreads."""
    calendar = run.calendar
    at = min(calendar.offset(f"{calendar.base.year + AFTER:04d}Q4"), calendar.quarters)
    rent, spread = run.series(RENT), run.series(SPREAD)
    fall = 1.0 - rent[at].astype(np.float64) / rent[0]
    return at, fall, spread[max(at - 3, 1) : at + 1].astype(np.float64).mean(axis=0) / SCALE["bp"]


def mapped(quarter: str, fall: Array, spread: Array, flags: Flags) -> Grid:
    """The map over (path,) falls of the rent and spreads."""
    return divided(quarter, fall, spread, flags, edges(fall), edges(spread))


def divided(quarter: str, fall: Array, spread: Array, flags: Flags, falls: Edges, spreads: Edges) -> Grid:
    """The map with edges that are known."""
    row, column = np.searchsorted(falls, fall, "right"), np.searchsorted(spreads, spread, "right")
    width = len(spreads) + 1
    place, size = row * width + column, (len(falls) + 1) * width
    counts = np.bincount(place, minlength=size)
    hits = np.bincount(place[flags], minlength=size)
    cells = [statistics.proportion(int(h), int(n)) for h, n in zip(hits, counts, strict=True)]
    return Grid(quarter, falls, spreads, tuple(tuple(cells[i : i + width]) for i in range(0, size, width)))


def edges(values: Array) -> Edges:
    """Round edges of about `CELLS` bins of equal width from the 4% to the 96% quantile."""
    low, high = np.quantile(values, (0.04, 0.96))
    if not high > low:
        return (float(low),)
    raw = (high - low) / (CELLS - 2)
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(nice * power for nice in (1.0, 2.0, 2.5, 5.0, 10.0) if nice * power >= raw)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return tuple(round(step * i, 10) for i in range(first, last + 1)) or (float(round(low / step) * step),)

"""Capital the Big Five deploy against the thesis page's ceiling, and the three multipliers behind it.

The page reconstructs its ceiling from cash flow reinvested in full, vehicles off the balance sheet, and
corporate leverage. The funding waterfall has the same three parts: what cash flow leaves after other uses,
lease and SPV additions, and net new debt and equity. Together they are the build, by the identity
sources = uses.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from risk.analysis import statistics
from risk.analysis.bands import Band, band
from risk.analysis.flows import by_year, each_year, year_ends, year_labels
from risk.analysis.statistics import Estimate
from risk.runs import Run
from risk.runs.passes import by_quarter

Array = NDArray[np.float64]

LEVELS = (0.05, 0.50, 0.95)
PARTS: dict[str, dict[str, float]] = {
    "cash_flow": {
        "cfo": 1.0,
        "cash_drawn": 1.0,
        "payout": -1.0,
        "lab_equity": -1.0,
        "spv_support": -1.0,
        "cash_build": -1.0,
    },
    "off_balance_sheet": {"lease_additions": 1.0, "spv_additions": 1.0},
    "leverage": {"bonds": 1.0, "private_credit": 1.0, "equity": 1.0, "maturities": -1.0},
}
"""The three multipliers as sums over lines of the funding waterfall."""

BUILD = ("capex", "lease_additions", "spv_additions")


@dataclass(frozen=True)
class Multiplier:
    """One source of capital by calendar year, mean over paths in USD, and over cash flow from operations."""

    name: str
    amount: Array
    of_cash_flow: Array


@dataclass(frozen=True)
class Deployment:
    """Cumulative capital deployed since the start of the base year.

    Attributes
    ----------
    cumulative : P5, P50, P95 at the end of each year, USD.
    ceiling : low and high end of the page's range, USD.
    reached : for each end of the range, the probability that it is deployed by each year's end.
    """

    labels: tuple[str, ...]
    cumulative: Band
    ceiling: tuple[float, float]
    reached: tuple[tuple[Estimate, ...], tuple[Estimate, ...]]


def multipliers(run: Run) -> tuple[Multiplier, ...]:
    """The three sources of the build."""
    lines = {key: by_year(run.mean(f"funding.{key}")[0].sum(axis=1), run.calendar) for key in _lines()}
    cash_flow = lines["cfo"]
    found = []
    for name, weights in PARTS.items():
        amount = np.sum([weight * lines[key] for key, weight in weights.items()], axis=0)
        found.append(Multiplier(name, amount, amount / cash_flow))
    return tuple(found)


def cash_flow(run: Run) -> Array:
    """Cash flow from operations after lease service by calendar year, mean over paths, USD."""
    return by_year(run.mean("funding.cfo")[0].sum(axis=1), run.calendar)


def deployment(run: Run) -> Deployment:
    """Cumulative deployed capital against the ceiling."""
    low, high = run.register.array("capex.deployable_ceiling")
    reached = list[Estimate](), list[Estimate]()

    def years() -> Iterator[Array]:
        for year in _cumulative(run):
            for found, level in zip(reached, (low, high), strict=True):
                found.append(statistics.probability(year >= level))
            yield year

    spread = band(years(), LEVELS)
    ends = (tuple(reached[0]), tuple(reached[1]))
    return Deployment(year_labels(run.calendar), spread, (float(low), float(high)), ends)


def _cumulative(run: Run) -> Iterator[Array]:
    """Capital deployed since the start of the base year at the end of every year, (path,) USD."""
    ends, total = set(year_ends(run.calendar)), np.full(run.paths, _before(run))
    for t, (capex, leases) in enumerate(by_quarter(run, "capex", "lease_additions")):
        if t:
            total = total + (capex.astype(np.float64) + leases)
        if t in ends:
            yield total


def power_bound(run: Run) -> tuple[Estimate, ...]:
    """Share of path-quarters in which the power cap binds, by calendar year."""
    bound = (flags for (flags,) in by_quarter(run, "power_bound"))
    return tuple(statistics.mean(year) for year in each_year(bound, run.calendar, average=True))


def _before(run: Run) -> float:
    """Cash capex of the base year up to the base date, USD; four quarters are known."""
    recent = run.register.array("capex.recent_capex")
    last = run.register.tables["capex.firm"].numbers("capex_last_quarter").sum()
    return float(sum([*recent.tolist(), float(last)][-run.calendar.quarter[0] :]))


def _lines() -> set[str]:
    return {key for weights in PARTS.values() for key in weights} | set(BUILD)

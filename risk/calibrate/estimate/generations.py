"""Generations: how far the rent of one moves on its own against the numeraire, and what a launch takes off.

Quarterly means of log rent over that of the numeraire. What a ratio does beyond returning to its mean is the
noise of both generations; the numeraire's own, held at the register's, is taken out. Two records, list rents
by month and spot by day, are pooled by the quarters they have.

A launch lowers the numeraire against the newest by the obsolescence times the log of throughput, over a year.
The record has one launch with rents on both sides of it, and only from two quarters after it: what that says
is told with its error, which is wide.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import statsmodels.api as sm

from risk.calibrate.estimate.core import Array, Finding, Module, deviation, pooled
from risk.calibrate.estimate.rents import NUMERAIRE, RATECARD, SPOT, log_spot
from risk.calibrate.estimate.series import Data

if TYPE_CHECKING:
    from risk.assumptions import Assumptions

LISTS = {"A100": "A100_80", "H200": "H200", "B200": "B200"}
"""Column of list rents by generation."""

NEWEST, DAILY = "B200", "ornn_b200"
FEWEST = 3
"""Months of a quarter that its mean needs; days are thirty times as many."""

DAYS = 30
THROUGHPUT = math.log(2.3)
"""Log throughput of the newest over the numeraire, as specified: memory bandwidth 2.4, arithmetic 2.3."""

LAUNCH = 4
"""Quarters over which a launch takes its discount, as the register has it."""


def find(data: Mapping[str, Data], register: Assumptions) -> Sequence[Finding]:
    """Noise of each generation, and what a launch took off."""
    cards, days = data[RATECARD.file].rows, data[SPOT.file].rows
    own = float(register.tables["gpu.generation"].row(NUMERAIRE).noise)  # type: ignore[attr-defined]
    month = pd.PeriodIndex(cards["month"], freq="M")
    found = []
    for name, column in LISTS.items():
        ratio = pd.Series(np.log(cards[column].to_numpy() / cards[NUMERAIRE].to_numpy()), index=month)
        listed = by_quarter(ratio, FEWEST)
        records = [listed]
        if name == NEWEST:
            spot = log_spot(days, DAILY) - log_spot(days, "ornn_h100")
            records.append(by_quarter(spot, DAYS))
            found.append(obsolescence(listed))
        found.append(noise(name, records, own))
    return found


def by_quarter(ratio: pd.Series[float], fewest: int) -> Array:
    """Quarterly means of a log ratio, quarters of too few readings as NaN, (quarter,)."""
    groups = ratio.dropna().groupby(ratio.dropna().index.asfreq("Q"))  # type: ignore[attr-defined]
    means = groups.mean()[groups.count() >= fewest]
    if means.empty:
        return np.empty(0)
    whole = pd.period_range(means.index.min(), means.index.max(), freq="Q")
    return np.asarray(means.reindex(whole), dtype=np.float64)


def noise(name: str, records: Sequence[Array], own: float) -> Finding:
    """Noise of a generation, log a quarter.

    Parameters
    ----------
    records : log ratios by quarter, one array a record.
    own : noise of the numeraire.
    """
    parts, told = [], []
    for ratio in records:
        moves = _innovations(ratio)
        if len(moves) > 2:
            parts.append((*deviation(moves), len(moves)))
        elif len(moves):
            size = float(np.sqrt(np.mean(moves**2)))
            parts.append((size, size / math.sqrt(2.0 * len(moves)), len(moves)))
        if len(moves):
            told.append(f"{parts[-1][0]:.3f} in {len(moves)} quarters")
    both, error, n = pooled(*parts)
    alone = math.sqrt(max(both**2 - own**2, 0.0))
    slope = both / alone if alone > 0.0 else 1.0
    method = "log ratio to the numeraire by quarter, reversion to its mean taken out"
    said = f"both generations {' and '.join(told)}; {own:g} of it the numeraire's"
    return Finding(f"gpu.generation[{name}].noise", alone, error * slope, n, method, said)


def _innovations(ratio: Array) -> Array:
    """What a log ratio does beyond its reversion; of a short record its changes."""
    before, after = ratio[:-1], ratio[1:]
    known = np.isfinite(before) & np.isfinite(after)
    before, after = before[known], after[known]
    if len(after) < 5:
        return np.asarray(after - before)
    return np.asarray(sm.OLS(after, sm.add_constant(before)).fit().resid)


def obsolescence(ratio: Array) -> Finding:
    """What a launch took off the numeraire against the newest in its first year, per log of throughput.

    Parameters
    ----------
    ratio : log rent of the newest over the numeraire by quarter, from its first quotes on.
    """
    known = ratio[np.isfinite(ratio)]
    year = min(LAUNCH, len(known) - 1)
    gain = float(known[year] - known[0])
    sd = float(np.std(_innovations(ratio), ddof=1)) if len(known) > 2 else math.nan
    error = sd * math.sqrt(year) / THROUGHPUT
    told = f"{gain:+.3f} in the first {year} quarters quoted; the launch was two quarters before them"
    method = "rise of the newest over the numeraire in a year, over log throughput"
    return Finding("gpu.launch_obsolescence", gain / THROUGHPUT, error, 1, method, told)


MODULE = Module("generations", "Rents of generations against one another", (RATECARD, SPOT), find)

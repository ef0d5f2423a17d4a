"""Required against realised revenue: three lenses on two bases, and which of them change the answer.

Realised revenue is what end customers pay (external), or that and hyperscalers' own use valued at what it
would have to be sold for (internal use over the compute share of a revenue dollar).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from risk.analysis import statistics
from risk.analysis.bands import Band, band
from risk.analysis.flows import by_year, year_labels
from risk.analysis.statistics import Estimate
from risk.runs import Run

Array = NDArray[np.float64]
Singles = NDArray[np.float32]

LEVELS = (0.05, 0.50, 0.95)
LENSES = (
    ("vintage", "Vintage, from the cash date"),
    ("vintage_energized", "Vintage, from energization"),
    ("cahn", "Cahn, merchant accelerators"),
    ("cahn_all", "Cahn, all accelerators"),
    ("jpmorgan", "J.P. Morgan"),
)
"""Lenses on required revenue; the first four are recorded by the engine, the last is one number."""

BASES = (("with_internal", "External and internal use"), ("external", "External customers only"))


@dataclass(frozen=True)
class Realised:
    """Revenue by quarter and path, USD a year, (quarter + 1, path); single precision, as the run has it."""

    external: Singles
    with_internal: Singles

    def basis(self, name: str) -> Singles:
        """One of `BASES`."""
        return self.external if name == "external" else self.with_internal


@dataclass(frozen=True)
class Definition:
    """One lens on one basis.

    Attributes
    ----------
    required, realised : mean over paths by calendar year, USD a year, (year,).
    short : probability that revenue falls short in every year of proposition B1.
    proposition : id of the proposition that uses it, or "".
    closing : first year from which on mean revenue reaches the mean requirement every year, or "".
    """

    lens: str
    basis: str
    required: Array
    realised: Array
    short: Estimate
    proposition: str
    closing: str


def compute_share(run: Run) -> Singles:
    """Compute spending per dollar of revenue by quarter and path, phi_c, (quarter + 1, path or 1)."""
    identifier = "revenue.compute_share"
    drawn = identifier in run.names("parameters")
    first = run.parameter(identifier) if drawn else run.register.number(identifier)
    decline = run.register.number("revenue.compute_share_decline")
    years = np.arange(run.calendar.quarters + 1) / 4.0
    share, waning = np.atleast_1d(first).astype(np.float32), np.exp(-decline * years).astype(np.float32)
    return waning[:, None] * share[None, :]


def realised(run: Run) -> Realised:
    """Revenue on both bases."""
    external = run.series("revenue")
    return Realised(external, external + run.series("internal_use") / compute_share(run))


def coverage(run: Run, basis: Singles) -> Band:
    """Revenue over the requirement of the vintage lens by quarter, from the first step on."""
    return band(basis[1:] / run.series("required_revenue")[1:])


def coverage_by_year(run: Run, basis: Singles) -> tuple[Band, tuple[Estimate, ...]]:
    """Coverage in each calendar year (flows over flows), and the probability that it is below one."""
    required = by_year(run.series("required_revenue"), run.calendar)
    ratio = by_year(basis, run.calendar) / required
    return band(ratio, LEVELS), tuple(statistics.probability(year < 1.0) for year in ratio)


def definitions(run: Run, revenue: Realised) -> tuple[Definition, ...]:
    """Every lens on every basis; the first is that of proposition B1."""
    means, _ = run.mean("required")
    required = dict(zip(run.entities["required"], by_year(means, run.calendar, average=True).T, strict=True))
    bar = run.register.number("revenue.jpmorgan_bar")
    required["jpmorgan"] = np.full(len(run.calendar.years), bar)
    found = []
    for lens, _ in LENSES:
        for basis, _ in BASES:
            yearly = by_year(revenue.basis(basis), run.calendar, average=True)
            found.append(_definition(run, lens, basis, required[lens], yearly))
    return tuple(found)


def _definition(run: Run, lens: str, basis: str, required: Array, yearly: Array) -> Definition:
    first = lasting(yearly.mean(axis=1) >= required)
    closing = "" if first is None else year_labels(run.calendar)[first]
    outcome = {
        ("vintage", "with_internal"): "B1",
        ("vintage", "external"): "B1x",
        ("vintage_energized", "with_internal"): "B1_energized",
        ("vintage_energized", "external"): "B1x_energized",
        ("cahn", "with_internal"): "B1_cahn",
        ("cahn", "external"): "B1x_cahn",
        ("cahn_all", "with_internal"): "B1_cahn_all",
        ("cahn_all", "external"): "B1x_cahn_all",
    }.get((lens, basis), "")
    chosen = _tested_years(run)
    short = run.outcome(outcome) if outcome else (yearly[chosen] < required[chosen][:, None]).all(axis=0)
    proposition = outcome if outcome in ("B1", "B1x") else ""
    return Definition(
        lens, basis, required, yearly.mean(axis=1), statistics.probability(short), proposition, closing
    )


def lasting(reached: NDArray[np.bool_]) -> int | None:
    """First position from which on a bar is reached to the end; None where the last one misses it."""
    missed = np.flatnonzero(~reached)
    first = int(missed[-1]) + 1 if len(missed) else 0
    return first if first < len(reached) else None


def _tested_years(run: Run) -> list[int]:
    """Positions of the calendar years in which proposition B1 looks for a shortfall."""
    tested = run.window("propositions.gap_years").years
    return [i for i, year in enumerate(run.calendar.years) if year in tested]

"""Required against realised revenue: three lenses on two bases, and which of them change the answer.

Realised revenue is what end customers pay (external), or that and hyperscalers' own use valued at what it
would have to be sold for (internal use over the compute share of a revenue dollar).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from risk.analysis import statistics
from risk.analysis.bands import Band, band
from risk.analysis.flows import by_year, each_year, year_labels
from risk.analysis.statistics import Estimate
from risk.runs import Run
from risk.runs.passes import by_quarter

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

WITH_INTERNAL = "with_internal"
BASES = ((WITH_INTERNAL, "External and internal use"), ("external", "External customers only"))


@dataclass(frozen=True)
class Definition:
    """One lens on one basis.

    Attributes
    ----------
    required, realised : mean over paths by calendar year, USD a year, (year,); `error` of the second.
    short : probability that revenue falls short in every year of proposition B1.
    proposition : id of the proposition that uses it, or "".
    closing : first year from which on mean revenue reaches the mean requirement every year, or "".
    """

    lens: str
    basis: str
    required: Array
    realised: Array
    error: Array
    short: Estimate
    proposition: str
    closing: str


def compute_share(run: Run) -> Iterator[Singles]:
    """Compute spending per dollar of revenue quarter by quarter, phi_c, (path or 1,)."""
    identifier = "revenue.compute_share"
    drawn = identifier in run.names("parameters")
    first = run.parameter(identifier) if drawn else run.register.number(identifier)
    decline = run.register.number("revenue.compute_share_decline")
    years = np.arange(run.calendar.quarters + 1) / 4.0
    share, waning = np.atleast_1d(first).astype(np.float32), np.exp(-decline * years).astype(np.float32)
    return (each * share for each in waning)


def realised(run: Run, basis: str) -> Iterator[Singles]:
    """Revenue on one of `BASES` quarter by quarter, (path,) USD a year, in single precision as it is kept."""
    if basis == "external":
        yield from (external for (external,) in by_quarter(run, "revenue"))
        return
    kept = by_quarter(run, "revenue", "internal_use")
    for (external, internal), share in zip(kept, compute_share(run), strict=True):
        yield external + internal / share


def required(run: Run) -> Iterator[Singles]:
    """Revenue required by the vintage lens quarter by quarter, (path,) USD a year."""
    return (needed for (needed,) in by_quarter(run, "required_revenue"))


def covered(run: Run) -> Iterator[Array]:
    """Revenue, internal use in, over the requirement; nothing is required yet at the base date."""
    for t, (have, need) in enumerate(zip(realised(run, WITH_INTERNAL), required(run), strict=True)):
        yield have.astype(np.float64) / need if t else np.full(len(have), np.nan)


def coverage(run: Run) -> Band:
    """Revenue, internal use in, over the requirement by quarter, from the first step on."""
    both = zip(realised(run, WITH_INTERNAL), required(run), strict=True)
    return band(have / need for have, need in islice(both, 1, None))


def coverage_by_year(run: Run, basis: str) -> tuple[Band, tuple[Estimate, ...]]:
    """Coverage in each calendar year (flows over flows), and the probability that it is below one."""
    short = list[Estimate]()

    def ratios() -> Iterator[Array]:
        have, need = (each_year(found, run.calendar) for found in (realised(run, basis), required(run)))
        for one, other in zip(have, need, strict=True):
            ratio = one / other
            short.append(statistics.probability(ratio < 1.0))
            yield ratio

    return band(ratios(), LEVELS), tuple(short)


def definitions(run: Run) -> tuple[Definition, ...]:
    """Every lens on every basis; the first is that of proposition B1."""
    means, _ = run.mean("required")
    needed = dict(zip(run.entities["required"], by_year(means, run.calendar, average=True).T, strict=True))
    bar = run.register.number("revenue.jpmorgan_bar")
    needed["jpmorgan"] = np.full(len(run.calendar.years), bar)
    yearly = {basis: _yearly(run, basis, needed) for basis, _ in BASES}
    return tuple(
        _definition(run, lens, basis, needed[lens], yearly[basis]) for lens, _ in LENSES for basis, _ in BASES
    )


@dataclass(frozen=True)
class _Yearly:
    """Revenue on a basis by calendar year.

    Attributes
    ----------
    mean, error : over paths, (year,).
    short : lens → (path,) whether it is below the mean requirement in every year of proposition B1.
    """

    mean: Array
    error: Array
    short: Mapping[str, NDArray[np.bool_]]


def _yearly(run: Run, basis: str, needed: Mapping[str, Array]) -> _Yearly:
    tested, found = _tested_years(run), list[Estimate]()
    lenses = [lens for lens, _ in LENSES if (lens, basis) not in PROPOSITIONS]
    short = {lens: np.ones(run.paths, dtype=bool) for lens in lenses}
    for place, year in enumerate(each_year(realised(run, basis), run.calendar, average=True)):
        found.append(Estimate(float(year.mean()), statistics.mean(year).standard_error, len(year)))
        for lens in lenses if place in tested else ():
            short[lens] &= year < needed[lens][place]
    return _Yearly(np.array([x.value for x in found]), np.array([x.standard_error for x in found]), short)


PROPOSITIONS = {
    ("vintage", "with_internal"): "B1",
    ("vintage", "external"): "B1x",
    ("vintage_energized", "with_internal"): "B1_energized",
    ("vintage_energized", "external"): "B1x_energized",
    ("cahn", "with_internal"): "B1_cahn",
    ("cahn", "external"): "B1x_cahn",
    ("cahn_all", "with_internal"): "B1_cahn_all",
    ("cahn_all", "external"): "B1x_cahn_all",
}
"""Lens and basis → the outcome of a path that says whether revenue falls short."""


def _definition(run: Run, lens: str, basis: str, needed: Array, yearly: _Yearly) -> Definition:
    first = lasting(yearly.mean >= needed)
    closing = "" if first is None else year_labels(run.calendar)[first]
    outcome = PROPOSITIONS.get((lens, basis), "")
    short = run.outcome(outcome) if outcome else yearly.short[lens]
    proposition = outcome if outcome in ("B1", "B1x") else ""
    return Definition(
        lens, basis, needed, yearly.mean, yearly.error, statistics.probability(short), proposition, closing
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

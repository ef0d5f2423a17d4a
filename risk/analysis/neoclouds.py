"""Neoclouds on the simulated paths: who defaults by when, what is lost, what becomes of new cohorts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from risk.analysis.facilities import Facility
from risk.analysis.proportions import proportion
from risk.analysis.statistics import Estimate
from risk.runs import Run

Array = NDArray[np.float64]

HORIZONS = ("2028Q4", "2030Q4", "2032Q4")
"""Quarters by whose end defaults are counted."""

TROUBLED = ("lock_up", "sweep", "event", "cured", "amended")
"""Rungs on which a facility in trouble but not in default may stand in a quarter."""

_COHORT = re.compile(r"(.+)-(\d{4})-([A-Z_]+)")


@dataclass(frozen=True)
class Default:
    """Default and loss of one facility: probability by each of `HORIZONS`, cumulative loss in USD."""

    name: str
    probability: tuple[Estimate, ...]
    loss: Estimate


@dataclass(frozen=True)
class Cohort:
    """Facilities of one year and one class of payer, all firms together, whether a path builds them or not.

    Attributes
    ----------
    originated, loss : USD, means over paths.
    amended, payment_default, maturity_default : share of path-facilities that ever come so far.
    troubled : quarters a facility spends on the rungs of `TROUBLED`, mean.
    """

    year: str
    payer: str
    originated: Estimate
    loss: Estimate
    amended: Estimate
    payment_default: Estimate
    maturity_default: Estimate
    troubled: Estimate


@dataclass(frozen=True)
class FirmLoss:
    """Credit loss on one firm in USD, mean over paths: of facilities and HoldCo paper, and of the latter."""

    total: Estimate
    holdco: Estimate


def reached(run: Run) -> tuple[str, ...]:
    """The horizons that lie within the run."""
    return tuple(label for label in HORIZONS if label in run.calendar.labels)


def default_probability(run: Run, key: str, column: int, quarter: str) -> Estimate:
    """Share of paths in default at the end of a quarter, from the recorded sums."""
    share = run.mean(key)[0][run.calendar.index(quarter), column]
    return proportion(round(share * run.paths), run.paths)


def defaults(run: Run) -> dict[str, Default]:
    """Default and loss of every facility, cohorts included."""
    losses = cumulative(run, "facility.loss")
    found = {}
    for column, name in enumerate(run.entities["facility.defaulted"]):
        probabilities = [default_probability(run, "facility.defaulted", column, q) for q in reached(run)]
        found[name] = Default(name, tuple(probabilities), losses[column])
    return found


def cumulative(run: Run, key: str) -> tuple[Estimate, ...]:
    """Sum over all quarters of a flow that happens at most once on a path, by entity; its error is exact."""
    mean, error = run.mean(key)
    n = run.paths
    squares = (error**2 * (n - 1) + mean**2).sum(axis=0)  # mean of x² a quarter; products of quarters vanish
    total = mean.sum(axis=0)
    spread = np.sqrt(np.maximum(squares - total**2, 0.0) / max(n - 1, 1))
    return tuple(Estimate(float(m), float(s), n) for m, s in zip(total, spread, strict=True))


def firm_losses(run: Run, book: Sequence[Facility]) -> dict[str, FirmLoss]:
    """Loss by firm, its cohorts in; errors of sums over facilities are upper bounds."""
    secured, holdco = cumulative(run, "facility.loss"), cumulative(run, "holdco.loss")
    owners = {f.name: f.firm for f in book}
    found = {}
    for firm, own in zip(run.entities["holdco.loss"], holdco, strict=True):
        named = zip(run.entities["facility.loss"], secured, strict=True)
        parts = [loss for name, loss in named if (owners.get(name) or _cohort(name)[0]) == firm]
        found[firm] = FirmLoss(_sum([*parts, own]), own)
    return found


def _cohort(name: str) -> tuple[str, str, str]:
    """Firm, year and class of payer of a cohort; empty for other facilities."""
    found = _COHORT.fullmatch(name)
    return (found[1], found[2], found[3].lower()) if found else ("", "", "")


def _sum(estimates: Iterable[Estimate]) -> Estimate:
    """Sum of dependent estimates: errors are added, an upper bound."""
    parts = list(estimates)
    value, error = (float(sum(getattr(e, x) for e in parts)) for x in ("value", "standard_error"))
    return Estimate(value, error, parts[0].n)


def cohorts(run: Run) -> tuple[Cohort, ...]:
    """New facilities by year and payer; errors are upper bounds over the firms."""
    grouped: dict[tuple[str, str], list[int]] = {}
    for column, name in enumerate(run.entities["facility.debt"]):
        _, year, payer = _cohort(name)
        if f"{year}Q4" in run.calendar.labels:
            grouped.setdefault((year, payer), []).append(column)
    losses = cumulative(run, "facility.loss")
    return tuple(_cohort_of(run, *key, columns, losses) for key, columns in sorted(grouped.items()))


def _cohort_of(run: Run, year: str, payer: str, columns: list[int], losses: Sequence[Estimate]) -> Cohort:
    t = run.calendar.index(f"{year}Q4")
    debt, error = (values[t, columns].sum() for values in run.mean("facility.debt"))
    rungs = np.sum([run.mean(f"facility.{rung}") for rung in TROUBLED], axis=0)  # (mean or error, quarter, …)
    quarters = rungs[:, :, columns].sum(axis=(1, 2)) / len(columns)
    return Cohort(
        year,
        payer,
        originated=Estimate(float(debt), float(error), run.paths),
        loss=_sum(losses[c] for c in columns),
        amended=_share(run, "amended", columns),
        payment_default=_share(run, "payment_default", columns),
        maturity_default=_share(run, "maturity_default", columns),
        troubled=Estimate(float(quarters[0]), float(quarters[1]), run.paths),
    )


def _share(run: Run, rung: str, columns: list[int]) -> Estimate:
    """Share of path-facilities that ever come to a rung which comes once.

    A mean over facilities of one path varies at most as much as a flag with the same mean would, so the error
    of a flag is an upper bound.
    """
    share = float(run.mean(f"facility.{rung}")[0][:, columns].sum()) / len(columns)
    return proportion(round(share * run.paths), run.paths)

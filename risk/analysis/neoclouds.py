"""Neoclouds on the simulated paths: who defaults by when, what is lost, and how long contracts outlast debt.

The duration ladder is the headline: contracted cash over debt service, both still to come, by quarter.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from risk.analysis.bands import Band, band
from risk.analysis.facilities import Facility
from risk.analysis.proportions import proportion
from risk.analysis.statistics import Estimate
from risk.runs import Run

Array = NDArray[np.float64]
Singles = NDArray[np.float32]

LEVELS = (0.05, 0.50, 0.95)
HORIZONS = ("2028Q4", "2030Q4", "2032Q4")
GROUPS: Mapping[str, str] = {
    "ig": "Investment-grade payers",
    "lab": "AI-lab payers",
    "ig_on_lab": "Investment-grade payer on a lab",
    "neocloud": "Neocloud tenant",
    "other": "Other customers",
}
"""Facility groups by who owes the contract: they fail together."""

_COHORT = re.compile(r".+-(\d{4})-([A-Z_]+)")


@dataclass(frozen=True)
class Rung:
    """Duration ladder of one group of facilities.

    Attributes
    ----------
    covered : contracted cash over remaining debt service on the paths, by quarter from the base date;
        facilities in default or repaid are left out of both sums.
    written : the same if every contract runs as written and none is renewed.
    alive : share of path-facilities neither in default nor repaid, of those that still owe on schedule.
    """

    name: str
    members: tuple[str, ...]
    covered: Band
    written: Array
    alive: Array


@dataclass(frozen=True)
class Default:
    """Default and loss of one facility: probability by each of `HORIZONS`, cumulative loss in USD."""

    name: str
    probability: tuple[Estimate, ...]
    loss: Estimate


@dataclass(frozen=True)
class Cohort:
    """Facilities of one year and one class of payer: principal and loss in USD, means over paths."""

    year: str
    payer: str
    originated: Estimate
    loss: Estimate


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


def cohorts(run: Run) -> tuple[Cohort, ...]:
    """New facilities by year and payer, all firms; errors are upper bounds over the firms."""
    debt, debt_error = run.mean("facility.debt")
    losses = cumulative(run, "facility.loss")
    grouped: dict[tuple[str, str], list[int]] = {}
    for column, name in enumerate(run.entities["facility.debt"]):
        found = _COHORT.fullmatch(name)
        if found and f"{found[1]}Q4" in run.calendar.labels:
            grouped.setdefault((found[1], found[2].lower()), []).append(column)
    out = []
    for (year, payer), columns in sorted(grouped.items()):
        t = run.calendar.index(f"{year}Q4")
        lent = Estimate(float(debt[t, columns].sum()), float(debt_error[t, columns].sum()), run.paths)
        loss = sum(losses[c].value for c in columns), sum(losses[c].standard_error for c in columns)
        out.append(Cohort(year, payer, lent, Estimate(*loss, run.paths)))
    return tuple(out)


@dataclass(frozen=True)
class _Sums:
    """Contracted cash and debt service to come, (quarter, path); facilities owing a path, (quarter,)."""

    cash: Singles
    due: Singles
    owing: Array
    members: list[Facility]


def ladder(run: Run, book: Sequence[Facility]) -> tuple[Rung, ...]:
    """The duration ladder of every group, and of the whole book last."""
    ratios = run.facility("contracted_coverage")
    known = {facility.name: facility for facility in book}
    ordered = [known[name] for name in run.entities["contracted_coverage"]]
    groups: dict[str, _Sums] = {}
    for payer, label in GROUPS.items():
        columns = [i for i, facility in enumerate(ordered) if facility.payer == payer]
        if columns:
            groups[label] = _sums(ratios[:, :, columns], [ordered[i] for i in columns])
    parts = list(groups.values())
    groups["All facilities of the base book"] = _Sums(
        np.sum([p.cash for p in parts], axis=0),
        np.sum([p.due for p in parts], axis=0),
        np.sum([p.owing for p in parts], axis=0),
        ordered,
    )
    return tuple(_rung(label, sums) for label, sums in groups.items())


def _sums(ratios: NDArray[np.float32], members: list[Facility]) -> _Sums:
    """Sum over the facilities of a group.

    The run records the ratio of each facility. One that owes is on schedule, so its service is that of the
    register; beyond its final maturity (a balloon that was refinanced) it is left out.
    """
    service = np.stack([f.service for f in members], axis=1).astype(np.float32)
    owing = np.isfinite(ratios) & (service[:, None, :] > 0.0)
    cash = np.zeros(ratios.shape[:2], dtype=np.float32)
    due = np.zeros_like(cash)
    for i in range(len(members)):
        weight = owing[:, :, i] * service[:, i : i + 1]
        cash += np.where(owing[:, :, i], ratios[:, :, i], 0.0) * weight
        due += weight
    return _Sums(cash, due, owing.sum(axis=2).mean(axis=1), members)


def _rung(label: str, sums: _Sums) -> Rung:
    covered = np.full(sums.due.shape, np.nan, dtype=np.float32)
    np.divide(sums.cash, sums.due, out=covered, where=sums.due > 0.0)
    total = np.sum([f.service for f in sums.members], axis=0)
    written = _ratio(np.sum([f.contracted for f in sums.members], axis=0), total)
    still = np.sum([f.service > 0.0 for f in sums.members], axis=0).astype(np.float64)
    names = tuple(f.name for f in sums.members)
    return Rung(label, names, band(covered, LEVELS), written, _ratio(sums.owing, still))


def base_coverage(run: Run) -> dict[str, float]:
    """Contracted cash over debt service to come of each facility at the base date, as the engine has it."""
    ratios = run.facility("contracted_coverage")[0, 0]
    return {name: float(v) for name, v in zip(run.entities["contracted_coverage"], ratios, strict=True)}


def _ratio(over: Array, under: Array) -> Array:
    out = np.full(len(under), np.nan)
    np.divide(over, under, out=out, where=under > 0.0)
    return out

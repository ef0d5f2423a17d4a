"""Neoclouds on the simulated paths: who defaults by when, what is lost, what becomes of new cohorts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import isnan, nan

import numpy as np
from numpy.typing import NDArray

from risk.analysis.facilities import Facility
from risk.analysis.statistics import FEWEST, Estimate, proportion, widened
from risk.runs import Run

Array = NDArray[np.float64]

HORIZONS = ("h100_2028", "h100_2030", "defaulted_compute_2032")
"""Outcomes by whose dates defaults are counted."""

TROUBLED = ("lock_up", "sweep", "event", "cured", "amended")
"""Stages on which a facility in trouble but not in default may stand in a quarter."""

_COHORT = re.compile(r"(.+)-(\d{4}(?:Q[1-4])?)-([A-Z_]+)")


@dataclass(frozen=True)
class Default:
    """Default and loss of one facility: probability by each of `HORIZONS`, cumulative loss in USD."""

    name: str
    probability: tuple[Estimate, ...]
    loss: Estimate


@dataclass(frozen=True)
class Cohort:
    """Facilities of one date and one class of payer, all firms together, whether a path builds them or not.

    Attributes
    ----------
    year : its year, or the quarter where a year has several cohorts.
    originated, loss : USD, means over paths.
    amended, payment_default, maturity_default : share of path-facilities that ever come so far.
    troubled : quarters a facility spends on the stages of `TROUBLED`, mean.
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
    """Credit loss on one firm in USD, mean over paths.

    Attributes
    ----------
    total : of facilities, cohorts in, and of HoldCo paper; `holdco` : of the latter alone.
    lgd : loss over the debt in default, a ratio of the means of both; NaN where nothing ever defaults.
    """

    total: Estimate
    holdco: Estimate
    lgd: Estimate


def reached(run: Run) -> tuple[str, ...]:
    """The horizons as the run has them, each once."""
    return tuple(run.calendar.labels[t] for t in sorted({run.span(name).last for name in HORIZONS}))


def default_probability(run: Run, key: str, column: int, quarter: str) -> Estimate:
    """Share of paths in default at the end of a quarter, from the recorded sums."""
    share = run.mean(key)[0][run.calendar.index(quarter), column]
    return proportion(round(share * run.paths), run.paths)


def default_within(run: Run, key: str, column: int, year: str) -> Estimate:
    """Share of paths that come into default in a calendar year."""
    steps = run.calendar.steps(int(year))
    share = run.mean(key)[0][[steps[0] - 1, steps[-1]], column]
    return proportion(round(float(share[1] - share[0]) * run.paths), run.paths)


def defaults(run: Run) -> dict[str, Default]:
    """Default and loss of every facility, cohorts included."""
    losses = cumulative(run, "facility.loss")
    found = {}
    for column, name in enumerate(run.entities["facility.defaulted"]):
        probabilities = [default_probability(run, "facility.defaulted", column, q) for q in reached(run)]
        found[name] = Default(name, tuple(probabilities), losses[column])
    return found


def cumulative(run: Run, key: str) -> tuple[Estimate, ...]:
    """Sum over all quarters of a flow that happens at most once on a path, by entity.

    Its error is exact but for the paths it rests on: as many as would give mean and mean square if all had
    the same flow. Flows differ, so that each counts as one degree of freedom (`statistics.mean`; of equal
    flows it would be two). The error is NaN where they are fewer than five.
    """
    mean, error = run.mean(key)
    n = run.paths
    squares = (error**2 * (n - 1) + mean**2).sum(axis=0)  # mean of x² a quarter; products of quarters vanish
    total = mean.sum(axis=0)
    spread = np.sqrt(np.maximum(squares - total**2, 0.0) / max(n - 1, 1))
    hits = np.divide(n * total**2, squares, out=np.zeros_like(total), where=squares > 0.0)
    found = zip(total.tolist(), spread.tolist(), hits.tolist(), strict=True)
    return tuple(Estimate(m, s * widened(h) if h >= FEWEST else nan, n) for m, s, h in found)


def firm_losses(run: Run, book: Sequence[Facility]) -> dict[str, FirmLoss]:
    """Loss by firm, its cohorts in; errors of sums over facilities, and of ratios, are upper bounds."""
    owners = {f.name: f.firm for f in book}
    columns: dict[str, list[int]] = {firm: [] for firm in run.entities["holdco.loss"]}
    for column, name in enumerate(run.entities["facility.loss"]):
        columns[owners.get(name) or _cohort(name)[0]].append(column)

    def by_firm(kind: str) -> list[tuple[Estimate, Estimate]]:
        """All of a firm's debt, and its HoldCo paper."""
        secured, holdco = cumulative(run, f"facility.{kind}"), cumulative(run, f"holdco.{kind}")
        own = zip(columns.values(), holdco, strict=True)
        return [(_sum([*(secured[c] for c in members), paper]), paper) for members, paper in own]

    both = zip(columns, by_firm("loss"), by_firm("written_off"), strict=True)
    return {firm: FirmLoss(*lost, _ratio(lost[0], owed[0])) for firm, lost, owed in both}


def _ratio(top: Estimate, bottom: Estimate) -> Estimate:
    """Ratio of two means; its error, dependence taken as full, is an upper bound."""
    if bottom.value <= 0.0:
        return Estimate(nan, nan, bottom.n)
    ratio = top.value / bottom.value
    return Estimate(ratio, (top.standard_error + ratio * bottom.standard_error) / bottom.value, bottom.n)


def _cohort(name: str) -> tuple[str, str, str]:
    """Firm, date and class of payer of a cohort; empty for other facilities."""
    found = _COHORT.fullmatch(name)
    return (found[1], found[2], found[3].lower()) if found else ("", "", "")


def _sum(estimates: Iterable[Estimate]) -> Estimate:
    """Sum of dependent estimates: errors are added, an upper bound; NaN where none has any."""
    parts = list(estimates)
    errors = [e.standard_error for e in parts if not isnan(e.standard_error)]
    return Estimate(sum(e.value for e in parts), sum(errors) if errors else nan, parts[0].n)


def cohorts(run: Run) -> tuple[Cohort, ...]:
    """New facilities by date and payer; errors are upper bounds over the firms."""
    grouped: dict[tuple[str, str], list[int]] = {}
    for column, name in enumerate(run.entities["facility.debt"]):
        _, date, payer = _cohort(name)
        if date:
            grouped.setdefault((date, payer), []).append(column)
    losses = cumulative(run, "facility.loss")
    return tuple(_cohort_of(run, *key, columns, losses) for key, columns in sorted(grouped.items()))


def _cohort_of(run: Run, date: str, payer: str, columns: list[int], losses: Sequence[Estimate]) -> Cohort:
    debt, error = (values[:, columns].sum() for values in run.mean("facility.lent"))
    stages = np.sum([run.mean(f"facility.{stage}") for stage in TROUBLED], axis=0)  # (2, quarter, …)
    quarters = stages[:, :, columns].sum(axis=(1, 2)) / len(columns)
    return Cohort(
        date,
        payer,
        originated=Estimate(float(debt), float(error), run.paths),
        loss=_sum(losses[c] for c in columns),
        amended=_share(run, "amended", columns),
        payment_default=_share(run, "payment_default", columns),
        maturity_default=_share(run, "maturity_default", columns),
        troubled=Estimate(float(quarters[0]), float(quarters[1]), run.paths),
    )


def _share(run: Run, stage: str, columns: list[int]) -> Estimate:
    """Share of path-facilities that ever come to a stage which comes once.

    A mean over facilities of one path varies at most as much as a flag with the same mean would, so the error
    of a flag is an upper bound.
    """
    share = float(run.mean(f"facility.{stage}")[0][:, columns].sum()) / len(columns)
    return proportion(round(share * run.paths), run.paths)

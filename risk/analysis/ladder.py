"""How long contracts carry the debt.

The duration ladder sets contracted cash against the debt service still to come: of a firm the ratio of the
sums over its facilities of the base date, as the run records it; of a class of payers the ratios of single
facilities, all paths together. Debt that is repaid or in default is in neither, so what is left looks sounder
than what was lent.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from risk.analysis.bands import Band, band
from risk.analysis.facilities import Facility
from risk.analysis.standings import standings
from risk.runs import Run

Array = NDArray[np.float64]
Singles = NDArray[np.float32]

LEVELS = (0.05, 0.50, 0.95)
NOWCAST = "neoclouds.nowcast_error"
FEWEST = 100
"""Paths on which something must happen, or a loan still owe, for quantiles over them to be stated."""


@dataclass(frozen=True)
class Rung:
    """Coverage of a firm, or of the facilities of a class of payers, by quarter from the base date.

    Attributes
    ----------
    covered : contracted cash over remaining debt service, where debt is left.
    owing : share of path-facilities of the base date on which debt is left.
    written : the same ratio if every contract runs as written and none is renewed; None for payers.
    """

    name: str
    members: tuple[str, ...]
    covered: Band
    owing: Array
    written: Array | None = None


def by_firm(run: Run, book: Sequence[Facility]) -> tuple[Rung, ...]:
    """The duration ladder of every firm that has facilities at the base date."""
    ratios, found = run.firm("firm_coverage"), standings(run)
    rungs = []
    for i, firm in enumerate(run.entities["firm_coverage"]):
        columns, members = _members(run, book, firm, "firm")
        if members:
            names = tuple(f.name for f in members)
            cash, due = (np.sum([getattr(f, x) for f in members], axis=0) for x in ("contracted", "service"))
            written = _ratio(cash, due)
            share = found.owing[:, columns].sum(axis=1) / (found.paths * len(columns))
            rungs.append(Rung(firm, names, quantiles(ratios[:, :, i]), share, written))
    return tuple(rungs)


def by_payer(run: Run, book: Sequence[Facility]) -> tuple[Rung, ...]:
    """The duration ladder of every class of payers, which fail together; facilities and paths in one."""
    ratios, payers = run.facility("contracted_coverage"), run.register.tables["neoclouds.payer"]
    rungs = []
    for payer, label in zip(payers.names, payers.words("label"), strict=True):
        columns, members = _members(run, book, payer, "payer")
        if members:
            covered = quantiles((quarter[:, columns].ravel() for quarter in ratios), together=len(columns))
            share = covered.count / (ratios.shape[1] * len(columns))
            rungs.append(Rung(label, tuple(f.name for f in members), covered, share))
    return tuple(rungs)


def quantiles(values: Iterable[Singles], together: int = 1) -> Band:
    """Quantiles of `LEVELS` over paths, (level, quarter); NaN where under `FEWEST` paths have a value."""
    found = band(values, LEVELS, together)
    few = found.count < FEWEST * together
    middle, error = (np.where(few, np.nan, x) for x in (found.quantiles, found.standard_error))
    return Band(found.levels, middle, error, found.count)


def _members(run: Run, book: Sequence[Facility], who: str, by: str) -> tuple[list[int], list[Facility]]:
    """Columns of the recorded series, and facilities, of one firm or class of payers."""
    known = {f.name: f for f in book}
    ordered = [known[name] for name in run.entities["contracted_coverage"]]
    columns = [i for i, f in enumerate(ordered) if getattr(f, by) == who]
    return columns, [ordered[i] for i in columns]


def base_coverage(run: Run) -> dict[str, float]:
    """Contracted cash over debt service to come of each facility at the base date, as the engine has it.

    Of the first path, whose draw of how far the nowcast of debt is off is taken out.
    """
    off = run.parameter(NOWCAST)[0] if NOWCAST in run.names("parameters") else run.register.number(NOWCAST)
    _, first = next(run.batches("facility", ["contracted_coverage"], blocks=1))
    ratios = first["contracted_coverage"][0, 0] * np.exp(off)
    return {name: float(v) for name, v in zip(run.entities["contracted_coverage"], ratios, strict=True)}


def year_ends(run: Run) -> tuple[int, ...]:
    """The base date, and the last quarter of every year."""
    return (0, *(run.calendar.steps(year)[-1] for year in run.calendar.years))


def facilities_at(run: Run, name: str, quarters: Sequence[int]) -> dict[str, Band]:
    """Quantiles of a facility series in some quarters, by facility."""
    values = run.facility(name, list(quarters))
    return {who: quantiles(values[:, :, i]) for i, who in enumerate(run.entities[name])}


def firms_at(run: Run, name: str, quarters: Sequence[int]) -> dict[str, Band]:
    """Quantiles of a HoldCo series in some quarters, by firm; base units."""
    values = run.firm(name, list(quarters))
    return {who: quantiles(values[:, :, i]) for i, who in enumerate(run.entities[name])}


def _ratio(over: Array, under: Array) -> Array:
    out = np.full(len(under), np.nan)
    np.divide(over, under, out=out, where=under > 0.0)
    return out

"""How long contracts carry the debt, and how far down the ladder of distress borrowers come.

The duration ladder sets contracted cash against the debt service still to come: of a firm the ratio of the
sums over its facilities of the base date, as the run records it; of a class of payers the ratios of single
facilities, all paths together. Debt that is repaid or in default is in neither, so what is left looks sounder
than what was lent.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from risk.analysis.bands import Band, band
from risk.analysis.facilities import Facility
from risk.analysis.statistics import Estimate, proportion
from risk.mechanisms.neocloud import facility
from risk.runs import Run

Array = NDArray[np.float64]
Singles = NDArray[np.float32]

LEVELS = (0.05, 0.50, 0.95)
FEWEST = 100
"""Paths on which something must happen, or a loan still owe, for quantiles over them to be stated."""

DEPTHS: Mapping[str, int] = {
    "lock_up": facility.LOCK_UP,
    "sweep": facility.SWEEP,
    "event": facility.EVENT,
}
"""Rungs of coverage: a facility further down has come past them."""

ONCE = ("amended", "payment_default", "maturity_default")
"""Rungs that a facility reaches at most once."""


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


@dataclass(frozen=True)
class Timing:
    """Median quarter in which something first comes, over the paths on which it does.

    Attributes
    ----------
    label : such as "2028Q4"; `error` : its standard error in quarters.
    """

    label: str
    error: float


@dataclass(frozen=True)
class Distress:
    """How far down the ladder a facility of the base date comes.

    Attributes
    ----------
    reached : rung → share of paths on which the facility ever stands on it; of `DEPTHS` or further down.
    event, default : when it first comes so far; None on too few paths.
    """

    name: str
    reached: Mapping[str, Estimate]
    event: Timing | None
    default: Timing | None


def by_firm(run: Run, book: Sequence[Facility]) -> tuple[Rung, ...]:
    """The duration ladder of every firm that has facilities at the base date."""
    ratios, coverage = run.firm("firm_coverage"), run.facility("contracted_coverage")
    rungs = []
    for i, firm in enumerate(run.entities["firm_coverage"]):
        columns, members = _members(run, book, firm, "firm")
        if members:
            names = tuple(f.name for f in members)
            cash, due = (np.sum([getattr(f, x) for f in members], axis=0) for x in ("contracted", "service"))
            written = _ratio(cash, due)
            share = share_finite(quarter[:, columns] for quarter in coverage)
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
    """Contracted cash over debt service to come of each facility at the base date, as the engine has it."""
    ratios = run.facility("contracted_coverage")[0, 0]
    return {name: float(v) for name, v in zip(run.entities["contracted_coverage"], ratios, strict=True)}


def year_ends(run: Run) -> tuple[int, ...]:
    """The base date, and the last quarter of every year."""
    return (0, *(run.calendar.steps(year)[-1] for year in run.calendar.years))


def facilities_at(run: Run, name: str, quarters: Sequence[int]) -> dict[str, Band]:
    """Quantiles of a facility series in some quarters, by facility."""
    values = run.facility(name)[list(quarters)]
    return {who: quantiles(values[:, :, i]) for i, who in enumerate(run.entities[name])}


def firms_at(run: Run, name: str, quarters: Sequence[int]) -> dict[str, Band]:
    """Quantiles of a HoldCo series in some quarters, by firm; base units."""
    values = run.firm(name)[list(quarters)]
    return {who: quantiles(values[:, :, i]) for i, who in enumerate(run.entities[name])}


def distress(run: Run) -> dict[str, Distress]:
    """Every facility of the base date on the ladder; what comes once is counted on all paths of the run."""
    stages = run.facility("stage")
    rungs = {**DEPTHS, "default": facility.PAYMENT_DEFAULT}
    first = {rung: _first(np.greater_equal, stages, code) for rung, code in rungs.items()}
    first["cured"] = _first(np.equal, stages, facility.CURED)
    found = {}
    for i, name in enumerate(run.entities["stage"]):
        reached = {rung: _ever(first[rung][:, i]) for rung in (*DEPTHS, "cured")}
        reached |= {rung: once(run, f"facility.{rung}", name) for rung in ONCE}
        event, default = (_timing(run, first[rung][:, i]) for rung in ("event", "default"))
        found[name] = Distress(name, reached, event, default)
    return found


def once(run: Run, key: str, name: str) -> Estimate:
    """Share of paths on which what happens at most once does happen."""
    column = run.entities[key].index(name)
    return proportion(round(float(run.mean(key)[0][:, column].sum()) * run.paths), run.paths)


def _first(compare: np.ufunc, stages: Singles, code: int) -> NDArray[np.int8]:
    """First quarter in which (quarter + 1, path, facility) stages compare with a code, −1 where none does."""
    first = np.full(stages.shape[1:], -1, dtype=np.int8)
    for t in reversed(range(len(stages))):
        np.copyto(first, t, where=compare(stages[t], code))
    return first


def _ever(first: NDArray[np.int8]) -> Estimate:
    return proportion(int((first >= 0).sum()), len(first))


def _timing(run: Run, first: NDArray[np.int8]) -> Timing | None:
    """Median of the first quarters, over the paths that have one."""
    quarters = first[first >= 0]
    if len(quarters) < FEWEST:
        return None
    found = band(quarters[None, :], (0.5,))
    return Timing(run.calendar.labels[int(found.quantiles[0, 0])], float(found.standard_error[0, 0]))


def shares(run: Run) -> dict[str, Array]:
    """Where facilities of the base date stand, share of path-facilities by quarter; the shares sum to one."""
    quarters = zip(run.facility("stage"), run.facility("contracted_coverage"), strict=True)
    counts = [_standing(stage, coverage) for stage, coverage in quarters]
    return {name: np.array([count[name] for count in counts]) for name in counts[0]}


def _standing(stage: Singles, coverage: Singles) -> dict[str, float]:
    """Shares of one quarter, whose flags fit a processor's cache, of (path, facility) stages and coverage."""
    sound = stage == facility.SOUND
    repaid = np.count_nonzero(sound & np.isnan(coverage))
    found = {
        "repaid": repaid,
        "sound": np.count_nonzero(sound) - repaid,
        "lock_up": np.count_nonzero(stage == facility.LOCK_UP),
        "sweep": np.count_nonzero(stage == facility.SWEEP),
        "event": np.count_nonzero((stage >= facility.EVENT) & (stage <= facility.AMENDED)),
        "default": np.count_nonzero(np.isnan(stage) | (stage >= facility.PAYMENT_DEFAULT)),
    }
    return {name: count / stage.size for name, count in found.items()}


def share_finite(quarters: Iterable[Singles]) -> Array:
    """Share of values that are numbers, by quarter; a count is several times as fast as a mean."""
    return np.array([np.count_nonzero(np.isfinite(quarter)) / quarter.size for quarter in quarters])


def _ratio(over: Array, under: Array) -> Array:
    out = np.full(len(under), np.nan)
    np.divide(over, under, out=out, where=under > 0.0)
    return out

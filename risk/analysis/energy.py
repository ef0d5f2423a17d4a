"""Energy and carbon of the fleet: what works, uses and emits by year, what stands idle, where it could stand.

============  =====  ==================================================================================
symbol        unit   meaning
============  =====  ==================================================================================
power         GW     facility power of working units at a year's end; energy: TWh that they use in it
emissions     Mt     energy times the grid's intensity in the middle of the year
idle          GW     power of working units times the part of normal use that is gone
unclaimed     GW     power that could be connected in a year and found no units to run
stranded      GW     idle at the end of the run, and all that was unclaimed until then
============  =====  ==================================================================================

Energy is a result of paths; intensity, clean shares, prices and sizes are single numbers with ranges that
move no path, and what they multiply is told at their value with the ends of their range beside it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from risk.analysis import grids, statistics
from risk.analysis.estimate import FEWEST, Estimate
from risk.analysis.grids import Charge, Place, Ranged
from risk.assumptions.page import Figure
from risk.runs import Run
from risk.runs.passes import Columns
from risk.units import HOURS_A_YEAR, SCALE

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]

LEVELS = (0.05, 0.50, 0.95)
GW, TWH, MT, MWH = (SCALE[unit] for unit in ("GW", "TWh", "Mt", "MWh"))

OF_PLACES = "sg-"
"""How the ids of the thesis page's figures begin that stand beside the places: all are of Singapore."""

PAGE_YEAR = 2030
"""Year of which the thesis page says what all data centers use."""


@dataclass(frozen=True)
class Spread:
    """What lies in the middle of the paths, and what nine in ten of them lie between."""

    p5: Estimate
    p50: Estimate
    p95: Estimate


@dataclass(frozen=True)
class Year:
    """A calendar year of the fleet.

    Attributes
    ----------
    power, waiting, queue : GW at its end: of working units; that delivered units wait for; asked for and not
        yet due to be connected.
    energy, emitted : TWh used in it, and Mt of CO2 for them at the value of the grid's intensity.
    median_emitted : Mt of the median path over the intensity's range; `uncovered`, of them what contracts for
        clean power do not cover, over the range of their share.
    transformers, substations : that the median of what was asked for stands for.
    """

    year: int
    power: Spread
    energy: Spread
    emitted: Spread
    median_emitted: Ranged
    uncovered: Ranged
    waiting: Spread
    queue: Spread
    transformers: float
    substations: float


@dataclass(frozen=True)
class Against:
    """The fleet's energy in the year that the thesis page speaks of, over that of all data centers.

    Attributes
    ----------
    page : TWh; `share`, of it, and `over`, the probability that AI alone uses more.
    """

    year: int
    page: float
    share: Spread
    over: Estimate


@dataclass(frozen=True)
class Stranded:
    """What has lost its use, on paths with a bust and on the others; None where these are too few."""

    id: str
    label: str
    unit: str
    bust: Spread | None
    rest: Spread | None


@dataclass(frozen=True)
class Energy:
    """Everything told of a run's energy.

    Attributes
    ----------
    against : None where the run does not cover the page's year.
    place : the one that was asked for; `places`, all of them, the world first.
    figures : of the thesis page, of the places.
    added : USD/MWh that the run charges by its end; `charged_from` the first quarter, empty without a charge.
    """

    years: tuple[Year, ...]
    against: Against | None
    stranded: tuple[Stranded, ...]
    charges: tuple[Charge, ...]
    place: Place
    places: tuple[Place, ...]
    figures: tuple[Figure, ...]
    added: float
    charged_from: str


def found(run: Run, location: str = "") -> Energy:
    """Energy and carbon of a run.

    Parameters
    ----------
    location : a place of the register; the world by default.

    Raises
    ------
    UsageError : the register has no such place.
    """
    register, years = run.register, run.calendar.full_years
    places = grids.places(register)
    added = grids.added(register, run.calendar.quarters)
    return Energy(
        years=tuple(_year(run, year) for year in years),
        against=_against(run),
        stranded=tuple(_stranded(run)) if years else (),
        charges=grids.charges(register, added),
        place=grids.asked(places, location or grids.WORLD),
        places=places,
        figures=tuple(f for f in register.page_figures.values() if f.id.startswith(OF_PLACES)),
        added=added * MWH,
        charged_from=register.text("energy.charge_from") if added else "",
    )


def spread(values: Array) -> Spread:
    """Quantiles of (path,) values with their errors."""
    return Spread(*statistics.quantiles(values, LEVELS))


def _year(run: Run, year: int) -> Year:
    register = run.register
    kinds = ("load", "waiting", "queue", "energy")
    columns = Columns(run, "outcomes", (f"{kind}.{year}" for kind in kinds))
    steps = run.calendar.steps(year)
    grid = grids.entry(register, "energy.grid_intensity")
    power, waiting, queue = (spread(columns[f"{kind}.{year}"] / GW) for kind in kinds[:3])
    sizes = (register.number(f"energy.{name}_size") for name in ("transformer", "substation"))
    typical = float(np.median(columns[f"queue.{year}"]))
    transformers, substations = (typical / size for size in sizes)
    used = columns[f"energy.{year}"]
    emitted = used * grids.intensity(register, 0.5 * (steps[0] - 1 + steps[-1])) / MT
    median = float(np.median(emitted))
    covered = grids.entry(register, "energy.contracted_clean")
    return Year(
        year=year,
        power=power,
        energy=spread(used / TWH),
        emitted=spread(emitted),
        median_emitted=grid.times(median / grid.value),
        uncovered=Ranged(*(median * (1.0 - share) for share in (covered.high, covered.value, covered.low))),
        waiting=waiting,
        queue=queue,
        transformers=transformers,
        substations=substations,
    )


def _against(run: Run) -> Against | None:
    if PAGE_YEAR not in run.calendar.full_years:
        return None
    page = run.register.number("energy.world_2030")
    used = run.outcome(f"energy.{PAGE_YEAR}")
    return Against(PAGE_YEAR, page / TWH, spread(used / page), statistics.probability(used > page))


def _stranded(run: Run) -> Iterator[Stranded]:
    """What has lost its use by the end of the run, and at its worst."""
    bust = run.outcome("bust") > 0.0
    for id, label, unit, values in _unused(run):
        yield Stranded(id, label, unit, _among(values, bust), _among(values, ~bust))


def _unused(run: Run) -> Iterator[tuple[str, str, str, Array]]:
    """Of what may lose its use id, label, unit and (path,) values in it, one after the other."""
    years = run.calendar.full_years
    first, last = years[0], years[-1]

    def by_year(name: str) -> Iterator[Array]:
        return (run.outcome(f"{name}.{year}") for year in years)

    yield "power", f"Power of working units, end-{last}", "GW", run.outcome(f"load.{last}") / GW
    yield "idle", f"Idle: use has fallen away, end-{last}", "GW", run.outcome(f"idle.{last}") / GW
    worst = reduce(np.maximum, by_year("idle")) / GW
    yield "idle_worst", "Idle at the worst of the years' ends", "GW", worst
    used = reduce(np.add, by_year("idle_energy")) / TWH
    yield "idle_energy", f"Energy that idle units would have used, {first}-{last}", "TWh", used
    del worst, used
    unclaimed = reduce(np.add, by_year("unclaimed"))
    label = f"Unclaimed: could be connected, found no units, {first}-{last}"
    yield "unclaimed", label, "GW", unclaimed / GW
    left = run.outcome(f"idle.{last}") + unclaimed
    yield "stranded", f"Stranded: idle and unclaimed, end-{last}", "GW", left / GW
    would = left * (run.register.number("gpu.load") * HOURS_A_YEAR)
    yield "stranded_energy", "Energy a year that it could carry", "TWh/y", would / TWH
    emits = grids.intensity(run.register, float(run.calendar.steps(last)[-1]))
    yield "stranded_carbon", "CO2 a year that it would stand for", "Mt/y", would * emits / MT


def _among(values: Array, flags: Flags) -> Spread | None:
    return spread(values[flags]) if np.count_nonzero(flags) >= FEWEST else None

"""Energy and carbon of a run, made by hand."""

from __future__ import annotations

from risk.analysis.energy import Against, Energy, Spread, Stranded, Year
from risk.analysis.grids import Charge, Place, Ranged
from risk.analysis.statistics import Estimate
from risk.assumptions.page import Figure
from risk.report.terminal.headed import Headed
from tests.report.terminal_results import HEADING, PATHS, share


def _spread(low: float, middle: float, high: float) -> Spread:
    return Spread(*(Estimate(value, 0.01 * middle, PATHS) for value in (low, middle, high)))


def _year(year: int, gw: float) -> Year:
    return Year(
        year=year,
        power=_spread(0.8 * gw, gw, 1.25 * gw),
        energy=_spread(4.8 * gw, 6.0 * gw, 7.5 * gw),
        emitted=_spread(1.7 * gw, 2.2 * gw, 2.7 * gw),
        median_emitted=Ranged(1.6 * gw, 2.2 * gw, 3.0 * gw),
        uncovered=Ranged(0.4 * gw, 1.1 * gw, 1.6 * gw),
        waiting=_spread(0.0, 0.05 * gw, 0.2 * gw),
        queue=_spread(0.5 * gw, 0.7 * gw, gw),
        transformers=0.7 * gw * 12.5,
        substations=0.7 * gw / 0.3,
    )


WORLD = Place(
    "world", "World", "iea-energy-ai-2025", "CO2 of what data centers draw.", Ranged(0.3, 0.4, 0.55), 0.42,
    Ranged(50.0, 80.0, 130.0), 1.25, Ranged(1.971, 2.628, 3.614), Ranged(0.087, 0.139, 0.225),
    Ranged(0.052, 0.069, 0.095),
)  # fmt: skip
JOHOR = Place(
    "johor", "Johor (Peninsular Malaysia)", "malaysia-grid", "The peninsula's factor.",
    Ranged(0.57, 0.77, 0.78), 0.1, Ranged(90.0, 105.0, 125.0), 1.4,
    Ranged(3.745, 5.059, 5.125), Ranged(0.175, 0.204, 0.243), Ranged(0.111, 0.150, 0.152),
)  # fmt: skip

ENERGY = Energy(
    years=(_year(2029, 95.0), _year(2030, 118.0)),
    against=Against(2030, 945.0, _spread(0.57, 0.74, 0.93), share(0.041)),
    stranded=(
        Stranded(
            "power", "Power of working units, end-2030", "GW", _spread(96, 138, 207), _spread(99, 168, 246)
        ),
        Stranded("idle", "Idle: use has fallen away, end-2030", "GW", _spread(0, 0, 16), _spread(0, 0, 27)),
        Stranded(
            "idle_worst", "Idle at the worst of the years' ends", "GW", _spread(0, 7, 22), _spread(0, 10, 31)
        ),
        Stranded(
            "stranded",
            "Stranded: idle and unclaimed, end-2030",
            "GW",
            _spread(35, 89, 167),
            _spread(7, 56, 134),
        ),
    ),
    charges=(
        Charge("H100", 0.45, Ranged(0.061, 0.098, 0.158), Ranged(0.037, 0.049, 0.067), 0.0),
        Charge("B200", 0.62, Ranged(0.087, 0.139, 0.225), Ranged(0.052, 0.069, 0.095), 0.0),
    ),
    place=JOHOR,
    places=(WORLD, JOHOR),
    figures=(
        Figure(
            id="sg-cap",
            section="Grid",
            name="Singapore's cap on new data centers",
            value="~60",
            unit="MW",
            context="Beside.",
        ),
    ),
    added=0.0,
    charged_from="",
)
TOLD = Headed(HEADING, ENERGY)

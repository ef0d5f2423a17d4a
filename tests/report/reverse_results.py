"""A reverse stress made by hand: two ways, two rules, signs of both kinds, and a map with thin cells."""

from __future__ import annotations

import numpy as np

from risk.analysis.columns import Column
from risk.analysis.parameter_band import ParameterBand
from risk.analysis.reverse.answer import Joint, Reverse
from risk.analysis.reverse.consequences import Consequence
from risk.analysis.reverse.coordinates import Coordinate, Moved
from risk.analysis.reverse.grid import Grid
from risk.analysis.reverse.nearest import Nearest, Step
from risk.analysis.reverse.rules import Bound, Rule
from risk.analysis.reverse.signs import Sign, Signs
from risk.analysis.reverse.ways import Mark, Way, Ways
from risk.analysis.statistics import Estimate, proportion
from risk.assumptions import load
from risk.paths import SERIES
from risk.report.terminal.headed import Headed
from risk.report.terminal.reverse import Asked, Proof
from tests.report.terminal_results import HEADING, PATHS

WORDS = "bust and headline_loss > 100"
ELASTICITY = Coordinate("revenue.elasticity", np.array([1.146943, 0.9]), "1")
POWER = Coordinate("gpu.power_capacity", np.array([15.252418, 12.0]), "GW/y")
DEMAND = Coordinate("Z@2027", np.array([0.0819, -1.3]), "sd", "AI demand 2027", "more of it")


def _score(value: float, error: float = 0.017) -> Estimate:
    return Estimate(value, error, 3_500)


def _step(coordinate: Coordinate, score: float, near: float, shift: float) -> Step:
    value = float(coordinate.values[0])
    return Step(Moved(coordinate, _score(shift)), value, score, Estimate(near, 0.055, 141))


def _cell(share: float, n: int) -> Estimate:
    return proportion(round(share * n), n)


WAYS = Ways(
    (
        Way(
            proportion(1_795, 3_518),
            3582,
            (Mark("revenue", "End-customer AI revenue", _score(-1.04), -0.87),
             Mark("hy_spread", "High-yield spread (OAS)", _score(0.41), 0.38)),
            (Mark("Z@2027", "AI demand 2027", _score(-0.5), -0.55),
             Mark("revenue.elasticity", "", _score(-0.63), -0.2)),
            Estimate(14.0, 0.3, 1_795, (14.0, 15.0)),
            Estimate(60.5, 0.9, 1_795),
        ),
        Way(
            proportion(1_723, 3_518),
            13535,
            (Mark("revenue", "End-customer AI revenue", _score(-0.17), 0.87),),
            (Mark("Z@2027", "AI demand 2027", _score(0.06), 0.55),),
            Estimate(19.0, 0.3, 1_723, (19.0, 19.0)),
            Estimate(50.8, 1.4, 1_723),
        ),
    ),
    ((2, 0.874), (3, 0.442)),
)  # fmt: skip
RULES = (
    Rule((Bound(ELASTICITY, None, 1.285, 0.82), Bound(POWER, 12.0155, None, 0.9)),
         proportion(2_676, 3_518), proportion(2_676, 5_645)),
    Rule((Bound(DEMAND, None, -0.908, 0.17),), proportion(900, 3_518), proportion(900, 1_380)),
)  # fmt: skip
SERIES_BY_NAME = {v.name: v for v in SERIES}
SIGNS = Signs(
    (
        Sign(SERIES_BY_NAME["lab_coverage"], True, False, -0.23, None, proportion(2_560, 3_518),
             proportion(2_390, 6_482), proportion(2_560, 4_950), Estimate(10.0, 0.3, 2_560, (10.0, 11.0)),
             Estimate(0.743, 0.0052, 10_000)),
        Sign(SERIES_BY_NAME["hy_spread"], False, True, 640.0, 286.0, proportion(1_700, 3_518),
             proportion(1_900, 6_482), proportion(1_700, 3_600), Estimate(8.0, 0.1, 1_700, (8.0, 8.0)),
             Estimate(0.61, 0.006, 10_000)),
    ),
    4, True, "2032Q4", 12,
)  # fmt: skip
GRID = Grid(
    "2028Q4",
    (0.0, 0.2),
    (300.0, 400.0),
    (
        (_cell(0.0, 40), _cell(0.05, 400), _cell(0.08, 250)),
        (_cell(0.14, 230), _cell(0.13, 1_800), _cell(0.0, 120)),
        (_cell(0.73, 180), _cell(0.77, 2_100), Estimate(float("nan"), float("nan"), 0)),
    ),
)
REVERSED = Headed(
    HEADING,
    Asked(
        Reverse(
            words=WORDS,
            paths=PATHS,
            met=7_037,
            probability=proportion(7_037, 20_000),
            band=ParameterBand(*(Estimate(x, 0.01, PATHS) for x in (0.2, 0.06, 0.73))),
            joint=Joint(
                (("bust", proportion(7_037, 20_000)), ("headline_loss > 100", proportion(1_302, 20_000))),
                Estimate(2.74, 0.03, PATHS),
            ),
            tested=157,
            found=44,
            nearest=Nearest(
                (0, 18_312, 1_372),
                (1.97, 2.34, 2.37),
                Estimate(4.54, 0.011, 7_037),
                Estimate(4.49, 0.006, PATHS),
                141,
                (_step(ELASTICITY, 0.35, -0.28, -0.36), _step(POWER, -0.09, 0.24, 0.22),
                 _step(DEMAND, 0.08, -0.15, -0.23)),
            ),
            stated=(
                Column("bust", np.array([1.0, 0.0]), "1", "Bust", True, "outcomes"),
                Column("headline_loss", np.array([126.6, 3.0]), "USD bn", "Headline loss", False, "outcomes"),
            ),
            ways=WAYS,
            rules=RULES,
            signs=SIGNS,
            grid=GRID,
            then=(
                Consequence("h100_2028", "H100 rent", "USD/h", Estimate(0.52, 0.004, 7_037),
                            Estimate(1.31, 0.007, PATHS), Estimate(-0.79, 0.006, PATHS),
                            Estimate(0.18, 0.003, 7_037, (0.175, 0.186), 351), Estimate(0.47, 0.004, 7_037),
                            Estimate(1.02, 0.01, 7_037, (1.0, 1.04), 351)),
                Consequence("B8", "", "probability", proportion(106, 7_037), proportion(169, 20_000),
                            Estimate(0.0066, 0.001, PATHS)),
            ),
        ),
        load().calendar,
        126.6,
        Proof(0, True),
    ),
)  # fmt: skip

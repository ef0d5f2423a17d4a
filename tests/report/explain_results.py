"""An explanation, a budget and sharpened headlines made by hand."""

from __future__ import annotations

from math import nan

import numpy as np

from risk.analysis.budget import Budget, Reading
from risk.analysis.controls import Headline, Sharpened
from risk.analysis.explain import Explanation, Importance, Target
from risk.analysis.explain_inputs import PARAMETER, SHOCK
from risk.analysis.explain_model import Beyond
from risk.analysis.statistics import Estimate
from risk.calibrate.budget import Kept
from risk.calibrate.validation.evidence import Size
from risk.report.terminal.budget import Row, Told, groups
from risk.report.terminal.explanation import Explained
from risk.report.terminal.headed import Headed
from tests.report.terminal_results import HEADING, PATHS, share


def _e(value: float, error: float) -> Estimate:
    return Estimate(value, error, PATHS)


def _input(name: str, kind: str, ends: tuple[float, float], told: Beyond) -> Importance:
    return Importance(name, name, kind, _e(0.093, 0.004), _e(ends[0], 0.01), _e(ends[1], 0.01), told)


INPUTS = (
    _input(
        "revenue.log_ceiling",
        PARAMETER,
        (0.254, -0.221),
        Beyond(_e(0.098, 0.0033), 0.0, ("gpu.power_capacity", "revenue.elasticity", "shock.Z.2027")),
    ),
    _input("shock.Z.2027", SHOCK, (0.159, -0.113), Beyond(_e(0.017, 0.0015), 0.002)),
    _input("credit.pd_software", PARAMETER, (0.001, -0.002), Beyond(_e(-0.0001, 0.0002), 0.71)),
)

BUST = Target("bust", "Bust", "1", True, np.zeros(PATHS), "", np.ones(PATHS, dtype=bool))
LOSS = Target(
    "headline_loss",
    "Headline loss",
    "USD bn",
    False,
    np.zeros(1_500),
    "bust and not B4",
    np.ones(1_500, bool),
)

EXPLAINED = Headed(
    HEADING,
    Explained(
        Explanation(
            BUST,
            share(0.352),
            INPUTS,
            {PARAMETER: _e(0.305, 0.005), SHOCK: _e(0.104, 0.004)},
            _e(0.411, 0.005),
        )
    ),
)
FEW = Headed(
    HEADING,
    Explained(
        Explanation(
            LOSS,
            _e(55.5, 0.8),
            tuple(
                Importance(
                    x.name, x.label, x.kind, x.alone, _e(18.4, 1.2), _e(-14.3, 0.9), Beyond(_e(nan, nan), nan)
                )
                for x in INPUTS
            ),
            {},
            _e(nan, nan),
        )
    ),
)

LABELS = {"customers": "Paying customers: ceiling, adoption", "power": "Power: what is energized"}


def _budget(name: str, parameters: float, shocks: float) -> Budget:
    totals = {"power": _e(0.315, 0.012), "customers": _e(0.592, 0.015)}
    return Budget(name, _e(parameters, 0.011), _e(shocks, 0.016), _e(1 - parameters - shocks, 0.018), totals)


KEPT = Kept(
    4_096,
    {
        name: _budget(name, *of)
        for name, of in {"bust": (0.351, 0.214), "headline_loss": (0.355, 0.165)}.items()
    },
    LABELS,
)
ROWS = tuple(Row(name, name.replace("_", " ").capitalize(), each) for name, each in KEPT.budgets.items())
BUDGET = Headed(
    HEADING,
    Told(
        KEPT,
        ROWS,
        groups(KEPT),
        (
            Reading("bust_60", "Bust with a 60% fall of rent in B4", "bust", share(0.41), _e(0.06, 0.002)),
            Reading("B1_cahn", "", "B1", share(0.46), _e(-0.355, 0.0035)),
        ),
        (
            Size(
                "out-power",
                "power-tight",
                "Power tight: seven tenths of the plan",
                -0.202,
                0.0066,
                -17.6,
                0.56,
                -40.0,
                2.0,
            ),
        ),
        "Measured by bubblerisk validation measure on 4,096 paths, 2026-11-30.",
    ),
)


SHARPENED: Headed[tuple[Sharpened, ...]] = Headed(
    HEADING,
    (
        Sharpened(Headline("bust", "Bust", "1", "probability"), share(0.352), _e(0.3534, 0.0027), 0.38),
        Sharpened(Headline("B8", "B8 Losses cascade", "1", "probability"), share(0.008), share(0.008), 0.0),
        Sharpened(
            Headline("headline_loss", "Headline credit loss to 2032Q4", "USD bn", "mean"),
            _e(22.3, 0.28),
            _e(22.5, 0.23),
            0.31,
        ),
        Sharpened(
            Headline("headline_loss", "Headline credit loss to 2032Q4", "USD bn", "shortfall", 0.975),
            Estimate(173.0, 2.7, PATHS, tail=250),
            Estimate(173.6, 2.6, PATHS, tail=250),
            0.03,
        ),
        Sharpened(
            Headline("revenue_2030", "End-customer AI revenue 2030", "USD bn/y", "quantile", 0.5),
            Estimate(758.0, 5.0, PATHS, (748.0, 767.6)),
            Estimate(760.0, 3.4, PATHS, (753.2, 766.5)),
            0.53,
        ),
    ),
)

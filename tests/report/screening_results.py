"""A screening made by hand, so that its screen can be compared character by character."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from risk.analysis import contrasts
from risk.analysis.amplification import Measure
from risk.analysis.screening import HEADLINES, Effect, Screened, Screening
from risk.analysis.statistics import Estimate
from risk.assumptions.judgements import Judgement
from risk.report.terminal.screening import Shown

PATHS = 2_048
LOOKED = (*HEADLINES, Measure("B4", "P(B4)", "B4", "", contrasts.probability))
THRESHOLDS = {"bust": 0.0064, "durable": 0.0063, "mean": 0.52, "shortfall": 5.3, "B4": 0.0056}


def number(id: str, value: Any, low: Any, high: Any, unit: str = "1", **more: Any) -> Judgement:
    home, _, part = id.rpartition(".")
    column = {"home": home, "part": part} if more.get("rows") else {"home": id, "part": None}
    content = {"note": "", "fixed": "", "file": "base/gpu.toml", "line": 41, **column, **more}
    return Judgement(id=id, unit=unit, value=value, low=low, high=high, **content)


def effect(low: float, high: float, error: float) -> Effect:
    ends = (low, high, high - low)
    return Effect(*(Estimate(round(x, 6), error if math.isfinite(x) else math.nan, PATHS) for x in ends))


def screened(
    found: Judgement,
    effects: Mapping[str, tuple[float, float, float]],
    weight: float,
    decides: tuple[str, ...],
    reached: tuple[float, float] = (1.0, 1.0),
    refused: tuple[str, str] = ("", ""),
) -> Screened:
    none = (0.0, 0.0, 0.0)
    every = {measure.name: effect(*effects.get(measure.name, none)) for measure in LOOKED}
    peak = decides[-1] if decides else "mean" if weight else ""
    return Screened(found, every, reached, refused, weight, peak, decides)


NAN = (math.nan, math.nan, math.nan)
SHARES = "credit.rating.b_loans CCC: share of 'b_loans' sums to 2 over its rows, not to 1"

SCREENING = Shown(
    Screening(
        "base",
        "Base case",
        PATHS,
        20261122,
        LOOKED,
        {measure.name: Estimate(0.29, 0.01, PATHS) for measure in LOOKED},
        THRESHOLDS,
        (
            screened(
                number("gpu.hardware_cost_decline_base", 0.22, 0.05, 0.7, "1/y"),
                {
                    "bust": (0.0894, -0.2706, 0.0106),
                    "durable": (-0.0098, -0.2773, 0.0098),
                    "mean": (7.24, -18.76, 0.95),
                    "shortfall": (24.4, -156.1, 8.9),
                    "B4": (0.0698, -0.1973, 0.0098),
                },
                56.1,
                ("bust", "durable", "mean", "shortfall", "B4"),
            ),
            screened(
                number("propositions.bust_companions", 2, 1, 4, fixed="Decided by the committee."),
                {"bust": (0.25, -0.28, 0.01)},
                43.8,
                ("bust",),
            ),
            screened(
                number(
                    "neoclouds.facility.debt",
                    (0.35, 4.5, 1.0),
                    (0.1, 0.1, 0.1),
                    (18.0, 18.0, 18.0),
                    "USD bn",
                    rows=("NBIS-IG1", "LAMB-SPOT", "CRSO-SPOT"),
                ),
                {"bust": (0.0, 0.021, 0.005), "mean": (-0.9, 3.1, 0.4)},
                7.7,
                ("bust", "mean"),
                (1.0, 0.25),
                ("", "more is borrowed than the fleet is worth"),
            ),
            screened(number("gpu.memory_half_life", 3.0, 1.0, 8.0), {"mean": (-0.1, 0.02, 0.04)}, 0.23, ()),
            screened(number("run.idle", 3.0, 1.0, 8.0), {}, 0.0, ()),
            screened(number("gpu.idle", 3.0, 1.0, 8.0), {}, 0.0, ()),
        ),
        (
            screened(
                number("credit.rating.share", (0.5, 0.5), (0.02, 0.02), (1.0, 1.0), rows=("A", "B")),
                {measure.name: NAN for measure in LOOKED},
                0.0,
                (),
                (0.0, 0.0),
                (SHARES, SHARES),
            ),
        ),
        (
            number("run.quarters", 25, 4, 80, "quarter", left_out="a setting of the run"),
            number("propositions.gap_years", (2027, 2030), 1870, 2060, left_out="a window of time"),
        ),
    )
)

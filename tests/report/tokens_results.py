"""What tokens cost, made by hand: three generations of which the last is not rented yet."""

from __future__ import annotations

from math import nan

import numpy as np

from risk.analysis.statistics import Estimate
from risk.analysis.tokens import Decline, Served
from risk.calibrate.tokens import Changed, Moved, Moves
from risk.report.terminal.headed import Headed
from risk.report.tokens.found import Generation, Tokens
from tests.report.terminal_results import HEADING, PATHS

SERVED = Served(
    names=("H100", "B200", "Rubin"),
    numeraire=0,
    newest=1,
    batch=np.array([200.0, 558.0, 865.0]),
    prefill=np.array([0.30e-3, 0.12e-3, 0.03e-3]),
    decode=np.array([1.50e-3, 0.50e-3, 0.20e-3]),
    inputs=20.0,
    hit_rate=0.563,
)
MOVES = Moves(
    HEADING.run,
    PATHS,
    0.9,
    {
        "bust": Estimate(0.345, 0.0074, PATHS),
        "mean": Estimate(22.39, 0.62, PATHS),
        "rent": Estimate(1.672, 0.0135, PATHS),
    },
    (
        Moved(
            "ladder",
            "Newer chips do all their data sheets allow",
            (Changed("gpu.generation.Rubin.relative_throughput", 2.27, 3.28),),
            {
                "bust": Estimate(0.054, 0.0049, PATHS),
                "mean": Estimate(3.07, 0.33, PATHS),
                "rent": Estimate(-0.243, 0.0027, PATHS),
            },
        ),
        Moved(
            "costs",
            "Hits 56% to 90%, costs passed on",
            (
                Changed("revenue.token_price_decline", 0.45, 0.511),
                Changed("revenue.compute_share_decline", 0.015, 0.0736),
            ),
            {
                "bust": Estimate(0.0798, 0.0043, PATHS),
                "mean": Estimate(4.83, 0.33, PATHS),
                "rent": Estimate(-0.11, 0.0013, PATHS),
            },
        ),
        Moved(
            "passed",
            "Hits 56% to 90%, all passed on",
            (Changed("revenue.token_price_decline", 0.45, 0.569),),
            {
                "bust": Estimate(-0.0044, 0.0026, PATHS),
                "mean": Estimate(-0.008, 0.156, PATHS),
                "rent": Estimate(0.026, 0.0012, PATHS),
            },
        ),
    ),
)
TOKENS = Headed(
    HEADING,
    Tokens(
        SERVED,
        {
            "weights": 140e9,
            "parameters": 70e9,
            "cache": 2.5e9,
            "devices": 8.0,
            "prefill_efficiency": 0.5,
            "decode_efficiency": 0.7,
            "hit_rate": 0.563,
            "inputs": 20.0,
        },
        (
            Generation("H100", 0, 989e12, 3.35e12, 80e9, 1.0),
            Generation("B200", 1, 2250e12, 8.0e12, 192e9, 2.04),
            Generation("Rubin", 2, 8325e12, 20.5e12, 288e9, nan),
        ),
        {"2026Q3": (2.8, 5.7, 15.3), "2028Q4": (1.67, 3.44, 9.3), "2030Q4": (1.03, 2.13, 5.65)},
        0.9,
        Decline("2032Q4", 0.248, 0.245, 0.45, 0.745),
        MOVES,
    ),
)

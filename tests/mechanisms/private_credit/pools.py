"""Pools of private credit with the register's shape and round numbers, for the tests of their parts."""

from __future__ import annotations

from typing import Any

import numpy as np

from risk.mechanisms.private_credit import segments
from tests.mechanisms.given import Array, column, given, row

BN = 1e9
CORRELATION = np.eye(6)
for _i, _j, _r in ((0, 1, -0.3), (0, 5, -0.5), (1, 5, 0.6), (1, 2, 0.1)):
    CORRELATION[_i, _j] = CORRELATION[_j, _i] = _r

MEDIAN = row(0.5, 0.5, 0.5, 0.5)
NOTHING_DUE = np.zeros((27, 4))


def parameters(**changes: Any) -> segments.Params:
    values: dict[str, Any] = {
        "exposure": row(240 * BN, 420 * BN, 900 * BN, 700 * BN),
        "growth": row(0.0, 0.08, 0.06, 0.03),
        "demand_weight": row(0.5, 0.0, 0.0, 0.0),
        "disrupted": row(0.0, 1.0, 0.0, 0.0),
        "disruption": column(0.5),
        "anchor_weight": row(0.5, 0.0, 0.0, 0.0),
        "lgd_shift": row(0.0, 0.07, 0.05, -0.07),
        "correlation": CORRELATION,
        "freedom": column(5.0),
        "mixing_weight": 0.1,
        "own": 0.907,
        "persistence": column(0.76),
        "sites": row(1.0, 0.0, 0.0, 0.0),
        "sponsor_share": row(1.0, 0.0, 0.0, 0.0),
        "price_weight": row(0.5, 0.0, 0.0, 0.0),
        "price_hazard": column(1.0),
        "price_lgd": column(0.1),
        "largest_dearness": 2.5,
        "clo_weight": row(0.0, 0.0, 0.0, 1.0),
        "pd": row(0.008, 0.04, 0.0265, 0.0305),
        "asset_correlation": row(0.225, 0.225, 0.11, 0.11),
        "pd_spread_response": column(0.5),
        "pd_spread_center": 0.0447,
        "pd_spread_low": -0.02,
        "pd_spread_high": 0.08,
        "lgd_generic": column(0.36),
        "lgd_slope": column(0.9),
        "lgd_reference": 0.035,
        "lgd_concentration": 1e6,
        "extended_lgd": 0.08,
        "expected_more": 1.3,
    }
    parts = _ratings() | _in_kind() | _site_debt() | _wall()
    return given(segments.Params, **(values | parts | changes))


def _ratings() -> dict[str, Any]:
    return {
        "rating_share": row(0.6, 0.4, 0.15, 0.6, 0.25, 0.2, 0.6, 0.2, 0.85, 0.15),
        "pd_multiple": row(0.5, 1.5, 0.4, 1.0, 2.0, 0.4, 1.0, 2.5, 1.0, 3.0),
        "rating_segment": row(0, 0, 1, 1, 1, 2, 2, 2, 3, 3),
        "downgrade": 0.015,
        "downgrade_loading": 0.4,
        "downgrade_limit": 0.2,
        "upgrade": 0.03,
    }


def _in_kind() -> dict[str, Any]:
    return {
        "interest_cover": row(0.0, 1.9, 2.0, 2.4),
        "pays_in_kind": row(0.0, 1.0, 1.0, 0.0),
        "pik_trigger": 1.2,
        "cover_dispersion": 0.43,
        "cover_loading": 0.10,
        "loan_margin": 0.055,
        "loan_margin_beta": 0.5,
        "start_spread": 0.0278,
        "start_sofr": 0.0365,
        "in_kind_speed": 0.25,
        "in_kind_rate": 0.11,
        "in_kind_hazard": 1.75,
    }


def _site_debt() -> dict[str, Any]:
    return {
        "sale_cost": 0.05,
        "spv_loan_to_value": 0.75,
        "spv_shell_share": 0.60,
        "spv_exit_quarters": 16.0,
        "spv_leave_share": 0.50,
        "spv_guarantee": 0.75,
        "spv_amortization": 0.04,
        "spv_downgrade": 0.86,
    }


def _wall() -> dict[str, Any]:
    return {
        "wall": np.tile([0.0, 0.05, 0.05, 0.06], (27, 1)),
        "refinancing_ease": 2.0,
        "refinancing_spread": 45.0,
        "refinancing_leverage": 0.8,
        "neutral_spread": 0.04,
        "shut_spread": 0.075,
        "clo_share": 0.75,
        "wall_extension": column(0.5),
        "extension_quarters": 4.0,
        "wall_default": 0.25,
    }


def conditions(**changes: float) -> segments.Conditions:
    values = {
        "credit": 1.0,
        "demand": -0.5,
        "anchor": -0.8,
        "spread": 0.0647,
        "availability": 0.8,
        "dearness": 0.0,
        "rent_ratio": 0.5,
        "digestion": 0.0,
        "spv_additions": 0.0,
        "sofr": 0.0365,
        "mixing": 1.0,
        "clo": 0.0,
        "sale_discount": 0.25,
    }
    return segments.Conditions(**{name: column(x) for name, x in (values | changes).items()})


def step(
    p: segments.Params | None = None,
    uniform: Array = MEDIAN,
    state: segments.State | None = None,
    **changes: float,
) -> tuple[segments.State, segments.Flows]:
    p = p or parameters()
    return segments.step(p, state or segments.init(p, 1), 5, conditions(**changes), uniform)

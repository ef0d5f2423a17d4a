"""Collateral: what a repossessed GPU is worth on this path, the present value of its expected rents.

A lender who repossesses a unit rents it at spot until the rent no longer covers the operating cost, or
until the unit's service life ends. Value falls with the rents of that very path: wrong-way risk. A unit
taken from a borrower in default stands idle first: its rents start late and lower, its life runs on.

Notes
-----
V = 8760 [ u R (1 - e^{-(r+g) L}) / (r + g) - opex (1 - e^{-r L}) / r ],  L = min(life, ln(u R / opex) / g)
with rent R, expected decline g, utilization u, discount rate r. V is zero where u R <= opex. With a
re-lease lag h, R becomes R e^{-g h}, the service life is shorter by h, and V is discounted by e^{-r h}.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from risk.parameters import Array, entry
from risk.units import HOURS_A_YEAR


@dataclass(frozen=True)
class Params:
    """Register entries of collateral values."""

    discount_rate: float = entry("gpu.collateral_discount_rate")  # 1/y
    service_life: float = entry("gpu.collateral_life")  # years
    opex: Array = entry("gpu.generation.opex")  # USD per GPU-hour
    opex_multiple: float = entry("gpu.collateral_opex_multiple")
    smallest_decline: float = entry("gpu.smallest_decline")  # 1/y


def value(params: Params, rent: Array, utilization: Array, decline: Array, lag: float = 0.0) -> Array:
    """Present value of one GPU of each generation, USD, (path, generation).

    Parameters
    ----------
    rent : (path, generation) spot rent, USD per GPU-hour.
    utilization, decline : (path, 1) share of hours billed; expected decline of rent a year.
    lag : years until the unit is let again.
    """
    g = np.maximum(decline, params.smallest_decline)
    r = params.discount_rate
    opex = params.opex * params.opex_multiple
    income = utilization * rent * np.exp(-g * lag)
    longest = max(params.service_life - lag, 0.0)
    life = np.clip(np.log(np.maximum(income / opex, 1.0)) / g, 0.0, longest)
    rents = income * (1.0 - np.exp(-(r + g) * life)) / (r + g)
    costs = opex * (1.0 - np.exp(-r * life)) / r
    return np.asarray(np.exp(-r * lag) * (HOURS_A_YEAR * np.maximum(rents - costs, 0.0)))

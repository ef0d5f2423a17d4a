"""Collateral: what a repossessed GPU is worth on this path, the present value of its expected rents.

A lender who repossesses a unit rents it at spot until the rent no longer covers the operating cost, or
until the unit's service life ends. Value falls with the rents of that very path: wrong-way risk.

Notes
-----
V = 8760 [ u R (1 - e^{-(r+g) L}) / (r + g) - opex (1 - e^{-r L}) / r ],  L = min(life, ln(u R / opex) / g)
with rent R, expected decline g, utilization u, discount rate r. V is zero where u R <= opex.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from risk.parameters import Array, entry

HOURS = 8760.0
SMALLEST_DECLINE = 0.02  # below it a rent is as good as level over a unit's life


@dataclass(frozen=True)
class Params:
    """Register entries of collateral values."""

    discount_rate: float = entry("gpu.collateral_discount_rate")  # 1/y
    service_life: float = entry("gpu.collateral_life")  # years
    opex: Array = entry("gpu.generation.opex")  # USD per GPU-hour
    opex_multiple: float = entry("gpu.collateral_opex_multiple")


def value(params: Params, rent: Array, utilization: Array, decline: Array) -> Array:
    """Present value of one GPU of each generation, USD, (path, generation).

    Parameters
    ----------
    rent : (path, generation) spot rent, USD per GPU-hour.
    utilization, decline : (path, 1) share of hours billed; expected decline of rent a year.
    """
    g = np.maximum(decline, SMALLEST_DECLINE)
    r = params.discount_rate
    opex = params.opex * params.opex_multiple
    income = utilization * rent
    life = np.clip(np.log(np.maximum(income / opex, 1.0)) / g, 0.0, params.service_life)
    rents = income * (1.0 - np.exp(-(r + g) * life)) / (r + g)
    costs = opex * (1.0 - np.exp(-r * life)) / r
    return HOURS * np.maximum(rents - costs, 0.0)

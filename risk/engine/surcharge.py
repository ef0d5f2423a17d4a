"""What a carbon price or a clean-power requirement adds to the operating cost of every unit.

It is the same on every path and nothing until it is charged, so that it belongs to no mechanism: each reads
its operating cost as before, with the surcharge of the quarter in.

    added_g(t) = s(t) · load · PUE · power_g · [ carbon · intensity(t) · (1 − required) + required · premium ]

s(t) rises evenly to one; what is bought as clean power carries its premium instead of the carbon price.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from risk.mechanisms.gpu_repricing import energy

if TYPE_CHECKING:
    from risk.assumptions import Assumptions
    from risk.engine.world import Parameters

Array = NDArray[np.float64]

QUARTERS_A_YEAR = 4.0


def surcharge(assumptions: Assumptions) -> Array:
    """Addition to the operating cost of a unit's hour, USD, (quarter + 1, generation)."""
    quarters = np.arange(assumptions.calendar.quarters + 1.0)
    power = assumptions.tables["gpu.generation"].numbers("power")
    site, load = (assumptions.number(f"gpu.{name}") for name in ("power_usage_effectiveness", "load"))
    drawn = energy.mean_power(power, site, load)
    charged = _phase(assumptions, quarters) * energy_price(assumptions, quarters)
    return np.asanyarray(charged[:, None] * drawn)


def energy_price(assumptions: Assumptions, quarters: Array) -> Array:
    """Addition to the price of energy once it is charged in full, USD a Wh, (quarter,)."""
    required = assumptions.number("energy.clean_required")
    grid, decline = (assumptions.number(f"energy.{name}") for name in ("grid_intensity", "intensity_decline"))
    emitted = energy.intensity(grid, decline, quarters / QUARTERS_A_YEAR)
    carbon = assumptions.number("energy.carbon_price") * emitted
    return np.asanyarray(carbon * (1.0 - required) + required * assumptions.number("energy.clean_premium"))


def _phase(assumptions: Assumptions, quarters: Array) -> Array:
    """Share of the surcharge that is charged in each quarter; nothing at the base date, whatever is asked."""
    first = max(assumptions.calendar.offset(assumptions.text("energy.charge_from")), 1)
    ramp = max(assumptions.integer("energy.charge_ramp"), 1)
    return np.asanyarray(np.clip((quarters - first + 1.0) / ramp, 0.0, 1.0))


def charged(p: Parameters, t: int) -> Parameters:
    """Parameters of quarter t, with the surcharge in the operating cost that each mechanism reads.

    Whoever scales the operating cost, by a multiple or by the share that is not the site's, gets the
    surcharge so that it is paid once and in full.
    """
    added = p.glue.surcharge[0, t : t + 1]
    if not added.any():
        return p
    return replace(
        p,
        fleet=replace(p.fleet, opex=p.fleet.opex + added),
        required=replace(p.required, opex=p.required.opex + added / (1.0 - p.required.site_share)),
        cohorts=replace(p.cohorts, opex=p.cohorts.opex + added / p.cohorts.opex_multiple),
        collateral=replace(p.collateral, opex=p.collateral.opex + added / p.collateral.opex_multiple),
    )

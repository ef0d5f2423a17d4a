"""Required revenue: what customers must pay so that the capex already spent earns its hurdle.

Each quarter's compute is a vintage that carries a capital charge while it lives; power and shells carry
theirs throughout. Required revenue is the sum of charges and fleet operating cost, grossed up by the share
of a revenue dollar that reaches compute. A site is paid once, in the charge of power, shells and leases:
what a unit's operating cost holds for its place is left out. Two simpler lenses stand beside it: Cahn's rule
(data-center GPU spending × 2 × 2) and JPMorgan's revenue for a 10% return.

================  =========  ======  ==================================================================
symbol            shape      unit    meaning
================  =========  ======  ==================================================================
vintages          n × (p,1)  USD     compute bought in each quarter of its life, oldest first
long_lived        (path, 1)  USD     power and shells (all since 2021)
leased            (path, 1)  USD     lease and SPV additions
================  =========  ======  ==================================================================

References: thesis page, "The capital math: a $6 trillion ceiling and a $600 billion revenue gap".
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from risk.parameters import Array, Drawn, entry
from risk.processes import across
from risk.processes.annuity import capital_recovery_factor
from risk.units import HOURS_A_YEAR

QUARTERS_A_YEAR = 4


@dataclass(frozen=True)
class Params:
    """Register entries of the required-revenue lenses."""

    hurdle: float = entry("revenue.hurdle")  # 1/y simple
    component_shares: Array = entry("revenue.component_shares")  # (3,) compute, power, shells
    component_lives: Array = entry("revenue.component_lives")  # (3,) years
    lease_life: float = entry("revenue.lease_life")  # years
    history: Array = entry("revenue.ai_capex_history")  # (k,) USD a quarter, oldest first, to the base date
    cahn_multiple: float = entry("revenue.cahn_multiple")
    merchant_site_share: float = entry("revenue.merchant_data_center_share")
    opex: Array = entry("gpu.generation.opex")
    site_share: Drawn = entry("revenue.site_share")  # of it, for the place


@dataclass(frozen=True)
class State:
    """Capital alive at the start of a quarter (see the symbol table)."""

    vintages: tuple[Array, ...]
    long_lived: Array
    leased: Array


@dataclass(frozen=True)
class Inputs:
    """What the quarter spent and runs, (path, 1) unless said."""

    ai_capex: Array  # USD this quarter, world, cash
    leased: Array  # USD this quarter, lease and SPV additions
    compute_spending: Array  # USD this quarter, world
    units: Array  # (path, generation) energized GPUs
    energized_share: Array  # energized over all compute bought and alive
    merchant_share: Array  # of compute spending
    compute_share: Array  # phi_c


@dataclass(frozen=True)
class Flows:
    """Required revenue of the quarter, USD a year, (path, 1)."""

    capital_charge: Array
    fleet_opex: Array
    vintage: Array  # charges run from the cash date
    vintage_energized: Array  # charges run from energization
    cahn: Array  # NVIDIA's data-center revenue as the base
    cahn_all: Array  # every accelerator as the base


def init(params: Params) -> State:
    """Vintages alive at the base date; what the record does not reach back to is taken as nothing."""
    life = round(QUARTERS_A_YEAR * params.component_lives[0])
    recorded, compute = [0.0] * life + list(params.history), params.component_shares[0]
    return State(
        tuple(np.full((1, 1), compute * spent) for spent in recorded[-life:]),
        np.full((1, 1), (1.0 - compute) * params.history.sum()),
        np.zeros((1, 1)),
    )


def charge(params: Params, compute: Array, long_lived: Array, leased: Array) -> Array:
    """Capital charge a year on compute, on power and shells, and on leases alive, USD, (path, 1)."""
    power, shells = params.component_shares[1:]
    factors = [capital_recovery_factor(params.hurdle, life) for life in params.component_lives]
    long = (power * factors[1] + shells * factors[2]) / (power + shells)
    lease = capital_recovery_factor(params.hurdle, params.lease_life)
    return np.asanyarray(compute * factors[0] + long_lived * long + leased * lease)


def step(params: Params, state: State, inputs: Inputs) -> tuple[State, Flows]:
    """One quarter of required revenue."""
    vintages = (*state.vintages[1:], inputs.compute_spending)
    sites = inputs.ai_capex - inputs.compute_spending
    after = State(vintages, state.long_lived + sites, state.leased + inputs.leased)
    compute = sum(vintages[1:], start=vintages[0])
    capital = charge(params, compute, after.long_lived, after.leased)
    opex = (1.0 - params.site_share) * across(inputs.units * params.opex) * HOURS_A_YEAR
    accelerators = inputs.compute_spending * QUARTERS_A_YEAR
    supplier = inputs.merchant_share * params.merchant_site_share * accelerators
    flows = Flows(
        capital_charge=capital,
        fleet_opex=opex,
        vintage=(capital + opex) / inputs.compute_share,
        vintage_energized=(capital * inputs.energized_share + opex) / inputs.compute_share,
        cahn=supplier * params.cahn_multiple,
        cahn_all=accelerators * params.cahn_multiple,
    )
    return after, flows

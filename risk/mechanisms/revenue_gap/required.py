"""Required revenue: what customers must pay so that the capex already spent earns its hurdle.

Each quarter of AI capex is a vintage of compute, power and shells with their own lives; a vintage alive
carries its capital charge. Required revenue is the sum of charges and fleet operating cost, grossed up by
the share of a revenue dollar that reaches compute. Two simpler lenses stand beside it: Cahn's rule
(data-center GPU spending × 2 × 2) and JPMorgan's bar for a 10% return.

================  =========  ======  ==================================================================
symbol            shape      unit    meaning
================  =========  ======  ==================================================================
vintages          n × (p,1)  USD     AI capex of each quarter of a compute life, oldest first
long_lived        (path, 1)  USD     AI capex still alive in power and shells (all since 2021)
leased            (path, 1)  USD     lease and SPV additions
================  =========  ======  ==================================================================

References: thesis page, "The capital math: a $6 trillion ceiling and a $600 billion revenue gap".
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from risk.parameters import Array, entry
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
    recorded = [0.0] * life + list(params.history)
    return State(
        tuple(np.full((1, 1), spent) for spent in recorded[-life:]),
        np.full((1, 1), params.history.sum()),
        np.zeros((1, 1)),
    )


def charge(params: Params, compute: Array, long_lived: Array, leased: Array) -> Array:
    """Capital charge a year on AI capex alive by life, and on leases, USD, (path, 1)."""
    shares, lives = params.component_shares, params.component_lives
    factors = [capital_recovery_factor(params.hurdle, life) for life in lives]
    long = shares[1] * factors[1] + shares[2] * factors[2]
    lease = capital_recovery_factor(params.hurdle, params.lease_life)
    return np.asarray(compute * shares[0] * factors[0] + long_lived * long + leased * lease)


def step(params: Params, state: State, inputs: Inputs) -> tuple[State, Flows]:
    """One quarter of required revenue."""
    vintages = (*state.vintages[1:], inputs.ai_capex)
    after = State(vintages, state.long_lived + inputs.ai_capex, state.leased + inputs.leased)
    compute = sum(vintages[1:], start=vintages[0])
    capital = charge(params, compute, after.long_lived, after.leased)
    opex = across(inputs.units * params.opex) * HOURS_A_YEAR
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

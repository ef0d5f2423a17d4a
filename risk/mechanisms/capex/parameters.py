"""The books of the Big Five: what the register says of them, balances, and the flows of a quarter.

===============  ==========  ======  ====================================================================
symbol           shape       unit    meaning
===============  ==========  ======  ====================================================================
core_cfo         (path, f)   USD/q   cash flow from operations without AI, interest as at the base date
cash             (path, f)   USD     cash and securities
bonds            (path, f)   USD     bonds and loans, private credit in
leases           (path, f)   USD     commenced leases, present value
spv              (path, f)   USD     debt of sponsored vehicles
uncommenced      (path, f)   USD     leases signed, not commenced, present value
===============  ==========  ======  ====================================================================
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from risk.parameters import Array, Drawn, entry
from risk.processes import blank

DT = 0.25
QUARTERS_A_YEAR = 4.0  # plans ahead, cash flow and debt limits are compared over a year


@dataclass(frozen=True)
class Params:
    """Register entries of the waterfall; (1, firm) for table columns."""

    cfo: Array = entry("capex.firm.cfo")  # USD a quarter
    nowcast_error: Drawn = entry("capex.nowcast_error")  # log, of the level of cash flow
    cash: Array = entry("capex.firm.cash")
    debt: Array = entry("capex.firm.debt")
    leverage_limit: Array = entry("capex.firm.leverage_limit")  # × stretched CFO
    lease_not_commenced: Array = entry("capex.firm.lease_not_commenced")  # undiscounted USD
    anchor_equity_share: Array = entry("capex.firm.lab_equity_share")
    ai_revenue_share: Array = entry("capex.firm.ai_revenue_share")
    anchor_commitment_share: Array = entry("capex.firm.lab_commitment_share")
    cfo_growth: Drawn = entry("capex.cfo_growth")  # 1/y
    cfo_macro_beta: float = entry("capex.cfo_macro_beta")  # log per sd of M a quarter
    ai_revenue_kept: Drawn = entry("capex.ai_revenue_kept")  # share of AI revenue, all firms
    ai_cash_margin: Drawn = entry("capex.ai_cash_margin")
    anchor_shortfall_pass: float = entry("capex.lab_shortfall_pass")
    cfo_demand_beta: float = entry("capex.cfo_demand_beta")  # log per sd of Z a quarter
    cfo_common_volatility: float = entry("capex.cfo_common_volatility")  # log a quarter
    cfo_firm_volatility: float = entry("capex.cfo_firm_volatility")  # log a quarter
    cfo_transitory_volatility: float = entry("capex.cfo_transitory_volatility")  # log
    bond_spread: float = entry("capex.bond_spread")  # 1/y over SOFR
    bond_spread_leverage: float = entry("capex.bond_spread_leverage")  # per unit of debt over limit
    bond_spread_threshold: float = entry("capex.bond_spread_threshold")  # debt over limit
    bond_spread_cap: float = entry("capex.bond_spread_cap")  # 1/y
    retired_coupon: float = entry("capex.retired_coupon")  # 1/y
    cash_margin: float = entry("capex.cash_margin")  # 1/y over SOFR
    payout: Drawn = entry("capex.payout")  # share of CFO
    payout_speed: Drawn = entry("capex.payout_speed")  # share of cash above target a quarter
    payout_cap: float = entry("capex.payout_cap")  # share of CFO
    retirement_share: float = entry("capex.retirement_share")  # of what leaves above target
    cash_reserve: Drawn = entry("capex.cash_reserve")  # share of next year's capex
    minimum_cash: float = entry("capex.minimum_cash")  # share of base-date cash
    maturity_rate: float = entry("capex.maturity_rate")  # share of bonds a quarter
    prefunding: float = entry("capex.prefunding")
    leverage_stretch: float = entry("capex.leverage_stretch")
    bond_cap: float = entry("capex.bond_cap")  # USD a firm-quarter
    private_credit_cap: float = entry("capex.private_credit_cap")
    equity_cap: float = entry("capex.equity_cap")
    lease_present_value: float = entry("capex.lease_present_value")
    lease_start_quarters: float = entry("capex.lease_start_quarters")
    lease_service: float = entry("capex.lease_service")  # 1/y of the balance
    lease_principal: float = entry("capex.lease_principal")  # 1/y of the balance
    spv_principal: float = entry("credit.spv_amortization")  # 1/y of the balance, as in lenders' books
    spv_share: Drawn = entry("capex.spv_share")  # of cash capex
    spv_availability: float = entry("capex.spv_availability")
    suppliers_inside: float = entry("capex.suppliers_big_five")


@dataclass(frozen=True)
class State:
    """See the symbol table."""

    core_cfo: Array
    cash: Array
    bonds: Array
    leases: Array
    spv: Array
    uncommenced: Array


@dataclass(frozen=True)
class Market:
    """What a firm meets in a quarter, (path, 1) unless said."""

    availability: Array  # of private credit
    sofr: Array  # 1/y
    macro: Array  # innovation, sd, up is stress
    demand: Array  # innovation of AI demand, sd
    common: Array  # (path, 2) innovations of all firms' cash flow, that stays and that passes, sd
    firm: Array  # (path, firm) innovations of cash flow, sd


@dataclass(frozen=True)
class Flows:
    """The waterfall of the quarter, USD, (path, firm) each."""

    # uses
    capex: Array
    lease_additions: Array
    spv_additions: Array
    anchor_equity: Array
    maturities: Array  # bonds repaid: due, or retired before
    payout: Array
    spv_support: Array
    cash_build: Array
    # sources
    cfo: Array  # after interest on what was added, rents of leases and vehicles
    cash_drawn: Array
    bonds: Array
    private_credit: Array
    equity: Array
    # memo
    cut: Array  # planned capex not funded
    planned: Array
    retired: Array  # of maturities, before they were due
    interest: Array  # on what was added since the base date, net
    lease_principal: Array
    spv_principal: Array
    net_debt_change: Array  # bonds, leases and vehicles less cash
    excess_leverage: Array


def init(params: Params, paths: int) -> State:
    """Balance sheets at the base date."""
    zero = np.zeros((paths, 1))
    return State(
        core_cfo=params.cfo * np.exp(params.nowcast_error) + zero,
        cash=params.cash + zero,
        bonds=params.debt + zero,
        leases=blank(zero, params.debt.shape[1]),
        spv=blank(zero, params.debt.shape[1]),
        uncommenced=params.lease_present_value * params.lease_not_commenced + zero,
    )


def leverage_limit(params: Params, cfo: Array) -> Array:
    """Adjusted debt a firm may carry at a quarterly cash flow, (path, firm) USD."""
    return params.leverage_limit * params.leverage_stretch * QUARTERS_A_YEAR * np.maximum(cfo, 0.0)


def debt(state: State) -> Array:
    """Adjusted debt, (path, firm) USD."""
    return state.bonds + state.leases + state.spv


def uses(flows: Flows) -> Array:
    """Sum of uses, (path, firm)."""
    return (
        flows.capex + flows.lease_additions + flows.spv_additions + flows.anchor_equity
        + flows.maturities + flows.payout + flows.spv_support + flows.cash_build
    )  # fmt: skip


def sources(flows: Flows) -> Array:
    """Sum of sources, (path, firm); leases and SPVs fund their own additions only."""
    return (
        flows.cfo + flows.cash_drawn + flows.lease_additions + flows.spv_additions
        + flows.bonds + flows.private_credit + flows.equity
    )  # fmt: skip

"""How each of the Big Five pays: sources equal uses, step by capped step, and what is left is cut.

Uses are cash capex, equity in AI labs, debt maturities, the payout floor, and lease and SPV additions.
Sources come in order: cash flow, cash above a minimum, leases and SPVs for their own additions only,
investment-grade bonds up to a leverage limit, private credit, equity; the rest of the plan is cut. A firm
raises this quarter's shortfall and half of what it sees coming in the next four.

===============  ==========  ======  ====================================================================
symbol           shape       unit    meaning
===============  ==========  ======  ====================================================================
core_cfo         (path, f)   USD/q   cash flow from operations without AI
cash             (path, f)   USD     cash and securities
bonds            (path, f)   USD     bonds and loans, private credit in
leases           (path, f)   USD     commenced leases, present value
spv              (path, f)   USD     debt of sponsored vehicles
uncommenced      (path, f)   USD     leases signed, not commenced, present value
===============  ==========  ======  ====================================================================

References: thesis page, "The capital math: a $6 trillion ceiling and a $600 billion revenue gap"; Moody's
(2026-02-23) on leases signed but not commenced.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from risk.parameters import Array, Drawn, entry

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
    ai_cash_margin: Drawn = entry("capex.ai_cash_margin")
    anchor_shortfall_pass: float = entry("capex.lab_shortfall_pass")
    payout: Drawn = entry("capex.payout")  # share of CFO
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
    spv_share: float = entry("capex.spv_share")  # of cash capex
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
class Flows:
    """The waterfall of the quarter, USD, (path, firm) each."""

    # uses
    capex: Array
    lease_additions: Array
    spv_additions: Array
    anchor_equity: Array
    maturities: Array
    payout: Array
    spv_support: Array
    cash_build: Array
    # sources
    cfo: Array  # after lease service
    cash_drawn: Array
    bonds: Array
    private_credit: Array
    equity: Array
    # memo
    cut: Array  # planned capex not funded
    planned: Array
    lease_principal: Array
    net_debt_change: Array
    excess_leverage: Array


def init(params: Params, paths: int) -> State:
    """Balance sheets at the base date."""
    zero = np.zeros((paths, 1))
    return State(
        core_cfo=params.cfo * np.exp(params.nowcast_error) + zero,
        cash=params.cash + zero,
        bonds=params.debt + zero,
        leases=zero + np.zeros_like(params.debt),
        spv=zero + np.zeros_like(params.debt),
        uncommenced=params.lease_present_value * params.lease_not_commenced + zero,
    )


def operating_cash(params: Params, core: Array, revenue_gain: Array, anchor_shortfall: Array) -> Array:
    """Quarterly cash flow from operations before lease service, (path, firm).

    Parameters
    ----------
    revenue_gain : (path, 1) USD a year of AI revenue above the base date.
    anchor_shortfall : (path, 1) USD a year of commitments the labs cannot fund.
    """
    contribution = params.ai_cash_margin * params.ai_revenue_share * revenue_gain * DT
    unpaid = params.anchor_shortfall_pass * params.anchor_commitment_share * anchor_shortfall * DT
    return core + contribution - unpaid


def raise_funds(
    params: Params, need: Array, cfo: Array, debt: Array, availability: Array
) -> tuple[Array, Array, Array]:
    """Bonds, private credit and equity raised for a need, each capped, (path, firm)."""
    room = np.maximum(0.0, leverage_limit(params, cfo) - debt)
    bonds = np.clip(need, 0.0, np.minimum(params.bond_cap, room))
    left = np.maximum(need, 0.0) - bonds
    private_credit = np.minimum(left, params.private_credit_cap * availability)
    left = left - private_credit
    return bonds, private_credit, np.minimum(left, params.equity_cap)


def step(
    params: Params,
    state: State,
    t: int,
    planned: Array,
    next_year: Array,
    revenue_gain: Array,
    anchor_shortfall: Array,
    recycled: Array,
    spv_support: Array,
    availability: Array,
    macro: Array,
) -> tuple[State, Flows]:
    """One quarter of funding.

    Parameters
    ----------
    planned, next_year : (path, firm) capex planned this quarter, and over the next four, USD.
    revenue_gain, anchor_shortfall, recycled : (path, 1) USD a year.
    spv_support : (path, firm) residual-value guarantees called, USD.
    availability, macro : (path, 1) private-credit availability; macro innovation (up is stress).
    """
    core = state.core_cfo * np.exp(params.cfo_growth * DT - params.cfo_macro_beta * macro)
    lease_additions = _commencements(params, t) + np.zeros_like(core)
    following = params.spv_availability
    spv_additions = params.spv_share * planned * (1.0 - following + following * availability)
    leases = params.lease_service * DT * state.leases
    cfo = operating_cash(params, core, revenue_gain, anchor_shortfall) - leases
    principal = params.lease_principal * DT * state.leases

    payout = params.payout * np.maximum(cfo, 0.0)
    anchor_equity = params.suppliers_inside * params.anchor_equity_share * recycled * DT
    maturities = params.maturity_rate * state.bonds
    fixed = anchor_equity + maturities + payout + spv_support

    spare_cash = np.maximum(0.0, state.cash - params.minimum_cash * params.cash)
    shortfall = planned + fixed - cfo
    ahead = next_year + QUARTERS_A_YEAR * (anchor_equity + payout + maturities - cfo)
    need = shortfall - spare_cash + params.prefunding * np.maximum(ahead, 0.0)
    debt = state.bonds - maturities + state.leases + state.spv  # what matures makes room to refinance it
    bonds, private_credit, equity = raise_funds(params, need, cfo, debt, availability)

    raised = bonds + private_credit + equity
    cut = np.clip(shortfall - spare_cash - raised, 0.0, planned)
    change = cfo + raised - (planned - cut) - fixed
    after = State(
        core_cfo=core,
        cash=state.cash + change,
        bonds=state.bonds + bonds + private_credit - maturities,
        leases=state.leases + lease_additions - principal,
        spv=state.spv + spv_additions,
        uncommenced=state.uncommenced - lease_additions,
    )
    flows = Flows(
        capex=planned - cut,
        lease_additions=lease_additions,
        spv_additions=spv_additions,
        anchor_equity=anchor_equity,
        maturities=maturities,
        payout=payout,
        spv_support=spv_support,
        cash_build=np.maximum(change, 0.0),
        cfo=cfo,
        cash_drawn=np.maximum(-change, 0.0),
        bonds=bonds,
        private_credit=private_credit,
        equity=equity,
        cut=cut,
        planned=planned,
        lease_principal=principal,
        net_debt_change=bonds + private_credit - maturities + lease_additions - principal + spv_additions,
        excess_leverage=_excess_leverage(params, after, cfo),
    )
    return after, flows


def _commencements(params: Params, t: int) -> Array:
    """Present value of signed leases that commence in quarter t, evenly until all have, (1, firm) USD."""
    signed = params.lease_present_value * params.lease_not_commenced
    return signed / params.lease_start_quarters * (t <= params.lease_start_quarters)


def leverage_limit(params: Params, cfo: Array) -> Array:
    """Adjusted debt a firm may carry at a quarterly cash flow, (path, firm) USD."""
    return params.leverage_limit * params.leverage_stretch * QUARTERS_A_YEAR * np.maximum(cfo, 0.0)


def _excess_leverage(params: Params, after: State, cfo: Array) -> Array:
    """Debt over its limit less one, 0 where within it, (path, firm)."""
    debt = after.bonds + after.leases + after.spv
    return np.maximum(0.0, debt / np.maximum(leverage_limit(params, cfo), 1.0) - 1.0)


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

"""How each of the Big Five pays: sources equal uses, step by capped step, and what is left is cut.

Uses are cash capex, equity in AI labs, debt maturities, payout, and lease and SPV additions. Sources come in
order: cash flow, cash above a minimum, leases and SPVs for their own additions only, bonds up to a leverage
limit, private credit, equity; the rest of the plan is cut. A firm raises this quarter's shortfall and half
of what it sees coming in the next four, but no more cash than its target. Cash that would end the quarter
above the target leaves at a speed: first it retires bonds added since the base date, then it is paid out.
Nothing is raised to be paid out.

===============  ==========  ======  ====================================================================
symbol           shape       unit    meaning
===============  ==========  ======  ====================================================================
planned          (path, f)   USD/q   capex planned
fixed            (path, f)   USD/q   stakes in labs, bonds due, payout floor, guarantees called
need             (path, f)   USD/q   what is raised where no cap binds
excess           (path, f)   USD/q   what leaves of cash above its target
===============  ==========  ======  ====================================================================

Notes
-----
target    = minimum + reserve x next year's capex
excess    = speed (cash that the quarter would end with, nothing raised, - target)+
retired   = min(share x excess, bonds added);  payout = min(floor CFO + excess - retired, cap CFO)
References: thesis page, "The capital math: a $6 trillion ceiling and a $600 billion revenue gap"; Moody's
(2026-02-23) on leases signed but not commenced.
"""

from __future__ import annotations

import numpy as np

from risk.mechanisms.capex.cash_flow import core_cash, interest, operating_cash
from risk.mechanisms.capex.parameters import (
    DT,
    QUARTERS_A_YEAR,
    Flows,
    Market,
    Params,
    State,
    debt,
    init,
    leverage_limit,
    sources,
    uses,
)
from risk.parameters import Array
from risk.processes import outer

__all__ = ["Flows", "Market", "Params", "State", "init", "leverage_limit", "sources", "step", "uses"]


def raise_funds(
    params: Params, need: Array, cfo: Array, owing: Array, availability: Array
) -> tuple[Array, Array, Array]:
    """Bonds, private credit and equity raised for a need, each capped, (path, firm)."""
    room = np.maximum(0.0, leverage_limit(params, cfo) - owing)
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
    charge: Array,
    m: Market,
) -> tuple[State, Flows]:
    """One quarter of funding.

    Parameters
    ----------
    planned, next_year : (path, firm) capex planned this quarter, and over the next four, USD.
    revenue_gain, anchor_shortfall, recycled : (path, 1) USD a year.
    spv_support : (path, firm) residual-value guarantees called, USD.
    charge : (path, firm) what a carbon price or a clean-power requirement costs their own fleets, USD.
    """
    core = core_cash(params, state.core_cfo, m)
    lease_additions = _commencements(params, t) + np.zeros_like(core)
    following = params.spv_availability
    spv_additions = params.spv_share * planned * (1.0 - following + following * m.availability)
    passing = core * np.exp(params.cfo_transitory_volatility * m.common[:, 1:])
    earned = operating_cash(params, passing, revenue_gain, anchor_shortfall) - charge
    owed = interest(params, state, earned, m.sofr)
    cfo = earned - owed - params.lease_service * DT * (state.leases + state.spv)
    lease_principal = params.lease_principal * DT * state.leases
    spv_principal = params.spv_principal * DT * state.spv

    floor = params.payout * np.maximum(cfo, 0.0)
    anchor_equity = outer(recycled * DT, params.suppliers_inside * params.anchor_equity_share)
    due = params.maturity_rate * state.bonds
    fixed = anchor_equity + due + floor + spv_support
    reserve = params.cash_reserve * next_year

    minimum = params.minimum_cash * params.cash
    spare_cash = np.maximum(0.0, state.cash - minimum)
    shortfall = planned + fixed - cfo
    ahead = next_year + QUARTERS_A_YEAR * (anchor_equity + floor + due - cfo)
    need = shortfall - spare_cash + np.clip(params.prefunding * ahead, 0.0, reserve)
    owing = debt(state) - due  # what matures makes room to refinance it
    bonds, private_credit, equity = raise_funds(params, need, cfo, owing, m.availability)

    raised = bonds + private_credit + equity
    cut = np.clip(shortfall - spare_cash - raised, 0.0, planned)
    excess = params.payout_speed * np.maximum(state.cash - shortfall - minimum - reserve, 0.0)
    retired, extra = _spread_out(params, excess, state.bonds - due - params.debt, floor, cfo)
    change = cfo + raised - (planned - cut) - fixed - retired - extra
    after = State(
        core_cfo=core,
        cash=state.cash + change,
        bonds=state.bonds + bonds + private_credit - due - retired,
        leases=state.leases + lease_additions - lease_principal,
        spv=state.spv + spv_additions - spv_principal,
        uncommenced=state.uncommenced - lease_additions,
    )
    flows = Flows(
        capex=planned - cut,
        lease_additions=lease_additions,
        spv_additions=spv_additions,
        anchor_equity=anchor_equity,
        maturities=due + retired,
        payout=floor + extra,
        spv_support=spv_support,
        cash_build=np.maximum(change, 0.0),
        cfo=cfo,
        cash_drawn=np.maximum(-change, 0.0),
        bonds=bonds,
        private_credit=private_credit,
        equity=equity,
        cut=cut,
        planned=planned,
        retired=retired,
        interest=owed,
        lease_principal=lease_principal,
        spv_principal=spv_principal,
        net_debt_change=debt(after) - debt(state) - change,
        excess_leverage=_excess_leverage(params, after, cfo),
    )
    return after, flows


def _spread_out(params: Params, excess: Array, added: Array, floor: Array, cfo: Array) -> tuple[Array, Array]:
    """Bonds retired and payout beyond the floor from cash above its target, (path, firm) USD."""
    retired = np.clip(added, 0.0, params.retirement_share * excess)
    most = np.maximum(params.payout_cap * np.maximum(cfo, 0.0) - floor, 0.0)
    return retired, np.minimum(excess - retired, most)


def _commencements(params: Params, t: int) -> Array:
    """Present value of signed leases that commence in quarter t, evenly until all have, (1, firm) USD."""
    signed = params.lease_present_value * params.lease_not_commenced
    return signed / params.lease_start_quarters * (t <= params.lease_start_quarters)


def _excess_leverage(params: Params, after: State, cfo: Array) -> Array:
    """Debt over its limit less one, 0 where within it, (path, firm)."""
    return np.maximum(0.0, debt(after) / np.maximum(leverage_limit(params, cfo), 1.0) - 1.0)

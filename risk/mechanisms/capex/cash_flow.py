"""Cash flow from operations of each of the Big Five: a core that grows, AI on top, interest and rents off.

===============  ==========  ======  ====================================================================
symbol           shape       unit    meaning
===============  ==========  ======  ====================================================================
core             (path, f)   USD/q   cash flow from operations without AI, interest as at the base date
passing          (path, 1)   log     what moves the quarter's cash flow and is gone in the next
interest         (path, f)   USD/q   on what was added since the base date, less what added cash earns
===============  ==========  ======  ====================================================================

Notes
-----
ln core'  = ln core + g/4 - b M + b_z Z + s_c common + s_f firm
earned    = core' e^(s_t passing) + margin x kept x share x revenue gain / 4 - what labs do not pay
interest  = rate (bonds - base)+ - saved (base - bonds)+ - (SOFR + margin)+ (cash - base cash)+
rate      = SOFR + min(spread + slope (debt / limit - threshold)+, cap)
Judgement, but for SOFR: no issuer publishes what its next bond would cost it.
"""

from __future__ import annotations

import numpy as np

from risk.mechanisms.capex.parameters import DT, Market, Params, State, debt, leverage_limit
from risk.parameters import Array
from risk.processes import outer


def core_cash(params: Params, before: Array, m: Market) -> Array:
    """Core cash flow after a quarter's growth and news, (path, firm) USD a quarter."""
    news = (
        params.cfo_demand_beta * m.demand
        - params.cfo_macro_beta * m.macro
        + params.cfo_common_volatility * m.common[:, :1]
        + params.cfo_firm_volatility * m.firm
    )
    return before * np.exp(params.cfo_growth * DT + news)


def operating_cash(params: Params, core: Array, revenue_gain: Array, anchor_shortfall: Array) -> Array:
    """Quarterly cash flow from operations before interest and rents, (path, firm).

    Parameters
    ----------
    revenue_gain : (path, 1) USD a year of AI revenue above the base date.
    anchor_shortfall : (path, 1) USD a year of commitments the labs cannot fund.
    """
    kept = params.ai_cash_margin * params.ai_revenue_kept * revenue_gain * DT
    contribution = outer(kept, params.ai_revenue_share)
    unpaid = outer(anchor_shortfall * DT, params.anchor_shortfall_pass * params.anchor_commitment_share)
    return core + contribution - unpaid


def interest(params: Params, state: State, cfo: Array, sofr: Array) -> Array:
    """Interest of a quarter beyond the base date's balance sheet, net of what cash earns, (path, firm)."""
    added = state.bonds - params.debt
    of_limit = debt(state) / np.maximum(leverage_limit(params, cfo), 1.0)
    wider = params.bond_spread_leverage * np.maximum(of_limit - params.bond_spread_threshold, 0.0)
    rate = sofr + np.minimum(params.bond_spread + wider, params.bond_spread_cap)
    paid = np.where(added > 0.0, rate, params.retired_coupon) * added
    earned = np.maximum(sofr + params.cash_margin, 0.0) * np.maximum(state.cash - params.cash, 0.0)
    return np.asanyarray((paid - earned) * DT)

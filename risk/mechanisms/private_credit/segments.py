"""Pooled loan segments: data-center and SPV loans, AI and software borrowers, direct lending, B loans.

Each quarter a segment's share in default follows the Vasicek model on its own weighting of the credit
factor and the AI state; hazards answer to the spread. Recovery is collateral on the path for data-center
loans and Frye-Jacobs with beta noise for the rest, so that default and loss rise together. Borrowers who
cannot pay cash pay in kind: their balance grows and their hazard is higher. B-rated loans meet a maturity
wall: what falls due in a shut market defaults in part. Sponsors of SPV debt may leave at exit options;
the residual-value guarantee then pays what the site is short of.

==========  ================  ======  ==================================================================
symbol      shape             unit    meaning
==========  ================  ======  ==================================================================
exposure    (path, segment)   USD     performing principal
in_kind     (path, segment)   frac.   share of the book paying in kind
==========  ================  ======  ==================================================================

Notes
-----
cDR = Phi[(Phi^-1(PD) + sqrt(rho) x) / sqrt(1 - rho)];  cLGD = Phi[Phi^-1(cDR) - k] / cDR.
References: Vasicek (2002); Frye & Jacobs (2012); thesis page, "AI-capex financing & bubble risk".
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from risk.parameters import Array, Drawn, entry
from risk.processes.beta import inverse_beta
from risk.processes.vasicek import conditional_default_probability, frye_jacobs, frye_jacobs_index

SPV, SOFTWARE, DIRECT_LENDING, B_LOANS = SEGMENTS = range(4)
CREDIT, DEMAND, LAB = 0, 1, 5  # rows of the shocks' correlation matrix
DT = 0.25
HIGHEST_RATE = 0.5  # of a quarter's defaults, a guard
LOWEST_RATE = 1e-6
MOST_IN_KIND = 0.6  # share of a book


@dataclass(frozen=True)
class Params:
    """Register entries of segments; (1, segment) for table columns."""

    exposure: Array = entry("credit.segment.exposure")  # USD
    growth: Array = entry("credit.segment.growth")  # 1/y
    demand_weight: Array = entry("credit.segment.demand_weight")
    lab_weight: Array = entry("credit.segment.lab_weight")
    correlation: Array = entry("dependence.correlation")  # of the shocks behind the three states
    in_kind_start: Array = entry("credit.segment.in_kind")
    pd_spv: Drawn = entry("credit.pd_spv")
    pd_software: Drawn = entry("credit.pd_software")
    pd_direct_lending: Drawn = entry("credit.pd_direct_lending")
    pd_b_loans: Drawn = entry("credit.pd_b_loans")
    correlation_generic: Drawn = entry("credit.correlation_generic")
    correlation_ai: Drawn = entry("credit.correlation_ai")
    pd_spread_response: Drawn = entry("credit.pd_spread_response")  # per unit of spread
    pd_spread_center: float = entry("credit.pd_spread_center")
    pd_spread_low: float = entry("credit.pd_spread_low")
    pd_spread_high: float = entry("credit.pd_spread_high")
    lgd_generic: Drawn = entry("credit.lgd_generic")
    lgd_concentration: float = entry("credit.lgd_concentration")
    in_kind_hazard: float = entry("credit.in_kind_hazard")  # multiple
    in_kind_loading: float = entry("credit.in_kind_loading")
    in_kind_speed: float = entry("credit.in_kind_speed")  # 1/q
    in_kind_rate: float = entry("credit.in_kind_rate")  # 1/y
    fire_sale_discount: Drawn = entry("credit.fire_sale_discount")
    sale_cost: float = entry("credit.sale_cost")
    spv_loan_to_value: float = entry("credit.spv_loan_to_value")
    spv_shell_share: float = entry("credit.spv_shell_share")
    spv_exit_quarters: float = entry("credit.spv_exit_quarters")
    spv_leave_share: float = entry("credit.spv_leave_share")
    spv_guarantee: float = entry("credit.spv_guarantee")
    wall_default: float = entry("credit.wall_default")
    shut_spread: float = entry("credit.shut_spread")
    wall: Array = entry("credit.b_loan_maturities")  # (quarter + 1,) share of the book due


@dataclass(frozen=True)
class State:
    """See the symbol table."""

    exposure: Array
    in_kind: Array


@dataclass(frozen=True)
class Conditions:
    """What borrowers and lenders meet this quarter, (path, 1)."""

    credit: Array  # sd, up is stress
    demand: Array  # sd, AI demand
    lab: Array  # sd, the labs' funding window
    spread: Array  # high-yield spread
    availability: Array
    rent_ratio: Array  # B200 rent over its base-date level: what collateral inside sites earns
    digestion: Array  # 1 while capex is in digestion
    spv_additions: Array  # USD of new SPV debt


@dataclass(frozen=True)
class Flows:
    """What happened in the quarter, (path, segment) USD unless said."""

    default_rate: Array  # share of exposure
    defaulted: Array
    impaired: Array  # par that loses principal: defaults, and SPV debt whose sponsor leaves it short
    loss: Array
    expected_loss: Array
    in_kind_accrued: Array
    originated: Array
    repaid: Array  # SPV debt repaid or written down as its sponsor leaves
    guarantee_called: Array  # (path, 1) paid by SPV sponsors


def init(params: Params, paths: int) -> State:
    """Books at the base date."""
    zero = np.zeros((paths, 1))
    return State(params.exposure + zero, params.in_kind_start + zero)


def segment_factor(params: Params, credit: Array, demand: Array, lab: Array) -> Array:
    """Each segment's factor, unit variance in the long run, up is stress, (path, segment)."""
    raw = credit - params.demand_weight * demand - params.lab_weight * lab
    rho = params.correlation
    d, w = params.demand_weight, params.lab_weight
    cross = rho[DEMAND, LAB] * d * w - rho[CREDIT, DEMAND] * d - rho[CREDIT, LAB] * w
    return np.asarray(raw / np.sqrt(1.0 + d**2 + w**2 + 2.0 * cross))


def default_probability(params: Params, spread: Array) -> Array:
    """Unconditional default probability of a quarter at the going spread, (path, segment)."""
    annual = np.concatenate(
        np.broadcast_arrays(params.pd_spv, params.pd_software, params.pd_direct_lending, params.pd_b_loans),
        axis=1,
    )
    gap = np.clip(spread - params.pd_spread_center, params.pd_spread_low, params.pd_spread_high)
    calm = np.minimum(1.0 - (1.0 - annual) ** DT, HIGHEST_RATE)
    return np.asarray(calm * np.exp(params.pd_spread_response * gap))


def spv_value(params: Params, rent_ratio: Array) -> Array:
    """Realized site value over its debt, (path, 1); part shell, part what the chips inside rent for."""
    mix = params.spv_shell_share + (1.0 - params.spv_shell_share) * rent_ratio
    return mix / params.spv_loan_to_value


def step(params: Params, state: State, t: int, c: Conditions, uniform: Array) -> tuple[State, Flows]:
    """One quarter of every segment; `uniform` (path, segment) is for the noise of recoveries."""
    x = segment_factor(params, c.credit, c.demand, c.lab)
    pd = default_probability(params, c.spread)
    rho = _only((SPV, SOFTWARE), params.correlation_ai) + _only(
        (DIRECT_LENDING, B_LOANS), params.correlation_generic
    )
    rate = _default_rate(params, state, t, pd, rho, x, c.spread)
    value = spv_value(params, c.rent_ratio)
    lgd = _loss_given_default(params, pd, np.clip(rate, LOWEST_RATE, HIGHEST_RATE), rho, uniform, value)
    leaving = _leaving(params, state, c.digestion)
    called = leaving * np.maximum(0.0, np.minimum(1.0, params.spv_guarantee) - value)
    exit_loss = leaving * np.maximum(0.0, 1.0 - np.maximum(value, params.spv_guarantee))

    defaulted = rate * state.exposure
    accrued = state.in_kind * params.in_kind_rate * DT * state.exposure
    new = params.growth * DT * state.exposure * c.availability + _only((SPV,), c.spv_additions)
    repaid = _only((SPV,), leaving)
    after = State(state.exposure + new + accrued - defaulted - repaid, _in_kind(params, state, x))
    flows = Flows(
        default_rate=rate,
        defaulted=defaulted,
        impaired=defaulted + _only((SPV,), leaving * (exit_loss > 0)),
        loss=lgd * defaulted + _only((SPV,), exit_loss),
        expected_loss=pd * params.lgd_generic * state.exposure,
        in_kind_accrued=accrued,
        originated=new,
        repaid=repaid,
        guarantee_called=called,
    )
    return after, flows


def _only(segments: tuple[int, ...], values: Array) -> Array:
    """(path, 1) values in the columns of some segments, 0 in the others, (path, segment)."""
    return np.where(np.isin(SEGMENTS, segments), values, 0.0)


def _default_rate(
    params: Params, state: State, t: int, pd: Array, rho: Array, x: Array, spread: Array
) -> Array:
    """Share of each book that defaults: Vasicek, worse where paid in kind, plus the wall in a shut market."""
    hazard = 1.0 + (params.in_kind_hazard - 1.0) * state.in_kind
    rate = np.minimum(conditional_default_probability(pd, rho, x) * hazard, HIGHEST_RATE)
    wall = params.wall[t] * (spread > params.shut_spread) * params.wall_default
    return rate + _only((B_LOANS,), wall)


def _loss_given_default(
    params: Params, pd: Array, rate: Array, rho: Array, uniform: Array, value: Array
) -> Array:
    """Loss given default, (path, segment): sites by their value, the rest Frye-Jacobs with beta noise."""
    mean = frye_jacobs(rate, frye_jacobs_index(pd, params.lgd_generic, rho))
    noisy = inverse_beta(uniform, mean, params.lgd_concentration)
    sale = (1.0 - params.fire_sale_discount) * (1.0 - params.sale_cost) * value
    return np.where(np.equal(SEGMENTS, SPV), 1.0 - np.minimum(1.0, sale), noisy)


def _leaving(params: Params, state: State, digestion: Array) -> Array:
    """SPV debt whose sponsor uses an exit option this quarter, USD, (path, 1)."""
    optional = state.exposure[:, SPV : SPV + 1] / params.spv_exit_quarters
    return optional * digestion * params.spv_leave_share


def _in_kind(params: Params, state: State, x: Array) -> Array:
    """Share of each book that pays in kind after the quarter, moving with stress, (path, segment)."""
    target = np.clip(params.in_kind_start * np.exp(params.in_kind_loading * x), 0.0, MOST_IN_KIND)
    return state.in_kind + params.in_kind_speed * (target - state.in_kind)

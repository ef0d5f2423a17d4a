"""Pools of loans by segment, some on sites, the rest on the earnings of many borrowers.

Each quarter every rating of a segment defaults at a quarter's part of its Vasicek rate of the year, on the
segment's own weighting of the credit factor and the AI state; part of one Student-t mixing variable makes
bad quarters bad everywhere. Hazards answer to the spread and to payment in kind (in_kind). Ratings migrate
(ratings). What falls due must be refinanced (wall). Recovery is collateral on the path for sites (site_debt);
for the rest loss given default rises in a line with the rate at which the segment defaults, with beta noise
around it. Borrowers whom AI displaces default when it succeeds: their factor rises with AI demand.

==========  ================  ======  ==================================================================
symbol      shape             unit    meaning
==========  ================  ======  ==================================================================
exposure    (path, segment)   USD     performing principal
in_kind     (path, segment)   frac.   share of the book paying in kind
mix         (path, row)       frac.   share of each rating in its segment
extended    (path, segment)   USD     part of exposure that was extended at maturity
==========  ================  ======  ==================================================================

Notes
-----
cDR = Φ[(c / m^w + √ρ y) / √(1 − ρ)] of a year, y: the factor standardized given m, c: see `threshold_t`;
LGD = L + b (Y − Y₀) − l w D, Y: the year's rate that goes with the defaults of the quarter.
Borrowers who live off the sector's price (weight w) fail as it falls: hazards are multiplied by e^{−h w D},
D: log clearing rent over its path expected at the base date, bounded.
exposure' = exposure + originated + paid in kind − defaulted − repaid.
References: Vasicek (2002); Frey & McNeil (2003); Moody's, "Corporate Default and Recovery Rates, 1920-2008",
for the slope of recovery.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from risk.factors import LETTERS
from risk.mechanisms.private_credit import in_kind, ratings, site_debt, wall
from risk.parameters import Array, Drawn, entry
from risk.processes import across, columns_of, outer
from risk.processes.beta import inverse_beta
from risk.processes.vasicek import conditional_default_probability_t

CREDIT, DEMAND, ANCHOR = (LETTERS.index(letter) for letter in "MZL")  # rows of the correlation matrix
DT = 0.25
HIGHEST_RATE = 0.95  # of a year, a guard
LOWEST_RATE = 1e-6
HIGHEST_LGD = 0.999
NOTHING = 1.0  # USD: a book below it has no shares


@dataclass(frozen=True)
class Params(in_kind.Params, ratings.Params, site_debt.Params, wall.Params):
    """Register entries of segments, beside those of their parts; (1, segment) for table columns."""

    exposure: Array = entry("credit.segment.exposure")  # USD
    growth: Array = entry("credit.segment.growth")  # 1/y
    demand_weight: Array = entry("credit.segment.demand_weight")
    disrupted: Array = entry("credit.segment.disrupted")  # one where AI displaces the borrowers
    disruption: Drawn = entry("credit.disruption")  # sd of their factor per sd of AI demand
    anchor_weight: Array = entry("credit.segment.lab_weight")
    lgd_shift: Array = entry("credit.segment.lgd_shift")
    sites: Array = entry("credit.segment.sites")  # one where loans stand on sites, else 0
    sponsor_share: Array = entry("credit.segment.sponsor_share")  # of sponsors' new site debt
    price_weight: Array = entry("credit.segment.price_weight")  # w, how far borrowers live off the price
    price_hazard: Drawn = entry("credit.price_hazard")  # h, log hazard per log of price
    price_lgd: Drawn = entry("credit.price_lgd")  # l, per log of price
    largest_dearness: float = entry("revenue.largest_dearness")  # log
    clo_weight: Array = entry("credit.segment.clo_weight")  # part of the pool that the CLO bid is for
    pd: Drawn = entry("credit.segment.default_probability")  # of a year, (path, segment)
    asset_correlation: Drawn = entry("credit.segment.asset_correlation")  # (path, segment)
    correlation: Array = entry("dependence.correlation")  # of the shocks behind the three states
    freedom: Drawn = entry("dependence.degrees_of_freedom")
    mixing_weight: float = entry("credit.mixing_weight")
    own: float = entry("credit.factor_own")
    persistence: Drawn = entry("credit.factor_persistence")
    pd_spread_response: Drawn = entry("credit.pd_spread_response")  # per unit of spread
    pd_spread_center: float = entry("credit.pd_spread_center")
    pd_spread_low: float = entry("credit.pd_spread_low")
    pd_spread_high: float = entry("credit.pd_spread_high")
    lgd_generic: Drawn = entry("credit.lgd_generic")
    lgd_slope: Drawn = entry("credit.lgd_slope")  # per unit of the year's default rate
    lgd_reference: float = entry("credit.lgd_reference")  # 1/y, the rate at which the mean holds
    lgd_concentration: float = entry("credit.lgd_concentration")
    extended_lgd: float = entry("credit.extended_lgd")
    expected_more: float = entry("credit.expected_more")  # of defaults beside those of the probability


@dataclass(frozen=True)
class State:
    """See the symbol table."""

    exposure: Array
    in_kind: Array
    mix: Array
    extended: Array


@dataclass(frozen=True)
class Conditions:
    """What borrowers and lenders meet this quarter, (path, 1)."""

    credit: Array  # sd, up is stress
    demand: Array  # sd, AI demand, forced demand in
    anchor: Array  # sd, the labs' funding window
    spread: Array  # high-yield spread
    availability: Array
    dearness: Array  # log clearing rent over its expected path
    rent_ratio: Array  # newest rent over its base-date level: what collateral inside sites earns
    digestion: Array  # 1 while capex is in digestion
    spv_additions: Array  # USD of new SPV debt
    sofr: Array  # 1/y
    mixing: Array  # multiplier of the quarter's Student-t innovations
    clo: Array  # share of the CLO bid that is gone
    sale_discount: Array  # of sites in forced sales


@dataclass(frozen=True)
class Flows:
    """What happened in the quarter, (path, segment) USD unless said."""

    default_rate: Array  # share of exposure
    defaulted: Array
    impaired: Array  # par that loses principal: defaults, and SPV debt whose sponsor leaves it short
    loss: Array
    expected_loss: Array  # through the cycle, on the book at the start of the quarter
    in_kind_accrued: Array
    originated: Array
    repaid: Array  # at maturity from other sources; SPV debt amortized, or ended as its sponsor leaves
    guarantee_called: Array  # (path, 1) paid by SPV sponsors
    due: Array
    refinanced: Array
    extended: Array
    wall_defaulted: Array  # part of `defaulted` that fell due
    downgrade: site_debt.Flags  # (path, 1) whether SPV notes are below their rating
    in_kind: Array  # share paying in kind after the quarter
    weak: Array  # share of the lowest rating after the quarter


def init(params: Params, paths: int) -> State:
    """Books at the base date."""
    zero = np.zeros((paths, 1))
    paying = in_kind.target(params, params.interest_cover)
    exposure = params.exposure + zero
    return State(exposure, paying + zero, params.rating_share + zero, np.zeros_like(exposure))


def segment_factor(params: Params, credit: Array, demand: Array, anchor: Array) -> Array:
    """Each segment's factor, unit variance in the long run, up is stress, (path, segment).

    Only what the credit factor has of its own is correlated with the AI states; its regime is not.
    """
    rho = params.correlation
    d, w = params.demand_weight - outer(params.disrupted, params.disruption), params.anchor_weight
    raw = credit - d * demand - outer(w, anchor)
    cross = rho[DEMAND, ANCHOR] * d * w - params.own * (rho[CREDIT, DEMAND] * d + rho[CREDIT, ANCHOR] * w)
    return np.asanyarray(raw / np.sqrt(1.0 + d**2 + w**2 + 2.0 * cross))


def default_probability(params: Params, spread: Array, dearness: Array) -> Array:
    """Unconditional default probability of a year at the going spread and price, (path, segment).

    They move the hazard: a probability never passes one.
    """
    hazard = spread_hazard(params, spread) * np.exp(-params.price_hazard * price_state(params, dearness))
    return np.asanyarray(1.0 - (1.0 - params.pd) ** hazard)


def price_state(params: Params, dearness: Array) -> Array:
    """What each segment's borrowers feel of the sector's price, log, (path, segment)."""
    felt = np.clip(dearness, -params.largest_dearness, params.largest_dearness)
    return outer(params.price_weight, felt)


def spread_hazard(params: Params, spread: Array) -> Array:
    """What the going spread multiplies hazards with, (path, 1)."""
    gap = np.clip(spread - params.pd_spread_center, params.pd_spread_low, params.pd_spread_high)
    return np.asanyarray(np.exp(params.pd_spread_response * gap))


def a_quarter(annual: Array, hazard: Array | float = 1.0) -> Array:
    """Default rate of a quarter that goes with a year's, its hazard multiplied."""
    return np.asanyarray(1.0 - (1.0 - annual) ** (DT * hazard))


def expected_lgd(params: Params) -> Array:
    """Loss given default of each segment at the reference rate, (path, segment)."""
    return np.clip((params.lgd_generic.T + params.lgd_shift.T).T, LOWEST_RATE, 1.0)


def expected_loss(params: Params, exposure: Array) -> Array:
    """Loss of a quarter through the cycle, all ways to default in, (path, segment) USD."""
    return a_quarter(params.pd) * params.expected_more * expected_lgd(params) * exposure


def loss_ahead(params: Params, state: State, spread: Array, dearness: Array) -> Array:
    """Loss of the next quarter at the ratings, the spread and the price of today, (path, segment) USD."""
    rows = ratings.default_probability(params, default_probability(params, spread, dearness))
    pd = ratings.by_segment(params, state.mix * np.minimum(rows, HIGHEST_RATE))
    return a_quarter(pd) * params.expected_more * expected_lgd(params) * state.exposure


def step(params: Params, state: State, t: int, c: Conditions, uniform: Array) -> tuple[State, Flows]:
    """One quarter of every segment; `uniform` (path, segment) is for the noise of recoveries."""
    x = segment_factor(params, c.credit, c.demand, c.anchor)
    pd = default_probability(params, c.spread, c.dearness)
    rates = _default_rates(params, state, pd, x, c.mixing)
    ordinary = ratings.by_segment(params, state.mix * rates)
    performing, extended = state.exposure * (1.0 - ordinary), state.extended * (1.0 - ordinary)
    matured = wall.fall_due(params, t, performing, extended, _placed(params, state, c))
    defaulted = state.exposure - performing + matured.defaulted
    late = state.extended - extended + matured.defaulted_again

    value, sites = site_debt.spv_value(params, c.rent_ratio), state.exposure * params.sites
    exits = site_debt.exits(params, sites, value, c.digestion)
    sale = site_debt.loss_given_default(params, value, c.sale_discount)
    cheap = params.price_lgd * price_state(params, c.dearness)
    lgd = _loss_given_default(params, state, defaulted, late, uniform, sale, cheap)
    accrued = state.in_kind * params.in_kind_rate * DT * state.exposure
    new = params.growth * DT * state.exposure * c.availability + outer(c.spv_additions, params.sponsor_share)
    repaid = matured.repaid + (exits.leaving + site_debt.amortization(params, sites))
    exposure = state.exposure + new + accrued - defaulted - repaid
    after = State(
        exposure,
        in_kind.moved(params, state.in_kind, c.sofr, c.spread, x),
        ratings.renewed(params, state.mix, rates, new / np.maximum(exposure, NOTHING), x),
        matured.stock,
    )
    flows = Flows(
        default_rate=defaulted / np.maximum(state.exposure, NOTHING),
        defaulted=defaulted,
        impaired=defaulted + exits.leaving * (exits.loss > 0),
        loss=lgd * defaulted + exits.loss,
        expected_loss=expected_loss(params, state.exposure),
        in_kind_accrued=accrued,
        originated=new,
        repaid=repaid,
        guarantee_called=across(exits.called),
        due=matured.due,
        refinanced=matured.refinanced,
        extended=matured.extended,
        wall_defaulted=matured.defaulted,
        downgrade=site_debt.downgraded(params, value),
        in_kind=after.in_kind,
        weak=ratings.lowest(params, after.mix),
    )
    return after, flows


def _default_rates(params: Params, state: State, pd: Array, x: Array, mixing: Array) -> Array:
    """Share of every rating row that defaults before what falls due is looked at, (path, row).

    The factor is a state that lasts about a year, so the year's default rate is the one it conditions; a
    quarter takes its part. Conditioning each quarter's rate would default half a book in a bad year. The
    factor has this quarter's mixing variable in its newest part already: y, of variance one given it, keeps
    the mean of the year's rate at its probability.
    """
    of = ratings.segment_of(params)
    rho = columns_of(params.asset_correlation, of)
    hazard = columns_of(in_kind.hazard(params, state.in_kind), of)
    row = np.minimum(ratings.default_probability(params, pd), HIGHEST_RATE)
    newest = params.own**2 * (1.0 - params.persistence**2)
    y = columns_of(x / np.sqrt(1.0 - newest + newest * mixing**2), of)
    weight = params.mixing_weight
    year = conditional_default_probability_t(row, rho, y, mixing, params.freedom, weight)
    return a_quarter(np.minimum(year, HIGHEST_RATE), hazard)


def _placed(params: Params, state: State, c: Conditions) -> Array:
    """Share of what falls due that finds a lender, (path, segment)."""
    base = ratings.lowest(params, params.rating_share) + in_kind.target(params, params.interest_cover)
    weakness = (ratings.lowest(params, state.mix) + state.in_kind) / np.maximum(base, LOWEST_RATE)
    return wall.placed(params, c.spread, weakness, c.clo, params.clo_share * params.clo_weight)


def _loss_given_default(
    params: Params, state: State, defaulted: Array, late: Array, uniform: Array, sale: Array, price: Array
) -> Array:
    """Loss given default, (path, segment): sites by their value, the rest a line with beta noise around it.

    `late` is the part of `defaulted`, USD, that had been extended before: it loses more. `sale` is what
    a site loses, `price` what a pool loses less as the sector's price is high.
    """
    quarter = np.minimum(defaulted / np.maximum(state.exposure, NOTHING), HIGHEST_RATE)
    rate = 1.0 - (1.0 - quarter) ** (1.0 / DT)
    line = expected_lgd(params) + params.lgd_slope * (rate - params.lgd_reference) - price
    noisy = inverse_beta(uniform, np.clip(line, LOWEST_RATE, HIGHEST_LGD), params.lgd_concentration)
    more = params.extended_lgd * late / np.maximum(defaulted, NOTHING)
    return np.where(params.sites > 0.0, sale, np.minimum(noisy + more, 1.0))

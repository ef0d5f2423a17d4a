"""Collateral: what a repossessed GPU is worth on this path, and what a forced buyer pays of it.

A lender who repossesses a unit rents it at spot until the rent no longer covers what it costs its best user
to run it, or until the unit is worn out. Value falls with the rents of that very path: wrong-way risk. A unit
taken from a borrower in default stands idle first: its rents start late and lower, its life runs on. Nobody
pays more for a used unit than for the same work bought new.

Buyers are few when everybody sells. One state of distress of the market for assets, from the high-yield
spread and from what was repossessed over the last year, moves the discount of forced sales and the time until
a unit is let again between calm and bust.

========  ==================  =======  ===================================================================
symbol    shape               unit     meaning
========  ==================  =======  ===================================================================
s         (path, 1)           1        distress of the market for assets, 0 calm to 1 bust
overhang  (path, 1)           1        repossessed over a year, over the merchant market
V         (path, generation)  USD      value of a unit
========  ==================  =======  ===================================================================

Notes
-----
s = clip(a (HY - neutral) / 600 bp + b overhang, 0, 1);  overhang' = (1 - 1/n) overhang + repossessed / market
discount = calm + s (bust - calm);  r = SOFR + margin + beta (HY - neutral)
V = min(8760 [ u R (1 - e^{-(r+g) L}) / (r + g) - opex (1 - e^{-r L}) / r ], new),
L = min(life - age, ln(u R / opex) / g)
with rent R, expected decline g, utilization u, and the price of the same work bought new. V is zero where
u R <= opex. With a re-lease lag h, R becomes R e^{-g h}, the life left is shorter by h, and V is discounted
by e^{-r h}.
References: judgement on a, b, discounts and margin; H100 systems sold at about half of the ask (listings of
July 2026, secondary).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from risk.parameters import Array, Drawn, entry
from risk.units import HOURS_A_YEAR

Index = NDArray[np.intp]

QUARTERS_A_YEAR = 4.0


@dataclass(frozen=True)
class Params:
    """Register entries of collateral values and forced sales."""

    margin: float = entry("gpu.collateral_margin")  # over SOFR, 1/y
    margin_beta: float = entry("gpu.collateral_margin_beta")  # 1/y per unit of spread
    neutral_spread: float = entry("capex.neutral_spread")
    service_life: float = entry("gpu.collateral_life")  # years
    age: Array = entry("gpu.generation.age")  # years at the base date
    launch: Array = entry("gpu.generation.launch")  # quarters from the base date
    opex: Array = entry("gpu.generation.opex")  # USD per GPU-hour
    opex_multiple: float = entry("gpu.collateral_opex_multiple")
    smallest_decline: float = entry("gpu.smallest_decline")  # 1/y, and smallest rate
    spread_loading: Drawn = entry("credit.distress_spread_loading")  # a, per unit of spread
    overhang_loading: Drawn = entry("credit.distress_overhang_loading")  # b
    overhang_quarters: float = entry("credit.overhang_quarters")
    calm_discount: Drawn = entry("credit.sale_discount_calm")
    bust_discount: Drawn = entry("credit.sale_discount_bust")
    calm_lag: float = entry("neoclouds.release_lag")  # quarters
    bust_lag: float = entry("neoclouds.release_lag_bust")  # quarters


@dataclass(frozen=True)
class Conditions:
    """What a buyer of a unit looks at; arrays that broadcast with those of `value`."""

    rent: Array  # (path, generation) spot, USD per GPU-hour
    utilization: Array  # (path, 1) share of hours billed
    decline: Array  # (path, 1) expected decline of rent a year
    rate: Array  # (path, 1) 1/y
    new: Array  # (path, generation) USD, the price of the same work bought new

    def at(self, rows: Index, generation: Index) -> Conditions:
        """What buyers look at on some paths, each at a unit of one generation, (position,)."""
        return Conditions(
            rent=self.rent[rows, generation],
            utilization=self.utilization[rows, 0],
            decline=self.decline[rows, 0],
            rate=self.rate[rows, 0],
            new=self.new[rows, generation],
        )


def distress(params: Params, spread: Array, overhang: Array) -> Array:
    """How far the market for assets is from calm (0) to bust (1), (path, 1)."""
    wide = params.spread_loading * (spread - params.neutral_spread)
    return np.clip(wide + params.overhang_loading * overhang, 0.0, 1.0)


def between(calm: Array | float, bust: Array | float, state: Array) -> Array:
    """A quantity between its values in calm and in bust, which is never the better of the two."""
    return np.asanyarray(calm + state * np.maximum(bust - calm, 0.0))


def overhang(params: Params, before: Array, sold: Array) -> Array:
    """Units that still hang over the market after a quarter, over its size, (path, 1).

    Parameters
    ----------
    sold : (path, 1) repossessed this quarter over the merchant market.
    """
    return (1.0 - 1.0 / max(params.overhang_quarters, 1.0)) * before + sold


def discount(params: Params, state: Array) -> Array:
    """What a forced buyer takes off a value, (path, 1)."""
    return between(params.calm_discount, params.bust_discount, state)


def release_lag(params: Params, state: Array) -> Array:
    """Quarters until a vacant unit is let again, (path, 1)."""
    return between(params.calm_lag, params.bust_lag, state)


def rate(params: Params, sofr: Array, spread: Array) -> Array:
    """Rate at which a buyer discounts rents, 1/y, (path, 1)."""
    margin = params.margin + params.margin_beta * (spread - params.neutral_spread)
    return np.asanyarray(np.maximum(sofr + margin, params.smallest_decline))


def age(params: Params, t: int) -> Array:
    """Years that the oldest units followed of each generation have run by quarter t, (1, generation)."""
    here = np.maximum(t - np.maximum(params.launch, 0.0), 0.0)  # quarters since the base date or the launch
    return np.asanyarray(params.age + here / QUARTERS_A_YEAR)


def value(params: Params, opex: Array, c: Conditions, age: Array, lag: Array | float = 0.0) -> Array:
    """Present value of one unit, USD; arrays that broadcast, such as (path, generation).

    Parameters
    ----------
    opex : hyperscale operating cost of the unit's generation, USD per GPU-hour.
    age : years the unit has run; `lag` : years until it is let again.
    """
    g = np.maximum(c.decline, params.smallest_decline)
    income, cost = c.utilization * c.rent * np.exp(-g * lag), opex * params.opex_multiple
    left = np.maximum(params.service_life - age - lag, 0.0)
    worth = np.exp(-c.rate * lag) * net_rents(income, cost, g, c.rate, left)
    return np.asanyarray(np.minimum(worth, c.new))


def net_rents(income: Array, cost: Array, decline: Array, rate: Array, left: Array | float) -> Array:
    """Present value of rents less costs, USD an hour each, while rents cover costs and the unit lives."""
    life = np.clip(np.log(np.maximum(income / cost, 1.0)) / decline, 0.0, left)
    rents = income * (1.0 - np.exp(-(rate + decline) * life)) / (rate + decline)
    costs = cost * (1.0 - np.exp(-rate * life)) / rate
    return np.asanyarray(HOURS_A_YEAR * np.maximum(rents - costs, 0.0))

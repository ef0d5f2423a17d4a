"""What secures loans: the market for used units, values of collateral, and what lenders in default get."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from risk.engine.couplings import Links
from risk.engine.layout import Layout
from risk.engine.origination import AssetMarket, Credit
from risk.engine.world import Fixed, Parameters
from risk.mechanisms.gpu_repricing import collateral, fleet, rents
from risk.mechanisms.neocloud import contracts, facility
from risk.mechanisms.neocloud.book import SITE
from risk.processes import At, across, beside, blank, columns_of, only, put

Array = NDArray[np.float64]

QUARTERS_A_YEAR = 4.0


def asset_market(
    p: Parameters,
    links: Links,
    t: int,
    state: rents.State,
    rent: rents.Flows,
    hardware: fleet.Flows,
    fixed: Fixed,
    credit: Credit,
    overhang: Array,
) -> AssetMarket:
    """Read the market for units of quarter t through the couplings that neoclouds hang on.

    Parameters
    ----------
    overhang : (path, 1) what was repossessed over a year, over the merchant market.
    """
    decline = rents.expected_decline(p.rents, state)
    cost = links("capex->supply", t, hardware.cost, "hardware cost")
    buyers = collateral.Conditions(
        rent=links("rent->collateral", t, rent.spot, "spot"),
        utilization=links("rent->collateral", t, rent.utilization, "utilization"),
        decline=links("rent->collateral", t, decline, "decline"),
        rate=collateral.rate(p.collateral, credit.sofr, credit.spread),
        new=cost * fixed.throughput,
    )
    distress = collateral.distress(p.collateral, credit.spread, overhang)
    return AssetMarket(
        spot=links("rent->renewals", t, rent.spot, "spot"),
        contract=links("rent->renewals", t, rent.contract, "contract"),
        utilization=links("rent->renewals", t, rent.utilization, "utilization"),
        decline=links("rent->renewals", t, decline, "decline"),
        cost=cost,
        overhang=overhang,
        distress=distress,
        discount=collateral.discount(p.collateral, distress),
        release_lag=collateral.release_lag(p.collateral, distress),
        buyers=buyers,
        collateral=collateral.value(p.collateral, p.collateral.opex, buyers, collateral.age(p.collateral, t)),
    )


def in_state(p: Parameters, market: AssetMarket, sofr: Array, spread: Array, overhang: Array) -> AssetMarket:
    """The market for used units at the same rents, in another state of credit."""
    distress = collateral.distress(p.collateral, spread, overhang)
    return replace(
        market,
        overhang=overhang,
        distress=distress,
        discount=collateral.discount(p.collateral, distress),
        release_lag=collateral.release_lag(p.collateral, distress),
        buyers=replace(market.buyers, rate=collateral.rate(p.collateral, sofr, spread)),
    )


def maturing(p: Parameters, layout: Layout, t: int, market: AssetMarket) -> Array:
    """Value of a unit of the facilities whose balloons fall due in quarter t, USD, (path, facility)."""
    book = layout.opening[t]
    columns = facility.falling_due(p.facility, book, t)
    none = blank(market.discount, book.facilities)
    if not len(columns):
        return none
    rows = np.arange(len(none))[:, None]
    return put(none, columns, _unit(p, layout, t, market, (rows, columns), 0.0))


def _unit(p: Parameters, layout: Layout, t: int, market: AssetMarket, at: At, lag: Array | float) -> Array:
    """Value of a unit at some positions, USD, let again after `lag` years."""
    rows, columns = at
    generation = layout.book.generation[columns]
    age = np.maximum(layout.age[columns] + t / QUARTERS_A_YEAR, 0.0)  # of a year bought in part, none
    opex = p.collateral.opex[0, generation]
    return collateral.value(p.collateral, opex, market.buyers.at(rows, generation), age, lag)


def pledge(
    p: Parameters,
    layout: Layout,
    t: int,
    market: AssetMarket,
    billing: contracts.Flows,
    loans: facility.State,
    at: At,
) -> facility.Pledge:
    """What secures the loans at some positions in quarter t."""
    rows, columns = at
    units, shell = facility.pledged_assets(layout.terms, loans, layout.book, at)
    follow = p.facility.assigned[rows, 0]
    left, lag = layout.contract_left[t, columns], market.release_lag[rows, 0] / QUARTERS_A_YEAR
    return facility.Pledge(
        units=units,
        contracted=follow * billing.contracted[at],
        billed=follow * billing.billed_rate[at] * ~layout.book.site[columns],  # a lease goes with its shell
        opex=p.collateral.opex_multiple * p.collateral.opex[0, layout.book.generation[columns]],
        now=_unit(p, layout, t, market, at, lag),
        later=_unit(p, layout, t, market, at, lag + left / QUARTERS_A_YEAR),
        left=left,
        rate=market.buyers.rate[rows, 0],
        shell=shell,
    )


def foreclosed(
    p: Parameters,
    layout: Layout,
    t: int,
    market: AssetMarket,
    billing: contracts.Flows,
    loans: facility.State,
    paid: facility.Flows,
) -> facility.Flows:
    """What facilities did, with what lenders of those in default got for their collateral."""
    return facility.foreclose(p.facility, paid, lambda at: _brought(p, layout, t, market, billing, loans, at))


def _brought(
    p: Parameters,
    layout: Layout,
    t: int,
    market: AssetMarket,
    billing: contracts.Flows,
    loans: facility.State,
    at: At,
) -> Array:
    """What the pledges of loans in default bring their lenders, USD, (position,)."""
    secured = pledge(p, layout, t, market, billing, loans, at)
    return facility.pledged(p.facility, secured, market.discount[at[0], 0])


def paired(
    p: Parameters,
    layout: Layout,
    t: int,
    market: AssetMarket,
    sofr: Array,
    billing: contracts.Flows,
    loans: facility.State,
    paid: facility.Flows,
) -> Array:
    """Claims on loans that devices alone secure, what calm and what stress recovers, (path, 3) USD.

    Calm is the mean spread of its regime with nothing on the market, stress that of its own with what is on
    the market on the path.

    Parameters
    ----------
    paid : flows whose lenders have taken the cash and foreclosed nothing.
    """
    calm = in_state(p, market, sofr, np.full_like(sofr, p.market.calm_spread), np.zeros_like(sofr))
    stress = in_state(p, market, sofr, p.market.stress_spread + np.zeros_like(sofr), market.overhang)
    none = np.zeros_like(paid.written_off)

    def recovered(at: At) -> Iterator[Array]:
        for state in (calm, stress):
            worth = _brought(p, layout, t, state, billing, loans, at)
            yield np.minimum(paid.written_off[at], facility.proceeds(p.facility, paid, at, worth))

    found = only(paid.written_off > 0.0, recovered, none, none)
    devices = np.flatnonzero(layout.opening[t].instrument != SITE)
    return beside(across(columns_of(x, devices)) for x in (paid.written_off, *found))


def residual(
    p: Parameters,
    layout: Layout,
    t: int,
    market: AssetMarket,
    billing: contracts.Flows,
    loans: facility.State,
    at: At,
) -> Array:
    """What live facilities at some positions are worth over their debt to a patient buyer, USD, (position,).

    He runs the contracts to their end or sells the units, whichever brings more.
    """
    worth = facility.pledged(p.facility, pledge(p, layout, t, market, billing, loans, at), 0.0)
    equity = worth + loans.cash[at] - loans.debt[at]
    return np.asanyarray(~loans.defaulted[at] * np.maximum(equity, 0.0))

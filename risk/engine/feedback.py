"""What a quarter leaves for the next: all feedback with a lag of one quarter."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from risk.engine import neoclouds
from risk.engine.context import Context, Flows
from risk.engine.world import Seen, World, rental_yield
from risk.mechanisms.gpu_repricing import collateral, fleet
from risk.mechanisms.private_credit import market
from risk.mechanisms.revenue_gap import demand
from risk.processes import Index, across, columns_of, only, outer

Array = NDArray[np.float64]


def seen(c: Context, world: World, f: Flows, supply: fleet.State, shortfall: Array) -> Seen:
    """What this quarter leaves for the next."""
    capex, sold = f.spending.cash_capex, _repossessed(c, f.operators, supply)
    free_cash_flow = across(f.funding.cfo) - capex
    weights = c.p.plan.guidance / c.p.plan.guidance.sum()
    capacity = demand.supplier_capacity(
        c.p.demand, capex, c.fixed.capex, free_cash_flow, c.fixed.free_cash_flow
    )
    return Seen(
        rents=f.rents.blended,
        surprise=f.rents.surprise,
        dearness=world.seen.dearness + f.rents.surprise,
        yields=_yields(c, f, supply),
        jump=f.rents.jump,
        revenue=across(f.adoption.revenue),
        suppliers=capacity,
        anchor_shortfall=shortfall * demand.commitments(c.p.demand, c.t),
        recycled=f.demand.anchor_recycled,
        availability=f.market.availability,
        spv_support=outer(f.segments.guarantee_called, weights),
        impact=c.link("losses->spread", _impact(c, world, f)),
        squeeze=f.cascade.squeeze,
        freeze=f.cascade.freeze,
        spread=f.spread,
        fire_sale=c.p.glue.fire_sale_elasticity * np.minimum(sold, 1.0),
        overhang=collateral.overhang(c.p.collateral, world.seen.overhang, sold),
        demand=f.demand.total,
        plan_growth=across(f.plan.growth) / f.plan.growth.shape[1],
        operator_capex=f.spending.operator_capex * (c.t not in c.layout.cohorts),
        funded=_funded(f) if c.t in c.layout.cohorts else world.seen.funded,
    )


def _yields(c: Context, f: Flows, supply: fleet.State) -> Array:
    """Net yield of the newest unit at the trend price of hardware, over that of the base date, (path, 1)."""
    rent = f.rents
    earned = rental_yield(
        c.p, c.fixed.throughput, supply.since_launch, rent.blended, rent.utilization, f.fleet.trend
    )
    return earned / c.fixed.rental_yield


def _funded(f: Flows) -> Array:
    """Share of operators' planned capex that found its money this quarter, (path, 1)."""
    planned, financed = across(f.operators.new.planned), across(f.operators.new.financed)
    return np.where(planned > 0.0, financed / np.where(planned > 0.0, planned, 1.0), 1.0)


def _impact(c: Context, world: World, f: Flows) -> Array:
    """Spread owed to losses beyond those of the cycle on the same exposures, and to forced sales."""
    unexpected = across(f.instrument_losses) - across(f.instrument_expected)
    owed = market.loss_impact(c.p.market, world.seen.impact, unexpected)
    return owed + c.p.glue.discount_spread * f.cascade.discount


def _repossessed(c: Context, companies: neoclouds.Flows, supply: fleet.State) -> Array:
    """Repossessed units sold into the merchant market, over its size, (path, 1)."""
    repossessed, generation = companies.facility.repossessed, c.layout.opening[c.t].generation

    def worth(rows: Index) -> tuple[Array]:
        return (across(repossessed[rows] * columns_of(c.fixed.throughput[rows], generation)),)

    some = across(repossessed)
    (units,) = only(some[:, 0] > 0.0, worth, some)  # most paths have none to sell
    merchant = c.p.glue.merchant_market * across(supply.energized)
    return units / merchant

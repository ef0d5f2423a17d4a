"""One quarter of the joint model, read top to bottom as the causal graph.

Capex is paid and buys compute; the fleet grows as far as power allows; demand bids; the GPU market clears;
neoclouds earn, serve debt and fail; pools of credit default; losses reach their holders and the spread;
the hyperscalers plan the next quarter. All feedback enters with a lag of one quarter through `Seen`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from risk.engine import neoclouds
from risk.engine.couplings import Links
from risk.engine.inputs import Layout
from risk.engine.world import Fixed, Parameters, Seen, World
from risk.mechanisms import cascade
from risk.mechanisms.capex import funding, plan
from risk.mechanisms.gpu_repricing import fleet, rents
from risk.mechanisms.private_credit import market, segments
from risk.mechanisms.revenue_gap import adoption, demand, required
from risk.shocks.draw import Shocks

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Flows:
    """Everything that happened in a quarter, by mechanism."""

    market: market.Flows
    funding: funding.Flows
    fleet: fleet.Flows
    adoption: adoption.Flows
    demand: demand.Flows
    rents: rents.Flows
    neoclouds: neoclouds.Flows
    segments: segments.Flows
    cascade: cascade.Flows
    required: required.Flows
    plan: plan.Flows
    spread: Array  # (path, 1) effective high-yield spread
    ai_capex: Array  # (path, 1) USD, world, leases and SPVs in
    compute_spending: Array  # (path, 1) USD
    suppliers: Array  # (path, 1) capacity of suppliers to recycle
    instrument_losses: Array  # (path, instrument) USD
    supply: Array  # (path, 1) priced supply


def step(
    p: Parameters, layout: Layout, world: World, t: int, links: Links, fixed: Fixed, shocks: Shocks, forced: dict[str, Array]
) -> tuple[World, Flows]:
    """Quarter t for every path of a block; `forced` is what the scenario's events add this quarter."""
    now = t - 1  # shocks are stored from the first simulated quarter
    seen = world.seen

    # credit conditions, from the losses of last quarter
    macro = shocks.factor("M")[now]
    credit_state, conditions = market.step(p.market, world.market, seen.impact, {
        "macro": macro, "regime": shocks.uniform["regime"][now],
        "forced_stress": forced["credit_stress"], "forced_spread": forced["hy_spread"],
    })  # fmt: skip
    spread = credit_state.spread + forced["hy_spread"]
    credit = neoclouds.Credit(spread, conditions.availability, credit_state.factor)

    # capex is paid and buys compute
    funding_state, paid = _fund(p, world, t, links, macro, fixed)
    cash_capex = paid.capex.sum(axis=1, keepdims=True)
    leased = (paid.lease_additions + paid.spv_additions).sum(axis=1, keepdims=True)
    big_five = p.glue.ai_share_at(t) * cash_capex
    ai_capex = big_five * (1.0 + p.glue.other_buyers)
    compute = links("capex->supply", t, p.glue.compute_share * ai_capex)
    fleet_state, hardware = fleet.step(p.fleet, world.fleet, t, fixed.throughput, compute, seen.rents, {
        "launch": shocks.factor("H")[now], "power": shocks.factor("P")[now],
        "forced_cost": forced["hardware_cost"], "forced_power": forced["power"],
    })  # fmt: skip

    # demand bids, the market clears
    adoption_state, sold = adoption.step(p.adoption, world.adoption, seen.surprise, seen.jump, {
        "demand": shocks.factor("Z")[now], "forced": forced["demand"],
    })  # fmt: skip
    revenue = sold.revenue.sum(axis=1, keepdims=True)
    suppliers = links("suppliers->labs", t, seen.suppliers)
    demand_state, bid = demand.step(p.demand, world.demand, t, revenue, suppliers, {
        "window": shocks.factor("L")[now], "demand_shock": sold.shock,
        "forced_demand": forced["demand"], "forced_window": forced["lab_funding"],
    })  # fmt: skip
    supply = links("supply->rent", t, rents.priced_supply(p.rents, fixed.throughput, fleet_state.energized))
    rent_state, rent = rents.step(
        p.rents, world.rents, fixed.throughput, fleet_state.energized, supply, bid.total, fleet_state.since_launch,
        {
            "rent": shocks.idiosyncratic["rent"][now], "efficiency": shocks.factor("E")[now],
            "efficiency_event": shocks.uniform["efficiency"][now],
            "fire_sale": links("fire-sale->rent", t, seen.fire_sale),
        },
    )  # fmt: skip

    # neoclouds earn, serve debt and fail
    neocloud_capex = seen.neocloud_capex + p.glue.neocloud_share * (ai_capex - big_five)
    shortfall = links("labs->payers", t, np.maximum(0.0, 1.0 - bid.coverage))
    uniforms = {name.replace("-", "_"): shocks.uniform[name][now] for name in ("ig", "lab", "ig-on-lab", "tenant")}
    payers, loans, holdcos, sector = neoclouds.step(
        p, layout, replace(world, rents=rent_state), t, links, rent, hardware, fixed, credit, shortfall, neocloud_capex, uniforms
    )

    # pools of credit default, losses reach their holders
    rent_ratio = links("rent->collateral", t, rent.contract[:, 3:4] / fixed.b200_rent, "sites")
    pools_state, pools = segments.step(
        p.segments, world.segments, t, credit_state.factor, adoption_state.demand_state, bid.window, spread,
        conditions.availability, rent_ratio, world.plan.digestion, paid.spv_additions.sum(axis=1, keepdims=True),
        shocks.uniform["recovery"][now],
    )  # fmt: skip
    losses = np.concatenate([
        sector.facility.loss.sum(axis=1, keepdims=True), sector.holdco.loss.sum(axis=1, keepdims=True), pools.loss,
    ], axis=1)  # fmt: skip
    holders_state, booked = cascade.step(p.cascade, world.cascade, losses)

    # what capex must earn, and the plan for the next quarter
    energized = fleet_state.energized.sum(axis=1, keepdims=True)
    waiting = fleet_state.undeployed.sum(axis=1, keepdims=True)
    coming = sum(x.sum(axis=1, keepdims=True) for x in fleet_state.pipeline)
    share = demand.compute_share(p.demand, t)
    required_state, hurdle = required.step(
        p.required, world.required, ai_capex, leased, fleet_state.energized / fixed.throughput,
        energized / (energized + waiting + coming), compute, fleet.merchant_share(p.fleet, t), share,
    )  # fmt: skip
    realised = revenue + bid.internal / share
    plan_state, planned = plan.step(
        p.plan, world.plan, t,
        plan.Signals(
            demand_growth=np.log(bid.total / seen.demand),
            rental_yield=rental_yield(p, fixed.throughput, fleet_state, rent, hardware.cost),
            spread=links("spread->capex", t, spread, "plan"),
            undeployed_years=waiting / np.maximum(4.0 * hardware.energized.sum(axis=1, keepdims=True), 1.0),
            excess_leverage=paid.excess_leverage,
            log_gap=np.log(hurdle.vintage / realised),
            utilization=rent.utilization,
            funding_gap=paid.cut.sum(axis=1, keepdims=True) / paid.planned.sum(axis=1, keepdims=True),
        ),
        {
            "common": shocks.idiosyncratic["capex"][now], "firm": shocks.idiosyncratic["firm"][now],
            "digestion": shocks.uniform["digestion"][now],
        },
    )  # fmt: skip

    unexpected = losses[:, :4].sum(axis=1, keepdims=True) - pools.expected_loss[:, :2].sum(axis=1, keepdims=True)
    impact = market.loss_impact(p.market, seen.impact, unexpected)
    next_seen = Seen(
        rents=p.rents.contract_weight * rent.contract + (1.0 - p.rents.contract_weight) * rent.spot,
        surprise=rent.surprise,
        jump=rent.jump,
        revenue=revenue,
        suppliers=demand.supplier_capacity(
            cash_capex, fixed.capex, paid.cfo.sum(axis=1, keepdims=True) - cash_capex, fixed.free_cash_flow
        ),
        lab_shortfall=shortfall * np.interp(t, p.demand.commitment_quarters, p.demand.commitments),
        recycled=bid.lab_recycled,
        availability=conditions.availability,
        spv_support=pools.guarantee_called * p.plan.guidance / p.plan.guidance.sum(),
        impact=links("losses->spread", t, impact),
        fire_sale=_fire_sale(p, fixed, sector, fleet_state, layout),
        demand=bid.total,
        plan_growth=planned.growth.mean(axis=1, keepdims=True),
        neocloud_capex=neocloud_capex * (t not in layout.cohorts),
    )
    after = World(
        fleet_state, rent_state, adoption_state, demand_state, required_state, plan_state, funding_state, payers, loans,
        holdcos, credit_state, pools_state, holders_state, next_seen,
    )  # fmt: skip
    flows = Flows(
        conditions, paid, hardware, sold, bid, rent, sector, pools, booked, hurdle, planned, spread, ai_capex + leased,
        compute, suppliers, losses, supply,
    )  # fmt: skip
    return after, flows


def _fund(p: Parameters, world: World, t: int, links: Links, macro: Array, fixed: Fixed) -> tuple[funding.State, funding.Flows]:
    """Pay for the plan made last quarter."""
    seen = world.seen
    planned = np.exp(world.plan.log_plan)
    growth = np.clip(seen.plan_growth, -0.05, 0.06)
    ahead = sum(np.exp(growth * k) for k in range(1, 5))
    return funding.step(
        p.funding, world.funding, t, planned, planned * ahead, seen.revenue - fixed.revenue, seen.lab_shortfall,
        seen.recycled, seen.spv_support, links("spread->capex", t, seen.availability, "funding"), macro,
    )  # fmt: skip


def rental_yield(p: Parameters, throughput: Array, state: fleet.State, rent: rents.Flows, cost: Array) -> Array:
    """Net rent a year of the newest launched generation over its all-in cost, (path, 1)."""
    newest = (state.since_launch >= 0).sum(axis=1, keepdims=True) - 1
    paid = p.rents.contract_weight * rent.contract + (1.0 - p.rents.contract_weight) * rent.spot
    net = (paid * rent.utilization - p.fleet.opex) * rents.HOURS / throughput
    return np.take_along_axis(net, newest, axis=1) / (cost / p.plan.system_share)


def _fire_sale(p: Parameters, fixed: Fixed, sector: neoclouds.Flows, state: fleet.State, layout: Layout) -> Array:
    """Log fall of next quarter's spot rent from repossessed GPUs sold into the merchant market, (path, 1)."""
    units = (sector.facility.repossessed * fixed.throughput[:, layout.book.generation]).sum(axis=1, keepdims=True)
    merchant = p.glue.merchant_market * state.energized.sum(axis=1, keepdims=True)
    return p.glue.fire_sale_elasticity * np.minimum(units / merchant, 1.0)


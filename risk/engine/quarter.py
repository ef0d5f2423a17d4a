"""One quarter of the joint model: `step`, read top to bottom, is the causal graph.

Capex is paid and buys compute; the fleet grows as far as power allows; demand bids; the GPU market clears;
neoclouds earn, serve debt and fail; pools of credit default; losses reach their holders and the spread;
the hyperscalers plan the next quarter. All feedback enters with a lag of one quarter through `Seen`.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from risk.engine import feedback, neoclouds, pledges
from risk.engine.context import Context, Flows, Spending
from risk.engine.inputs import PAPER
from risk.engine.world import World, exposures, rental_yield
from risk.mechanisms import cascade
from risk.mechanisms.capex import funding, plan
from risk.mechanisms.gpu_repricing import fleet, generations, rents
from risk.mechanisms.private_credit import market, segments
from risk.mechanisms.revenue_gap import adoption, demand, required
from risk.processes import across, beside, outer
from risk.units import HOURS_A_QUARTER

Array = NDArray[np.float64]

NO_DEVIATION = np.finfo(np.float64).tiny
"""A divisor where demand does not vary; a stress forced on it then overflows and is refused."""


def step(c: Context, world: World) -> tuple[World, Flows]:
    """One quarter for every path of a block."""
    market_state, conditions, credit = _credit_market(c, world)

    # capex is paid and buys compute
    held = _held(c, world)
    funding_state, paid = _fund(c, world, held, credit.sofr)
    spending = _spending(c, world, paid, held)
    fleet_state, hardware = _build(c, world, spending)

    # demand bids, the market clears
    adoption_state, sold = _sell(c, world)
    demand_state, bid = _bid(c, world, sold)
    rent_state, rent = _clear(c, world, fleet_state, bid)

    # neoclouds earn, serve debt and fail
    shortfall = c.link("labs->payers", np.maximum(0.0, 1.0 - bid.coverage))
    overhang = c.link("fire-sale->rent", world.seen.overhang, "overhang")
    assets = pledges.asset_market(c.p, c.links, c.t, rent_state, rent, hardware, c.fixed, credit, overhang)
    sector, companies = _operators(c, world, assets, credit, shortfall, spending)

    # pools of credit default, losses reach their holders
    pools_state, pools = _pools(c, world, credit, adoption_state, bid, rent, paid, assets)
    losses = beside((companies.losses, pools.loss))
    owed = exposures(c.layout, world.facility, world.holdco, world.segments)
    holders_state, booked = _cascade(c, world, credit, pools, losses, owed)

    # what capex must earn, and the plan for the next quarter
    required_state, hurdle = _require(c, world, fleet_state, spending)
    signals = _signals(c, world, fleet_state, hardware, rent, bid, sold, hurdle, paid, credit)
    plan_state, planned = plan.step(c.p.plan, _built(c, world.plan, paid), c.t, signals, _plan_shocks(c))

    paper = owed[:, : len(PAPER)] * (0.25 * c.p.glue.expected_paper)
    flows = Flows(
        conditions, paid, hardware, sold, bid, rent, companies, pools, booked, hurdle, planned, spending,
        credit.spread, losses, beside((companies.claims, pools.impaired)), owed,
        beside((paper, pools.expected_loss)),
    )  # fmt: skip
    seen = feedback.seen(c, world, flows, fleet_state, shortfall)
    after = World(
        fleet_state, rent_state, adoption_state, demand_state, required_state, plan_state, funding_state,
        sector.contracts, sector.facility, sector.holdco, market_state, pools_state, holders_state, seen,
    )  # fmt: skip
    return after, flows


def _credit_market(c: Context, world: World) -> tuple[market.State, market.Flows, neoclouds.Credit]:
    """Credit conditions, from the losses of last quarter."""
    shocks = market.Shocks(
        macro=c.factor("M"),
        regime=c.uniform("regime"),
        forced_stress=c.forced["credit_stress"],
        forced_spread=c.forced["hy_spread"],
    )
    squeeze = c.link("losses->nbfi", world.seen.squeeze, "lines")
    state, flows = market.step(c.p.market, world.market, world.seen.impact, squeeze, shocks)
    return state, flows, neoclouds.Credit(flows.spread, flows.availability, state.factor, flows.sofr)


def _held(c: Context, world: World) -> Array:
    """Share of AI capex that is compute not ordered, for it would wait for power, (path, 1)."""
    glue = c.p.glue
    ai = glue.ai_share_at(c.t) * across(np.exp(world.plan.log_plan)) * (1.0 + glue.other_buyers)
    fits = fleet.ordered_share(c.p.fleet, world.fleet, c.t, c.fixed.throughput, glue.compute_share * ai)
    free = 1.0 - plan.guidance_weight(c.p.plan, c.t)  # what is guided is bought
    return glue.compute_share * free * (1.0 - fits)


def _fund(c: Context, world: World, held: Array, sofr: Array) -> tuple[funding.State, funding.Flows]:
    """Pay for the plan made last quarter, less compute that is not ordered."""
    seen, glue = world.seen, c.p.glue
    saved = (1.0 - glue.order_redirect) * held
    planned = np.exp(world.plan.log_plan) * (1.0 - glue.ai_share_at(c.t) * saved)
    growth = np.clip(seen.plan_growth, c.p.glue.slowest_ahead, c.p.glue.fastest_ahead)
    next_year = planned * sum(np.exp(growth * k) for k in range(1, 5))
    return funding.step(
        c.p.funding,
        world.funding,
        c.t,
        planned,
        next_year,
        revenue_gain=seen.revenue - c.fixed.revenue,
        anchor_shortfall=seen.anchor_shortfall,
        recycled=seen.recycled,
        spv_support=seen.spv_support,
        charge=_charge(c, world),
        m=funding.Market(
            availability=c.link("spread->capex", seen.availability, "funding"),
            sofr=sofr,
            macro=c.factor("M"),
            demand=c.factor("Z"),
            common=c.own("cash_flow"),
            firm=c.own("cash_flow_firm"),
        ),
    )


def _charge(c: Context, world: World) -> Array:
    """What the surcharge on operating cost takes from the Big Five's cash this quarter, USD, (path, firm).

    Others own as much of the fleet as they spend; each firm's part follows its capex.
    """
    added = c.p.glue.surcharge[0, c.t : c.t + 1]
    paid = across(world.fleet.energized / c.fixed.throughput * added) * HOURS_A_QUARTER
    plans = c.p.plan.guidance
    return outer(paid / (1.0 + c.p.glue.other_buyers), plans / plans.sum())


def _spending(c: Context, world: World, paid: funding.Flows, held: Array) -> Spending:
    """What the Big Five's capex means for the world's."""
    glue, cash_capex = c.p.glue, across(paid.capex)
    saved, share = (1.0 - glue.order_redirect) * held, glue.ai_share_at(c.t)
    inside = share * (1.0 - saved) / (1.0 - share * saved) * cash_capex
    others = glue.other_buyers * inside
    funded = c.link("funding->supply", world.seen.funded)
    unbuilt = glue.unfunded_unbuilt * glue.operator_share * others * (1.0 - funded)
    ai = inside + others - unbuilt
    wanted = glue.compute_share * ai / (1.0 - saved)
    return Spending(
        cash_capex=cash_capex,
        leased=across(paid.lease_additions + paid.spv_additions),
        ai=ai,
        compute=wanted - held / (1.0 - saved) * ai,
        wanted=wanted,
        operator_capex=world.seen.operator_capex + glue.operator_share * others,
    )


def _build(c: Context, world: World, spending: Spending) -> tuple[fleet.State, fleet.Flows]:
    """Compute is bought, delivered and energized."""
    shocks = fleet.Shocks(
        launch=c.factor("H"),
        power=c.factor("P"),
        forced_cost=c.forced["hardware_cost"],
        forced_power=c.forced["power"],
    )
    compute = c.link("capex->supply", spending.compute, "compute")
    wanted = c.link("capex->supply", spending.wanted, "wanted")
    yields = c.link("rent->hardware", world.seen.yields)
    return fleet.step(
        c.p.fleet, world.fleet, c.t, c.fixed.throughput, compute, wanted, world.seen.rents, yields, shocks
    )


def _sell(c: Context, world: World) -> tuple[adoption.State, adoption.Flows]:
    """End customers adopt and pay."""
    shocks = adoption.Shocks(
        demand=c.factor("Z"),
        forced=c.forced["demand"],
        own=c.own("customers"),
        weather=c.uniform("weather"),
    )
    return adoption.step(c.p.adoption, world.adoption, world.seen.surprise, world.seen.jump, shocks)


def _bid(c: Context, world: World, sold: adoption.Flows) -> tuple[demand.State, demand.Flows]:
    """Dollars bid for compute."""
    shocks = demand.Shocks(
        window=c.factor("L"),
        demand_shock=sold.shock,
        forced_demand=c.forced["demand"],
        forced_window=c.forced["lab_funding"],
    )
    suppliers = c.link("suppliers->labs", world.seen.suppliers)
    dearness = c.link("rent->demand", world.seen.dearness)
    return demand.step(c.p.demand, world.demand, c.t, across(sold.revenue), suppliers, dearness, shocks)


def _clear(
    c: Context, world: World, supply: fleet.State, bid: demand.Flows
) -> tuple[rents.State, rents.Flows]:
    """The GPU market clears; spot and contract rents follow."""
    throughput = c.fixed.throughput
    priced = c.link("supply->rent", rents.priced_supply(c.p.rents, throughput, supply.energized))
    shocks = rents.Shocks(
        rent=c.own("rent"),
        drift=c.own("drift"),
        generation=c.own("generation"),
        efficiency=c.factor("E"),
        efficiency_event=c.uniform("efficiency"),
        fire_sale=c.link("fire-sale->rent", world.seen.fire_sale),
        forced=c.forced["rent"],
    )
    return rents.step(
        c.p.rents, world.rents, throughput, supply.energized, priced, bid.total, supply.since_launch, shocks
    )


def _operators(
    c: Context,
    world: World,
    assets: neoclouds.AssetMarket,
    credit: neoclouds.Credit,
    shortfall: Array,
    spending: Spending,
) -> tuple[neoclouds.Sector, neoclouds.Flows]:
    """Payers, facilities, HoldCos and new cohorts."""
    capex = c.link("capex->supply", spending.operator_capex, "operators")
    payers = tuple(c.uniform(name) for name in c.layout.draws)
    year = c.layout.opened.get(c.t, c.t)  # a vendor's mind is made up once a year
    chance = neoclouds.Chance(payers, c.shocks.uniform["vendor"][year - 1], c.shocks.uniform["amend"][0])
    return neoclouds.step(c.p, c.layout, world, c.t, assets, c.fixed, credit, shortfall, capex, chance)


def _pools(
    c: Context,
    world: World,
    credit: neoclouds.Credit,
    sold: adoption.State,
    bid: demand.Flows,
    rent: rents.Flows,
    paid: funding.Flows,
    assets: neoclouds.AssetMarket,
) -> tuple[segments.State, segments.Flows]:
    """Pools of loans default."""
    rent_ratio = generations.only(rent.contract, c.p.generations.newest) / c.fixed.newest_rent
    deviation = np.maximum(adoption.level_deviation(c.p.adoption), NO_DEVIATION)
    forced = c.forced["demand"] / deviation
    conditions = segments.Conditions(
        credit=credit.factor,
        demand=sold.demand_state + forced,
        anchor=bid.window,
        spread=credit.spread,
        availability=credit.availability,
        dearness=c.link("rent->collateral", world.seen.dearness, "borrowers"),
        rent_ratio=c.link("rent->collateral", rent_ratio, "sites"),
        digestion=c.link("capex->supply", world.plan.digestion, "digestion"),
        spv_additions=c.link("capex->supply", across(paid.spv_additions), "sites"),
        sofr=credit.sofr,
        mixing=c.shocks.mixing[c.t - 1],
        clo=c.link("wall->clo", world.seen.freeze, "bid"),
        sale_discount=c.p.facility.let_discount * assets.discount,
    )
    return segments.step(c.p.segments, world.segments, c.t, conditions, c.uniform("recovery"))


def _cascade(
    c: Context, world: World, credit: neoclouds.Credit, pools: segments.Flows, losses: Array, owed: Array
) -> tuple[cascade.State, cascade.Flows]:
    """Losses reach their holders, who clear, sell and call."""
    p = c.p.cascade
    booked = cascade.book(p, losses)
    shut = np.where(credit.spread > c.p.segments.shut_spread, 1.0, 0.0)
    channels = cascade.Channels(
        pensions=c.link("losses->pensions", cascade.fund_losses(p, booked)),
        banks=c.link("spread->banks", np.maximum(credit.spread - world.seen.spread, 0.0)),
        clo=c.link("wall->clo", shut),
        nbfi=c.link("losses->nbfi", cascade.vehicle_losses(p, booked)),
        downgrade=np.where(pools.downgrade, 1.0, 0.0),
    )
    return cascade.step(p, world.cascade, losses, owed, channels)


def _require(
    c: Context, world: World, supply: fleet.State, spending: Spending
) -> tuple[required.State, required.Flows]:
    """What end customers must pay for the capex to earn its hurdle."""
    energized = across(supply.energized)
    waiting = across(supply.undeployed) + sum(across(x) for x in supply.pipeline)
    inputs = required.Inputs(
        ai_capex=spending.ai,
        leased=spending.leased,
        compute_spending=spending.compute,
        units=supply.energized / c.fixed.throughput,
        energized_share=energized / (energized + waiting),
        merchant_share=fleet.merchant_share(c.p.fleet, c.t),
        compute_share=demand.compute_share(c.p.demand, c.t),
    )
    return required.step(c.p.required, world.required, inputs)


def _signals(
    c: Context,
    world: World,
    supply: fleet.State,
    hardware: fleet.Flows,
    rent: rents.Flows,
    bid: demand.Flows,
    sold: adoption.Flows,
    hurdle: required.Flows,
    paid: funding.Flows,
    credit: neoclouds.Credit,
) -> plan.Signals:
    """What the Big Five look at when they plan the next quarter."""
    realized = across(sold.revenue) + bid.internal / demand.compute_share(c.p.demand, c.t)
    deployed_a_year = 4.0 * across(hardware.energized)
    return plan.Signals(
        demand_growth=np.log(bid.total / world.seen.demand),
        rental_yield=rental_yield(
            c.p, c.fixed.throughput, supply.since_launch, rent.blended, rent.utilization, hardware.cost
        ),
        spread=c.link("spread->capex", credit.spread, "plan"),
        undeployed_years=across(supply.undeployed) / np.maximum(deployed_a_year, 1.0),
        excess_leverage=paid.excess_leverage,
        log_gap=np.log(hurdle.vintage / realized),
        utilization=rent.utilization,
        funding_gap=across(paid.cut) / across(paid.planned),
    )


def _built(c: Context, planned: plan.State, paid: funding.Flows) -> plan.State:
    """What the next plan grows from: what was built, not what could not be paid for or had to wait."""
    least = c.p.glue.smallest_build * paid.planned
    return replace(planned, log_plan=np.log(np.maximum(paid.capex, least)))


def _plan_shocks(c: Context) -> plan.Shocks:
    return plan.Shocks(
        common=c.own("capex"), demand=c.factor("Z"), firm=c.own("firm"), digestion=c.uniform("digestion")
    )

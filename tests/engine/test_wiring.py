"""What the quarter hands to every mechanism: each input from its source, of its quarter, in its unit.

Every test names all the inputs of one joint, so that a new input needs its line here.
"""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest

from risk.engine.world import exposures, rental_yield
from risk.mechanisms import cascade
from risk.mechanisms.gpu_repricing import fleet, rents
from risk.mechanisms.revenue_gap import adoption
from tests.base_names import B200
from tests.engine.base import Array, Opened
from tests.engine.wiring import COHORT, JOINTS, ORDINARY, Wired, shortfall, tag, total, wired


@pytest.fixture(scope="module", params=[COHORT, ORDINARY], ids=["cohort", "ordinary"])
def w(request: pytest.FixtureRequest, base: Opened) -> Wired:
    return wired(base, request.param)


def test_every_joint_is_used_once(w: Wired) -> None:
    assert {name: len(calls) for name, calls in w.calls.items()} == dict.fromkeys(JOINTS, 1)


def test_couplings_leave_different_marks() -> None:
    names = (
        "capex->supply:compute", "capex->supply:wanted", "capex->supply:operators", "capex->supply:sites",
        "capex->supply:digestion", "capex->supply:hardware cost", "supply->rent", "rent->renewals:spot",
        "rent->renewals:contract",
        "rent->renewals:utilization", "rent->renewals:decline", "rent->collateral:spot",
        "rent->collateral:utilization", "rent->collateral:decline", "rent->collateral:sites",
        "rent->collateral:borrowers", "rent->demand", "rent->hardware", "labs->payers",
        "suppliers->labs", "losses->spread", "losses->nbfi", "losses->nbfi:lines", "losses->pensions",
        "spread->capex:plan", "spread->capex:funding", "spread->banks", "wall->clo", "wall->clo:bid",
        "fire-sale->rent", "fire-sale->rent:overhang",
    )  # fmt: skip
    assert len({round(tag(name), 4) for name in names}) == len(names)


# ─── capex is paid and buys compute ───


def test_the_credit_market_reads_last_quarters_losses_and_pulled_lines(w: Wired) -> None:
    seen, forced = w.before.seen, w.context.forced
    w.reads("market", {
        "impact": seen.impact,
        "squeeze": tag("losses->nbfi:lines") * seen.squeeze,
        "shocks.macro": w.factor("M"),
        "shocks.regime": w.uniform("regime"),
        "shocks.forced_stress": forced["credit_stress"],
        "shocks.forced_spread": forced["hy_spread"],
    })  # fmt: skip


def test_funding_pays_for_last_quarters_plan(w: Wired) -> None:
    seen, glue = w.before.seen, w.p.glue
    planned = np.exp(w.before.plan.log_plan) * (1.0 - ai_share(w) * (1.0 - glue.order_redirect) * held(w))
    growth = np.clip(seen.plan_growth, glue.slowest_ahead, glue.fastest_ahead)
    w.reads("funding", {
        "t": w.context.t,
        "planned": planned,
        "next_year": sum(planned * np.exp(k * growth) for k in (1, 2, 3, 4)),
        "revenue_gain": seen.revenue - w.base.fixed.revenue,
        "anchor_shortfall": seen.anchor_shortfall,
        "recycled": seen.recycled,
        "spv_support": seen.spv_support,
        "charge": 0.0,
        "m.availability": tag("spread->capex:funding") * seen.availability,
        "m.sofr": w.flows.market.sofr,
        "m.macro": w.factor("M"),
        "m.demand": w.factor("Z"),
        "m.common": w.base.shocks.idiosyncratic["cash_flow"][w.context.t - 1],
        "m.firm": w.base.shocks.idiosyncratic["cash_flow_firm"][w.context.t - 1],
    })  # fmt: skip


def ai_share(w: Wired) -> Array:
    """AI share of the Big Five's capex in the quarter, (path, 1)."""
    glue, t = w.p.glue, w.context.t
    assert t < glue.ai_share_quarters
    return glue.ai_share + (glue.ai_share_later - glue.ai_share) * t / glue.ai_share_quarters


def held(w: Wired) -> Array:
    """Share of AI capex that is compute not ordered, (path, 1); guidance no longer holds it up."""
    glue, t = w.p.glue, w.context.t
    world = ai_share(w) * total(np.exp(w.before.plan.log_plan)) * (1.0 + glue.other_buyers)
    wanted = glue.compute_share * world
    fits = fleet.ordered_share(w.p.fleet, w.before.fleet, t, w.base.fixed.throughput, wanted)
    weights = w.p.plan.guidance_weights
    guided = weights[t - 1] if t <= len(weights) else 0.0
    found = glue.compute_share * (1.0 - guided) * (1.0 - fits)
    assert (found > 0.0).any() or guided == 1.0
    return np.asarray(found)


def test_spending_is_the_big_fives_cash_scaled_to_the_world(w: Wired) -> None:
    """AI share of the quarter less what is not ordered, other buyers on top, of whom neoclouds are a part.

    What these planned and could not finance is in part not built.
    """
    glue, paid = w.p.glue, w.flows.funding
    cash, saved = total(paid.capex), (1.0 - glue.order_redirect) * held(w)
    share = ai_share(w) * (1.0 - saved) / (1.0 - ai_share(w) * saved)
    others, funded = glue.other_buyers * share * cash, tag("funding->supply") * w.before.seen.funded
    unbuilt = glue.unfunded_unbuilt * glue.operator_share * (1.0 - funded)
    world = share * cash + others * (1.0 - unbuilt)
    expected = {
        "cash_capex": cash,
        "leased": total(paid.lease_additions) + total(paid.spv_additions),
        "ai": world,
        "compute": (glue.compute_share - held(w)) / (1.0 - saved) * world,
        "wanted": glue.compute_share / (1.0 - saved) * world,
        "operator_capex": w.before.seen.operator_capex + glue.operator_share * others,
    }
    assert set(expected) == {f.name for f in fields(w.flows.spending)}
    for name, value in expected.items():
        np.testing.assert_allclose(getattr(w.flows.spending, name), value, rtol=1e-12, err_msg=name)


def test_the_fleet_buys_with_this_quarters_spending_at_last_quarters_rents(w: Wired) -> None:
    w.reads("fleet", {
        "t": w.context.t,
        "throughput": w.base.fixed.throughput,
        "compute_spending": tag("capex->supply:compute") * w.flows.spending.compute,
        "wanted": tag("capex->supply:wanted") * w.flows.spending.wanted,
        "rents": w.before.seen.rents,
        "yields": tag("rent->hardware") * w.before.seen.yields,
        "shocks.launch": w.factor("H"),
        "shocks.power": w.factor("P"),
        "shocks.forced_cost": w.context.forced["hardware_cost"],
        "shocks.forced_power": w.context.forced["power"],
    })  # fmt: skip


# ─── demand bids, the market clears ───


def test_customers_read_last_quarters_price_of_a_token(w: Wired) -> None:
    w.reads("adoption", {
        "surprise": w.before.seen.surprise,
        "jump": w.before.seen.jump,
        "shocks.demand": w.factor("Z"),
        "shocks.forced": w.context.forced["demand"],
        "shocks.own": w.base.shocks.idiosyncratic["customers"][w.context.t - 1],
        "shocks.weather": w.uniform("weather"),
    })  # fmt: skip


def test_bids_follow_this_quarters_revenue_and_last_quarters_suppliers(w: Wired) -> None:
    w.reads("demand", {
        "t": w.context.t,
        "revenue": total(w.flows.adoption.revenue),
        "suppliers": tag("suppliers->labs") * w.before.seen.suppliers,
        "dearness": tag("rent->demand") * w.before.seen.dearness,
        "shocks.window": w.factor("L"),
        "shocks.demand_shock": w.flows.adoption.shock,
        "shocks.forced_demand": w.context.forced["demand"],
        "shocks.forced_window": w.context.forced["lab_funding"],
    })  # fmt: skip


def test_the_market_clears_what_is_energized_by_now(w: Wired) -> None:
    throughput, supply = w.base.fixed.throughput, w.after.fleet
    priced = rents.priced_supply(w.p.rents, throughput, supply.energized)
    w.reads("rents", {
        "throughput": throughput,
        "energized": supply.energized,
        "supply": tag("supply->rent") * priced,
        "demand": w.flows.demand.total,
        "launching": supply.since_launch,
        "shocks.rent": w.base.shocks.idiosyncratic["rent"][w.context.t - 1],
        "shocks.drift": w.base.shocks.idiosyncratic["drift"][w.context.t - 1],
        "shocks.efficiency": w.factor("E"),
        "shocks.efficiency_event": w.uniform("efficiency"),
        "shocks.fire_sale": tag("fire-sale->rent") * w.before.seen.fire_sale,
        "shocks.generation": w.base.shocks.idiosyncratic["generation"][w.context.t - 1],
        "shocks.forced": w.context.forced["rent"],
    })  # fmt: skip


# ─── pools of credit and holders ───


def test_pools_read_factors_of_this_quarter_and_rents_against_the_base_date(w: Wired) -> None:
    t, market = w.context.t, w.flows.market
    ratio = w.flows.rents.contract[:, B200 : B200 + 1] / w.base.fixed.newest_rent
    level = w.context.forced["demand"] / demand_level(w)
    w.reads("segments", {
        "t": t,
        "uniform": w.uniform("recovery"),
        "c.credit": w.after.market.factor,
        "c.demand": w.after.adoption.demand_state + level,
        "c.anchor": w.flows.demand.window,
        "c.spread": market.spread,
        "c.availability": market.availability,
        "c.dearness": tag("rent->collateral:borrowers") * w.before.seen.dearness,
        "c.rent_ratio": tag("rent->collateral:sites") * ratio,
        "c.digestion": tag("capex->supply:digestion") * w.before.plan.digestion,
        "c.spv_additions": tag("capex->supply:sites") * total(w.flows.funding.spv_additions),
        "c.sofr": market.sofr,
        "c.mixing": w.base.shocks.mixing[t - 1],
        "c.clo": tag("wall->clo:bid") * w.before.seen.freeze,
        "c.sale_discount": 0.5 * w.call("assets").result.discount,
    })  # fmt: skip


def demand_level(w: Wired) -> Array:
    """Log level of demand that one standard deviation of its state stands for, (path, 1)."""
    return np.asarray(adoption.level_deviation(w.p.adoption))


def test_holders_bear_companies_and_pools_and_are_called_through_their_channels(w: Wired) -> None:
    p = w.p.cascade
    losses = np.concatenate([w.flows.operators.losses, w.flows.segments.loss], axis=1)
    booked = cascade.book(p, losses)
    owed = exposures(w.base.layout, w.before.facility, w.before.holdco, w.before.segments)
    spread = w.flows.market.spread
    w.reads("cascade", {
        "losses": losses,
        "exposures": owed,
        "channels.pensions": tag("losses->pensions") * cascade.fund_losses(p, booked),
        "channels.banks": tag("spread->banks") * np.maximum(spread - w.before.seen.spread, 0.0),
        "channels.clo": tag("wall->clo") * (spread > w.p.segments.shut_spread),
        "channels.nbfi": tag("losses->nbfi") * cascade.vehicle_losses(p, booked),
        "channels.downgrade": w.flows.segments.downgrade * 1.0,
    })  # fmt: skip
    for value in (w.call("cascade").given["channels"].banks, losses):
        assert (value > 0.0).any()


# ─── what capex must earn, and the next plan ───


def test_the_gap_reads_spending_and_the_fleet_of_this_quarter(w: Wired) -> None:
    supply, spending, t = w.after.fleet, w.flows.spending, w.context.t
    running = total(supply.energized)
    waiting = total(supply.undeployed) + sum(total(x) for x in supply.pipeline)
    w.reads("required", {
        "inputs.ai_capex": spending.ai,
        "inputs.leased": spending.leased,
        "inputs.compute_spending": spending.compute,
        "inputs.units": supply.energized / w.base.fixed.throughput,
        "inputs.energized_share": running / (running + waiting),
        "inputs.merchant_share": fleet.merchant_share(w.p.fleet, t),
        "inputs.compute_share": compute_share(w),
    })  # fmt: skip


def compute_share(w: Wired) -> Array:
    """Compute spending per dollar of revenue in the quarter, (path, 1)."""
    p = w.p.demand
    return np.asarray(p.compute_share * np.exp(-p.compute_share_decline * w.context.t / 4.0))


def test_the_plan_reads_what_customers_pay_against_what_capex_must_earn(w: Wired) -> None:
    """Realized revenue is that of customers and internal use grossed up; labs' funding is none of it."""
    f, supply, p = w.flows, w.after.fleet, w.p
    realized = total(f.adoption.revenue) + f.demand.internal / compute_share(w)
    firm, common = w.base.shocks.idiosyncratic["firm"], w.base.shocks.idiosyncratic["capex"]
    t = w.context.t
    opex = (1.0 - p.required.site_share) * p.fleet.opex
    net = (f.rents.blended * f.rents.utilization - opex) * 8760.0 / w.base.fixed.throughput
    newest = (supply.since_launch >= 0.0).sum(axis=1) - 1
    yields = net[np.arange(len(net)), newest][:, None] * p.plan.system_share / f.fleet.cost
    w.reads("plan", {
        "t": t,
        "s.demand_growth": np.log(f.demand.total / w.before.seen.demand),
        "s.rental_yield": yields,
        "s.spread": tag("spread->capex:plan") * f.market.spread,
        "s.undeployed_years": total(supply.undeployed) / (4.0 * total(f.fleet.energized)),
        "s.excess_leverage": f.funding.excess_leverage,
        "s.log_gap": np.log(f.required.vintage / realized),
        "s.utilization": f.rents.utilization,
        "s.funding_gap": total(f.funding.cut) / total(f.funding.planned),
        "shocks.common": common[t - 1],
        "shocks.demand": w.factor("Z"),
        "shocks.firm": firm[t - 1],
        "shocks.digestion": w.uniform("digestion"),
    })  # fmt: skip
    built = np.maximum(f.funding.capex, p.glue.smallest_build * f.funding.planned)
    state = w.call("plan").given["state"]
    np.testing.assert_allclose(state.log_plan, np.log(built), rtol=1e-12)
    assert state.digestion is w.before.plan.digestion
    assert state.expected is w.before.plan.expected
    assert (f.funding.cut > 0.0).any()
    assert (f.funding.excess_leverage > 0.0).any()


def test_a_generation_is_bought_from_the_quarter_of_its_launch(base: Opened) -> None:
    """The yield is that of the newest launched one: launched just now counts, a day ahead does not."""
    t = 7
    f, supply = base.flow(t), base.worlds[t].fleet
    for since, newest in ((0.0, B200 + 1), (-1e-9, B200)):
        launched = np.full_like(supply.since_launch, -1.0)
        launched[:, : B200 + 1], launched[:, B200 + 1] = 1.0, since
        found = rental_yield(
            base.p, base.fixed.throughput, launched, f.rents.blended, f.rents.utilization, f.fleet.cost
        )
        opex = (1.0 - base.p.required.site_share) * base.p.fleet.opex
        hours = 8760.0 * (f.rents.blended * f.rents.utilization - opex)[:, newest]
        bought = f.fleet.cost[:, 0] / base.p.plan.system_share * base.fixed.throughput[:, newest]
        np.testing.assert_allclose(found[:, 0], hours / bought, rtol=1e-12)


# ─── the quarter after ───


def earned_at_trend(w: Wired) -> Array:
    """Net yield of the newest unit had hardware cost what its trend says, (path, 1)."""
    p, f = w.p, w.flows
    newest = (w.after.fleet.since_launch >= 0.0).sum(axis=1) - 1
    net = f.rents.blended * f.rents.utilization - (1.0 - p.required.site_share) * p.fleet.opex
    hours = 8760.0 * net / w.base.fixed.throughput
    assert not np.array_equal(f.fleet.trend, f.fleet.cost)
    return np.asarray(hours[np.arange(len(net)), newest][:, None] * p.plan.system_share / f.fleet.trend)


def test_what_a_quarter_leaves_for_the_next(w: Wired) -> None:
    f, p, t, before = w.flows, w.p, w.context.t, w.before.seen
    capex, fixed = f.spending.cash_capex, w.base.fixed
    free = total(f.funding.cfo) - capex
    guided = p.plan.guidance / p.plan.guidance.sum()
    book = w.base.layout.opening[t]
    sold = total(f.operators.facility.repossessed * fixed.throughput[:, book.generation])
    hung = sold / (p.glue.merchant_market * total(w.after.fleet.energized))
    thrown = np.minimum(hung, 1.0)
    owed_paper = f.instrument_owed[:, :6] * np.array([0.01, 0.01, 0.01, 0.01, 0.03, 0.03]) / 4
    lost = total(f.instrument_losses) - total(owed_paper) - total(f.segments.expected_loss)
    owed = p.market.impact_persistence * before.impact + p.market.loss_impact * np.maximum(lost, 0.0)
    scale = np.clip(capex / fixed.capex, p.demand.supplier_capex_low, p.demand.supplier_capex_high)
    cash = 1.0 + (free - fixed.free_cash_flow) / fixed.capex
    expected = {
        "rents": 0.85 * f.rents.contract + 0.15 * f.rents.spot,
        "surprise": f.rents.surprise,
        "dearness": before.dearness + f.rents.surprise,
        "yields": earned_at_trend(w) / fixed.rental_yield,
        "jump": f.rents.jump,
        "revenue": total(f.adoption.revenue),
        "suppliers": scale * np.clip(cash, p.demand.supplier_cash_low, p.demand.supplier_cash_high),
        "anchor_shortfall": shortfall(w) * np.interp(t, p.demand.commitment_quarters, p.demand.committed),
        "recycled": f.demand.anchor_recycled,
        "availability": f.market.availability,
        "spv_support": f.segments.guarantee_called * guided,
        "impact": tag("losses->spread")
        * (np.minimum(owed, p.market.largest_impact) + p.glue.discount_spread * f.cascade.discount),
        "squeeze": f.cascade.squeeze,
        "freeze": f.cascade.freeze,
        "spread": f.market.spread,
        "fire_sale": p.glue.fire_sale_elasticity * thrown,
        "overhang": 0.75 * before.overhang + hung,
        "demand": f.demand.total,
        "plan_growth": f.plan.growth.mean(axis=1, keepdims=True),
        "operator_capex": 0.0,
        "funded": total(f.operators.new.financed) / total(f.operators.new.planned),
    }
    assert set(expected) == {x.name for x in fields(w.after.seen)}
    for name, value in expected.items():
        found = getattr(w.after.seen, name)
        np.testing.assert_allclose(found, np.broadcast_to(value, found.shape), rtol=1e-10, err_msg=name)
    for name in ("guarantee_called", "expected_loss") if t == ORDINARY else ():
        assert (getattr(f.segments, name) > 0.0).any()
    assert (f.cascade.discount > 0.0).any()


def test_every_mechanism_starts_from_its_own_state_and_ends_in_it(w: Wired) -> None:
    started = {f.name: getattr(w.before, f.name) for f in fields(w.before)}
    for name, state in started.items():
        if name not in ("seen", "plan", "contracts", "holdco", "facility"):
            assert w.call(name).given["state"] is state, name
            assert getattr(w.after, name) is w.call(name).result[0], name
    for name in ("contracts", "facility", "holdco"):
        assert w.call(name).given["state"] is started[name], name
    assert w.after.plan is w.call("plan").result[0]
    parts = (
        "market",
        "funding",
        "fleet",
        "adoption",
        "demand",
        "rents",
        "segments",
        "cascade",
        "required",
        "plan",
    )
    for name in parts:
        assert getattr(w.flows, name) is w.call(name).result[1], name
    paid, asked = w.flows.operators.facility, w.call("facility").result[1]
    assert paid.cfads is asked.cfads
    passed = w.base.layout.opening[w.context.t].by_firm(paid.distributed - asked.distributed)
    np.testing.assert_allclose(passed, w.flows.operators.holdco.upstreamed, rtol=1e-9, atol=1e-3)
    assert w.flows.operators.holdco is w.call("holdco").result[1]
    claims = np.concatenate([w.flows.operators.claims, w.flows.segments.impaired], axis=1)
    np.testing.assert_array_equal(w.flows.instrument_claims, claims)
    np.testing.assert_array_equal(w.flows.spread, w.flows.market.spread)
    np.testing.assert_array_equal(w.flows.instrument_losses, w.call("cascade").given["losses"])

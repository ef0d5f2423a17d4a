"""The direction of every coupling: one input of one quarter is moved, everything else is held.

Each test steps quarter 9 of the base case a second time from a world in which one thing differs, on 1,024
paths with the same shocks, and looks at what answers. On every path, not on average.
"""

from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from risk.engine.context import Flows
from risk.engine.world import World
from risk.mechanisms.capex import funding
from risk.mechanisms.private_credit.market import STRESS
from tests.base_names import ANCHOR, IG_ON_LAB, INSTRUMENTS, NEOCLOUD, OTHER
from tests.engine.base import Array, Opened

T = 9
"""2028Q4: guidance has let go, two cohorts are out, nothing has refinanced yet."""


def other(base: Opened, part: str, t: int = T, **changes: Any) -> World:
    """The world before quarter t with one part changed."""
    world = base.worlds[t - 1]
    return replace(world, **{part: replace(getattr(world, part), **changes)})


def lower(found: Array, usual: Array) -> bool:
    return bool((found < usual).all())


def not_lower(found: Array, usual: Array) -> bool:
    return bool((found >= usual).all())


def mostly(found: Array, usual: Array) -> bool:
    """Nowhere the other way, and on most paths strictly."""
    return bool((found <= usual).all()) and float((found < usual).mean()) > 0.5


def plans_less(world: World, usual: World) -> bool:
    """Lower plans where the regime is the same, and no less digestion (whose fall may be the milder one)."""
    alike = world.plan.digestion == usual.plan.digestion
    less = mostly(world.plan.log_plan[alike[:, 0]], usual.plan.log_plan[alike[:, 0]])
    return less and bool((world.plan.digestion >= usual.plan.digestion).all())


# ─── GPU market ───


def test_more_supply_lowers_every_rent(base: Opened) -> None:
    more = other(base, "fleet", energized=1.2 * base.worlds[T - 1].fleet.energized)
    f, usual = base.again(T, more)[1].rents, base.flow(T).rents
    assert lower(f.clearing, usual.clearing)
    assert lower(f.spot, usual.spot)
    assert lower(f.contract, usual.contract)
    assert mostly(f.utilization, usual.utilization)


def test_more_demand_raises_every_rent_and_utilization(base: Opened) -> None:
    more = other(base, "demand", internal=1.3 * base.worlds[T - 1].demand.internal)
    f, usual = base.again(T, more)[1].rents, base.flow(T).rents
    assert lower(usual.clearing, f.clearing)
    assert lower(usual.spot, f.spot)
    assert lower(usual.contract, f.contract)
    assert mostly(usual.utilization, f.utilization)


def test_more_capex_buys_more_and_asks_for_more_power(base: Opened) -> None:
    plan = base.worlds[T - 1].plan
    world, flows = base.again(T, other(base, "plan", log_plan=plan.log_plan - 0.3))
    assert lower(flows.fleet.purchased, base.flow(T).fleet.purchased)
    assert lower(world.fleet.demanded[-1], base.worlds[T].fleet.demanded[-1])
    assert lower(flows.required.capital_charge, base.flow(T).required.capital_charge)


def test_power_energizes_what_waits_and_lowers_rents(base: Opened) -> None:
    forced = dict(base.context(T).forced, power=np.full((1024, 1), 0.3))
    world, flows = base.again(T, forced=forced)
    bound = base.flow(T).fleet.power_bound[:, 0] == 1.0
    assert lower(
        world.fleet.undeployed.sum(axis=1)[bound], base.worlds[T].fleet.undeployed.sum(axis=1)[bound]
    )
    assert lower(flows.rents.clearing[bound], base.flow(T).rents.clearing[bound])
    free = ~bound
    np.testing.assert_array_equal(flows.rents.clearing[free], base.flow(T).rents.clearing[free])


def test_dearer_hardware_buys_less_and_earns_less_on_it(base: Opened) -> None:
    forced = dict(base.context(T).forced, hardware_cost=np.full((1024, 1), 0.2))
    world, flows = base.again(T, forced=forced)
    np.testing.assert_allclose(flows.fleet.cost / base.flow(T).fleet.cost, np.exp(0.2), rtol=1e-12)
    assert lower(flows.fleet.purchased, base.flow(T).fleet.purchased)
    assert plans_less(world, base.worlds[T])


def test_rents_below_their_path_take_dollars_where_volume_hardly_answers(base: Opened) -> None:
    """And bring them where it does; the market clears lower where there are fewer."""
    cheap = other(base, "seen", dearness=base.worlds[T - 1].seen.dearness - 0.4)
    f, usual = base.again(T, cheap)[1], base.flow(T)
    guard = np.abs(base.worlds[T - 1].seen.dearness[:, 0]) < base.p.demand.largest_dearness - 0.4
    assert guard.mean() > 0.95
    hardly = base.p.demand.volume_elasticity[:, 0] < 1.0
    assert 0.5 < hardly.mean() < 0.95
    for found, before in ((f.demand.total, usual.demand.total), (f.rents.clearing, usual.rents.clearing)):
        assert lower(found[guard & hardly], before[guard & hardly])
        assert lower(before[guard & ~hardly], found[guard & ~hardly])
    np.testing.assert_array_equal(f.demand.coverage, usual.demand.coverage)


def test_hardware_that_earns_less_is_sold_for_less_and_bought_more(base: Opened) -> None:
    poor = other(base, "seen", yields=0.6 * base.worlds[T - 1].seen.yields)
    f, usual = base.again(T, poor)[1].fleet, base.flow(T).fleet
    assert (f.cost <= usual.cost).all()
    free = (f.cost > base.p.fleet.price_floor * f.trend) & (usual.cost < base.p.fleet.price_cap * usual.trend)
    assert free.mean() > 0.9
    expected = 0.6 ** (base.p.fleet.price_response + 0.0 * f.cost)
    np.testing.assert_allclose((f.cost / usual.cost)[free], expected[free], rtol=1e-12)
    np.testing.assert_array_equal(f.trend, usual.trend)
    cheaper = (f.cost < usual.cost)[:, 0]
    assert lower(usual.purchased[cheaper], f.purchased[cheaper])


def test_lower_rents_lower_what_new_hardware_earns(base: Opened) -> None:
    """And with it next quarter's price, where it is not at its floor already."""
    low = other(base, "rents", spot=base.worlds[T - 1].rents.spot - 0.5)
    world, _ = base.again(T, low)
    assert lower(world.seen.yields, base.worlds[T].seen.yields)
    after, usual = base.again(T + 1, world)[1].fleet, base.flow(T + 1).fleet
    assert mostly(after.cost / after.trend, usual.cost / usual.trend)


def test_a_fire_sale_lowers_spot_and_not_the_clearing_rent(base: Opened) -> None:
    sold = other(base, "seen", fire_sale=base.worlds[T - 1].seen.fire_sale + 0.1)
    f, usual = base.again(T, sold)[1].rents, base.flow(T).rents
    np.testing.assert_allclose(f.spot / usual.spot, np.exp(-0.1), rtol=1e-12)
    assert lower(f.contract, usual.contract)
    np.testing.assert_array_equal(f.clearing, usual.clearing)


# ─── revenue and labs ───


def test_dearer_compute_slows_deflation_and_moves_revenue_by_the_elasticity(base: Opened) -> None:
    dear = other(base, "seen", surprise=base.worlds[T - 1].seen.surprise + 0.2)
    f, usual = base.again(T, dear)[1].adoption.revenue.sum(axis=1), base.flow(T).adoption.revenue.sum(axis=1)
    elastic = base.p.adoption.elasticity[:, 0] > 1.0
    assert (f[elastic] <= usual[elastic]).all()
    assert (f[~elastic] >= usual[~elastic]).all()
    assert (f != usual).mean() > 0.9


def test_a_shakeout_takes_from_customers_and_lowers_rents(base: Opened) -> None:
    """The same quarter with every path's customers in a shakeout, against every path's in a boom."""
    found = []
    for uniform in (1e-9, 1.0 - 1e-9):
        weather = np.array(base.shocks.uniform["weather"])
        weather[T - 1] = uniform
        shocks = replace(base.shocks, uniform={**base.shocks.uniform, "weather": weather})
        found.append(base.again(T, shocks=shocks))
    (fair, f), (foul, g) = found
    assert not fair.adoption.regime.any()
    assert (foul.adoption.regime == 2).all()
    assert lower(g.adoption.revenue, f.adoption.revenue)
    assert lower(g.demand.total, f.demand.total)
    assert lower(g.rents.clearing, f.rents.clearing)
    np.testing.assert_array_equal(g.demand.internal, f.demand.internal)
    np.testing.assert_array_equal(foul.adoption.demand_state, fair.adoption.demand_state)


def test_a_shut_window_leaves_labs_short_and_cuts_demand(base: Opened) -> None:
    forced = dict(base.context(T).forced, lab_funding=np.full((1024, 1), -4.0))
    world, flows = base.again(T, forced=forced)
    usual = base.flow(T).demand
    assert lower(flows.demand.anchor_external, usual.anchor_external)
    assert lower(flows.demand.coverage, usual.coverage)
    assert lower(flows.demand.total, usual.total)
    assert not_lower(world.seen.anchor_shortfall, base.worlds[T].seen.anchor_shortfall)
    assert mostly(base.flow(T).segments.default_rate[:, :1], flows.segments.default_rate[:, :1])


def test_poorer_suppliers_recycle_less(base: Opened) -> None:
    poor = other(base, "seen", suppliers=0.5 * base.worlds[T - 1].seen.suppliers)
    f, usual = base.again(T, poor)[1].demand, base.flow(T).demand
    np.testing.assert_allclose(f.anchor_recycled / usual.anchor_recycled, 0.5)
    assert lower(f.coverage, usual.coverage)
    assert lower(f.total, usual.total)


def test_capex_and_free_cash_flow_let_suppliers_recycle(base: Opened) -> None:
    plan = base.worlds[T - 1].plan
    less, _ = base.again(T, other(base, "plan", log_plan=plan.log_plan - 0.3))
    cash, _ = base.again(T, other(base, "funding", core_cfo=1.2 * base.worlds[T - 1].funding.core_cfo))
    usual = base.worlds[T].seen.suppliers
    assert float((less.seen.suppliers < usual).mean()) > 0.5
    assert mostly(usual, cash.seen.suppliers)


def earned(f: funding.Flows) -> Array:
    """Cash flow from operations before interest."""
    return f.cfo + f.interest


def test_a_lab_shortfall_lowers_cash_flow_by_share_of_commitments(base: Opened) -> None:
    """Oracle bears a quarter of commitments, and half of what is missing reaches its cash flow.

    Who earns less owes a larger multiple of it, and pays more interest on what was added.
    """
    missing = other(base, "seen", anchor_shortfall=base.worlds[T - 1].seen.anchor_shortfall + 100e9)
    f, usual = base.again(T, missing)[1].funding, base.flow(T).funding
    lost = earned(usual) - earned(f)
    share = base.p.funding.anchor_commitment_share
    np.testing.assert_allclose(lost, np.broadcast_to(0.5 * share * 100e9 / 4, lost.shape), rtol=1e-9)
    assert not_lower(f.interest, usual.interest)
    assert (f.interest > usual.interest).any()


def test_ai_revenue_reaches_cash_flow_a_quarter_later(base: Opened) -> None:
    rich = other(base, "seen", revenue=base.worlds[T - 1].seen.revenue + 100e9)
    p, gained = base.p.funding, earned(base.again(T, rich)[1].funding) - earned(base.flow(T).funding)
    by_hand = p.ai_cash_margin * p.ai_revenue_kept * p.ai_revenue_share * 100e9 / 4
    np.testing.assert_allclose(gained, by_hand, rtol=1e-9)


# ─── credit ───


def test_losses_nobody_expected_widen_the_spread_and_bring_stress(base: Opened) -> None:
    lost = other(base, "seen", impact=base.worlds[T - 1].seen.impact + 0.02)
    _, flows = base.again(T, lost)
    usual = base.flow(T)
    caught = flows.market.regime != usual.market.regime
    assert (flows.market.regime >= usual.market.regime).all(), "what others were likelier moves up with it"
    assert (flows.market.regime[caught] == STRESS).any()
    heard = base.p.market.spread_reversion * 0.02
    np.testing.assert_allclose((flows.spread - usual.spread)[~caught], heard, atol=1e-12)
    assert mostly(flows.market.availability, usual.market.availability)


def test_defaults_of_neoclouds_are_losses_nobody_expected(base: Opened) -> None:
    """Companies without a dollar cannot cure: more facilities fail, the impact on spreads grows.

    Failed companies also lose lines and notes; a loan that is amended because nobody cures it may lose less
    than none today, so lenders are asked never to amend.
    """
    broke = other(base, "holdco", cash=np.full_like(base.worlds[T - 1].holdco.cash, -5e9))
    stern = replace(base.p, facility=replace(base.p.facility, amend_probability=np.zeros((1024, 1))))
    world, flows = base.again(T, broke, p=stern)
    usual = base.again(T, p=stern)[1]
    secured, notes = slice(0, 3), INSTRUMENTS.index("notes")
    assert (flows.operators.facility.loss >= usual.operators.facility.loss).all()
    assert not_lower(flows.instrument_losses[:, secured], usual.instrument_losses[:, secured])
    assert lower(usual.instrument_claims[:, notes], flows.instrument_claims[:, notes])
    assert mostly(usual.instrument_losses[:, notes], flows.instrument_losses[:, notes])
    assert mostly(base.worlds[T].seen.impact, world.seen.impact)
    assert not_lower(world.seen.fire_sale, base.worlds[T].seen.fire_sale)


def test_repossessed_gpus_are_sold_next_quarter(base: Opened) -> None:
    book = base.layout.opening[T]
    sold = base.flow(T).operators.facility.repossessed * base.fixed.throughput[:, book.generation]
    share = sold.sum(axis=1) / (0.1 * base.worlds[T].fleet.energized.sum(axis=1))
    expected = base.p.glue.fire_sale_elasticity * np.minimum(share, 1.0)
    np.testing.assert_allclose(base.worlds[T].seen.fire_sale[:, 0], expected, rtol=1e-12)
    assert (expected > 0).any()


def test_a_wider_spread_slows_capex_and_raises_defaults(base: Opened) -> None:
    wide = other(base, "market", spread=base.worlds[T - 1].market.spread + 0.03)
    world, flows = base.again(T, wide)
    assert plans_less(world, base.worlds[T])
    assert mostly(base.flow(T).segments.default_rate, flows.segments.default_rate)
    assert mostly(flows.segments.originated.sum(axis=1), base.flow(T).segments.originated.sum(axis=1))


def test_rents_below_their_path_default_more_sites_and_no_other_pool(base: Opened) -> None:
    cheap = other(base, "seen", dearness=base.worlds[T - 1].seen.dearness - 0.4)
    f, usual = base.again(T, cheap)[1].segments.default_rate, base.flow(T).segments.default_rate
    felt = base.worlds[T - 1].seen.dearness[:, 0] > 0.4 - base.p.segments.largest_dearness
    assert lower(usual[felt, 0], f[felt, 0])
    np.testing.assert_array_equal(f[:, 1:], usual[:, 1:])


def test_less_private_credit_funds_less(base: Opened) -> None:
    dry = other(base, "seen", availability=0.5 * base.worlds[T - 1].seen.availability)
    f, usual = base.again(T, dry)[1].funding, base.flow(T).funding
    assert (f.private_credit <= usual.private_credit).all()
    assert lower(f.spv_additions, usual.spv_additions)
    assert not_lower(f.cut, usual.cut)


def test_a_wider_spread_refinances_fewer_notes(base: Opened) -> None:
    """In the quarters in which paper of the base date falls due, and none of a cohort yet."""
    dated = (base.layout.bullets + base.layout.converts).sum(axis=1)
    alone = np.flatnonzero(dated[: min(base.layout.cohorts) + round(base.p.holdco.earliest)])
    assert len(alone) == 3
    for t in alone.tolist():
        wide = other(base, "market", t, spread=base.worlds[t - 1].market.spread + 0.03)
        h, usual = base.again(t, wide)[1].operators.holdco, base.flow(t).operators.holdco
        rolled, usually = h.notes_due - h.notes_repaid, usual.notes_due - usual.notes_repaid
        alive = ~h.default & ~usual.default
        assert (rolled[alive] <= usually[alive]).all()
        assert (rolled[alive] < usually[alive]).any()


def test_sponsors_pay_guarantees_in_a_digestion_only(base: Opened) -> None:
    t = 14
    eating = other(base, "plan", t, digestion=np.ones((1024, 1)))
    full = replace(base.p, segments=replace(base.p.segments, spv_guarantee=1.0))
    world, flows = base.again(t, eating, p=full)
    calm = base.worlds[t - 1].plan.digestion[:, 0] == 0
    usual = base.flow(t).segments
    sites = base.worlds[t - 1].segments.exposure[calm, 0]
    np.testing.assert_allclose(usual.repaid[calm, 0], base.p.segments.spv_amortization / 4 * sites)
    assert lower(usual.repaid[calm, 0], flows.segments.repaid[calm, 0])
    np.testing.assert_array_equal(usual.repaid[calm, 1:], flows.segments.repaid[calm, 1:])
    called = flows.segments.guarantee_called[:, 0]
    assert (called > 0).any()
    np.testing.assert_allclose(world.seen.spv_support.sum(axis=1), called)
    assert (base.again(t, p=full)[1].segments.guarantee_called[calm] == 0.0).all()


def test_called_guarantees_are_a_use_of_funds(base: Opened) -> None:
    called = other(base, "seen", spv_support=base.worlds[T - 1].seen.spv_support + 5e9)
    f, usual = base.again(T, called)[1].funding, base.flow(T).funding
    np.testing.assert_allclose(f.spv_support - usual.spv_support, 5e9)
    worse_off = (f.capex - usual.capex) - (
        f.net_debt_change + f.equity - usual.net_debt_change - usual.equity
    )
    assert (worse_off <= 1.0).all(), "less capex, or more debt and equity, or less cash"


def test_what_brings_digestion_nearer(base: Opened) -> None:
    """A wider gap, idle GPUs, plans that cannot be paid for, wide spreads."""
    usual = base.flow(T).plan.hazard
    capital = 2.0 * base.worlds[T - 1].required.long_lived
    gap = base.again(T, other(base, "required", long_lived=capital))[1].plan.hazard
    idle = base.again(T, other(base, "fleet", energized=3.0 * base.worlds[T - 1].fleet.energized))[1]
    broke = base.again(T, other(base, "funding", cash=np.zeros_like(base.worlds[T - 1].funding.cash)))[1]
    wide = base.again(T, other(base, "market", spread=base.worlds[T - 1].market.spread + 0.05))[1].plan.hazard
    assert mostly(usual, gap)
    assert mostly(usual, wide)
    slack = idle.rents.utilization < np.minimum(base.flow(T).rents.utilization, 0.6)
    assert slack.any()
    assert (idle.plan.hazard[slack] > usual[slack]).mean() > 0.9, "the fleet's opex widens the gap besides"
    cut = broke.funding.cut.sum(axis=1) > base.flow(T).funding.cut.sum(axis=1) + 1e9
    assert cut.any()
    assert (broke.plan.hazard[cut] > usual[cut]).all()


# ─── neoclouds ───


def companies(flows: Flows, base: Opened, payer: int) -> Array:
    """CFADS of facilities with a payer class, (path, facility)."""
    return flows.operators.facility.cfads[:, base.layout.opening[T].payer == payer]


def test_lower_spot_costs_facilities_and_lowers_collateral(base: Opened) -> None:
    low = other(base, "rents", spot=base.worlds[T - 1].rents.spot - 0.5)
    world, flows = base.again(T, low)
    assert (flows.operators.facility.cfads <= base.flow(T).operators.facility.cfads + 1.0).all()
    assert mostly(flows.operators.collateral[:, 3], base.flow(T).operators.collateral[:, 3])
    assert (world.contracts.price_factor <= base.worlds[T].contracts.price_factor).all()
    assert lower(companies(flows, base, OTHER).sum(axis=1), companies(base.flow(T), base, OTHER).sum(axis=1))


def test_a_lab_shortfall_renegotiates_more_contracts(base: Opened) -> None:
    forced = dict(base.context(T).forced, lab_funding=np.full((1024, 1), -6.0))
    late, usual = base.again(T, forced=forced)[0], base.worlds[T]
    anchors = base.layout.opening[T].payer == ANCHOR
    cut, cut_usually = late.contracts.price_factor[:, anchors], usual.contracts.price_factor[:, anchors]
    assert (cut <= cut_usually).all()
    assert (cut < cut_usually).any()
    oracle = base.layout.opening[T].payer == IG_ON_LAB
    assert (late.contracts.kept[:, oracle] <= usual.contracts.kept[:, oracle]).all()


def test_a_tenants_failure_ends_leases_with_a_quarter(base: Opened) -> None:
    gone = np.array(base.worlds[T - 1].holdco.defaulted)
    gone[:, base.layout.book.tenant[base.layout.book.tenant >= 0]] = True
    late = base.again(T, other(base, "holdco", defaulted=gone))[0]
    tenants = base.layout.opening[T].payer == NEOCLOUD
    before = base.worlds[T - 1].contracts.kept[:, tenants]
    after = late.contracts.kept[:, tenants]
    in_force = before[:, 0] > 0
    ended = after[in_force, 0] == 0
    assert abs(ended.mean() - 0.25) < 4 * np.sqrt(0.25 * 0.75 / in_force.sum())


def test_stress_loses_customers(base: Opened) -> None:
    worse = other(base, "market", factor=base.worlds[T - 1].market.factor + 2.0)
    late, usual = base.again(T, worse)[0].contracts.kept, base.worlds[T].contracts.kept
    small = base.layout.opening[T].payer == OTHER
    assert lower(late[:, small], usual[:, small])
    assert (late <= usual).all()


@pytest.mark.parametrize("t", [6, 10])
def test_better_terms_build_bigger_cohorts(base: Opened, t: int) -> None:
    """More rent, more debt; more capex, more GPUs; a failed company, none.

    Where leverage limits what is built, dearer contracts may build less (fewer hours are let at them), and so
    may more capex (notes pay more of it): both are asked with the limit out of the way, and without equity.
    """
    free = replace(
        base.p,
        cohorts=replace(base.p.cohorts, leverage_limit=np.full((1, 1), 1e9), paper_share=np.ones((1, 1))),
    )
    usually = base.again(t, p=free)
    high = other(base, "rents", t, contract=base.worlds[t - 1].rents.contract + 0.3)
    dear = base.again(t, high, p=free)
    alive = ~(dear[0].holdco.defaulted & ~usually[0].holdco.defaulted).any(axis=1)
    more, usual_debt = (f.operators.new.debt.sum(axis=(1, 2)) for f in (dear[1], usually[1]))
    assert not_lower(more[alive], usual_debt[alive])
    assert (more > usual_debt).any()
    saved = base.flow(t).spending.operator_capex
    rich = other(base, "seen", t, operator_capex=0.5 * saved)  # beside this quarter's
    both = (base.again(t, rich, p=free), usually)
    devices, usual = (w[1].operators.new.devices.sum(axis=(1, 2)) for w in both)
    alive = usual > 0
    assert lower(usual[alive], devices[alive])
    assert (base.worlds[t].seen.operator_capex == 0.0).all(), "what was built is not built again"
    failed = other(base, "holdco", t, defaulted=np.ones_like(base.worlds[t - 1].holdco.defaulted))
    assert base.again(t, failed)[1].operators.new.devices.sum() == 0.0


@pytest.mark.parametrize("t", [6, 10])
def test_a_tighter_limit_on_leverage_builds_less(base: Opened, t: int) -> None:
    built = []
    for limit in (2.0, 5.0, 7.0, 1e9):
        p = replace(base.p, cohorts=replace(base.p.cohorts, leverage_limit=np.full((1, 1), limit)))
        built.append(base.again(t, p=p)[1].operators.new.devices)
    for tighter, looser in pairwise(built):
        assert (tighter <= looser * (1 + 1e-9)).all()
    assert built[0].sum() < built[-1].sum()


def test_collateral_is_worth_less_when_rents_fall_faster(base: Opened) -> None:
    history = tuple(x + 0.4 for x in base.worlds[T - 1].rents.contract_history)
    falling = other(base, "rents", contract_history=history)
    assert mostly(
        base.again(T, falling)[1].operators.collateral[:, 3], base.flow(T).operators.collateral[:, 3]
    )

"""Relations that hold on whole runs: absorbing defaults, dates before which nothing changes, means, seeds."""

from dataclasses import replace

import numpy as np
import pytest

from risk.assumptions import Assumptions
from risk.engine import simulate
from risk.engine.inputs import PAPER
from risk.paths import Block
from risk.shocks.draw import Shocks
from tests.base_names import HEADLINE
from tests.engine.base import SEED, Array, Opened, changed, opened
from tests.engine.test_couplings import same


@pytest.fixture(scope="module")
def block(register: Assumptions) -> Block:
    return simulate(register, SEED, 0)


def test_default_is_absorbing_and_happens_once(base: Opened) -> None:
    """Relation 12, facilities and companies."""
    written = np.zeros((1024, base.layout.book.facilities))
    for t in range(1, len(base.worlds)):
        before, after, f = base.worlds[t - 1], base.worlds[t], base.flow(t).operators
        n = before.facility.debt.shape[1]
        gone = before.facility.defaulted
        assert after.facility.defaulted[:, :n][gone].all()
        assert after.holdco.defaulted[before.holdco.defaulted].all()
        for flow in (f.facility.cfads, f.facility.principal, f.facility.loss, f.facility.distributed):
            assert (flow[gone] == 0.0).all()
        assert (f.holdco.loss[before.holdco.defaulted] == 0.0).all()
        assert (after.facility.debt[after.facility.defaulted] == 0.0).all()
        written[:, :n] += f.facility.payment_default | f.facility.maturity_default
    assert written.max() == 1.0


def test_losses_are_within_claims_and_recoveries_within_collateral(base: Opened) -> None:
    """Relations 14 and 15: facilities, estates, pools, whole instruments."""
    for t in range(1, len(base.worlds)):
        f = base.flow(t).operators.facility
        assert (f.loss >= 0.0).all()
        assert (f.loss <= f.written_off).all()
        assert ((f.cost >= 0.0) & (f.cost <= f.loss + 1.0)).all(), "the sale's cost is part of the loss"
        assert ((f.written_off > 0.0) <= (f.payment_default | f.maturity_default)).all()
        h = base.flow(t).operators.holdco
        assert ((h.written_off > 0.0) <= h.default).all()
        flows = base.flow(t)
        assert (flows.instrument_losses >= 0.0).all()
        assert (flows.instrument_losses <= flows.instrument_claims * (1 + 1e-9)).all()


CREDITORS = (("revolver",), ("notes", "leases", "customers", "guarantees", "converts"))


def test_estates_pay_in_order_and_no_more_than_they_have(base: Opened) -> None:
    """Relation 15: juniors are wiped before a senior loses; who is equal is paid in equal shares."""
    ranks = {"some": 0, "full": 0}
    for t in range(1, len(base.worlds)):
        h = base.flow(t).operators.holdco
        dead = h.default
        owed, got = (
            [sum(getattr(x, n) for n in rank)[dead] for rank in CREDITORS] for x in (h.claims, h.recovered)
        )
        for senior in range(len(CREDITORS)):
            short = owed[senior] - got[senior] > 1.0
            below = sum(got[senior + 1 :], h.estate_equity[dead])
            assert (below[short] <= 1.0).all()
            ranks["some"] += int((short & (got[senior] > 1.0)).sum())
            ranks["full"] += int((~short & (owed[senior] > 1.0)).sum())
        for name in CREDITORS[1][1:]:
            share = getattr(h.recovered, name) * h.claims.notes - h.recovered.notes * getattr(h.claims, name)
            np.testing.assert_allclose(
                share, 0.0, atol=1e-9 * float(np.max(h.claims.notes, initial=1.0)) ** 2
            )
        for flow in (*(getattr(h.claims, n) for rank in CREDITORS for n in rank), h.estate_cost):
            assert (flow[~dead] == 0.0).all()
    assert min(ranks.values()) > 0, ranks


def test_a_refinancing_margin_matters_from_the_first_balloon_on(register: Assumptions, base: Opened) -> None:
    """Relation 9, from the first balloon of the book on."""
    first = int(base.layout.base_book.due[base.layout.base_book.balloon > 0].min())
    assert first > 4
    dear = opened(changed(register, {"neoclouds.balloon_margin": 900.0}), first)
    for t in range(first):
        assert same(dear.worlds[t], base.worlds[t]), t
    assert not same(dear.worlds[first].facility, base.worlds[first].facility)


def test_nothing_is_decided_before_it_is_known(register: Assumptions, base: Opened) -> None:
    """No look-ahead: shocks from quarter 6 on change nothing before it."""
    late = np.arange(base.layout.quarters)[:, None, None] >= 5
    once = {"amend"}  # drawn before the first quarter, for all of them
    turned = Shocks(
        common=np.where(late, -base.shocks.common, base.shocks.common),
        idiosyncratic={k: np.where(late, -x, x) for k, x in base.shocks.idiosyncratic.items()},
        uniform={k: x if k in once else np.where(late, 1.0 - x, x) for k, x in base.shocks.uniform.items()},
        mixing=np.where(late, 1.0 / base.shocks.mixing, base.shocks.mixing),
    )
    other = opened(register, 6, shocks=turned)
    for t in range(6):
        assert same(other.worlds[t], base.worlds[t]), t
    assert not same(other.worlds[6], base.worlds[6])


def test_without_jumps_efficiency_moves_no_rent(register: Assumptions) -> None:
    """Relation 20: intensity zero is the model without jumps; rents are positive in any case."""
    calm = changed(register, {"gpu.efficiency_jump_intensity": 0.0})
    one = opened(calm, 6)
    common = np.array(one.shocks.common)
    common[..., 2] = -common[..., 2]
    other = opened(calm, 6, shocks=replace(one.shocks, common=common))
    for t in range(7):
        assert same(one.worlds[t].rents, other.worlds[t].rents)


def test_rents_are_positive_and_utilization_bounded(base: Opened) -> None:
    for t in range(1, len(base.worlds)):
        f = base.flow(t).rents
        assert min(f.spot.min(), f.contract.min(), f.clearing.min()) > 0.0
        assert f.utilization.min() >= 0.30
        assert f.utilization.max() <= 0.95


def test_hardware_is_sold_within_floor_and_cap_of_its_trend(base: Opened) -> None:
    """On every path and quarter; below and above the trend both happen, and so does the floor."""
    answers = np.stack([(f := base.flow(t).fleet).cost / f.trend for t in range(1, len(base.worlds))])
    p = base.p.fleet
    assert answers.min() == pytest.approx(p.price_floor, rel=1e-12)
    assert answers.max() <= p.price_cap * (1.0 + 1e-12)
    assert answers.max() > 1.0
    assert (answers == 1.0).mean() < 0.1, "one quarter: yields of the base date"


def test_demand_volatility_leaves_the_mean_alone(register: Assumptions) -> None:
    """Relation 7: the level of revenue has mean one at low and high volatility, customers' weather fair."""
    fair = {"revenue.weather_volatility": 0.0, "revenue.weather_drift": (0.0, 0.0, 0.0)}
    for sigma in (0.03, 0.12):
        run = opened(changed(register, fair | {"revenue.demand_volatility": sigma}), 12)
        level = np.exp(run.worlds[12].adoption.level[:, 0])
        assert abs(level.mean() - 1.0) < 4 * level.std() / 32, sigma


def test_stocks_are_never_negative(base: Opened) -> None:
    for world in base.worlds:
        stocks: list[Array] = [
            world.fleet.energized, world.fleet.undeployed, world.fleet.power, *world.fleet.pipeline,
            world.funding.bonds, world.funding.leases, world.funding.spv, world.facility.debt,
            world.facility.cash, world.holdco.notes, world.holdco.revolver, world.segments.exposure,
            world.contracts.quantity, world.contracts.kept, world.demand.internal,
        ]  # fmt: skip
        for values in stocks:
            assert values.min() >= -1e-3
        assert world.holdco.cash.min() >= -1.0
        assert ((world.contracts.kept >= 0) & (world.contracts.kept <= 1)).all()


def test_contracted_units_are_no_more_than_units(base: Opened) -> None:
    """Renewals keep at most what expires; nothing is let twice.

    Units that joined a loan some of whose customers had left stand grossed up, for the share kept is one.
    """
    for t in range(1, len(base.worlds)):
        world = base.worlds[t]
        let = world.contracts.kept * world.contracts.quantity
        devices, signed = np.broadcast_arrays(world.facility.devices, let)
        assert (signed <= devices * (1 + 1e-9) + 1e-6).all()


def test_headline_loss_is_the_sum_of_its_instruments(block: Block) -> None:
    """Relation 29."""
    by_instrument = block.sums["losses.instrument"].sum(axis=0)
    assert block.outcomes["headline_loss"].sum() == pytest.approx(by_instrument[:HEADLINE].sum(), rel=1e-12)
    assert block.outcomes["software_loss"].sum() == pytest.approx(by_instrument[HEADLINE], rel=1e-12)
    assert block.outcomes["generic_loss"].sum() == pytest.approx(
        by_instrument[HEADLINE + 1 :].sum(), rel=1e-12
    )
    by_holder = block.sums["losses.holder"].sum()
    assert by_holder == pytest.approx(by_instrument.sum(), rel=1e-12)
    assert block.sums["credit.loss"].sum() == pytest.approx(by_instrument[len(PAPER) :].sum(), rel=1e-12)


@pytest.mark.slow
def test_another_seed_agrees_within_four_standard_errors(register: Assumptions, block: Block) -> None:
    """Relation 28."""
    other = simulate(register, SEED + 1000, 0)
    for name in (
        "revenue_2028",
        "h100_2028",
        "capex_2027",
        "spread_mean",
        "generic_default_rate",
        "B2",
        "bust",
    ):
        a, b = block.outcomes[name], other.outcomes[name]
        error = np.hypot(a.std(), b.std()) / np.sqrt(1024)
        assert abs(a.mean() - b.mean()) < 4 * error, name


def test_a_larger_demand_shock_moves_what_it_should(register: Assumptions, base: Opened) -> None:
    """A standard deviation more of AI demand in quarter 3: revenue, demand and rents are higher."""
    common = np.array(base.shocks.common)
    common[2, :, 1] += 1.0
    other = opened(register, 4, shocks=replace(base.shocks, common=common))
    for t in (3, 4):
        assert (other.flow(t).adoption.revenue > base.flow(t).adoption.revenue).all()
        assert (other.flow(t).demand.total > base.flow(t).demand.total).all()
        assert (other.flow(t).rents.contract > base.flow(t).rents.contract).all()
    assert same(other.worlds[2], base.worlds[2])

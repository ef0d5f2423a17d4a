"""The state at the base date: T1 on every path, and what is solved for."""

from typing import Any

import numpy as np

from risk.assumptions import Assumptions
from risk.engine.identities import at_base
from risk.engine.layout import layout
from risk.engine.series import base_series
from risk.mechanisms.gpu_repricing import rents
from tests.base_names import B200, H100
from tests.engine.base import Opened, changed, opened


def test_the_market_clears_at_observed_rents_on_every_path(base: Opened) -> None:
    errors = {i.name: i.error for i in at_base(base.p, base.worlds[0], base.fixed)}
    assert len(errors) == 2
    assert max(errors.values()) < 1e-12


def test_rents_at_the_base_date_are_the_observed_indices(base: Opened, register: Assumptions) -> None:
    """But for one error a path, the same of every reading of the day."""
    error = np.exp(base.p.rents.index_error) + np.zeros((1024, 1))
    assert 0.01 < np.log(error).std() < 0.1
    spot, contract = rents.quotes(base.p.rents, base.worlds[0].rents, base.fixed.throughput)
    index = register.tables["gpu.generation"].numbers("index")
    np.testing.assert_allclose(
        contract[:, index > 0] / index[index > 0], error + 0.0 * index[index > 0], rtol=1e-12
    )
    np.testing.assert_allclose(spot[:, [H100]], register.value("gpu.h100_spot") * error, rtol=1e-12)


def test_demand_is_solved_by_internal_use(base: Opened) -> None:
    """X = u hours sum p_g E_g ... at observed rents times tightness: cleared in full, nothing left over."""
    start, p = base.worlds[0], base.p
    _, contract = rents.quotes(p.rents, start.rents, base.fixed.throughput)
    units = start.fleet.energized / base.fixed.throughput
    bids = contract * np.exp(p.rents.base_tightness)
    paid = 0.65 * 8760 * (bids * units).sum(axis=1, keepdims=True)
    asked = p.demand.compute_share * base.fixed.revenue + p.demand.anchor_funding + start.demand.internal
    np.testing.assert_allclose(asked, paid, rtol=1e-12)
    assert (start.demand.internal > 0).all()


def test_fleet_and_power_are_what_recorded_spend_could_buy(base: Opened) -> None:
    fleet = base.worlds[0].fleet
    assert 16e6 < np.median(fleet.energized.sum(axis=1)) < 18e6
    assert 22e9 < np.median(fleet.power.sum(axis=1)) < 25e9


def test_cost_and_power_of_a_gpu_are_held(base: Opened) -> None:
    """A path on which a B200 does more work has a cheaper H100 equivalent and the same cost a GPU."""
    e = base.fixed.throughput[:, B200]
    cost = base.flow(1).fleet.cost[:, 0]
    np.testing.assert_allclose(cost / cost[0], (e[0] / e) * _drift(base), rtol=1e-12)


def _drift(base: Opened) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """What memory and the clock add by the first quarter, against path 0."""
    p, clock = base.p.fleet, base.worlds[1].fleet.clock[:, 0]
    log = np.log1p(-p.hardware_cost_decline[:, 0]) * clock + p.memory_cost[:, 0] / p.memory_peak
    return np.asarray(np.exp(log - log[0]))


def test_books_and_notes_are_the_registers(base: Opened, register: Assumptions) -> None:
    start = base.worlds[0]
    book = register.tables["neoclouds.facility"]
    error = np.exp(base.p.glue.nowcast_error[0])
    assert np.isclose(start.facility.debt[0].sum(), error * book.numbers("debt").sum())
    assert np.isclose(start.holdco.paper[0].sum(), register.tables["neoclouds.note"].numbers("amount").sum())
    plan = layout(register)
    by_name = dict(zip(book.names, book.numbers("debt"), strict=True))
    for name, debt in zip(plan.base_book.names, start.facility.debt[0], strict=True):
        assert np.isclose(debt, error * by_name[name], rtol=1e-12)
    np.testing.assert_allclose(plan.expiry.sum(axis=0), 1.0)


def test_base_fleet_is_the_same_whatever_the_delivery_weights(base: Opened) -> None:
    fleet = base.worlds[0].fleet
    built = fleet.energized.sum(axis=1) + sum(x.sum(axis=1) for x in fleet.pipeline)
    devices = (base.p.fleet.devices * base.fixed.throughput).sum(axis=1)
    extra = built - devices
    assert np.ptp(extra) < 1e-6 * extra.mean()


def test_new_hardware_earns_its_rent_over_its_cost(base: Opened, register: Assumptions) -> None:
    """Of a B200, .65 of whose hours are let; its site is in the cost of all of it and not in its opex."""
    p, start = base.p, base.worlds[0]
    spot, contract = rents.quotes(p.rents, start.rents, base.fixed.throughput)
    rent = 0.85 * contract[:, [B200]] + 0.15 * spot[:, [B200]]
    net = 8760 * (0.65 * rent - (1.0 - p.required.site_share) * p.fleet.opex[:, [B200]])
    bought = register.value("gpu.gpu_cost") / p.plan.system_share
    np.testing.assert_allclose(base.fixed.rental_yield, net / bought, rtol=1e-12)
    assert 0.1 < np.median(base.fixed.rental_yield) < 0.5


def test_a_market_may_start_tight(register: Assumptions) -> None:
    """Readings of the day stay; more is bid than they ask, which pulls spot, contract and utilization."""
    usual, tight = (opened(changed(register, {"gpu.base_tightness": x}), 1) for x in (0.0, 0.1))
    found = []
    for run in (usual, tight):
        start = run.worlds[0]
        quotes = rents.quotes(run.p.rents, start.rents, run.fixed.throughput)
        found.append(base_series(run.p, start, run.fixed, *quotes))
        errors = {i.name: i.error for i in at_base(run.p, start, run.fixed)}
        assert max(errors.values()) < 1e-12, errors
        np.testing.assert_array_equal(start.seen.dearness, 0.0)
    for name in ("h100_contract", "h100_spot", "b200_contract"):
        np.testing.assert_array_equal(found[1][name], found[0][name])
    np.testing.assert_allclose(found[1]["h100_clearing"] / found[0]["h100_clearing"], np.exp(0.1), rtol=1e-12)
    f, g = usual.flow(1), tight.flow(1)
    for name in ("spot", "contract", "clearing"):
        assert (getattr(g.rents, name) > getattr(f.rents, name)).all(), name
    free = f.rents.utilization < usual.p.rents.highest_utilization
    assert (g.rents.utilization >= f.rents.utilization).all()
    assert (g.rents.utilization > f.rents.utilization)[free].all()
    assert (tight.worlds[0].demand.internal > usual.worlds[0].demand.internal).all()


def test_what_customers_and_labs_bid_alone_makes_the_market_tight(register: Assumptions) -> None:
    """No path begins with less than nothing of internal use, for it would grow; the market still clears."""
    usual = opened(register, 1)
    most = float((usual.worlds[0].demand.internal / usual.p.demand.anchor_funding).mean())
    funding: Any = register.entries["revenue.lab_funding"].value
    crowded = opened(changed(register, {"revenue.lab_funding": funding * (1.0 + most)}), 1)
    start, p = crowded.worlds[0], crowded.p
    nothing = start.demand.internal == 0.0
    assert 0.1 < nothing.mean() < 0.9
    assert (start.demand.internal >= 0.0).all()
    tightness = start.rents.clearing - start.rents.contract
    drawn = p.rents.base_tightness + 0.0 * tightness
    assert (tightness > drawn)[nothing].all()
    np.testing.assert_array_equal(start.rents.clearing[~nothing], (start.rents.contract + drawn)[~nothing])
    errors = {i.name: i.error for i in at_base(p, start, crowded.fixed)}
    assert max(errors.values()) < 1e-12, errors
    for world in crowded.worlds:
        assert (world.demand.internal >= 0.0).all()

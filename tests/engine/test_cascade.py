"""Losses on their way to holders inside the model: who holds what, the four pathways, what is carried on."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from risk.assumptions import Assumptions, load
from risk.engine import inputs, pledges
from risk.engine.context import Flows
from risk.engine.couplings import Baseline, Links
from risk.engine.inputs import PAPER
from risk.engine.origination import Credit
from risk.engine.world import World, exposures
from risk.mechanisms.neocloud.book import SITE
from tests.base_names import B_LOANS, DIRECT_LENDING, INSTRUMENTS, SOFTWARE, SPV
from tests.engine.base import Array, Opened, opened

T = 12
QUARTERS = range(1, 26)


def owed(base: Opened, t: int) -> Array:
    """Exposure by instrument at the start of quarter t."""
    world = base.worlds[t - 1]
    return exposures(base.layout, world.facility, world.holdco, world.segments)


# ─── what is owed, lost, held ───


@pytest.mark.parametrize("t", [1, 7, 16, 25])
def test_exposures_are_the_balance_sheets_of_borrowers(base: Opened, t: int) -> None:
    world, found = base.worlds[t - 1], owed(base, t)
    loans, h, pools = world.facility, world.holdco, world.segments
    everything = loans.debt.sum(axis=1) + (h.notes + h.converts + h.revolver).sum(axis=1)
    np.testing.assert_allclose(found.sum(axis=1), everything + pools.exposure.sum(axis=1), rtol=1e-12)
    by_name = dict(zip(INSTRUMENTS, found.T, strict=True))
    np.testing.assert_allclose(by_name["vendor"], (loans.debt * loans.vendor).sum(axis=1), rtol=1e-12)
    sites = base.layout.opening[t].instrument == SITE
    np.testing.assert_allclose(by_name["site_loan"], loans.debt[:, sites].sum(axis=1), rtol=1e-12)
    np.testing.assert_array_equal(by_name["revolver"], h.revolver.sum(axis=1))
    np.testing.assert_allclose(by_name["converts"], h.converts.sum(axis=1), rtol=1e-12)
    np.testing.assert_array_equal(found[:, len(PAPER) :], pools.exposure)
    assert (found >= 0.0).all()


def test_no_instrument_loses_more_than_was_owed_and_drawn(base: Opened) -> None:
    """Lines and term loans may be drawn in the quarter of the default; paper has interest added to it."""
    for t in QUARTERS:
        f, most = base.flow(t), owed(base, t)
        added = f.operators.facility
        most[:, 0] += (added.drawn + added.capitalized).sum(axis=1)
        most[:, INSTRUMENTS.index("revolver")] += np.maximum(f.operators.holdco.drawn, 0.0).sum(axis=1)
        assert (f.instrument_claims <= most * (1 + 1e-9) + 1.0).all()
        over = f.instrument_losses - f.instrument_claims * (1 + 1e-9)
        assert over.max() < 0.01, "beyond rounding"


def costly(run: Opened) -> int:
    """Relation 14: instruments = holders = owners less the cost of failures; how many fail."""
    failures = 0
    for t in range(1, len(run.worlds)):
        c, lost = run.flow(t).cascade, run.flow(t).instrument_losses.sum(axis=1)
        np.testing.assert_allclose(c.losses.sum(axis=1), lost, rtol=1e-9, atol=1.0)
        cost = c.bankruptcy_cost[:, 0]
        np.testing.assert_allclose(c.ultimate.sum(axis=1) - cost, lost, rtol=1e-9, atol=1.0)
        assert (c.ultimate >= -1.0).all()
        failures += int((cost > 0.0).sum())
    return failures


@pytest.mark.slow
def test_every_loss_is_booked_once_and_ends_once(base: Opened) -> None:
    """In the base case hardly a vehicle fails; at the page's losses some do."""
    costly(base)
    assert costly(opened(load(scenario="page-credit"), 20)) > 0, "somewhere a vehicle fails"


def test_look_through_exposure_is_counted_once(base: Opened, register: Assumptions) -> None:
    """Relation 27: what is owed, at holders of record and at those who own them, is the same dollar."""
    columns, what = inputs.table_columns(register), owed(base, T)
    held = what @ columns["credit.holding.share"]
    np.testing.assert_allclose(held.sum(axis=1), what.sum(axis=1), rtol=1e-12)
    owned = held @ columns["credit.owner.share"]
    np.testing.assert_allclose(owned.sum(axis=1), what.sum(axis=1), rtol=1e-12)
    funded = columns["credit.creditor.share"].sum(axis=(0, 2))
    np.testing.assert_allclose(
        funded[funded > 0.0], 1.0, err_msg="every vehicle's debt is owed in full, once"
    )


def test_marks_are_never_added_to_losses(base: Opened) -> None:
    """Forced sales of a quarter leave its credit losses and claims alone."""
    soft = replace(base.p.cascade, price_impact=0.0 * base.p.cascade.price_impact)
    calm = base.again(T, p=replace(base.p, cascade=soft))[1]
    assert (base.flow(T).cascade.mark_to_market > 0.0).any()
    assert not calm.cascade.mark_to_market.any()
    np.testing.assert_array_equal(calm.instrument_losses, base.flow(T).instrument_losses)
    np.testing.assert_array_equal(calm.cascade.ultimate, base.flow(T).cascade.ultimate)


# ─── the four pathways ───


def cut(base: Opened, coupling: str, value: float) -> tuple[World, Flows]:
    """Quarter T with the input of a pathway set to a value on all paths."""
    constant = {coupling: value, "wall->clo:bid": 0.0, "losses->nbfi:lines": 0.0}
    medians = Baseline({name: np.full((26, 1), level) for name, level in constant.items()})
    return base.again(T, links=Links({coupling: False}, medians))


PATHWAYS: dict[str, float] = {
    "losses->pensions": 1e12,
    "spread->banks": 0.5,
    "wall->clo": 1.0,
    "losses->nbfi": 1e12,
}


@pytest.mark.parametrize("coupling", PATHWAYS)
def test_a_pathway_moves_its_own_sales_and_no_loss_of_the_quarter(base: Opened, coupling: str) -> None:
    k = list(PATHWAYS).index(coupling)
    (quiet, calm), (shaken, hit) = cut(base, coupling, 0.0), cut(base, coupling, PATHWAYS[coupling])
    for flows in (hit.instrument_losses, hit.cascade.losses, hit.cascade.ultimate, hit.segments.loss):
        assert np.isfinite(flows).all()
    np.testing.assert_array_equal(hit.instrument_losses, calm.instrument_losses)
    np.testing.assert_array_equal(hit.cascade.losses, calm.cascade.losses)
    np.testing.assert_array_equal(hit.cascade.ultimate, calm.cascade.ultimate)
    more, usual = hit.cascade.forced[:, k], calm.cascade.forced[:, k]
    assert (more >= usual).all()
    if coupling != "wall->clo":  # a shut market lets a CLO sell that must; few must
        assert (usual == 0.0).all()
        assert (more > 0.0).all()
    for other in {0, 1, 3} - {k}:
        np.testing.assert_array_equal(hit.cascade.forced[:, other], calm.cascade.forced[:, other])
    moved = {
        "squeeze": (shaken.seen.squeeze > quiet.seen.squeeze).all(),
        "freeze": (shaken.seen.freeze == 1.0).all() and (quiet.seen.freeze < 1.0).any(),
    }
    assert moved == {"squeeze": coupling == "losses->nbfi", "freeze": coupling == "wall->clo"}
    if coupling == "losses->nbfi":
        np.testing.assert_array_equal(shaken.seen.freeze, quiet.seen.freeze)
    # who was over its leverage may come back under it by a forced sale and then sell no more: hence not all
    idle = ~calm.cascade.sold.any(axis=1)
    assert (hit.cascade.discount[idle] >= calm.cascade.discount[idle]).all()
    assert hit.cascade.discount.mean() >= calm.cascade.discount.mean()


@pytest.mark.parametrize("coupling", PATHWAYS)
def test_a_pathway_that_is_off_reads_the_median_of_the_base_case(
    base: Opened, medians: Baseline, coupling: str
) -> None:
    """Its channel is then the same whatever this path has lost; equity behind it is still the path's."""
    links = Links({coupling: False}, medians, keep=True)
    again = base.again(T, links=links)[1]
    kept = links.kept[coupling][T]
    assert np.ptp(kept) > 0.0, "the path has a value of its own"
    found = np.asarray(links(coupling, T, kept))
    np.testing.assert_array_equal(found, np.broadcast_to(medians.medians[coupling][T], found.shape))
    if coupling in ("losses->pensions", "spread->banks"):  # the others also cut what last quarter left
        np.testing.assert_array_equal(again.instrument_losses, base.flow(T).instrument_losses)


def test_with_pathways_off_no_bid_freezes_and_no_line_is_missed(base: Opened, medians: Baseline) -> None:
    """What CLOs and banks did last quarter is cut with its pathway, not only what made them do it."""
    seen = replace(base.worlds[T - 1].seen, freeze=np.ones((1024, 1)), squeeze=np.full((1024, 1), 0.4))
    struck = replace(base.worlds[T - 1], seen=seen)
    off = Links({"wall->clo": False, "losses->nbfi": False}, medians)
    for name in ("refinanced", "defaulted"):
        one, other = (
            getattr(base.again(T, w, links=off)[1].segments, name) for w in (struck, base.worlds[T - 1])
        )
        np.testing.assert_array_equal(one, other)
    one, other = (base.again(T, w, links=off)[1].market.availability for w in (struck, base.worlds[T - 1]))
    np.testing.assert_array_equal(one, other)


# ─── what a quarter's cascade does to the next ───


def with_seen(base: Opened, **changes: Any) -> tuple[World, Flows]:
    world = base.worlds[T - 1]
    return base.again(T, replace(world, seen=replace(world.seen, **changes)))


def test_pulled_lines_lower_availability_next_quarter(base: Opened) -> None:
    none, some = (with_seen(base, squeeze=np.full((1024, 1), x))[1] for x in (0.0, 0.2))
    np.testing.assert_allclose(some.market.availability, 0.8 * none.market.availability, rtol=1e-12)
    pools = slice(SOFTWARE, B_LOANS + 1)
    less, usual = some.segments.originated[:, pools], none.segments.originated[:, pools]
    np.testing.assert_allclose(less, 0.8 * usual, rtol=1e-9)


def test_a_frozen_clo_bid_lowers_refinancing_next_quarter(base: Opened) -> None:
    free, frozen = (with_seen(base, freeze=np.full((1024, 1), x))[1].segments for x in (0.0, 1.0))
    due = free.due[:, B_LOANS]
    np.testing.assert_array_equal(frozen.due, free.due)
    assert (due > 0.0).all()
    assert (frozen.refinanced[:, B_LOANS] <= free.refinanced[:, B_LOANS]).all()
    shut = base.flow(T).spread[:, 0] > base.p.segments.shut_spread
    lower = frozen.refinanced[:, B_LOANS] < free.refinanced[:, B_LOANS]
    assert lower[~shut].all()
    assert (frozen.wall_defaulted[~shut, B_LOANS] > free.wall_defaulted[~shut, B_LOANS]).all()
    np.testing.assert_array_equal(frozen.refinanced[:, :B_LOANS], free.refinanced[:, :B_LOANS])


def test_forced_demand_reaches_borrowers_who_live_off_it(base: Opened) -> None:
    forced = dict(base.context(T).forced, demand=np.full((1024, 1), -0.3))
    hit, usual = base.again(T, forced=forced)[1].segments, base.flow(T).segments
    for k, more, less in ((SPV, hit, usual), (SOFTWARE, usual, hit)):  # software dies of AI's success
        assert (more.default_rate[:, k] >= less.default_rate[:, k]).all()
        assert (more.default_rate[:, k] > less.default_rate[:, k]).mean() > 0.9
    if (base.p.segments.demand_weight[0, DIRECT_LENDING:] == 0.0).all():
        np.testing.assert_array_equal(
            hit.default_rate[:, DIRECT_LENDING:], usual.default_rate[:, DIRECT_LENDING:]
        )


def test_a_fall_in_prices_widens_the_spread_it_is_owed(base: Opened) -> None:
    soft = replace(base.p.cascade, price_impact=0.0 * base.p.cascade.price_impact)
    calm = base.again(T, p=replace(base.p, cascade=soft))[0].seen.impact
    more = base.worlds[T].seen.impact - calm
    expected = base.p.glue.discount_spread * base.flow(T).cascade.discount
    np.testing.assert_allclose(more, expected, rtol=1e-9, atol=1e-15)
    assert (expected > 0.0).any()


# ─── lenders and stakes ───


def test_a_lender_is_drawn_once_for_all_quarters(base: Opened) -> None:
    """Who amends in one quarter would have amended in any other; no loan is amended twice."""
    uniform = base.shocks.uniform["amend"]
    assert uniform.shape == (1, 1024, base.layout.book.facilities)
    willing = uniform[0] < base.p.facility.amend_probability
    times = np.zeros(willing.shape)
    for t in QUARTERS:
        f = base.flow(t).operators.facility
        helped = f.amended | (f.balloon_extended > 0.0)
        n = helped.shape[1]
        assert (helped <= willing[:, :n]).all()
        assert (helped <= base.worlds[t].facility.extended[:, :n]).all()
        times[:, :n] += helped
    assert times.max() == 1.0
    late = {**base.shocks.uniform, "amend": np.concatenate([uniform, 1.0 - uniform])}
    other = base.again(T, shocks=replace(base.shocks, uniform=late))[1]
    np.testing.assert_array_equal(other.operators.facility.stage, base.flow(T).operators.facility.stage)


def test_a_stake_is_worth_the_better_of_running_and_selling(base: Opened) -> None:
    """Without contracts what the chips fetch, with them never less, over the debt."""
    t, p, layout = 8, base.p, base.layout
    world, f = base.worlds[t], base.flow(t)
    loans, billing, none = world.facility, f.operators.billing, np.zeros((1024, 1))
    assert loans.debt.shape[1] == layout.opening[t].facilities, "no cohort in this quarter"
    credit = Credit(f.spread, f.market.availability, world.market.factor, f.market.sofr)
    market = pledges.asset_market(p, base.links, t, world.rents, f.rents, f.fleet, base.fixed, credit, none)

    def residual(rows: Any, **changes: Any) -> Array:
        at = rows[:, None], np.arange(loans.debt.shape[1])
        return pledges.residual(p, layout, t, market, replace(billing, **changes), loans, at)

    rows, nothing = np.arange(1024), np.zeros_like(billing.contracted)
    found, sold = residual(rows), residual(rows, billed_rate=nothing, contracted=nothing)
    np.testing.assert_array_equal(residual(rows[5:9]), found[5:9])
    assert (found >= sold).all()
    assert (found > sold).any()
    assert ((found == sold) & (sold > 0.0)).any()
    assert (found[loans.defaulted] == 0.0).all()

"""How the engine hands prices and rates to neoclouds, re-added from worlds and flows."""

from dataclasses import replace

import numpy as np

from risk.engine.origination import joined
from risk.engine.world import Parameters, exposures
from risk.mechanisms.neocloud.book import SITE, VENDOR, widen
from tests.engine.base import Array, Opened

EXPOSED = ("ddtl", "vendor", "site_loan", "revolver", "notes", "converts", "spv", "software")


def note_spread(base: Opened, t: int) -> Array:
    """150 bp and each path's multiple of the high-yield spread, over SOFR."""
    return np.asarray(0.015 + base.p.glue.note_spread_beta * base.flow(t).spread)


def test_impact_on_spreads_is_all_losses_less_those_of_the_cycle_and_fallen_prices(base: Opened) -> None:
    """10 bp or so for 10bn, half carried over; paper of companies and all pools count."""
    p = base.p.market
    fallen = 0
    for t in range(1, len(base.worlds)):
        f = base.flow(t)
        before = base.worlds[t - 1]
        owed = exposures(base.layout, before.facility, before.holdco, before.segments)
        expected = 0.0025 * owed[:, :4].sum(axis=1) + 0.0075 * owed[:, 4:6].sum(axis=1)
        expected = expected + f.segments.expected_loss.sum(axis=1)
        lost = f.instrument_losses.sum(axis=1) - expected
        carried = 0.5 * base.worlds[t - 1].seen.impact[:, 0]
        spread = np.minimum(carried + p.loss_impact[:, 0] * np.maximum(lost, 0.0), p.largest_impact)
        expected = spread + base.p.glue.discount_spread * f.cascade.discount[:, 0]
        np.testing.assert_allclose(base.worlds[t].seen.impact[:, 0], expected, rtol=1e-9, atol=1e-15)
        fallen += int((f.cascade.discount > 0.0).sum())
    assert fallen > 0


def test_losses_and_claims_of_facilities_stand_on_their_instruments(base: Opened) -> None:
    """Vendor paper by path, site loans by the book, everything else a term loan; companies by creditor."""
    seen = np.zeros(len(EXPOSED), dtype=bool)
    for t in range(1, len(base.worlds)):
        before, f, book = base.worlds[t - 1].facility, base.flow(t).operators, base.layout.opening[t]
        site = np.equal(book.instrument, SITE)
        for amounts, found in ((f.facility.loss, f.losses), (f.facility.written_off, f.claims)):
            vendor = amounts * before.vendor
            rest = amounts - vendor
            by_hand = [rest[:, ~site].sum(axis=1), vendor.sum(axis=1), rest[:, site].sum(axis=1)]
            np.testing.assert_allclose(found[:, :3], np.stack(by_hand, axis=1), rtol=1e-9, atol=1.0)
        h = f.holdco
        for k, name in enumerate(("revolver", "notes", "converts"), start=3):
            owed, paid = getattr(h.claims, name), getattr(h.recovered, name)
            np.testing.assert_allclose(f.claims[:, k], owed.sum(axis=1), rtol=1e-12)
            np.testing.assert_allclose(f.losses[:, k], (owed - paid).sum(axis=1), rtol=1e-9, atol=1.0)
        seen[: f.losses.shape[1]] |= (f.losses > 0.0).any(axis=0)
    assert seen[:6].all(), "every kind of paper has lost something somewhere"
    assert (base.layout.base_book.instrument == VENDOR).any()


def test_a_company_keeps_its_overhead_before_it_cures(base: Opened) -> None:
    """Cash of one quarter's overhead and a full revolver: no facility is cured."""
    t = 14
    before = base.worlds[t - 1]
    devices = base.layout.opening[t].by_firm(before.facility.devices)
    growth = np.maximum(devices / base.fixed.fleet_by_firm - 1.0, 0.0)
    overhead = base.p.holdco.overhead * (1.0 + 0.5 * growth)
    alive = ~base.worlds[t].holdco.defaulted
    np.testing.assert_allclose(base.flow(t).operators.holdco.overhead[alive], overhead[alive])
    full = np.broadcast_to(base.p.holdco.revolver, overhead.shape)
    bare = replace(before, holdco=replace(before.holdco, cash=overhead, revolver=full))
    assert base.again(t, bare)[1].operators.facility.supported.max() < 1.0
    richer = replace(before, holdco=replace(before.holdco, cash=overhead + 5e9, revolver=full))
    assert base.again(t, richer)[1].operators.facility.supported.max() > 1e6


def test_notes_of_a_cohort_move_the_coupon_to_todays_rate(base: Opened) -> None:
    """First cohort, no note due in the quarter: 9.5% before, what is new at SOFR plus the issue spread."""
    t = 2
    old = base.worlds[t - 1].holdco
    new = base.flow(t).operators.new.notes
    share = np.where(new > 0, new / np.maximum(old.notes + new, 1.0), 0.0)
    rate = base.flow(t).market.sofr + note_spread(base, t)
    expected = old.coupon + share * (rate - old.coupon)
    np.testing.assert_allclose(base.worlds[t].holdco.coupon, expected, rtol=1e-12)
    assert (share > 0).any()


def test_notes_are_sound_up_to_900_bp(base: Opened) -> None:
    dear = 0
    for t in range(1, len(base.worlds)):
        f = base.flow(t).operators.holdco
        refinanced = np.where(f.default, 0.0, f.notes_due - f.notes_repaid - f.settled)
        wide, rolled = note_spread(base, t) > 0.09, refinanced > 1.0
        assert (f.notes_sound[rolled & ~wide] > 0.0).all()
        rest = f.notes_sound - f.settled - np.maximum(f.notes_repaid - f.equity, 0.0)
        assert (rest[rolled & wide] <= 1.0).all()
        dear += int((rolled & wide).sum())
    assert dear > 0


def test_a_refinanced_balloon_costs_sofr_and_the_margin(base: Opened) -> None:
    """SOFR + 400 bp + .5 (HY - 400 bp); what floats keeps the margin, what is fixed the rate of the day."""
    seen = {True: 0, False: 0}
    for t in range(1, len(base.worlds)):
        f, book = base.flow(t), base.layout.opening[t]
        rolled = f.operators.facility.balloon_refinanced > 0
        rate = f.market.sofr + 0.04 + 0.5 * (f.spread - 0.04)
        expected = rate - book.floating * f.market.sofr
        margin = base.worlds[t].facility.margin[:, : rolled.shape[1]]
        np.testing.assert_allclose(margin[rolled], expected[rolled], rtol=1e-12)
        for floats in seen:
            seen[floats] += int(rolled[:, book.floating == floats].sum())
    assert sum(seen.values()) > 100


def test_a_cohort_spends_what_it_has_on_gpus_of_its_generation(base: Opened) -> None:
    """Units times the cost of an H100e times its throughput: the compute share of capex, by firm.

    A quarter of it has no contract, and an unrated firm builds that only where a vendor lends this year. What
    leverage and equity do not allow is not built, of all payer classes alike that find a lender.
    """
    p, whole, limited = base.p.cohorts, 0, 0
    for t, generation in ((2, 3), (7, 3), (12, 4), (18, 5)):
        f = base.flow(t)
        devices = f.operators.new.devices
        where = joined(base.layout, t)
        grown = widen(base.worlds[t - 1].facility.devices, where[-1] + 1)[:, where]
        added = base.worlds[t].facility.devices[:, where] - grown
        mine = devices[:, base.layout.cohort_firms]
        np.testing.assert_allclose(mine.reshape(added.shape), added, rtol=1e-9, atol=1e-3)
        cost = (f.fleet.cost * base.fixed.throughput[:, generation : generation + 1])[:, 0]
        willing = ~base.worlds[t].holdco.defaulted & (f.market.availability >= p.shut_availability)
        vendor = base.shocks.uniform["vendor"][base.layout.opened[t] - 1] < p.vendor_access
        lent = np.stack([np.ones_like(vendor), np.ones_like(vendor), vendor | (p.rated > 0)], axis=2)
        asked = 0.6 * f.spending.operator_capex[:, :, None] * (willing * p.firm_share)[:, :, None]
        asked = (asked * p.payer_shares[:, None, :] * lent)[:, base.layout.cohort_firms]
        asked = asked * ((mine > 0.0) | ~(mine > 0.0).any(axis=2, keepdims=True))
        spent = mine * cost[:, None, None]
        assert (spent <= asked * (1 + 1e-9)).all()
        built = spent.sum(axis=2) / np.maximum(asked.sum(axis=2), 1.0)
        np.testing.assert_allclose(spent, built[:, :, None] * asked, rtol=1e-9, atol=1.0)
        whole += int((built > 1.0 - 1e-9).sum())
        limited += int(((built < 0.999) & (asked.sum(axis=2) > 0.0)).sum())
    assert min(whole, limited) > 1000


def test_a_cohort_signs_for_all_its_units_at_prices_still_to_be_paid(base: Opened) -> None:
    t = 5
    world = base.worlds[t]
    assert base.layout.opened[t] == t - 3, "the fourth cohort of its year"
    named = base.layout.opening[t].names
    n = named.index("CRWV-2027-IG")
    billed = world.contracts.kept * world.contracts.quantity
    added = base.worlds[t].facility.devices - base.worlds[t - 1].facility.devices
    for k, (payer, tenor) in enumerate((("IG", 24), ("LAB", 18), ("OTHER", 6))):
        column = n + k
        assert named[column].endswith(payer)
        ending = world.contracts.endings[t + tenor]
        assert ending is not None
        signed, value = (x[:, ending.columns == column][:, 0] for x in (ending.quantity, ending.value))
        kept, price = (getattr(world.contracts, x)[:, column] for x in ("kept", "price_factor"))
        np.testing.assert_allclose(kept * signed, added[:, column], rtol=1e-9, atol=1e-3)
        paid = base.flow(t).operators.new.price[:, 0, k]
        np.testing.assert_allclose(kept * price * value, added[:, column] * paid, rtol=1e-9, atol=1e-3)
    assert (billed[:, n:] <= world.facility.devices[:, n:] * (1 + 1e-9)).all()


def all_ordered(base: Opened) -> Parameters:
    """Parameters with which nobody holds back an order for want of power."""
    return replace(base.p, fleet=replace(base.p.fleet, order_floor=1.0))


def test_neoclouds_save_capex_for_their_cohort(base: Opened) -> None:
    """Their part of other buyers' plans: the quarter's where each has its cohort, else what came together."""
    for t in (1, 2, 9):
        spending, glue = base.again(t, p=all_ordered(base))[1].spending, base.p.glue
        planned = glue.operator_share * glue.other_buyers * glue.ai_share_at(t) * spending.cash_capex
        np.testing.assert_allclose(spending.operator_capex, planned, rtol=1e-9)
    t = 6
    rest = {q: g for q, g in base.layout.cohorts.items() if q != t}
    waiting = base.again(t, layout=replace(base.layout, cohorts=rest))[0].seen.operator_capex
    np.testing.assert_array_equal(waiting, base.flow(t).spending.operator_capex)
    assert not base.worlds[t].seen.operator_capex.any()


def test_what_nobody_financed_is_not_built_a_quarter_later(base: Opened) -> None:
    """Of the neoclouds' part of other buyers' capex the unfinanced share, as far as nobody steps in."""
    cut = 0
    for t in (3, 9, 20):
        new, spending = base.flow(t - 1).operators.new, base.again(t, p=all_ordered(base))[1].spending
        share = new.financed.sum(axis=1, keepdims=True) / new.planned.sum(axis=1, keepdims=True)
        missing = base.p.glue.unfunded_unbuilt * base.p.glue.operator_share * (1.0 - share)
        world = spending.cash_capex * (1.0 + base.p.glue.other_buyers * (1.0 - missing))
        np.testing.assert_allclose(spending.ai, base.p.glue.ai_share_at(t) * world, rtol=1e-9)
        cut += int((missing > 0.05).sum())
    assert cut > 100

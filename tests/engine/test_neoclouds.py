"""How the engine hands prices and rates to neoclouds, re-added from worlds and flows."""

from dataclasses import replace

import numpy as np

from risk.engine.world import exposures
from risk.mechanisms.neocloud.book import SITE, VENDOR
from tests.engine.base import Array, Opened

EXPOSED = ("ddtl", "vendor", "site_loan", "revolver", "notes", "converts", "spv", "software")


def note_spread(spread: Array) -> Array:
    """150 bp + 1.3 times the high-yield spread, over SOFR."""
    return 0.015 + 1.3 * spread


def test_impact_on_spreads_is_all_losses_less_those_of_the_cycle_and_fallen_prices(base: Opened) -> None:
    """10 bp or so for 10bn, half carried over; paper of companies and all pools count."""
    p = base.p.market
    fallen = 0
    for t in range(1, len(base.worlds)):
        f = base.flow(t)
        before = base.worlds[t - 1]
        owed = exposures(base.layout, t, before.facility, before.holdco, before.segments)
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
    new = base.flow(t).operators.notes_issued
    share = np.where(new > 0, new / np.maximum(old.notes + new, 1.0), 0.0)
    rate = base.flow(t).market.sofr + note_spread(base.flow(t).spread)
    expected = old.coupon + share * (rate - old.coupon)
    np.testing.assert_allclose(base.worlds[t].holdco.coupon, expected, rtol=1e-12)
    assert (share > 0).any()


def test_notes_are_sound_up_to_900_bp(base: Opened) -> None:
    t = 6
    f = base.flow(t).operators.holdco
    refinanced = np.where(f.default, 0.0, f.notes_due - f.notes_repaid)
    wide = note_spread(base.flow(t).spread) > 0.09
    rolled = refinanced > 0
    sound = f.notes_sound - np.maximum(f.notes_repaid - f.equity, 0.0)
    assert (sound[rolled & ~wide] > 0).all()
    assert (rolled & wide).any()
    assert (f.notes_sound[rolled & wide] == 0.0).all()


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

    A quarter of it has no contract, and an unrated firm builds that only where a vendor lends. What leverage
    does not allow is not built, of all payer classes alike.
    """
    p, whole, limited = base.p.cohorts, 0, 0
    for t, generation in ((2, 3), (6, 4), (14, 5)):
        f = base.flow(t)
        n = base.layout.opening[t].facilities
        devices = base.worlds[t].facility.devices[:, n:]
        cost = (f.fleet.cost * base.fixed.throughput[:, generation : generation + 1])[:, 0]
        willing = ~base.worlds[t].holdco.defaulted & (f.market.availability >= p.shut_availability)
        vendor = base.shocks.uniform["vendor"][t - 1] < p.vendor_access
        lent = np.stack([np.ones_like(vendor), np.ones_like(vendor), vendor | (p.rated > 0)], axis=2)
        asked = 0.6 * f.spending.operator_capex[:, :, None] * (willing * p.firm_share)[:, :, None]
        asked = (asked * p.payer_shares * lent)[:, base.layout.cohort_firms]
        spent = devices.reshape(asked.shape) * cost[:, None, None]
        assert (spent <= asked * (1 + 1e-9)).all()
        built = spent.sum(axis=2) / np.maximum(asked.sum(axis=2), 1.0)
        np.testing.assert_allclose(spent, built[:, :, None] * asked, rtol=1e-9, atol=1.0)
        whole += int((built > 1.0 - 1e-9).sum())
        limited += int(((built < 0.999) & (asked.sum(axis=2) > 0.0)).sum())
    assert whole > 10 * limited > 0


def test_a_cohort_signs_for_all_its_units_at_prices_still_to_be_paid(base: Opened) -> None:
    t = 6
    n = base.layout.opening[t].facilities
    world = base.worlds[t]
    np.testing.assert_allclose(world.contracts.quantity[:, n:], world.facility.devices[:, n:])
    assert (world.contracts.kept[:, n:] == 1.0).all()
    ends = [q for q, b in enumerate(world.contracts.buckets) if b is not None and b[0].shape[1] > n]
    assert {q - t for q in ends if q in (t + 6, t + 20)} == {6, 20}
    named = base.layout.opening[t + 1].names[n:]
    assert named[0] == "CRWV-2027-IG"
    expiry = world.contracts.buckets[t + 20]
    assert expiry is not None
    long = [i for i, name in enumerate(named) if not name.endswith("OTHER")]
    np.testing.assert_allclose(expiry[0][:, n:][:, long], world.facility.devices[:, n:][:, long])


def test_neoclouds_save_capex_for_their_cohort(base: Opened) -> None:
    """.40 of other buyers' AI capex, quarter by quarter since the last cohort."""
    for t in (3, 4, 5, 6):
        spent = sum(
            0.4 * (base.flow(q).spending.ai * (1.0 - 1.0 / (1.0 + base.p.glue.other_buyers)))
            for q in range(3, t + 1)
        )
        np.testing.assert_allclose(base.flow(t).spending.operator_capex, spent, rtol=1e-9)

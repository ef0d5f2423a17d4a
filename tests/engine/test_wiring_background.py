"""Which side of a bar counts, and which quarter: at the bar, and by a hair under and over it.

Background are binary fractions here, so that a path at the bar is at it to the bit.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from risk.engine import feedback, pledges
from risk.engine.layout import Layout
from risk.engine.origination import Credit
from risk.engine.tally import Tally
from risk.engine.world import exposures
from tests.base_names import IG, IG_ON_LAB
from tests.engine.base import BACKGROUND, Opened
from tests.engine.test_outcomes import AT, QUARTERS, find, series, since
from tests.engine.wiring import ORDINARY, wired

EXACT: dict[str, Any] = {
    "background": replace(
        BACKGROUND, merchant_opex_multiple=2.0, opex=np.array([[0.25, 0.5, 0.5, 0.5, 0.5, 0.5]])
    ),
    "numbers": {
        "propositions.capex_fall": 0.75,
        "propositions.debt_funded": 0.25,
        "propositions.rent_fall": 0.25,
        "propositions.rent_fall_alternative": 0.375,
        "propositions.facility_default": 0.375,
        "propositions.facility_default_early": 0.25,
        "propositions.cascade_share": 0.25,
        "propositions.paper_loss": 0.125,
        "propositions.private_credit_loss": 0.125,
        "propositions.low_recovery": 0.25,
        "propositions.low_recovery_defaults": 0.0625,
        "propositions.revenue_bar": 640.0,
        "propositions.cash_coverage": 0.75,
    },
}
NONE: dict[str, Any] = {"internal_use": series(0.0)}
HAIR = 1e-9


def due(share: float, quarter: str) -> dict[str, Any]:
    """Bullets of 64 in a quarter of which a share fails."""
    return {"due": {quarter: 64.0}, "sound": {quarter: 64.0 * (1.0 - share)}}


def lost(loss: float, defaulted: float) -> dict[str, Any]:
    """Loss and default of AI-exposed credit in 2029Q1, where 1,024 were exposed."""
    one = {"exposed_loss": series(0.0, q2029Q1=loss), "exposed_defaulted": series(0.0, q2029Q1=defaulted)}
    return one | {"exposed_at_base": series(1024.0)}


def forced(loss: float, marks: float) -> dict[str, Any]:
    """Credit lost and marks of forced sales in 2028Q1."""
    return {"quarter_loss": series(0.0, q2028Q1=loss), "second_round": series(0.0, q2028Q1=marks)}


def slid(level: float) -> dict[str, Any]:
    """Rents that come down slowly to a level and stay there from 2029Q1 on."""
    path = np.concatenate([np.geomspace(2.0, 1.1 * level, AT("2029Q1")), np.full(QUARTERS, level)])[:QUARTERS]
    return {"h100_contract": path}


Paths = Callable[[float], dict[str, Any]]
"""What a path looks like where a quantity is so and so many times its bar."""

SIDES: tuple[tuple[str, str, Paths], ...] = (
    # holds below | at or below | at or above | above its bar
    ("B1", "<", lambda x: NONE | {"revenue": series(100.0 * x)}),
    ("B1x", "<", lambda x: {"revenue": series(100.0 * x)}),
    *((f"B1_{lens}", "<", lambda x, lens=lens: NONE | {"revenue": series(64.0 * x)}
       | {f"required_{lens}": series(64.0)}) for lens in ("energized", "cahn", "cahn_all")),
    *((f"B1x_{lens}", "<", lambda x, lens=lens: {"revenue": series(64.0 * x)}
       | {f"required_{lens}": series(64.0)}) for lens in ("energized", "cahn", "cahn_all")),
    ("B2", "<=", lambda x: {"capex": since("2028Q1", 75.0 * x, 100.0)}),
    ("B3", ">=", lambda x: {"net_raised": since("2026Q3", 31.25 * x)}),
    ("B4", "<=", lambda x: {"h100_contract": since("2028Q2", 0.625 * x, 2.5)}),
    ("B4_60", "<=", lambda x: {"h100_contract": since("2028Q2", 0.9375 * x, 2.5)}),
    ("B4", "<", lambda x: slid(0.5 * x)),
    ("B4_neocloud_cost", "<", lambda x: slid(1.0 * x)),
    ("B5", ">=", lambda x: {"seasoned": since("2032Q4", 0.375 * x)}),
    ("B5i", ">=", lambda x: {"seasoned": since("2030Q4", 0.25 * x)}),
    ("B5d", ">=", lambda x: {"seasoned_distressed": since("2032Q4", 0.375 * x)}),
    ("B5x", ">=", lambda x: {"seasoned_holdco": since("2032Q4", 0.375 * x)}),
    ("B6", ">=", lambda x: due(0.25 * x, "q2031Q4")),
    ("B6_2029", ">=", lambda x: due(0.25 * x, "q2029Q4")),
    ("B7", ">=", lambda x: {"paper_loss": series(0.0, q2030Q4=8.0 * x), "neocloud_debt": series(64.0)}),
    ("B7x", ">=", lambda x: lost(128.0 * x, 1e6)),
    ("B7x", "<", lambda x: lost(100.0 - 25.0 * x, 100.0)),
    ("B7x", ">=", lambda x: lost(64.0 * x, 64.0 * x)),
    ("B8", ">=", lambda x: forced(64.0, 16.0 * x)),
    ("B8", ">=", lambda x: forced(40.0 * x, 40.0)),
    ("U1", ">=", lambda x: {"revenue": since("2030Q4", 640.0 * x)}),
    ("U1x", ">=", lambda x: NONE | {"revenue": since("2030Q4", 640.0 * x)}),
    ("U2", ">=", lambda x: {"cfo": series(93.75 * x)}),
    ("U4", ">=", lambda x: {"h100_contract": series(2.5, q2028Q4=0.75 * 2.5 * x)}),
    ("U4x", ">=", lambda x: {"h100_contract": series(2.5, q2028Q4=0.50 * 2.5 * x)}),
    ("rent_rises_a_year", ">", lambda x: {"h100_contract": 2.5 * since("2027Q2", x, 1.0)}),
)  # fmt: skip


@pytest.mark.parametrize(
    ("name", "side", "paths"), SIDES, ids=[f"{n}{s}{i}" for i, (n, s, _) in enumerate(SIDES)]
)
def test_the_side_of_a_bar_that_counts(name: str, side: str, paths: Paths) -> None:
    found = [find(**EXACT, **paths(x))[name] for x in (1.0 - HAIR, 1.0, 1.0 + HAIR)]
    assert found == [float("<" in side), float("=" in side), float(">" in side)]


# ─── dates ───


def test_run_rates_count_to_the_end_of_2030() -> None:
    assert find(**NONE, revenue=since("2031Q1", 1e4))["U1x"] == 0.0
    assert find(**NONE, revenue=series(0.0, q2026Q2=1e4))["U1x"] == 1.0, "the base date counts"


def test_levels_stand_at_their_dates() -> None:
    found = find(
        revenue=series(0.0, q2026Q2=3.0, q2026Q3=6.0, q2026Q4=9.0),
        internal_use=series(0.0, q2030Q4=50.0),
        lab_recycled=series(0.0, q2028Q4=80.0),
        power_bound=series(0.0, q2026Q2=1.0, q2032Q4=1.0),
        utilization=series(0.6, q2026Q2=0.1, q2030Q4=0.5),
        hy_spread=series(0.04, q2026Q2=0.09),
        adjusted_debt=series(1.0, q2030Q4=7.0),
        h100_contract=series(2.0, q2026Q4=2.1, q2028Q4=2.2, q2030Q4=2.3),
        h100_spot=series(2.0, q2026Q4=1.9),
    )
    assert found["revenue_2026"] == 6.0
    assert found["internal_share_2030"] == 0.25
    assert found["circular_share_2028"] == 0.4
    assert found["power_bound_share"] == pytest.approx(1 / 26), "the base date has no flow"
    assert (found["utilization_low"], found["utilization_2030"]) == (0.5, 0.5)
    assert found["spread_peak"] == 0.09
    assert found["spread_mean"] == pytest.approx((26 * 0.04 + 0.09) / 27), "the base date has a spread"
    assert found["debt_2030"] == 7.0
    assert [found[f"h100_{x}"] for x in ("2026", "spot_2026", "2028", "2030")] == [2.1, 1.9, 2.2, 2.3]


@pytest.mark.parametrize(("quarter", "counts"), [("2030Q4", True), ("2031Q1", False)])
def test_new_par_counts_until_two_years_before_the_end(quarter: str, counts: bool) -> None:
    more = {f"q{quarter}": 1024.0}
    paper: dict[str, Any] = {"paper_loss": series(0.0, q2032Q4=8.0), "neocloud_debt": series(64.0)}
    assert find(**EXACT, **paper, paper_par=series(0.0, **more))["B7"] == float(not counts)


@pytest.mark.parametrize(("quarter", "counts"), [("2028Q4", True), ("2029Q1", False)])
def test_new_par_of_all_exposed_credit_counts_until_the_end_of_2028(quarter: str, counts: bool) -> None:
    at_bar = lost(128.0, 1e6) | {"exposed_par": series(0.0, **{f"q{quarter}": 1024.0})}
    assert find(**EXACT, **at_bar)["B7x"] == float(not counts)


def test_a_rent_collapse_is_dated_by_what_came_first() -> None:
    """Below cost in 2027Q1 and Q2, down by three quarters within two years only in 2028Q2."""
    dip = {"q2027Q1": 0.4, "q2027Q2": 0.4}
    fall = since("2028Q2", 0.625, 2.5)
    both = np.where(series(0.0, **dip) > 0, 0.4, fall)
    assert find(**EXACT, h100_contract=both)["B4_quarter"] == AT("2027Q2")
    assert find(**EXACT, h100_contract=fall)["B4_quarter"] == AT("2028Q2")
    late = np.where(series(0.0, q2029Q3=1.0, q2029Q4=1.0) > 0, 0.4, fall)
    assert find(**EXACT, h100_contract=late)["B4_quarter"] == AT("2028Q2")


def test_a_bust_needs_two_of_four_and_what_defaults_by_the_end() -> None:
    short: dict[str, Any] = {"revenue": series(40.0), "capex": since("2028Q1", 60.0, 100.0)}
    assert find(**short, seasoned=since("2032Q4", 0.25))["bust"] == 1.0
    late = find(**short, seasoned=since("2031Q1", 0.25))
    assert (late["bust"], late["bust_v1"]) == (1.0, 0.0), "version 1 read what breaks by 2030"
    assert find(**short, seasoned=since("2030Q4", 0.25))["bust_v1"] == 1.0
    assert find(**short, seasoned_holdco=since("2031Q1", 0.9))["bust"] == 0.0, "B5x is no companion"
    assert find(**short)["bust"] == 0.0
    three = find(**short, seasoned=since("2029Q2", 0.25), paper_loss=series(0.0, q2030Q2=50.0))
    assert (three["bust"], three["bust_quarter"]) == (1.0, AT("2029Q2")), "the second of three dates it"


# ─── ages and dates of the book ───


@pytest.mark.parametrize(("t", "counts"), [(13, False), (14, True)])
def test_compute_counts_from_its_eighth_quarter(base: Opened, t: int, counts: bool) -> None:
    """The loans opened in quarter 6, all in default and nothing else: seasoned from quarter 14."""
    world = base.worlds[t]
    young = base.layout.book.origination[: world.facility.devices.shape[1]] == 6
    assert young.any()
    gone = np.broadcast_to(young, world.facility.defaulted.shape)
    loans = replace(world.facility, defaulted=gone, extended=np.zeros_like(gone))
    tally = Tally(64, base.layout.quarters)
    tally.add(base.layout, BACKGROUND, replace(world, facility=loans), base.flow(t), base.fixed, t)
    assert bool((tally.path("seasoned")[t] > 0.0).any()) is counts


def test_the_payers_that_count_as_strong(base: Opened) -> None:
    """One facility in default at a time: U3 breaks with an IG payer's or an IG-on-lab one, with no other."""
    t = 14
    world = base.worlds[t]
    n = world.facility.devices.shape[1]
    for column in range(n):
        gone = np.broadcast_to(np.arange(n) == column, world.facility.defaulted.shape)
        tally = Tally(2, base.layout.quarters)
        loans = replace(world.facility, defaulted=gone)
        tally.add(base.layout, BACKGROUND, replace(world, facility=loans), base.flow(t), base.fixed, t)
        strong = base.layout.book.payer[column] in (IG, IG_ON_LAB)
        assert (tally.path("strong_payer_default")[t] == float(strong)).all()


def test_converts_are_owed_up_to_the_quarter_they_fall_due(base: Opened) -> None:
    last = next(t for t in range(1, base.layout.quarters) if base.layout.converts[t].any())
    watched = wired(base, last)
    owed, after = (
        exposures(base.layout, w.facility, w.holdco, w.segments) for w in (watched.before, watched.after)
    )
    np.testing.assert_array_equal(watched.call("cascade").given["exposures"], owed)
    new, due = watched.flows.operators.new.converts, watched.flows.operators.holdco.converts_due
    fell = (due > 0.0).any(axis=1)
    assert fell.any()
    gone = owed[fell, 5] - due[fell].sum(axis=1) + new[fell].sum(axis=1)
    assert (after[fell, 5] <= gone * (1 + 1e-12)).all()


def test_a_market_is_shut_above_its_spread_and_not_at_it(base: Opened) -> None:
    """The spread of path 0 is made the bar: the CLO bid is there, and shareholders still cure."""
    spread = wired(base, ORDINARY).flows.market.spread
    bar = float(spread[0, 0])
    p = replace(
        base.p,
        segments=replace(base.p.segments, shut_spread=bar),
        holdco=replace(base.p.holdco, equity_window_spread=bar),
    )
    found = wired(base, ORDINARY, p)
    shut = found.call("cascade").given["channels"].clo[:, 0] > 0.0
    cure = found.call("facility").given["c"].window[:, 0]
    np.testing.assert_array_equal(shut, spread[:, 0] > bar)
    np.testing.assert_array_equal(cure, spread[:, 0] <= bar)
    assert not shut[0]
    assert cure[0]


@pytest.mark.parametrize(("share", "counts"), [(0.8, 0.8), (1.0, 1.0), (3.0, 1.0)])
def test_no_more_is_thrown_on_the_market_than_it_holds(base: Opened, share: float, counts: float) -> None:
    t = 9
    f, supply, layout = base.flow(t), base.worlds[t].fleet, base.layout
    merchant = base.p.glue.merchant_market * supply.energized.sum(axis=1)
    units = np.zeros_like(f.operators.facility.repossessed)
    units[:, 0] = share * merchant / base.fixed.throughput[:, layout.opening[t].generation[0]]
    sold = replace(f.operators, facility=replace(f.operators.facility, repossessed=units))
    context, no = base.context(t), np.zeros((1024, 1))
    seen = feedback.seen(context, base.worlds[t - 1], replace(f, operators=sold), supply, no)
    np.testing.assert_allclose(seen.fire_sale, base.p.glue.fire_sale_elasticity * counts, rtol=1e-12)


def test_collateral_and_renewals_go_through_couplings_of_their_own(base: Opened) -> None:
    """With the link to collateral cut at other prices, renewals see the market and collateral the cut."""
    t = 9
    f, state = base.flow(t), base.worlds[t].rents
    m, none = f.market, np.zeros((1024, 1))
    credit = Credit(f.spread, m.availability, base.worlds[t].market.factor, m.sofr)
    seen = pledges.asset_market(base.p, base.links, t, state, f.rents, f.fleet, base.fixed, credit, none)
    np.testing.assert_array_equal(seen.spot, f.rents.spot)
    np.testing.assert_array_equal(seen.contract, f.rents.contract)
    np.testing.assert_array_equal(seen.buyers.rent, f.rents.spot)
    assert (seen.collateral <= seen.buyers.new).all(), "nobody pays more than for the same work new"


def test_facilities_exist_from_the_quarter_after_their_cohort(base: Opened) -> None:
    layout: Layout = base.layout
    for t in layout.cohorts:
        older = int((layout.book.origination < t).sum())
        assert layout.opening[t].facilities == older
        assert layout.opening[t + 1].facilities == int((layout.book.origination <= t).sum())
        assert base.worlds[t].facility.devices.shape[1] == layout.opening[t + 1].facilities

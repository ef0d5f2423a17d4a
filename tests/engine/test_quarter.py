"""Small pieces of the quarter that a whole run shows too rarely."""

from dataclasses import replace

import numpy as np
import pytest

from risk.engine.quarter import _built, _fund
from tests.engine.base import Array, Opened
from tests.mechanisms.given import row


def test_a_plan_grows_from_what_was_built(base: Opened) -> None:
    paid = base.flow(9).funding
    planned = replace(base.worlds[8].plan, log_plan=row(0.0, 0.0, 0.0))
    some = replace(paid, planned=row(10.0, 10.0, 10.0), capex=row(10.0, 6.0, 0.5))
    found = np.exp(_built(base.context(9), planned, some).log_plan)
    np.testing.assert_allclose(found, row(10.0, 6.0, 10.0 * base.p.glue.smallest_build))


@pytest.mark.parametrize("growth", [-0.30, -0.02, 0.03, 0.30])
def test_firms_fund_ahead_for_a_year_of_bounded_growth(base: Opened, growth: float) -> None:
    """Told by what a firm raises that no cap binds."""
    t = 3
    p = replace(
        base.p.funding, bond_cap=1e15, leverage_limit=np.full_like(base.p.funding.leverage_limit, 1e3)
    )
    before = base.worlds[t - 1]
    seen = replace(before.seen, plan_growth=np.full((1024, 1), growth))
    context = base.context(t, p=replace(base.p, funding=p))
    nothing = np.zeros((1024, 1))
    _, f = _fund(context, replace(before, seen=seen), nothing, nothing)
    held = min(max(growth, base.p.glue.slowest_ahead), base.p.glue.fastest_ahead)
    year: Array = f.planned * sum(np.exp(held * k) for k in (1, 2, 3, 4))
    due = f.maturities - f.retired
    fixed = f.anchor_equity + p.payout * np.maximum(f.cfo, 0.0) + due
    spare = np.maximum(0.0, before.funding.cash - p.minimum_cash * p.cash)
    ahead = np.clip(p.prefunding * (year + 4.0 * (fixed - f.cfo)), 0.0, p.cash_reserve * year)
    need = np.maximum(f.planned + fixed + f.spv_support - f.cfo - spare + ahead, 0.0)
    np.testing.assert_allclose(f.bonds, need, rtol=1e-9, atol=1.0)


def test_ai_share_of_capex_rises_over_seven_quarters(base: Opened) -> None:
    glue = base.p.glue
    later = glue.ai_share_later
    for t, expected in ((0, 0.76), (4, 0.76 + (later - 0.76) * 4 / 7), (7, later), (20, later)):
        np.testing.assert_allclose(glue.ai_share_at(t), np.broadcast_to(expected, later.shape), rtol=1e-12)


def test_shocks_of_a_quarter_are_its_own(base: Opened) -> None:
    context = base.context(4)
    np.testing.assert_array_equal(context.factor("Z")[:, 0], base.shocks.common[3, :, 1])
    np.testing.assert_array_equal(context.own("firm"), base.shocks.idiosyncratic["firm"][3])
    np.testing.assert_array_equal(context.uniform("lab"), base.shocks.uniform["lab"][3])


def test_what_is_seen_is_what_happened(base: Opened) -> None:
    t = 9
    seen, f = base.worlds[t].seen, base.flow(t)
    np.testing.assert_allclose(seen.rents, 0.85 * f.rents.contract + 0.15 * f.rents.spot)
    np.testing.assert_array_equal(seen.availability, f.market.availability)
    np.testing.assert_array_equal(seen.demand, f.demand.total)
    np.testing.assert_array_equal(seen.recycled, f.demand.anchor_recycled)
    np.testing.assert_array_equal(seen.surprise, f.rents.surprise)
    np.testing.assert_array_equal(seen.jump, f.rents.jump)
    np.testing.assert_allclose(seen.revenue[:, 0], f.adoption.revenue.sum(axis=1))
    np.testing.assert_allclose(seen.plan_growth[:, 0], f.plan.growth.mean(axis=1))
    committed = np.interp(t, base.p.demand.commitment_quarters, base.p.demand.committed)
    np.testing.assert_allclose(seen.anchor_shortfall, np.maximum(0.0, 1.0 - f.demand.coverage) * committed)

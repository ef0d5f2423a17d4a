from typing import Any

import numpy as np
import pytest

from risk.mechanisms.revenue_gap import demand
from tests.mechanisms.given import Array, column, given
from tests.mechanisms.worked import worked

BN = 1e9
CALM = {name: column(0.0) for name in ("window", "demand_shock", "forced_demand", "forced_window")}


def parameters(**changes: Any) -> demand.Params:
    values: dict[str, Any] = {
        "compute_share": column(0.60),
        "compute_share_decline": 0.015,
        "internal_growth": column(0.42),
        "internal_growth_decay": column(0.22),
        "internal_demand_share": 0.8,
        "anchor_funding": column(60 * BN),
        "anchor_funding_growth": column(0.15),
        "anchor_window_loading": column(0.22),
        "anchor_window_persistence": 0.85,
        "shut_window": -1.5,
        "shut_window_funding": 0.45,
        "recycled_share": column(0.45),
        "supplier_capex_low": 0.25,
        "supplier_capex_high": 2.5,
        "supplier_cash_low": 0.5,
        "supplier_cash_high": 1.5,
        "anchor_revenue_share": 0.45,
        "anchor_compute_share": 0.72,
        "volume_elasticity": column(0.9),
        "largest_dearness": 2.5,
        "commitment_quarters": np.array([0.0, 2.0, 6.0]),
        "committed": np.array([70 * BN, 85 * BN, 135 * BN]),
    }
    return given(demand.Params, **(values | changes))


def step(
    p: demand.Params | None = None,
    t: int = 1,
    revenue: float = 160.0,
    suppliers: float = 1.1,
    dearness: float = 0.0,
    **shocks: float,
) -> tuple[demand.State, demand.Flows]:
    start = demand.State(column(77 * BN), column(0.0))
    read = CALM | {name: column(x) for name, x in shocks.items()}
    earned, lent, dear = column(revenue * BN), column(suppliers), column(dearness)
    return demand.step(p or parameters(), start, t, earned, lent, dear, demand.Shocks(**read))


def test_worked_example() -> None:
    with worked("revenue-gap", "demand") as w:
        start = demand.State(column(BN * w["internal before"]), column(0.0))
        struck = CALM | {"window": column(1.0), "demand_shock": column(0.05)}
        shocks = demand.Shocks(**struck)
        p = parameters()
        revenue, lent = column(BN * w["revenue"]), column(w["suppliers"])
        after, f = demand.step(p, start, 1, revenue, lent, column(0.0), shocks)
        w.agrees("compute share", demand.compute_share(p, 1))
        w.agrees("from revenue", f.from_revenue / BN)
        w.agrees("window", after.window)
        w.agrees("outside funding", f.anchor_external / BN)
        w.agrees("recycled", f.anchor_recycled / BN)
        w.agrees("internal use", f.internal / BN)
        w.agrees("demand", f.total / BN)
        w.agrees("commitments", demand.commitments(p, 1) / BN)
        w.agrees("coverage", f.coverage)
        p = parameters(volume_elasticity=column(w["elasticity of volume"]))
        fallen = column(w["rents over their expected path"])
        cheap, g = demand.step(p, start, 1, revenue, lent, fallen, shocks)
        w.agrees("answer", g.total / f.total)
        w.agrees("demand, rents fallen", g.total / BN)
        assert g.coverage == f.coverage, "what labs can pay is not what they bid"
        np.testing.assert_array_equal(cheap.internal, after.internal)


def test_worked_example_of_recycling() -> None:
    with worked("revenue-gap", "recycling") as w:
        then = column(w["capex at the base date"])
        kept, left = column(w["cash flow after capex at the base date"]), column(w["cash flow after capex"])
        now, p = column(w["capex"]), parameters()
        w.agrees("scale", demand.supplier_capacity(p, now, then, kept, kept))
        w.agrees("cash", demand.supplier_capacity(p, then, then, left, kept))
        w.agrees("suppliers", demand.supplier_capacity(p, now, then, left, kept))


def test_internal_use_is_what_clears_the_market_at_the_base_date() -> None:
    p = parameters()
    s = demand.init(p, column(227.5 * BN), column(150 * BN))
    assert s.internal.item() == pytest.approx((227.5 - 0.60 * 150 - 60) * BN)


def test_demand_is_the_sum_of_its_parts() -> None:
    _, f = step(window=0.3, demand_shock=-0.1)
    parts: Array = f.from_revenue + f.anchor_external + f.anchor_recycled + f.internal
    assert f.total == pytest.approx(parts, rel=1e-15)


def test_growth_of_internal_use_decays() -> None:
    early, late = step(t=1)[1].internal, step(t=17)[1].internal
    rate = np.log([early.item() / (77 * BN), late.item() / (77 * BN)])
    assert rate[1] / rate[0] == pytest.approx(np.exp(-0.22 * 4))


@pytest.mark.parametrize(("forced", "share"), [(-1.49, 1.0), (-1.51, 0.45)])
def test_a_shut_window_funds_less_than_half(forced: float, share: float) -> None:
    state, f = step(forced_window=forced)
    assert f.anchor_external.item() == pytest.approx(0.55 * 60 * BN * np.exp(0.0375 + 0.22 * forced) * share)
    assert f.window.item() == forced
    assert state.window.item() == 0.0, "what a scenario forces passes"


def test_forced_demand_passes() -> None:
    state, f = step(forced_demand=-0.5)
    assert f.internal / step()[1].internal == pytest.approx(np.exp(-0.4))
    assert state.internal == step()[0].internal


def test_recycled_money_follows_suppliers_and_does_not_grow_by_itself() -> None:
    assert step(suppliers=0.5)[1].anchor_recycled.item() == pytest.approx(0.45 * 60 * BN * 0.5)
    assert step(t=20)[1].anchor_recycled == step(t=1)[1].anchor_recycled


def test_coverage_falls_with_commitments_and_rises_with_means() -> None:
    assert step(t=6)[1].coverage < step(t=1)[1].coverage
    assert step(revenue=200.0)[1].coverage > step()[1].coverage
    assert step(suppliers=2.0)[1].coverage > step()[1].coverage


@pytest.mark.parametrize(("elasticity", "sign"), [(0.7, 1.0), (1.1, -1.0)])
def test_dollars_follow_rents_where_volume_hardly_answers(elasticity: float, sign: float) -> None:
    """Under one they shrink with rents and grow with them, over one the other way round; every bid alike."""
    p = parameters(volume_elasticity=column(elasticity))
    usual = step(p)[1]
    for dearness in (-1.0, -0.2, 0.2, 1.0):
        f = step(p, dearness=dearness)[1]
        ratio = np.exp((1.0 - elasticity) * dearness)
        assert np.sign(ratio - 1.0) == sign * np.sign(dearness)
        for name in ("from_revenue", "anchor_external", "anchor_recycled", "internal", "total"):
            assert getattr(f, name) == pytest.approx(ratio * getattr(usual, name), rel=1e-12), name


@pytest.mark.parametrize("dearness", [-9.0, -0.5, 0.5, 9.0])
def test_at_an_elasticity_of_one_dollars_do_not_hear_prices(dearness: float) -> None:
    one = parameters(volume_elasticity=column(1.0))
    assert step(one, dearness=dearness) == step(one)


@pytest.mark.parametrize(("dearness", "counts"), [(-2.49, -2.49), (-2.51, -2.5), (2.51, 2.5), (2.49, 2.49)])
def test_bidders_answer_to_rents_as_far_as_the_guard(dearness: float, counts: float) -> None:
    ratio = step(dearness=dearness)[1].total / step()[1].total
    assert ratio == pytest.approx(np.exp(0.1 * counts))


def test_what_answers_to_price_is_this_quarters_bid_alone() -> None:
    """Internal use and the window are carried without it: prices that come back bring dollars back."""
    assert step(dearness=-1.0)[0] == step()[0]


@pytest.mark.parametrize(
    ("capex", "free_cash_flow", "capacity"),
    [
        (172, 8, 1.0),
        (344, 8, 2.0),
        (1720, 8, 2.5),
        (1, 8, 0.25),
        (172, 8 + 17.2, 1.1),
        (172, 8 - 1720, 0.5),
        (172, 8 + 1720, 1.5),
        (344, 8 - 17.2, 1.8),
    ],
)
def test_suppliers_lend_what_they_spend_and_earn(
    capex: float, free_cash_flow: float, capacity: float
) -> None:
    assert supplied(parameters(), capex, free_cash_flow) == pytest.approx(capacity)


@pytest.mark.parametrize(
    ("bound", "value", "capex", "free_cash_flow", "capacity"),
    [
        ("supplier_capex_low", 0.5, 1, 8, 0.5),
        ("supplier_capex_high", 5.0, 1720, 8, 5.0),
        ("supplier_cash_low", 0.1, 172, 8 - 1720, 0.1),
        ("supplier_cash_high", 3.0, 172, 8 + 1720, 3.0),
    ],
)
def test_recycling_follows_suppliers_as_far_as_its_bounds(
    bound: str, value: float, capex: float, free_cash_flow: float, capacity: float
) -> None:
    moved = parameters(**{bound: value})
    assert supplied(moved, capex, free_cash_flow) == pytest.approx(capacity)
    assert supplied(moved, 172, 8) == 1.0, "a bound out of reach changes nothing"


def supplied(p: demand.Params, capex: float, free_cash_flow: float) -> float:
    """Capacity of suppliers who spent 172 and had 8 left at the base date."""
    found = demand.supplier_capacity(p, column(capex), column(172.0), column(free_cash_flow), column(8.0))
    return float(found.item())

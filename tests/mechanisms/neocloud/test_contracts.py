from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from risk.mechanisms.neocloud import contracts
from risk.mechanisms.neocloud.book import LEANS, LEAVES, RENEGOTIATES, SOUND, SUBTENANT
from tests.base_names import ANCHOR, IG, IG_ON_LAB, NEOCLOUD, OTHER
from tests.mechanisms.given import Array, column, given, row
from tests.mechanisms.neocloud.books import assemble, facility, whole
from tests.mechanisms.worked import worked

BOOK = assemble(*(facility(name=str(p), payer=p) for p in (IG, ANCHOR, IG_ON_LAB, NEOCLOUD, OTHER)))
COLUMNS = np.arange(5)
DRAWS = ("ig", "lab", "ig_on_lab", "tenant", "other")
NOTHING = dict.fromkeys(DRAWS, column(1.0))


def by_payer(draws: dict[str, Array]) -> tuple[Array, ...]:
    return tuple(draws[name] for name in DRAWS)


def parameters(**changes: Any) -> contracts.Params:
    values: dict[str, Any] = {
        "renewal_share": column(0.70),
        "renewal_price": column(0.94),
        "renewal_quarters": 4.0,
        "conduct": np.array([SOUND, RENEGOTIATES, LEANS, SUBTENANT, LEAVES]),
        "hazard": row(0.0005, 0.01, 0.0006, 0.25, 0.01),
        "anchor_coverage_loading": column(2.5),
        "moneyness_loading": column(1.5),
        "anchor_haircut": column(0.35),
        "leaning_coverage": 0.02,
        "stress_loading": 0.5,
        "largest_hazard": 0.30,
    }
    return given(contracts.Params, **(values | changes))


def state(quantity: float = 100.0, price: float = 3.0, expiry: int = 20) -> contracts.State:
    devices = np.full(5, quantity)
    return contracts.init((devices, np.full(5, price)), whole(*[expiry] * 5), np.zeros(5), 1)


def payers(**changes: Any) -> contracts.Payers:
    values: dict[str, Any] = {
        "market": row(2, 2, 2, 2, 2),
        "shortfall": column(0.2),
        "stress": column(1.0),
        "tenant_defaulted": np.zeros((1, 5), dtype=bool),
        "release_lag": column(2.0),
    }
    return contracts.Payers(**(values | changes))


def step(seen: contracts.Payers | None = None, **draws: Array) -> tuple[contracts.State, contracts.Flows]:
    return contracts.step(parameters(), state(), BOOK, seen or payers(), by_payer(NOTHING | draws))


def test_worked_example() -> None:
    with worked("neoclouds", "contracts") as w:
        p = parameters(anchor_haircut=column(w["haircut"]))
        devices, price = w["contracted by a lab"], np.full(5, w["price"])
        price[4] = w["small customers pay"]
        expiring = w["expiring"] / devices
        ends = expiring * whole(*[1] * 5) + (1.0 - expiring) * whole(*[9] * 5)
        s = contracts.init((np.full(5, devices), price), ends, np.zeros(5), 1)
        seen = payers(market=np.full((1, 5), w["spot"]), shortfall=column(w["shortfall"]))
        moneyness = np.log(w["price"] / w["spot"])
        w.agrees("moneyness", moneyness)
        draw = column(0.03)
        s, f = contracts.step(p, s, BOOK, seen, by_payer(NOTHING | {"lab": draw}))
        hazard = 0.01 * np.exp(2.5 * 0.2 + 1.5 * moneyness)
        w.agrees("hazard", hazard)
        above = contracts.renegotiation(
            p, p.hazard[:, ANCHOR : ANCHOR + 1], column(moneyness), seen.shortfall, column(hazard * 1.0001)
        )
        below = contracts.renegotiation(
            p, p.hazard[:, ANCHOR : ANCHOR + 1], column(moneyness), seen.shortfall, column(hazard * 0.9999)
        )
        assert (above.item(), below.item()) == (1.0, 0.65)
        w.agrees("billed", f.billed_rate[0, 1])
        w.agrees("small customers leaving", 1.0 - f.contracted[0, 4] / devices)
        iol = w["Oracle leaving"]
        for draw_iol, stays in ((iol + 6e-6, 1.0), (iol - 6e-6, 0.0)):
            _, g = contracts.step(p, state(), BOOK, seen, by_payer(NOTHING | {"ig_on_lab": column(draw_iol)}))
            assert g.contracted[0, 2] == stays * 100.0
        s = contracts.roll(p, s, 1, np.full((1, 5), w["contract index"]))
        w.agrees("contracted next", s.quantity[0, 1])
        w.agrees("renewed", s.quantity[0, 1] - devices + w["expiring"])
        calm = payers(shortfall=column(0.0), stress=column(-50.0))
        _, f = contracts.step(p, s, BOOK, calm, by_payer(NOTHING))
        w.agrees("billed next", f.billed_rate[0, 1])


def test_nothing_happens_to_sound_payers_in_calm() -> None:
    calm = payers(shortfall=column(0.0), stress=column(-50.0))
    _, f = step(calm)
    np.testing.assert_allclose(f.contracted, 100.0)
    np.testing.assert_allclose(f.billed_rate, 300.0)


@pytest.mark.parametrize(("payer", "draw"), [(IG, "ig"), (IG_ON_LAB, "ig_on_lab"), (ANCHOR, "lab")])
def test_a_draw_hits_its_own_payers_only(payer: int, draw: str) -> None:
    hit: dict[str, Any] = {draw: column(0.0)}
    before, after = step()[1].billed_rate[0], step(**hit)[1].billed_rate[0]
    changed = before != after
    assert changed.tolist() == [p == payer for p in (IG, ANCHOR, IG_ON_LAB, NEOCLOUD, OTHER)]
    assert after[COLUMNS[changed]] == pytest.approx(0.65 * 300.0 if payer == ANCHOR else 0.0)


def test_ig_hazard_doubles_with_stress() -> None:
    hazard = 0.0005 * np.exp(0.5)
    for u, stays in ((hazard * 1.001, 100.0), (hazard * 0.999, 0.0)):
        assert step(ig=column(u))[1].contracted[0, 0] == stays


@pytest.mark.parametrize(
    ("defaulted", "draw", "stays"), [(False, 0.0, 100.0), (True, 0.24, 0.0), (True, 0.26, 100.0)]
)
def test_a_tenant_leaves_only_after_its_company_failed(defaulted: bool, draw: float, stays: float) -> None:
    seen = payers(tenant_defaulted=np.full((1, 5), defaulted))
    assert step(seen, tenant=column(draw))[1].contracted[0, 3] == stays


def test_labs_act_together() -> None:
    """Two labs' facilities at the same price: one draw decides for both."""
    two = assemble(facility(name="a"), facility(name="b", generation=1))
    s = contracts.init((np.full(2, 10.0), np.full(2, 3.0)), whole(20, 20), np.zeros(2), 2)
    draws = {name: column(1.0, 1.0) for name in NOTHING} | {"lab": column(0.03, 0.031)}
    seen = contracts.Payers(
        np.full((2, 2), 2.0), column(0.2, 0.2), column(1, 1), np.zeros((2, 2), dtype=bool), column(2.0)
    )
    after, _ = contracts.step(parameters(), s, two, seen, by_payer(draws))
    np.testing.assert_array_equal(after.price_factor, [[0.65, 0.65], [1.0, 1.0]])


def test_hazards_are_bounded() -> None:
    desperate = payers(shortfall=column(9.0), stress=column(20.0))
    f = step(desperate, lab=column(0.2999), ig_on_lab=column(0.2999))[1]
    assert f.billed_rate[0, 1] == pytest.approx(195.0)
    assert f.contracted[0, 2] == 0.0
    assert f.contracted[0, 4] == pytest.approx(70.0)
    f = step(desperate, lab=column(0.3001), ig_on_lab=column(0.3001))[1]
    assert f.billed_rate[0, 1] == 300.0
    assert f.contracted[0, 2] == 100.0


def test_contracts_end_when_they_expire_and_renew_for_a_year() -> None:
    p, s = parameters(), state(expiry=3)
    index, held = np.full((1, 5), 2.5), []
    for t in range(1, 12):
        held.append(s.quantity[0, 0])
        s = contracts.roll(p, s, t, index)
    assert held == pytest.approx([100.0] * 3 + [70.0] * 4 + [49.0] * 4)
    assert s.value[0, 0] / s.quantity[0, 0] == pytest.approx(0.94 * 2.5)


def test_what_ended_early_does_not_renew() -> None:
    s = replace(state(expiry=1), kept=np.full((1, 5), 0.5))
    s = contracts.roll(parameters(), s, 1, np.full((1, 5), 2.5))
    _, f = contracts.step(parameters(), s, BOOK, payers(stress=column(-50.0)), by_payer(NOTHING))
    assert f.contracted[0, 0] == pytest.approx(35.0)


def test_remaining_counts_bills_up_to_a_date() -> None:
    """60 to quarter 4 and 40 to quarter 10 at 3.00, half ended, haircut .65; by quarter 8 after quarter 2."""
    ends = 0.6 * whole(*[4] * 5) + 0.4 * whole(*[10] * 5)
    s = contracts.init((np.full(5, 100.0), np.full(5, 3.0)), ends, np.zeros(5), 1)
    s = replace(s, kept=np.full((1, 5), 0.5), price_factor=np.full((1, 5), 0.65))
    left = contracts.remaining(s, 2, row(8.0, 8.0), 2)
    quarters = 60 * 2 + 40 * 6
    assert left.devices == pytest.approx(np.full((1, 2), 0.5 * quarters))
    assert left.bills == pytest.approx(np.full((1, 2), 0.5 * 0.65 * 3.0 * quarters))
    assert contracts.remaining(s, 9, row(8.0, 8.0), 2).devices.sum() == 0.0


def test_new_columns_start_clean() -> None:
    s = replace(state(), kept=np.zeros((1, 5)), price_factor=np.full((1, 5), 0.5))
    s = replace(s, prepaid=row(1, 2, 3, 4, 5), vacant=row(9, 9, 9, 9, 9))
    s = contracts.open_for(s, row(7e6, 0))
    np.testing.assert_array_equal(s.prepaid, [[1, 2, 3, 4, 5, 7e6, 0]])
    np.testing.assert_array_equal(s.vacant, [[9, 9, 9, 9, 9, 0, 0]])
    np.testing.assert_array_equal(s.kept, [[0, 0, 0, 0, 0, 1, 1]])
    np.testing.assert_array_equal(s.price_factor, [[0.5, 0.5, 0.5, 0.5, 0.5, 1.0, 1.0]])
    s = contracts.add(s, np.array([5]), row(7), row(21), np.array([20]))
    np.testing.assert_array_equal(s.quantity, [[100, 100, 100, 100, 100, 7, 0]])
    ending = s.endings[20]
    assert ending is not None
    np.testing.assert_array_equal(ending.columns, range(6))
    np.testing.assert_array_equal(ending.quantity, s.quantity[:, :6])
    later = contracts.roll(parameters(), s, 20, np.full((1, 7), 2.5))
    assert later.quantity[0, 5] == pytest.approx(0.7 * 7)


def test_what_a_payer_leaves_early_stands_vacant_for_two_quarters_on_average() -> None:
    """100 GPUs freed at once: 100, 50, 25, … stand vacant, 200 GPU-quarters in all."""
    s, held = state(), []
    draws = NOTHING | {"ig": column(0.0)}
    calm = payers(stress=column(-50.0), shortfall=column(0.0))
    for _ in range(30):
        s, f = contracts.step(parameters(), s, BOOK, calm, by_payer(draws))
        held.append(f.vacant[0, 0])
    assert held[:3] == [100.0, 50.0, 25.0]
    assert sum(held) == pytest.approx(200.0)
    assert s.vacant[0, 1] == 0.0


@pytest.mark.parametrize(("lag", "total"), [(0.0, 0.0), (0.5, 50.0), (1.0, 100.0), (4.0, 400.0)])
def test_a_longer_lag_keeps_units_vacant_longer(lag: float, total: float) -> None:
    s, held = state(), 0.0
    for _ in range(200):
        calm = payers(stress=column(-50.0), shortfall=column(0.0), release_lag=column(lag))
        s, f = contracts.step(parameters(), s, BOOK, calm, by_payer(NOTHING | {"ig": column(0.0)}))
        held += f.vacant[0, 0]
    assert held == pytest.approx(total)


def test_planned_expiries_leave_nothing_vacant() -> None:
    s = contracts.roll(parameters(), state(expiry=1), 1, np.full((1, 5), 2.5))
    _, f = contracts.step(
        parameters(), s, BOOK, payers(stress=column(-50.0), shortfall=column(0.0)), by_payer(NOTHING)
    )
    np.testing.assert_allclose(f.vacant, 0.0, atol=1e-9)


def test_customers_claim_what_they_paid_and_were_not_served() -> None:
    s = replace(state(), prepaid=row(10, 20, 30, 40, 50), kept=row(1, 1, 0.5, 0, 1))
    left = np.array([1.0, 0.5, 0.5, 0.5, 0.0])
    np.testing.assert_allclose(contracts.unearned(s, left), [[10, 10, 7.5, 0, 0]])
    np.testing.assert_allclose(contracts.unearned(s, left[None, :]), contracts.unearned(s, left))
    start = contracts.init((np.full(5, 1.0), np.full(5, 1.0)), whole(*[9] * 5), np.arange(1.0, 6.0), 1)
    np.testing.assert_array_equal(start.prepaid, [[1, 2, 3, 4, 5]])


def life(s: contracts.State, t: int, facilities: int) -> Array:
    """However far one counts bills."""
    return contracts.remaining(s, t, np.full((1, facilities), t), facilities).life


def test_life_is_the_average_of_quarters_left() -> None:
    """60 to quarter 4 and 40 to quarter 10: after quarter 2, .6 x 2 + .4 x 8 = 4.4 quarters."""
    ends = 0.6 * whole(*[4] * 5) + 0.4 * whole(*[10] * 5)
    s = contracts.init((np.full(5, 100.0), np.full(5, 3.0)), ends, np.zeros(5), 1)
    assert life(s, 2, 5) == pytest.approx(np.full((1, 5), 4.4))
    assert life(s, 4, 3) == pytest.approx(np.full((1, 3), 6.0))
    assert life(s, 10, 5).sum() == 0.0
    left = replace(s, kept=row(1, 0.5, 0, 1, 1))
    assert life(left, 2, 3)[0] == pytest.approx([4.4, 4.4, 0.0])

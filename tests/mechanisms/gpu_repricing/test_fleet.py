from typing import Any

import numpy as np
import pytest

from risk.mechanisms.gpu_repricing import fleet
from tests.mechanisms.given import Array, column, given, row
from tests.mechanisms.worked import worked

E = row(0.5, 1.0, 1.25, 2.0, 5.0)
"""Throughput of A100, H100, H200, B200, Rubin."""

NOTHING = {
    "launch": column(0.0),
    "power": column(0.0),
    "forced_cost": column(0.0),
    "forced_power": column(0.0),
}
FULL_RENT = row(1.0, 2.0, 3.0, 5.0, 9.0)
AS_EVER = column(1.0)
"""Yield of new hardware as at the base date."""


def parameters(**changes: Any) -> fleet.Params:
    values: dict[str, Any] = {
        "hardware_cost_decline": column(0.22),
        "hardware_cost_decline_base": 0.22,
        "price_response": column(0.25),
        "price_floor": 0.45,
        "price_cap": 1.25,
        "launch_step_share": 0.5,
        "launch_ramp": 4.0,
        "launch_cycle": 8.0,
        "device_cost": 53e3,
        "memory_cost": column(0.06),
        "memory_peak": 6.0,
        "memory_half_life": 1.4,
        "merchant_share": column(0.78),
        "merchant_share_2030": column(0.68),
        "merchant_drift": 18.0,
        "custom_cost_ratio": 0.8,
        "delivery_weights": row(0.2, 0.5, 0.3),
        "delivery_weights_base": np.array([0.2, 0.5, 0.3]),
        "recent_purchases": np.array([3.4e6, 3.7e6, 4.3e6]),
        "undeployed": 0.8e6,
        "power_capacity": column(13.5e9),
        "power_growth": column(0.19),
        "power_response": column(0.6),
        "power_lead": 10.0,
        "power_volatility": column(0.0),
        "order_quarters": column(4.5),
        "order_ahead": 2.0,
        "order_floor": 0.25,
        "power_usage_effectiveness": 1.25,
        "power_pass_through": 0.7,
        "late_power_gain": 0.2,
        "launch_volatility": 0.35,
        "uneconomic_retirement": 0.1,
        "age_retirement": 0.04,
        "service_age": 24.0,
        "devices": row(2e6, 4e6, 1.8e6, 3.9e6, 0.0),
        "unit_power": row(650.0, 1300.0, 1300.0, 1850.0, 2600.0),
        "opex": row(0.26, 0.45, 0.45, 0.62, 0.86),
        "launch": row(-23.0, -14.0, -7.0, -5.0, 2.0),
        "newest": 3,
    }
    return given(fleet.Params, **(values | changes))


def state(p: fleet.Params, **changes: Any) -> fleet.State:
    start = fleet.init(p, E)
    return fleet.State(**({f: getattr(start, f) for f in start.__dataclass_fields__} | changes))


def shocks(**changes: float) -> fleet.Shocks:
    return fleet.Shocks(**(NOTHING | {name: column(value) for name, value in changes.items()}))


NO_SHOCK = shocks()


def bought(
    p: fleet.Params,
    s: fleet.State,
    t: int,
    throughput: Array,
    spending: Array,
    rents: Array,
    struck: fleet.Shocks,
) -> tuple[fleet.State, fleet.Flows]:
    """One quarter in which all that is wanted is bought, at the trend price of hardware."""
    return fleet.step(p, s, t, throughput, spending, spending, rents, AS_EVER, struck)


def test_worked_example() -> None:
    with worked("gpu-repricing", "fleet") as w:
        p = parameters(
            device_cost=1e3 * w["cost of a B200"],
            hardware_cost_decline=column(w["λ"]),
            memory_cost=column(w["memory at its peak"]),
        )
        due = (row(0, 0, 0, 3.0e6, 0), row(0, 0, 0, 0, 0), row(0, 0, 0, 0, 0))
        start = state(
            p,
            energized=row(1e6, 4e6, 2e6, 8e6, 0),
            power=row(1e6, 4e6, 2e6, 8e6, 0) * p.unit_power / E * 1.25,
            pipeline=due,
        )
        rents = row(0.20, 2.0, 3.0, 5.0, 9.0)
        after, f = bought(p, start, 1, E, column(1e9 * w["spending on compute"]), rents, NO_SHOCK)
        w.agrees("clock", after.clock)
        w.agrees("price of an H100e", f.cost)
        w.agrees("merchant share", fleet.merchant_share(p, 1))
        w.agrees("bought", f.purchased / 1e6)
        w.agrees("power of an H100e", f.power_per_unit / 1e3)
        w.agrees("waiting", (start.undeployed + due[0]).sum() / 1e6)
        w.agrees("asked", (start.undeployed + due[0]).sum() * 1.15625e3 / 1e9)
        w.agrees("A100 retired", f.retired[0, 0] / 1e6)
        w.agrees("freed", (start.power - after.power)[0, 0] / 1e9)
        w.agrees("power cap", f.power_energized / 1e9)
        w.agrees("energized", f.energized.sum() / 1e6)
        w.agrees("still waiting", after.undeployed.sum() / 1e6)
        assert f.power_bound.item() == 1.0
        assert after.pipeline[0][0, 3] == pytest.approx(0.2 * f.purchased.item())
        assert after.pipeline[2][0, 3] == pytest.approx(0.3 * f.purchased.item())


def test_base_fleet_and_pipeline_do_not_depend_on_the_delivery_weights() -> None:
    slow, fast = row(0.1, 0.3, 0.6), row(0.5, 0.4, 0.1)
    states = [fleet.init(parameters(delivery_weights=w), E) for w in (slow, fast)]
    bought = [s.energized.sum() + sum(x.sum() for x in s.pipeline) for s in states]
    assert bought[0] == pytest.approx(bought[1], rel=1e-14)
    # oldest 3.4M: its last delivery; 3.7M: the last two; newest 4.3M: all three are still to come
    due = [x[0, 3] for x in states[0].pipeline]
    assert due == pytest.approx(
        [0.1 * 4.3e6 + 0.3 * 3.7e6 + 0.6 * 3.4e6, 0.3 * 4.3e6 + 0.6 * 3.7e6, 0.6 * 4.3e6]
    )


def test_everything_is_energized_where_power_is_plenty() -> None:
    p = parameters()
    after, f = bought(p, state(p), 1, E, column(0.0), FULL_RENT, shocks(forced_power=3.0))
    assert f.power_bound.item() == 0.0
    assert after.undeployed.sum() == 0.0
    assert f.purchased.item() == 0.0


@pytest.mark.parametrize("lead", [1, 4, 10])
def test_power_asked_for_is_connected_a_lead_later(lead: int) -> None:
    """Twice the power asked for in quarter 1 raises the cap by 2^0.6 in quarter 1 + lead and in no other."""
    p = parameters(power_lead=lead, power_growth=column(0.0), devices=row(0, 0, 0, 0, 0), undeployed=1e9)
    caps = []
    for spending in (60e9, 120e9):
        s = state(p)
        path = []
        for t in range(1, 13):
            s, f = bought(p, s, t, E, column(spending if t == 1 else 60e9), FULL_RENT, NO_SHOCK)
            path.append(f.power_energized.item())
        caps.append(np.array(path))
    ratio = caps[1] / caps[0]
    np.testing.assert_allclose(ratio[lead], 2.0**0.6, rtol=1e-12)
    np.testing.assert_allclose(np.delete(ratio, lead), 1.0, rtol=1e-12)


def test_a_longer_power_lead_energizes_a_boom_later() -> None:
    """Orders at six times the base date's: a short lead answers in the third year, a long one not yet."""
    energized = []
    for lead in (4.0, 10.0, 16.0):
        p = parameters(power_lead=lead)
        s = state(p)
        for t in range(1, 13):
            s, _ = bought(p, s, t, E, column(360e9), FULL_RENT, NO_SHOCK)
        energized.append(s.energized.sum())
    assert energized[0] > energized[1] > energized[2]


def test_a_fleet_asking_for_what_is_planned_gets_the_planned_power() -> None:
    p = parameters(power_growth=column(0.1), undeployed=1e9)
    trend = 13.5e9 * np.exp(0.1 * 1 / 4)
    start = state(p, demanded=(column(trend),) + (column(0.0),) * 9)
    _, f = bought(p, start, 11, E, column(0.0), FULL_RENT, NO_SHOCK)
    assert f.power_energized.item() == pytest.approx(13.5e9 * np.exp(0.1 * 11 / 4) / 4)


def test_worked_example_of_the_power_lead() -> None:
    with worked("gpu-repricing", "power lead") as w:
        p = parameters(power_lead=w["power lead"], devices=row(0, 0, 0, 0, 0), undeployed=1e9)
        asked = column(1e9 * w["asked in quarter 1"])
        start = state(p)
        start = state(p, demanded=(asked, *start.demanded[1:]))
        late = 1 + len(start.demanded)
        _, f = bought(p, start, late, E, column(0.0), FULL_RENT, NO_SHOCK)
        w.agrees("connected in quarter 11", f.power_energized / 1e9)
        _, unasked = bought(p, state(p), 1, E, column(0.0), FULL_RENT, NO_SHOCK)
        w.agrees("planned for quarter 1", 4.0 * unasked.power_energized / 1e9)
        as_planned = state(p, demanded=(4.0 * unasked.power_energized, *start.demanded[1:]))
        _, plan = bought(p, as_planned, late, E, column(0.0), FULL_RENT, NO_SHOCK)
        w.agrees("planned for quarter 11", 4.0 * plan.power_energized / 1e9)


def test_launch_comes_when_the_roadmap_has_been_travelled() -> None:
    p = parameters()
    on_time, late = state(p), state(p)
    seen = []
    for t in range(1, 5):
        on_time, _ = bought(p, on_time, t, E, column(1e9), FULL_RENT, NO_SHOCK)
        late, _ = bought(p, late, t, E, column(1e9), FULL_RENT, shocks(launch=-1.0))
        seen.append((on_time.since_launch[0, 4], late.since_launch[0, 4]))
    # planned for the second quarter; at 0.65 of the pace it takes 2 / 0.65 = 3.1 quarters
    assert seen == [(-1, -1), (0, -1), (1, -1), (2, 0)]


def test_clock_keeps_calendar_time_over_a_launch_cycle() -> None:
    """Half the pace while a launch is pending, one and a half times in the year after it."""
    p = parameters(launch=row(-23.0, -14.0, -7.0, -5.0, 4.0))
    s = state(p)
    pace = []
    for t in range(1, 10):
        before = s.clock
        s, _ = bought(p, s, t, E, column(1e9), FULL_RENT, NO_SHOCK)
        pace.append(4.0 * (s.clock - before).item())
    assert pace == pytest.approx([0.5] * 3 + [1.5] * 4 + [1.0] * 2)


@pytest.mark.parametrize(
    ("ramp", "cycle", "fastest"), [(4.0, 8.0, 1.5), (2.0, 8.0, 2.5), (8.0, 8.0, 1.0), (4.0, 12.0, 2.0)]
)
def test_a_launch_delivers_the_stepped_part_of_its_cycle_in_its_ramp(
    ramp: float, cycle: float, fastest: float
) -> None:
    """A full cycle, half the pace before the launch and faster after it, takes a cycle of calendar time."""
    p = parameters(launch_ramp=ramp, launch_cycle=cycle, launch=row(-23.0, -14.0, -11.0, -9.0, 20.0))
    s = state(p, since_launch=row(30, 20, 15, 12, 0) - 1.0, launch_progress=column(20.0))
    pace = []
    for t in range(1, int(ramp) + 3):
        before = s.clock
        s, _ = bought(p, s, t, E, column(1e9), FULL_RENT, NO_SHOCK)
        pace.append(4.0 * (s.clock - before).item())
    assert pace == pytest.approx([fastest] * int(ramp) + [1.0] * 2)
    assert fastest * ramp + 0.5 * (cycle - ramp) == cycle


def test_purchases_go_over_to_the_new_generation_in_its_ramp() -> None:
    p = parameters()
    mix = fleet.purchase_mix(p, row(30, 20, 10, 9, -1))
    np.testing.assert_array_equal(mix, row(0, 0, 0, 1, 0))
    mix = fleet.purchase_mix(p, row(30, 20, 10, 9, 0))
    np.testing.assert_array_equal(mix, row(0, 0, 0, 0.75, 0.25))
    mix = fleet.purchase_mix(p, row(30, 20, 10, 9, 3))
    np.testing.assert_array_equal(mix, row(0, 0, 0, 0, 1))
    mix = fleet.purchase_mix(parameters(launch_ramp=8.0), row(30, 20, 10, 9, 3))
    np.testing.assert_array_equal(mix, row(0, 0, 0, 0.5, 0.5))


def test_a_longer_drift_keeps_the_merchant_share_up() -> None:
    """From .78 to .68 in 18 quarters or in 36, and level after."""
    short, long = parameters(), parameters(merchant_drift=36.0)
    assert fleet.merchant_share(short, 9).item() == pytest.approx(0.73)
    assert fleet.merchant_share(long, 9).item() == pytest.approx(0.755)
    assert fleet.merchant_share(short, 40).item() == fleet.merchant_share(long, 40).item() == 0.68


def test_hardware_cheapens_by_the_share_the_register_gives() -> None:
    p = parameters(memory_cost=column(0.0))
    now, later = (fleet.hardware_cost(p, column(years), 8, 0.0, E[:, 3:4]).item() for years in (1.0, 2.0))
    assert later / now == pytest.approx(0.78)


def test_memory_premium_peaks_and_halves() -> None:
    p = parameters(hardware_cost_decline=column(0.0))
    extra = [np.log(fleet.hardware_cost(p, column(0.0), t, 0.0, column(2.0)).item() / 26.5e3) for t in (3, 6)]
    assert extra == pytest.approx([0.03, 0.06])
    waned = fleet.hardware_cost(
        p, column(0.0), 6 + 56, 0.0, column(2.0)
    ).item()  # ten half-lives of 1.4 years
    assert np.log(waned / 26.5e3) == pytest.approx(0.06 / 2**10)


def test_age_retires_a_generation_past_its_service_age() -> None:
    p = parameters()
    start = state(p, since_launch=row(24, 14, 7, 5, -2))
    _, f = bought(p, start, 1, E, column(1e9), FULL_RENT, NO_SHOCK)
    np.testing.assert_allclose(f.retired / start.energized.clip(1), row(0.04, 0, 0, 0, 0), rtol=1e-12)


def test_a_faster_path_needs_less_power() -> None:
    """Hardware that cheapens from .78 to .68 a year passes .7 of the extra on to power."""
    p = parameters(hardware_cost_decline=column(0.32))
    _, f = bought(p, state(p), 4, E, column(1e9), FULL_RENT, NO_SHOCK)
    assert f.power_per_unit.item() == pytest.approx(1156.25 * (0.68 / 0.78) ** 0.7)


@pytest.mark.parametrize(("ramp", "gain"), [(4.0, 0.2), (6.0, 0.1)])
def test_the_last_generation_improves_once_it_has_taken_over(ramp: float, gain: float) -> None:
    """Between four and eight quarters after launch lie four of gain, or two where the ramp takes six."""
    start = row(30, 20, 10, 9, 3)
    power = []
    for later in (0.0, 4.0):
        p = parameters(launch_ramp=ramp, unit_power=row(0, 0, 0, 0, 2600.0))
        s = state(p, since_launch=start + later, launch_progress=column(30.0))
        _, f = bought(p, s, 1, E, column(1e9), FULL_RENT, NO_SHOCK)
        power.append((f.power_per_unit / fleet.purchase_mix(p, start + later + 1.0)[:, 4:]).item())
    assert power[1] / power[0] == pytest.approx(np.exp(-gain))


def test_worked_example_of_orders() -> None:
    with worked("gpu-repricing", "orders") as w:
        p = parameters(order_quarters=column(w["H"]), memory_cost=column(0.0))
        waiting, due = (row(0, 0, 0, 1e6 * w[name], 0) for name in ("waiting", "on order"))
        start = state(p, undeployed=waiting, pipeline=(due, E * 0, E * 0))
        wanted = column(1e9 * w["compute wanted"])
        cap = 13.5e9 * np.exp(0.19 * 3 / 4)
        w.agrees("power in two quarters", cap / 1e9)
        room = w["H"] * cap / 4.0 / 1156.25 / 1e6
        w.agrees("room for", room)
        w.agrees("left", room - w["waiting"] - w["on order"])
        units = wanted / 26.5e3 * (fleet.merchant_share(p, 1) + (1.0 - fleet.merchant_share(p, 1)) / 0.8)
        w.agrees("units wanted", units / 1e6)
        w.agrees("ordered", fleet.ordered_share(p, start, 1, E, wanted))


@pytest.mark.parametrize(("waiting", "share"), [(0.0, 1.0), (1e9, 0.25)])
def test_orders_are_all_that_is_wanted_or_the_least(waiting: float, share: float) -> None:
    p = parameters()
    s = state(p, undeployed=row(0, 0, 0, waiting, 0))
    assert fleet.ordered_share(p, s, 1, E, column(1e9)).item() == share


def test_a_floor_of_one_switches_the_order_rule_off() -> None:
    p = parameters(order_floor=1.0)
    assert fleet.ordered_share(p, state(p, undeployed=row(0, 0, 0, 1e9, 0)), 1, E, column(9e12)).item() == 1.0


@pytest.mark.parametrize("lead", [1, 2, 10])
def test_buyers_expect_the_power_that_is_wanted_by_now(lead: int) -> None:
    """What was wanted in the first quarter is expected for the quarter in which it will be connected."""
    p = parameters(power_lead=lead, power_growth=column(0.0), order_quarters=column(1.0), order_floor=0.0)
    plain = state(p, pipeline=(E * 0,) * 3, undeployed=E * 0)
    twice = state(p, pipeline=(E * 0,) * 3, undeployed=E * 0, demanded=(column(27e9),) * lead)
    t = 1 + lead
    huge = column(1e15)
    left, right = (fleet.ordered_share(p, s, t, E, huge).item() for s in (twice, plain))
    as_planned = state(p, pipeline=(E * 0,) * 3, undeployed=E * 0, demanded=(column(13.5e9),) * lead)
    assert left / fleet.ordered_share(p, as_planned, t, E, huge).item() == pytest.approx(2.0**0.6)
    assert right < left


def test_power_answers_to_what_is_wanted_and_not_to_what_is_bought() -> None:
    p = parameters()
    s = state(p)
    full, _ = bought(p, s, 1, E, column(60e9), FULL_RENT, NO_SHOCK)
    half, f = fleet.step(p, s, 1, E, column(30e9), column(60e9), FULL_RENT, AS_EVER, NO_SHOCK)
    assert half.demanded[-1].item() == full.demanded[-1].item()
    assert f.purchased.item() / 1e6 == pytest.approx(30e9 / f.cost.item() * 1.0565e-6, rel=1e-3)


def test_waiting_units_lose_what_new_ones_become_cheaper() -> None:
    p = parameters(memory_cost=column(0.0))
    s = state(p, undeployed=row(0, 0, 0, 2e6, 0))
    _, f = bought(p, s, 1, E, column(0.0), FULL_RENT, NO_SHOCK)
    assert f.impaired.item() == pytest.approx(2e6 * (26.5e3 - f.cost.item()))
    dearer = bought(parameters(), s, 1, E, column(0.0), FULL_RENT, shocks(forced_cost=0.5))[1]
    assert dearer.impaired.item() == 0.0


def test_worked_example_of_the_price_of_hardware() -> None:
    with worked("gpu-repricing", "price of hardware") as w:
        p = parameters(price_response=column(w["θ"]))
        yields = column(w["yield now"] / w["yield at the base date"])
        w.agrees("answer", fleet.price_answer(p, yields))
        spending, s = column(60e9), state(p)
        after, f = fleet.step(p, s, 1, E, spending, spending, FULL_RENT, yields, NO_SHOCK)
        w.agrees("trend", f.trend)
        w.agrees("price", f.cost)
        w.agrees("bought at trend", bought(p, s, 1, E, spending, FULL_RENT, NO_SHOCK)[1].purchased / 1e6)
        w.agrees("bought", f.purchased / 1e6)
        w.agrees("lowest", w["floor"] * f.trend)
        assert p.price_floor == w["floor"]
        assert after.answer == f.cost / f.trend


def test_suppliers_cut_where_buyers_earn_less_within_floor_and_cap() -> None:
    """A yield that is gone or negative meets the floor, one that has multiplied the cap."""
    p = parameters()
    yields = column(-3.0, 0.0, 0.01, 0.2, 0.5, 0.9, 1.0, 1.1, 2.0, 9.0)
    answer = fleet.price_answer(p, yields)[:, 0]
    assert (np.diff(answer) >= 0.0).all()
    assert answer.tolist()[:3] == [0.45] * 3
    assert answer[6] == 1.0
    np.testing.assert_allclose(answer[3:9], [0.2**0.25, 0.5**0.25, 0.9**0.25, 1.0, 1.1**0.25, 2.0**0.25])
    assert answer[9] == 1.25


@pytest.mark.parametrize("earned", [-1.0, 0.0, 0.3, 1.0, 4.0])
def test_suppliers_who_do_not_answer_sell_at_the_trend(earned: float) -> None:
    p = parameters(price_response=column(0.0))
    assert fleet.price_answer(p, column(earned)).item() == 1.0
    spending = column(60e9)
    _, f = fleet.step(p, state(p), 1, E, spending, spending, FULL_RENT, column(earned), NO_SHOCK)
    assert f.cost == f.trend
    assert f.purchased == bought(p, state(p), 1, E, spending, FULL_RENT, NO_SHOCK)[1].purchased


def test_a_cut_price_buys_more_and_is_forgotten_when_yields_come_back() -> None:
    """The answer is to the trend price: cuts do not pile up."""
    p, spending = parameters(), column(60e9)
    s, f = fleet.step(p, state(p), 1, E, spending, spending, FULL_RENT, column(0.5), NO_SHOCK)
    assert f.purchased > bought(p, state(p), 1, E, spending, FULL_RENT, NO_SHOCK)[1].purchased
    again, g = fleet.step(p, s, 2, E, spending, spending, FULL_RENT, column(0.5), NO_SHOCK)
    assert again.answer == s.answer
    assert g.trend < f.trend
    assert bought(p, s, 2, E, spending, FULL_RENT, NO_SHOCK)[1].cost == g.trend


def test_orders_and_waiting_units_are_counted_at_the_price_they_had() -> None:
    """At .7 of its trend last quarter as much money wants more units, and one that waits loses from there."""
    p = parameters(memory_cost=column(0.0), hardware_cost_decline=column(0.0))
    waiting, due = row(0, 0, 0, 13e6, 0), (E * 0,) * 3
    usual, cut = (state(p, undeployed=waiting, pipeline=due, answer=column(x)) for x in (1.0, 0.7))
    shares = [fleet.ordered_share(p, s, 1, E, column(80e9)).item() for s in (usual, cut)]
    assert 0.25 < shares[1] < shares[0] < 1.0
    assert shares[1] / shares[0] == pytest.approx(0.7)
    fallen = fleet.step(p, cut, 1, E, column(0.0), column(0.0), FULL_RENT, column(0.6**4), NO_SHOCK)[1]
    assert fallen.impaired.item() == pytest.approx(13e6 * 0.1 * 26.5e3)

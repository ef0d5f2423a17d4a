from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given as examples
from hypothesis import strategies as st
from scipy.integrate import quad

from risk.mechanisms.gpu_repricing import collateral
from tests.mechanisms.given import column, given, row
from tests.mechanisms.worked import worked

OPEX = row(0.62)
FOREVER = 1e12
"""Dearer than any used unit is the same work bought new, where a test does not speak of it."""


def parameters(**changes: Any) -> collateral.Params:
    values: dict[str, Any] = {
        "margin": 0.10,
        "margin_beta": 1.0,
        "neutral_spread": 0.04,
        "service_life": 6.0,
        "age": row(4.0, 1.0, 0.0),
        "launch": row(-23.0, -5.0, 2.0),
        "opex_multiple": 1.3,
        "smallest_decline": 0.02,
        "spread_loading": column(1.5 / 0.06),
        "overhang_loading": column(4.0),
        "overhang_quarters": 4.0,
        "calm_discount": column(0.15),
        "bust_discount": column(0.45),
        "calm_lag": 2.0,
        "bust_lag": 4.0,
    }
    return given(collateral.Params, **(values | changes))


def seen(
    rent: float, utilization: float = 0.65, decline: float = 0.27, rate: float = 0.15, new: float = FOREVER
) -> collateral.Conditions:
    """What buyers look at on one path."""
    return collateral.Conditions(row(rent), column(utilization), column(decline), column(rate), row(new))


def value(
    rent: float,
    utilization: float = 0.65,
    decline: float = 0.27,
    lag: float = 0.0,
    new: float = FOREVER,
    age: float = 2.0,
    opex: Any = OPEX,
    **changes: Any,
) -> float:
    p, c = parameters(**changes), seen(rent, utilization, decline, new=new)
    return float(collateral.value(p, opex, c, np.array(age), lag).item())


def test_worked_example() -> None:
    with worked("gpu-repricing", "collateral") as w:
        p = parameters(service_life=w["service life"], opex_multiple=1.0)
        rate = collateral.rate(p, column(w["SOFR"]), column(w["spread"]))
        w.agrees("discount rate", rate)
        age = np.array(w["age"])
        w.agrees("life", p.service_life - age)
        c = seen(w["spot rent"], w["utilization"], w["decline"], w["discount rate"])
        opex = row(w["operating cost"])
        found = collateral.value(p, opex, c, age)
        w.agrees("value", found)
        free = collateral.value(p, row(1e-9), c, age)
        w.agrees("rents", free / 8760)
        w.agrees("costs", w["rents"] - found / 8760)
        w.agrees("rent after the lag", w["spot rent"] * np.exp(-w["decline"] * w["lag"]))
        w.agrees("value after the lag", collateral.value(p, opex, c, age, w["lag"]))
        cheap = replace(c, new=row(w["same work bought new"]))
        w.agrees("worth at most", collateral.value(p, opex, cheap, age))


def test_worked_example_of_distress() -> None:
    with worked("gpu-repricing", "distress") as w:
        p = parameters(
            spread_loading=column(w["a"] / 0.06),
            overhang_loading=column(w["b"]),
            calm_discount=column(w["discount, calm"]),
            bust_discount=column(w["discount, bust"]),
        )
        before, sold = w["overhang before"], w["repossessed"] / w["merchant market"]
        hanging = collateral.overhang(p, column(before), column(sold))
        w.agrees("overhang", hanging)
        s = collateral.distress(p, column(w["spread"]), hanging)
        w.agrees("distress", s)
        w.agrees("discount", collateral.discount(p, s))
        w.agrees("lag", collateral.release_lag(p, s))


@examples(st.floats(0.02, 0.15), st.floats(0.0, 0.5), st.floats(0.0, 0.05), st.floats(0.0, 0.3))
def test_distress_stays_a_share_and_never_falls_with_spread_or_overhang(
    spread: float, hanging: float, wider: float, more: float
) -> None:
    p = parameters()
    s = collateral.distress(p, column(spread), column(hanging))
    worse = collateral.distress(p, column(spread + wider), column(hanging + more))
    assert 0.0 <= s.item() <= worse.item() <= 1.0
    assert collateral.discount(p, worse).item() >= collateral.discount(p, s).item() >= 0.15
    assert collateral.release_lag(p, worse).item() >= collateral.release_lag(p, s).item() >= 2.0


def test_a_bust_is_never_the_better_market() -> None:
    """A path whose bust discount is drawn under its calm one keeps the calm one."""
    p = parameters(calm_discount=column(0.25), bust_discount=column(0.20))
    assert collateral.discount(p, column(1.0)).item() == collateral.discount(p, column(0.0)).item() == 0.25


def test_overhang_fades_within_quarters() -> None:
    """A tenth of the market sold at once: .1, .075, … four quarters of it in all."""
    p, hanging, total = parameters(), column(0.1), 0.0
    for _ in range(200):
        total, hanging = total + hanging.item(), collateral.overhang(p, hanging, column(0.0))
    assert total == pytest.approx(0.4)


def test_ages_run_on_from_the_base_date_or_the_launch() -> None:
    np.testing.assert_allclose(collateral.age(parameters(), 6), [[5.5, 2.5, 1.0]])
    np.testing.assert_allclose(collateral.age(parameters(), 0), [[4.0, 1.0, 0.0]])


def test_an_older_unit_is_worth_less_and_a_worn_out_one_nothing() -> None:
    values = [value(6.0, age=age) for age in (0.0, 1.0, 2.0, 4.0, 5.9, 6.0, 9.0)]
    assert values == sorted(values, reverse=True)
    assert values[0] > values[3] > 0.0 == values[-2] == values[-1]


def test_nobody_pays_more_than_for_the_same_work_new() -> None:
    assert value(4.0, new=5_000.0) == 5_000.0
    assert value(4.0, new=FOREVER) > 5_000.0


def test_positions_see_what_their_paths_and_generations_do() -> None:
    c = collateral.Conditions(
        np.array([[1.0, 4.0], [2.0, 5.0]]), column(0.6, 0.7), column(0.2, 0.3), column(0.1, 0.2),
        np.full((2, 2), FOREVER),
    )  # fmt: skip
    whole = collateral.value(parameters(), row(0.45, 0.62), c, np.array([1.0, 2.0]))
    at = c.at(np.array([1, 0]), np.array([1, 1]))
    some = collateral.value(parameters(), np.array([0.62, 0.62]), at, np.array([2.0, 2.0]))
    np.testing.assert_allclose(some, [whole[1, 1], whole[0, 1]], rtol=1e-12)


def test_value_is_the_integral_of_net_rents_until_they_no_longer_cover_cost() -> None:
    def net(s: float) -> float:
        return float(np.exp(-0.15 * s) * (0.65 * 2.0 * np.exp(-0.27 * s) - 0.806))

    life = np.log(1.3 / 0.806) / 0.27
    assert life < 4.0
    assert value(2.0) == pytest.approx(8760 * quad(net, 0.0, life)[0], rel=1e-9)


def test_a_unit_that_does_not_cover_its_cost_is_worth_nothing() -> None:
    assert value(1.24) == 0.0  # 0.65 x 1.24 = 0.806
    assert value(1.25) > 0.0


@examples(st.floats(0.1, 20.0), st.floats(0.1, 3.0), st.sampled_from([0.0, 0.5]))
def test_money_is_homogeneous(rent: float, scale: float, lag: float) -> None:
    """Rent and cost times k are worth k times as much (relation 21, cost in)."""
    assert value(scale * rent, lag=lag, opex=scale * OPEX) == pytest.approx(
        scale * value(rent, lag=lag), rel=1e-9, abs=1e-6
    )


@examples(st.floats(0.1, 20.0), st.floats(0.5, 2.0))
def test_rent_alone_moves_value_the_same_way(rent: float, scale: float) -> None:
    """Relation 21 with costs held: more than in proportion, for costs are a lever."""
    before, after = value(rent), value(scale * rent)
    assert (after - before) * (scale - 1.0) >= 0.0
    if scale > 1.0 and before > 0.0:
        assert after >= scale * before * (1.0 - 1e-12)


def test_value_after_a_lag_is_the_integral_from_then_on() -> None:
    """What is missed is the net rent of the first half year."""

    def net(s: float) -> float:
        return float(np.exp(-0.15 * s) * (0.65 * 4.0 * np.exp(-0.27 * s) - 0.806))

    assert value(4.0, lag=0.5) == pytest.approx(8760 * quad(net, 0.5, 4.0)[0], rel=1e-9)
    assert value(4.0, lag=4.5) == 0.0


@examples(st.floats(0.1, 20.0), st.floats(0.0, 3.0), st.floats(0.01, 2.0))
def test_a_longer_lag_is_never_worth_more(rent: float, lag: float, more: float) -> None:
    assert value(rent, lag=lag + more) <= value(rent, lag=lag)
    assert value(rent, lag=0.0) == value(rent)


def test_declines_below_the_smallest_count_as_the_smallest() -> None:
    assert value(2.0, decline=0.0) == value(2.0, decline=0.02)
    assert value(2.0, decline=0.0, smallest_decline=0.05) < value(2.0, decline=0.0)


@examples(st.floats(0.1, 20.0), st.floats(1.0, 2.0), st.floats(0.0, 0.5))
def test_value_rises_with_rent_and_falls_with_decline(rent: float, up: float, decline: float) -> None:
    assert value(rent * up, decline=decline) >= value(rent, decline=decline)
    assert value(rent, decline=decline + 0.1) <= value(rent, decline=decline) + 1e-9

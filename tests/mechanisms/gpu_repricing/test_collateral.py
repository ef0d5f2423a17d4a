from typing import Any

import numpy as np
import pytest
from hypothesis import given as examples
from hypothesis import strategies as st
from scipy.integrate import quad

from risk.mechanisms.gpu_repricing import collateral
from tests.mechanisms.given import column, given, row
from tests.mechanisms.worked import worked


def parameters(**changes: Any) -> collateral.Params:
    values: dict[str, Any] = {
        "discount_rate": 0.15,
        "service_life": 4.0,
        "opex": row(0.62),
        "opex_multiple": 1.3,
        "smallest_decline": 0.02,
    }
    return given(collateral.Params, **(values | changes))


def value(
    rent: float, utilization: float = 0.65, decline: float = 0.27, lag: float = 0.0, **changes: Any
) -> float:
    p = parameters(**changes)
    return float(collateral.value(p, row(rent), column(utilization), column(decline), lag).item())


def test_worked_example() -> None:
    with worked("gpu-repricing", "collateral") as w:
        p = parameters(discount_rate=w["discount rate"])
        w.agrees("operating cost", p.opex * p.opex_multiple)
        w.agrees("life", p.service_life)
        rent, use, fall = row(w["spot rent"]), column(w["utilization"]), column(w["decline"])
        found = collateral.value(p, rent, use, fall)
        w.agrees("value", found)
        free = parameters(opex_multiple=1e-9)
        w.agrees("rents", collateral.value(free, rent, use, fall) / 8760)
        w.agrees("costs", w["rents"] - found / 8760)
        w.agrees("rent after the lag", w["spot rent"] * np.exp(-w["decline"] * w["lag"]))
        w.agrees("value after the lag", collateral.value(p, rent, use, fall, w["lag"]))


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
    assert value(scale * rent, lag=lag, opex=scale * row(0.62)) == pytest.approx(
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

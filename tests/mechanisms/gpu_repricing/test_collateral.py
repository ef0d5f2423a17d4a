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
    }
    return given(collateral.Params, **(values | changes))


def value(rent: float, utilization: float = 0.65, decline: float = 0.27, **changes: Any) -> float:
    p = parameters(**changes)
    return float(collateral.value(p, row(rent), column(utilization), column(decline)).item())


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


def test_value_is_the_integral_of_net_rents_until_they_no_longer_cover_cost() -> None:
    def net(s: float) -> float:
        return float(np.exp(-0.15 * s) * (0.65 * 2.0 * np.exp(-0.27 * s) - 0.806))

    life = np.log(1.3 / 0.806) / 0.27
    assert life < 4.0
    assert value(2.0) == pytest.approx(8760 * quad(net, 0.0, life)[0], rel=1e-9)


def test_a_unit_that_does_not_cover_its_cost_is_worth_nothing() -> None:
    assert value(1.24) == 0.0  # 0.65 x 1.24 = 0.806
    assert value(1.25) > 0.0


@examples(st.floats(0.1, 20.0), st.floats(0.1, 3.0))
def test_money_is_homogeneous(rent: float, scale: float) -> None:
    """Rent and cost times k are worth k times as much (relation 21, cost in)."""
    assert value(scale * rent, opex=scale * row(0.62)) == pytest.approx(
        scale * value(rent), rel=1e-9, abs=1e-9
    )


@examples(st.floats(0.1, 20.0), st.floats(1.0, 2.0), st.floats(0.0, 0.5))
def test_value_rises_with_rent_and_falls_with_decline(rent: float, up: float, decline: float) -> None:
    assert value(rent * up, decline=decline) >= value(rent, decline=decline)
    assert value(rent, decline=decline + 0.1) <= value(rent, decline=decline) + 1e-9

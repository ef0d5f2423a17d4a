from typing import Any

import numpy as np
import pytest

from risk.mechanisms.revenue_gap import adoption
from risk.processes import bass
from tests.mechanisms.given import column, given, row
from tests.mechanisms.worked import worked

BN = 1e9


def parameters(**changes: Any) -> adoption.Params:
    values: dict[str, Any] = {
        "run_rate": column(130 * BN),
        "log_ceiling": column(np.log(650.0)),
        "innovation": 0.01,
        "imitation": column(0.62),
        "churn": column(0.05),
        "elasticity": column(1.05),
        "output_price_decline": column(0.45),
        "rent_pass_through": 0.25,
        "intensity_growth": column(0.08),
        "saturation": 5000 * BN,
        "demand_volatility": column(0.065),
        "demand_loading": column(0.25),
        "demand_persistence": 0.88,
        "highest_adoption": 0.9,
        "run_rate_share": row(1.0),
        "ceiling_share": row(1.0),
        "weather_volatility": column(0.0),
        "weather_drift": np.array([0.0, 0.03, -0.1]),
        "weather_transition": np.array([[0.9, 0.05, 0.05], [0.2, 0.7, 0.1], [0.3, 0.1, 0.6]]),
    }
    return given(adoption.Params, **(values | changes))


def step(
    p: adoption.Params, s: adoption.State | None = None, **inputs: float
) -> tuple[adoption.State, adoption.Flows]:
    quiet = dict.fromkeys(("surprise", "jump", "demand", "forced", "own"), 0.0) | {"weather": 0.5}
    read = {name: column(value) for name, value in (quiet | inputs).items()}
    surprise, jump = read.pop("surprise"), read.pop("jump")
    return adoption.step(p, s or adoption.init(p), surprise, jump, adoption.Shocks(**read))


def test_worked_example() -> None:
    with worked("revenue-gap", "adoption") as w:
        p = parameters(
            run_rate=column(w["ceiling"] * w["adopted"] * BN), log_ceiling=column(np.log(w["ceiling"]))
        )
        after, f = step(p, demand=w["demand shock"])
        w.agrees("demand state", after.demand_state)
        w.agrees("speed", np.exp(0.25 * after.demand_state - 0.25**2 / 2))
        w.agrees("adopted after", after.adopted)
        w.agrees("scale", after.scale)
        w.agrees("growth of use", after.scale / w["room"])
        w.agrees("level", after.level)
        w.agrees("revenue", f.revenue / BN)
        assert f.shock == after.level


def test_segments_reproduce_the_run_rate_and_sum_to_the_pool() -> None:
    p = parameters(run_rate_share=row(0.5, 0.3, 0.2), ceiling_share=row(0.2, 0.3, 0.5))
    s = adoption.init(p)
    np.testing.assert_allclose(adoption.revenue(s) / BN, row(65, 39, 26), rtol=1e-14)
    assert s.ceiling.sum() == pytest.approx(650 * BN)


def test_a_ceiling_never_lies_below_what_is_earned() -> None:
    s = adoption.init(parameters(log_ceiling=column(np.log(100.0))))
    assert s.adopted.item() == pytest.approx(0.9)
    assert s.ceiling.item() == pytest.approx(130 * BN / 0.9)


def test_adoption_stays_between_nothing_and_the_ceiling() -> None:
    p = parameters()
    for demand in (-5.0, 5.0):
        s = adoption.init(p)
        for _ in range(200):
            s, _ = step(p, s, demand=demand)
            assert 0.0 < s.adopted.item() < 1.0


def test_without_churn_and_shocks_it_is_the_bass_curve() -> None:
    """p = .03, q = .38: A(7) = .5490 from A(1) in 24 quarters, however long the step."""
    start = bass.adoption(1.0, 0.03, 0.38).item()
    p = parameters(
        innovation=0.03,
        imitation=column(0.38),
        churn=column(0.0),
        demand_loading=column(0.0),
        run_rate=column(start * 650 * BN),
    )
    s = adoption.init(p)
    for _ in range(24):
        s, _ = step(p, s)
    assert s.adopted.item() == pytest.approx(bass.adoption(7.0, 0.03, 0.38).item(), rel=1e-12)
    assert s.adopted.item() == pytest.approx(0.5490, abs=5e-5)


@pytest.mark.parametrize(("elasticity", "sign"), [(0.8, -1), (1.0, 0), (1.3, 1)])
def test_deflation_earns_by_the_elasticity_less_one(elasticity: float, sign: int) -> None:
    p = parameters(elasticity=column(elasticity), intensity_growth=column(0.0))
    moved = step(p)[0].scale.item()
    full = (elasticity - 1.0) * 0.45 / 4
    assert moved == pytest.approx(full * (0.974 if sign > 0 else 1.0))


@pytest.mark.parametrize(
    ("inputs", "cheaper"),
    [({"surprise": 0.2}, -0.05), ({"surprise": -0.2}, 0.05), ({"jump": 0.1}, 0.1), ({"jump": -0.1}, 0.1)],
)
def test_dearer_compute_slows_the_fall_of_token_prices(inputs: dict[str, Any], cheaper: float) -> None:
    p = parameters(elasticity=column(2.0))
    moved = step(p, **inputs)[0].scale - step(p)[0].scale
    assert moved.item() == pytest.approx(0.974 * cheaper)


def test_growth_stops_where_the_pool_is_full_and_decline_does_not() -> None:
    rich = parameters(run_rate=column(5000 * BN), log_ceiling=column(np.log(50e3)))
    assert step(rich)[0].scale.item() == 0.0
    shrinking = parameters(
        run_rate=column(5000 * BN), log_ceiling=column(np.log(50e3)), intensity_growth=column(-0.2)
    )
    assert step(shrinking)[0].scale.item() == pytest.approx(0.05 * 0.1125 - 0.05)


def test_forced_demand_is_passing() -> None:
    p = parameters()
    forced, free = step(p, forced=-0.5), step(p)
    assert forced[1].revenue / free[1].revenue == pytest.approx(np.exp(-0.5), rel=2e-3)  # room is larger
    assert forced[0].level == free[0].level


def test_the_demand_shock_leaves_the_mean_alone() -> None:
    """E exp(sigma e - sigma^2/2) = 1 for a standard normal shock."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(40)
    p = parameters()
    levels = np.array([step(p, demand=x)[1].shock.item() for x in nodes])
    assert (weights @ np.exp(levels)) / weights.sum() == pytest.approx(1.0, rel=1e-12)


def test_weather_moves_what_customers_pay_and_no_shock_that_others_read() -> None:
    """A shakeout takes a tenth of revenue for good; the shock that internal budgets share is as it was."""
    p = parameters(weather_volatility=column(0.05))
    fair, foul = step(p, demand=0.7, own=0.05 / 2), step(p, demand=0.7, own=0.05 / 2, weather=0.97)
    assert foul[1].revenue / fair[1].revenue == pytest.approx(np.exp(-0.1), rel=1e-12)
    assert fair[0].level == pytest.approx(fair[1].shock), "an own shock of half its volatility is no news"
    assert foul[1].shock == fair[1].shock
    assert foul[0].demand_state == fair[0].demand_state
    assert foul[0].regime.item() == 2
    later = step(p, foul[0], own=0.05 / 2, weather=0.0)[0]
    assert later.level - foul[0].level == pytest.approx(-(0.065**2) / 2), "back to normal, nothing made good"

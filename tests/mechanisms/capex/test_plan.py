from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from risk.mechanisms.capex import plan
from tests.mechanisms.given import Array, column, given, row
from tests.mechanisms.worked import worked

QUIET: dict[str, Array] = {
    "common": column(0.0),
    "demand": column(0.0),
    "firm": row(0.0, 0.0),
    "digestion": row(1.0, 1.0),
}


def struck(changes: dict[str, Array] | None = None) -> plan.Shocks:
    return plan.Shocks(**(QUIET | (changes or {})))


def parameters(**changes: Any) -> plan.Params:
    values: dict[str, Any] = {
        "guidance": row(50e9, 40e9),
        "guidance_weights": np.array([1.0, 0.85, 0.6, 0.4, 0.2, 0.0]),
        "guidance_quarters": 2.0,
        "guidance_growth": 0.055,
        "guidance_bias": column(0.0),
        "bias_profile": np.array([0.4, 0.8, 1.2, 1.6]),
        "first_common": 0.05,
        "first_firm": 0.04,
        "extrapolation": column(0.35),
        "expected_growth": 0.10,
        "neutral_growth": 0.022,
        "accelerator": column(0.57),
        "return_response": column(0.2),
        "spread_response": column(1.5),
        "neutral_spread": 0.04,
        "leverage_response": 0.1,
        "arms_race": column(0.075),
        "undeployed_response": column(0.09),
        "undeployed_tolerance": 0.3,
        "common_volatility": column(0.08),
        "firm_volatility": 0.05,
        "demand_correlation": 0.6,
        "largest_fall": -0.35,
        "largest_rise": 0.25,
        "user_cost": 0.285,
        "user_cost_spread": 0.4,
        "digestion_hazard": column(0.006),
        "digestion_decline": column(0.325),
        "healing_hazard": column(0.175),
        "gap_exponent": 1.5,
        "gap_center": 0.40,
        "slack_exponent": 9.0,
        "slack_center": 0.60,
        "funding_exponent": 2.0,
        "spread_exponent": 0.5 / 0.03,
        "carry_exponent": 5.0,
        "largest_hazard": 0.30,
    }
    return given(plan.Params, **(values | changes))


def signals(**changes: Any) -> plan.Signals:
    values: dict[str, Any] = {
        "demand_growth": column(0.12),
        "rental_yield": column(0.35),
        "spread": column(0.05),
        "undeployed_years": column(0.5),
        "excess_leverage": row(0.2, 0.0),
        "log_gap": column(0.63),
        "utilization": column(0.58),
        "funding_gap": column(0.05),
    }
    return plan.Signals(**(values | changes))


def state(digestion: float = 0.0) -> plan.State:
    return plan.State(np.log(row(52e9, 42e9)), column(0.10), column(digestion))


def growth(p: plan.Params | None = None, t: int = 9, **changes: Any) -> Array:
    """Growth of the plan a long time after guidance."""
    return plan.step(p or parameters(), state(), t, signals(**changes), struck())[1].growth


def test_worked_example() -> None:
    with worked("capex", "plan") as w:
        p = parameters()
        s = signals(
            demand_growth=column(w["demand growth"]),
            rental_yield=column(w["yield"]),
            spread=column(w["spread"]),
            undeployed_years=column(w["years waiting"]),
        )
        start = plan.State(
            np.log(1e9 * row(w["plan of A"], w["plan of B"])), column(w["extrapolated before"]), column(0.0)
        )
        w.agrees("user cost", plan.user_cost(p, s.spread))
        later, f = plan.step(p, start, 9, s, struck())  # without guidance
        w.agrees("growth of A", f.growth[0, 0])
        w.agrees("growth of B", f.growth[0, 1])
        w.agrees("peers over guidance", np.mean(np.log([52 / 50, 42 / 40])))
        after, _ = plan.step(p, start, 3, s, struck())
        w.agrees("extrapolated", after.expected)
        w.agrees("guided, A", plan.guidance_path(p, 4)[0, 0] / 1e9)
        biased = parameters(guidance_bias=column(w["bias"]))
        w.agrees("guided with its bias, A", plan.guidance_path(biased, 4)[0, 0] / 1e9)
        first = plan.init(biased, 1, column(w["first error, all"]), row(0.0, 0.0)).log_plan
        w.agrees("first quarter of A", np.exp(first[0, 0]) / 1e9)
        w.agrees("new plan of A", np.exp(after.log_plan[0, 0]) / 1e9)
        w.agrees("new plan of B", np.exp(after.log_plan[0, 1]) / 1e9)
        assert later.digestion.item() == 0.0


def test_worked_example_of_digestion() -> None:
    with worked("capex", "digestion") as w:
        p = parameters(digestion_hazard=column(w["base hazard"]), digestion_decline=column(w["fall"]))
        s = signals(
            log_gap=column(w["gap"]),
            utilization=column(w["utilization"]),
            funding_gap=column(w["unfunded"]),
            spread=column(w["spread"]),
        )
        hazard = plan.digestion_hazard(p, s, plan.user_cost(p, s.spread))
        w.agrees("hazard", hazard)
        w.agrees("index", np.log(hazard / 0.006))
        enters = QUIET | {"digestion": row(0.013, 1.0)}
        after, _ = plan.step(p, state(), 3, s, struck(enters))
        assert after.digestion.item() == 1.0
        w.agrees("plan in digestion", np.exp(after.log_plan[0, 0]) / 1e9)


def test_guidance_leads_the_first_quarters_and_then_lets_go() -> None:
    p = parameters()
    weights = []
    for t in range(1, 8):
        far = replace(state(), log_plan=state().log_plan + 1.0)
        near = plan.step(p, state(), t, signals(), struck())[0].log_plan
        weights.append(1.0 - (plan.step(p, far, t, signals(), struck())[0].log_plan - near)[0, 0])
    assert weights == pytest.approx([0.85, 0.6, 0.4, 0.2, 0.0, 0.0, 0.0])
    start = plan.init(p, 1, column(0.0), row(0.0, 0.0))
    np.testing.assert_allclose(np.exp(start.log_plan), p.guidance)


def test_guidance_grows_from_end_2026() -> None:
    p = parameters()
    path = [plan.guidance_path(p, t)[0, 0] / 50e9 for t in (1, 2, 3, 4)]
    assert path == pytest.approx([1.0, 1.0, np.exp(0.055), np.exp(0.11)])


def test_a_bias_of_guidance_comes_out_over_its_first_year() -> None:
    """A tenth too low: .4, .8, 1.2, 1.6 of it by quarter, on average all of it, and the last stays."""
    plain, biased = parameters(), parameters(guidance_bias=column(0.1))
    found = [np.log(plan.guidance_path(biased, t) / plan.guidance_path(plain, t))[0, 0] for t in range(1, 7)]
    assert found == pytest.approx([0.04, 0.08, 0.12, 0.16, 0.16, 0.16])
    assert np.mean(found[:4]) == pytest.approx(0.1)


def test_the_first_quarter_has_its_error() -> None:
    """One sd of all firms and two of one: guided capex of the quarter, and with it the plan."""
    biased = parameters(guidance_bias=column(0.1))
    start = plan.init(biased, 1, column(1.0), row(0.0, -2.0)).log_plan
    np.testing.assert_allclose(start - np.log(biased.guidance), row(0.04 + 0.05, 0.04 + 0.05 - 0.08))


def test_part_of_what_strikes_all_plans_is_news_of_demand() -> None:
    """With a correlation of .6 the shock is .6 of the news and .8 of its own; its variance stays."""
    p = parameters()
    base = plan.step(p, state(), 9, signals(), struck())[0].log_plan
    news = plan.step(p, state(), 9, signals(), struck({"demand": column(1.0)}))[0].log_plan
    np.testing.assert_allclose(news - base, 0.08 * 0.6, atol=1e-12)


@pytest.mark.parametrize(
    ("change", "slope"),
    [
        ({"demand_growth": column(0.13)}, 0.57 * 0.35 * 0.01),
        ({"rental_yield": column(0.36)}, 0.2 * 0.01),
        ({"spread": column(0.06)}, -1.5 * 0.01 - 0.2 * 0.4 * 0.01),
        ({"undeployed_years": column(0.6)}, -0.09 * 0.1),
        ({"undeployed_years": column(0.1)}, 0.09 * 0.2),
        ({"excess_leverage": row(0.3, 0.1)}, -0.1 * 0.1),
        ({"log_gap": column(9.0)}, 0.0),
        ({"utilization": column(0.1)}, 0.0),
        ({"funding_gap": column(1.0)}, 0.0),
    ],
    ids=str,
)
def test_what_moves_the_accelerator(change: dict[str, Any], slope: float) -> None:
    """Demand growth and return up, capex up; spread, waiting compute and leverage up, capex down."""
    np.testing.assert_allclose(growth(**change) - growth(), slope, atol=1e-15)


def test_the_arms_race_pulls_firms_together() -> None:
    apart = replace(state(), log_plan=np.log(row(60e9, 40e9)))
    calm = signals(excess_leverage=row(0.0, 0.0))
    moved = plan.step(parameters(), apart, 9, calm, struck())[1].growth
    assert moved[0, 0] - moved[0, 1] == pytest.approx(-0.075 * np.log(60 / 50))


def test_shocks_are_common_and_own() -> None:
    p = parameters()
    base = plan.step(p, state(), 9, signals(), struck())[0].log_plan
    shocked = plan.step(p, state(), 9, signals(), struck({"common": column(1.0), "firm": row(0.0, -2.0)}))[0]
    np.testing.assert_allclose(shocked.log_plan - base, row(0.064, 0.064 - 0.1), atol=1e-12)


@pytest.mark.parametrize(("common", "limit"), [(-9.0, -0.35), (9.0, 0.25)])
def test_growth_is_bounded(common: float, limit: float) -> None:
    f = plan.step(parameters(), state(), 9, signals(), struck({"common": column(common)}))[1]
    np.testing.assert_allclose(f.growth, limit, atol=1e-12)


@pytest.mark.parametrize(
    ("digesting", "draws", "after"),
    [
        (0.0, (0.0132, 0.0), 1.0),
        (0.0, (0.0133, 0.0), 0.0),
        (1.0, (0.0, 0.17), 0.0),
        (1.0, (0.0, 0.18), 1.0),
    ],
)
def test_digestion_starts_and_heals_by_its_hazards(
    digesting: float, draws: tuple[float, float], after: float
) -> None:
    p = parameters()
    found, f = plan.step(p, state(digesting), 9, signals(), struck({"digestion": row(*draws)}))
    assert f.hazard.item() == pytest.approx(0.01324, abs=5e-6)
    assert found.digestion.item() == after


@pytest.mark.parametrize(
    ("change", "ratio"),
    [
        ({"log_gap": column(0.73)}, np.exp(1.5 * 0.1)),
        ({"utilization": column(0.48)}, np.exp(0.9)),
        ({"utilization": column(0.90)}, np.exp(-0.18)),
        ({"funding_gap": column(0.15)}, np.exp(0.2)),
        ({"spread": column(0.08)}, np.exp(0.5)),
        ({"rental_yield": column(0.239)}, np.exp(5.0 * 0.05)),
    ],
    ids=str,
)
def test_what_drives_digestion(change: dict[str, Any], ratio: float) -> None:
    """Gap, slack, missing funds, spreads and negative carry raise the hazard."""

    def hazard(s: plan.Signals) -> float:
        return float(plan.digestion_hazard(p, s, plan.user_cost(p, s.spread)).item())

    p = parameters()
    assert hazard(signals(**change)) / hazard(signals()) == pytest.approx(ratio)


def test_the_hazard_is_bounded() -> None:
    s = signals(log_gap=column(9.0))
    assert plan.digestion_hazard(parameters(), s, column(0.3)).item() == 0.30

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from risk.mechanisms.gpu_repricing import rents
from tests.mechanisms.given import column, given, row
from tests.mechanisms.worked import worked

E = row(0.5, 1.0, 2.0)
"""Throughput of A100, H100, B200."""

OLD = row(20.0, 14.0, 5.0)
"""Quarters since launch: nobody has launched within the year."""

CALM = {
    "rent": column(0.0),
    "drift": column(0.0),
    "generation": row(0.0, 0.0, 0.0),
    "efficiency": column(0.0),
    "efficiency_event": column(1.0),
    "fire_sale": column(0.0),
    "forced": column(0.0),
}


def parameters(**changes: Any) -> rents.Params:
    values: dict[str, Any] = {
        "launch_obsolescence": column(0.15),
        "spot_reversion": column(0.45),
        "contract_reversion": column(0.35),
        "spot_volatility": column(0.30),
        "term_premium": column(0.04),
        "target_spot_weight": 0.5,
        "rerating_quarters": 4.0,
        "generation_noise": row(0.10, 0.04, 0.10),
        "utilization_elasticity": column(0.6),
        "normal_utilization": 0.65,
        "base_tightness": 0.0,
        "lowest_utilization": 0.30,
        "highest_utilization": 0.95,
        "contract_weight": 0.85,
        "drift_weight": 0.8,
        "drift_smoothing": 0.7,
        "drift_limit": 0.25,
        "initial_drift": column(0.0),
        "drift_volatility": 0.035,
        "jump_intensity": 0.25,
        "jump_size": 0.12,
        "index": row(1.10, 2.65, 5.30),
        "index_error": column(0.0),
        "numeraire": 1,
        "spot_discount": 2.42,
        "rent_before": 2.55,
        "median_decline": 0.27,
        "trend_window": 8.0,
        "trend_weight": 0.5,
        "lowest_expected_decline": 0.0,
        "highest_expected_decline": 0.5,
    }
    return given(rents.Params, **(values | changes))


def step(
    p: rents.Params, s: rents.State, demand: float = 200e9, **shocks: Any
) -> tuple[rents.State, rents.Flows]:
    energized = row(0.0, 4e6, 8e6)
    throughput, launching = shocks.pop("throughput", E), shocks.pop("launching", OLD)
    supply = rents.priced_supply(p, throughput, energized)
    struck = rents.Shocks(**(CALM | shocks))
    return rents.step(p, s, throughput, energized, supply, column(demand), launching, struck)


def at_rest(p: rents.Params) -> float:
    """Demand, USD a year, at which the market clears at the base-date contract rent."""
    supply = rents.priced_supply(p, E, row(0.0, 4e6, 8e6))
    return rents.clearing_demand(p, np.log(2.65), supply).item()


def test_worked_example() -> None:
    with worked("gpu-repricing", "rents") as w:
        p = parameters(
            launch_obsolescence=column(w["ω"]),
            index=row(1.10, w["clearing rent before"], 5.30),
            spot_discount=w["spot before"],
            initial_drift=column(w["drift before"]),
        )
        energized = row(0.0, 1e6 * w["H100 energized"], 1e6 * w["B200 energized"])
        supply = rents.priced_supply(p, E, energized)
        w.agrees("priced supply", supply / 1e6)
        bid = column(1e9 * w["bid"])
        struck = rents.Shocks(**(CALM | {"drift": column(w["news of the drift"])}))
        after, f = rents.step(p, rents.init(p, E), E, energized, supply, bid, OLD, struck)
        w.agrees("clearing rent", f.clearing[0, 1])
        w.agrees("drift", after.drift)
        w.agrees("spot", f.spot[0, 1])
        w.agrees("contract", f.contract[0, 1])
        w.agrees("paid on average", f.blended[0, 1])
        w.agrees("utilization", f.utilization)
        w.agrees("paid", f.paid / 1e9)
        w.agrees("buyers' margin", f.unserved / 1e9)
        w.agrees("B200 contract", f.contract[0, 2])
        w.agrees("surprise", f.surprise)


def test_worked_example_of_a_launch() -> None:
    with worked("gpu-repricing", "re-rating") as w:
        p = parameters(launch_obsolescence=column(w["ω"]))
        throughput = row(1.0, 2.0, 2.0 * w["leap"])
        taken = rents.rerating(p, throughput, row(30, 20, 0))
        w.agrees("taken off a quarter", -taken[0, 1])
        w.agrees("taken off in the year", 1.0 - np.exp(4.0 * taken[0, 0]))
        assert taken[0, 0] == taken[0, 1]
        assert taken[0, 2] == 0.0, "the launched generation is not re-rated"
        state, most = rents.init(p, throughput), np.zeros(2)
        for quarter in range(8):
            state, _ = step(p, state, throughput=throughput, launching=row(30, 20, quarter))
            deepest = (state.spot_rerating[0, 1], state.contract_rerating[0, 1])
            most = np.minimum(most, deepest)
        w.agrees("most off spot at once", 1.0 - np.exp(most[0]))
        w.agrees("most off the contract at once", 1.0 - np.exp(most[1]))


def test_the_error_of_the_index_moves_all_rents_of_a_path_together() -> None:
    sure, wrong = (rents.init(parameters(index_error=column(e)), E) for e in (0.0, 0.1))
    for name in ("spot", "contract", "clearing"):
        assert (getattr(wrong, name) - getattr(sure, name)).item() == pytest.approx(0.1)
    assert wrong.contract_history[0].item() - sure.contract_history[0].item() == pytest.approx(0.1)


def test_momentum_of_the_base_date_fades_and_is_renewed_by_news() -> None:
    p = parameters(initial_drift=column(0.06), drift_volatility=0.0)
    s, drifts = rents.init(p, E), []
    for _ in range(3):
        s, _ = step(p, replace(s, clearing=s.clearing), demand=at_rest(p))
        drifts.append(s.drift.item())
    np.testing.assert_allclose(drifts, [0.06 * 0.7**k for k in (1, 2, 3)])
    renewed, _ = step(parameters(), s, demand=at_rest(p), drift=column(2.0))
    assert renewed.drift.item() - 0.7 * s.drift.item() == pytest.approx(0.07)


@pytest.mark.parametrize("quarters", [2, 4, 6])
def test_a_launch_re_rates_by_the_same_in_more_or_fewer_quarters(quarters: int) -> None:
    p = parameters(rerating_quarters=quarters)
    taken = np.array([rents.rerating(p, E, row(20, 14, since))[0, 0] for since in range(-1, 8)])
    np.testing.assert_array_equal(taken < 0.0, [0 <= since < quarters for since in range(-1, 8)])
    assert taken.sum() == pytest.approx(-0.15 * np.log(2.0))


def test_re_rating_fades_at_the_speed_of_each_rent() -> None:
    p = parameters()
    s, _ = step(p, rents.init(p, E), launching=row(20, 14, 3))
    first_spot, first_contract = s.spot_rerating[0, 1], s.contract_rerating[0, 1]
    s, _ = step(p, s)
    assert s.spot_rerating[0, 1] == pytest.approx(0.55 * first_spot)
    assert s.contract_rerating[0, 1] == pytest.approx(0.65 * first_contract)


def test_clearing_does_not_depend_on_the_numeraire() -> None:
    """R_g = X E_g^(1+w) / (u hours sum_k E_k^(1+w) K_k), and the same with every throughput doubled."""
    p = parameters()
    units = row(2e6, 4e6, 4e6)
    paid = []
    for scale in (1.0, 2.0):
        throughput = scale * E
        supply = rents.priced_supply(p, throughput, units * throughput)
        start = rents.init(p, throughput)
        _, f = rents.step(
            p, start, throughput, units * throughput, supply, column(200e9), OLD, rents.Shocks(**CALM)
        )
        paid.append(f.clearing)
    power = E**1.15
    by_hand = 200e9 * power / (0.65 * 8760 * (power * units).sum())
    np.testing.assert_allclose(paid[0], by_hand, rtol=1e-12)
    np.testing.assert_allclose(paid[1], by_hand, rtol=1e-12)


def test_a_market_at_rest_stays_at_rest() -> None:
    """No premium, spot at the contract, demand where it was: nothing moves and everything offered is paid."""
    p = parameters(term_premium=column(0.0), spot_discount=2.65)
    demand = at_rest(p)
    s, f = step(p, rents.init(p, E), demand)
    assert f.spot[0, 1] == pytest.approx(2.65, rel=1e-12)
    assert f.contract[0, 1] == pytest.approx(2.65, rel=1e-12)
    assert f.utilization.item() == pytest.approx(0.65, rel=1e-12)
    assert f.paid.item() == pytest.approx(demand, rel=1e-12)
    assert f.unserved.item() == pytest.approx(0.0, abs=1.0)
    assert f.surprise.item() == pytest.approx(0.27 / 4)
    assert s.drift.item() == pytest.approx(0.0, abs=1e-15)


def test_spot_moves_by_its_shocks() -> None:
    """Own noise is a year's volatility over two; a fire sale takes off; an event's sign is the shock's."""
    p = parameters()
    start = rents.init(p, E)
    calm = np.log(step(p, start)[1].spot[0, 1])

    def moved(**shocks: Any) -> float:
        return float(np.log(step(p, start, **shocks)[1].spot[0, 1]) - calm)

    assert moved(rent=column(1.0)) == pytest.approx(0.15)
    assert moved(fire_sale=column(0.2)) == pytest.approx(-0.2)
    assert moved(efficiency=column(-1.0)) == pytest.approx(0.0), "no event, no jump"
    event = column(0.0624)  # under an intensity of a quarter a year
    assert moved(efficiency=column(-1.0), efficiency_event=event) == pytest.approx(-0.12)
    assert moved(efficiency=column(2.0), efficiency_event=event) == pytest.approx(0.24)
    assert moved(efficiency=column(2.0), efficiency_event=column(0.0626)) == pytest.approx(0.0)


def test_drift_is_smoothed_and_bounded() -> None:
    p = parameters()
    s, _ = step(p, rents.init(p, E), at_rest(p) * np.exp(0.5))
    assert s.drift.item() == pytest.approx(0.3 * 0.5)
    s, _ = step(p, s, at_rest(p) * np.exp(0.5))
    assert s.drift.item() == pytest.approx(0.7 * 0.15)
    s, _ = step(p, s, at_rest(p) * np.exp(9.0))
    assert s.drift.item() == 0.25


@pytest.mark.parametrize(("demand", "utilization"), [(1e9, 0.30), (1e13, 0.95)])
def test_utilization_is_bounded(demand: float, utilization: float) -> None:
    p = parameters()
    assert step(p, rents.init(p, E), demand)[1].utilization.item() == utilization


def test_expected_decline_is_half_history_half_median() -> None:
    p = parameters()
    s = rents.init(p, E)
    base = 0.5 * np.log(2.55 / 2.65) / 2.0 + 0.5 * 0.27
    assert rents.expected_decline(p, s).item() == pytest.approx(base)
    history = []
    for _ in range(9):
        history.append(s.contract.item())
        s, _ = step(p, s, 100e9)
    fall = (history[1] - s.contract.item()) / 2.0  # eight quarters back
    assert rents.expected_decline(p, s).item() == pytest.approx(min(0.5, 0.5 * fall + 0.5 * 0.27))


def test_worked_example_of_the_expected_decline() -> None:
    with worked("gpu-repricing", "expected decline") as w:
        p = parameters(
            rent_before=w["contract eight quarters ago"],
            index=row(1.10, w["contract"], 5.30),
            median_decline=w["base median decline"],
        )
        s = rents.init(p, E)
        w.agrees("expected decline", rents.expected_decline(p, s))
        w.agrees("trailing decline", rents.expected_decline(replace(p, trend_weight=np.ones((1, 1))), s))


@pytest.mark.parametrize(("rent_before", "expected"), [(0.5, 0.0), (50.0, 0.5)])
def test_expected_decline_is_bounded(rent_before: float, expected: float) -> None:
    p = parameters(rent_before=rent_before)
    assert rents.expected_decline(p, rents.init(p, E)).item() == expected


def test_a_floor_under_the_expected_decline_holds() -> None:
    p = parameters(rent_before=0.5, lowest_expected_decline=0.05)
    assert rents.expected_decline(p, rents.init(p, E)).item() == 0.05


@pytest.mark.parametrize(("weight", "expected"), [(0.0, 0.27), (0.25, 0.2525), (1.0, 0.20)])
def test_the_trailing_decline_counts_by_its_weight(weight: float, expected: float) -> None:
    """Rents fell by a fifth a year, the base median by .27."""
    p = parameters(trend_weight=weight, rent_before=2.65 * np.exp(0.4))
    assert rents.expected_decline(p, rents.init(p, E)).item() == pytest.approx(expected)


@pytest.mark.parametrize("window", [4, 8, 12])
def test_the_trend_is_read_over_its_window(window: int) -> None:
    """A constant fall of .05 a quarter reads .2 a year once the window is past the base date."""
    p = parameters(trend_window=window, trend_weight=1.0)
    s = rents.init(p, E)
    read = []
    for _ in range(16):
        s = replace(s, contract=s.contract - 0.05, contract_history=(*s.contract_history[1:], s.contract))
        read.append(rents.expected_decline(p, s).item())
    assert read[window:] == pytest.approx([0.2] * (16 - window))
    assert read[window - 2] != pytest.approx(0.2), "the rent before the base date is still in the window"


def test_a_contract_follows_spot_by_its_weight() -> None:
    """Spot lies under the clearing rent: the more a contract looks to spot the lower it is signed."""
    signed = []
    for weight in (0.0, 0.5, 1.0):
        p = parameters(target_spot_weight=weight)
        s, f = step(p, rents.init(p, E))
        assert f.spot[0, 1] < f.clearing[0, 1]
        signed.append(s.contract.item())
    gap = 0.35 * (s.clearing - s.spot).item()
    assert [signed[0] - signed[1], signed[1] - signed[2]] == pytest.approx([gap / 2, gap / 2])


def test_a_generations_own_noise_fades_as_a_launch_does() -> None:
    """One shock moves both quotes of its generation by its noise, the others not, and fades."""
    p = parameters()
    struck, _ = step(p, rents.init(p, E), generation=row(0.0, 0.0, 2.0))
    np.testing.assert_allclose(struck.spot_rerating, [[0.0, 0.0, 0.2]])
    np.testing.assert_allclose(struck.contract_rerating, [[0.0, 0.0, 0.2]])
    later, _ = step(p, struck)
    np.testing.assert_allclose(later.spot_rerating, [[0.0, 0.0, 0.2 * 0.55]])
    np.testing.assert_allclose(later.contract_rerating, [[0.0, 0.0, 0.2 * 0.65]])
    flat, moved = (
        rents.quotes(p, s, E)[1]
        for s in (rents.init(p, E), replace(rents.init(p, E), contract_rerating=struck.contract_rerating))
    )
    np.testing.assert_allclose(np.log(moved / flat), [[0.0, 0.0, 0.2]], atol=1e-12)


def test_the_ratio_of_two_generations_has_the_spread_of_the_record() -> None:
    """Stationary: .10 and .04 a quarter, reverting by .37: sd .139 of ln(H100 / B200) in contracts."""
    noise = np.hypot(0.10, 0.04)
    assert noise / np.sqrt(1.0 - 0.63**2) == pytest.approx(0.139, abs=1e-3)


def cleared(p: rents.Params) -> float:
    """Demand, USD a year, at which the market clears in the first quarter where it stood at the base date."""
    supply = rents.priced_supply(p, E, row(0.0, 4e6, 8e6))
    return rents.clearing_demand(p, rents.init(p, E).clearing, supply).item()


def test_worked_example_of_a_tight_start() -> None:
    with worked("gpu-repricing", "tight start") as w:
        p = parameters(
            base_tightness=w["tightness"],
            index=row(1.10, w["contract before"], 5.30),
            spot_discount=w["spot before"],
        )
        s, f = step(p, rents.init(p, E), cleared(p))
        w.agrees("clearing rent", f.clearing[0, 1])
        w.agrees("spot", f.spot[0, 1])
        w.agrees("contract", f.contract[0, 1])
        w.agrees("utilization", f.utilization)
        w.agrees("surprise", f.surprise)
        assert abs(s.drift.item()) < 1e-15, "a market that stays as tight as it was has no momentum"


def test_a_tight_start_bids_up_spot_contract_and_utilization() -> None:
    """Quotes of the base date are the readings whatever lies under them; then they are pulled, or fall."""
    moved = []
    for tightness in (-0.2, 0.0, 0.2):
        p = parameters(base_tightness=tightness)
        start = rents.init(p, E)
        assert np.exp(start.contract).item() == pytest.approx(2.65)
        assert np.exp(start.spot).item() == pytest.approx(2.42)
        s, f = step(p, start, cleared(p))
        moved.append((s.spot.item(), s.contract.item(), f.utilization.item(), f.surprise.item()))
    slack, none, tight = np.array(moved)
    np.testing.assert_allclose(tight[0] - none[0], 0.45 * 0.2)
    np.testing.assert_allclose(none[0] - slack[0], 0.45 * 0.2)
    assert (slack[:3] < none[:3]).all()
    assert (none[:3] < tight[:3]).all()
    assert none[2] / tight[2] == pytest.approx(slack[2] / none[2], rel=1e-2)
    np.testing.assert_allclose([slack[3], tight[3]], none[3], err_msg="nobody is surprised by the start")


def test_a_rent_that_a_scenario_sets_stands_whatever_is_bid_and_lets_go_again() -> None:
    p = parameters()
    start = rents.init(p, E)
    energized = row(0.0, 4e6, 8e6)
    supply = rents.priced_supply(p, E, energized)
    half = {"forced": column(np.log(0.5)), "fire_sale": column(0.3), "rent": column(2.0)}
    struck = rents.Shocks(**(CALM | half))
    after, f = rents.step(p, start, E, energized, supply, column(900e9), OLD, struck)
    index = float(p.index[0, p.numeraire])
    for quoted in (f.spot, f.contract, f.clearing):
        assert quoted[0, p.numeraire] == pytest.approx(index / 2)
    free, g = rents.step(p, after, E, energized, supply, column(900e9), OLD, rents.Shocks(**CALM))
    assert g.clearing[0, p.numeraire] > index / 2
    assert free.contract.item() > after.contract.item()

"""Customers' weather: the regime, what it and a quarter's own shock leave, what the register says of both."""

from typing import Any

import numpy as np
import pytest

from risk.assumptions import load
from risk.mechanisms.revenue_gap import weather
from risk.processes import markov
from risk.shocks.stream import generator, open_uniform
from tests.mechanisms.given import Array, column, given
from tests.mechanisms.worked import worked

NORMAL, BOOM, SHAKEOUT = range(3)
REGISTER = load()


def parameters(**changes: Any) -> weather.Params:
    values: dict[str, Any] = {
        "weather_volatility": column(0.045),
        "weather_drift": np.array([0.0045, 0.0445, -0.1155]),
        "weather_transition": np.array([[0.955, 0.02, 0.025], [0.15, 0.80, 0.05], [0.25, 0.05, 0.70]]),
    }
    return given(weather.Params, **(values | changes))


def registered(**changes: Any) -> weather.Params:
    """Weather as the register has it."""
    names = ("weather_volatility", "weather_drift", "weather_transition")
    return parameters(**{name: np.asarray(REGISTER.value(f"revenue.{name}")) for name in names} | changes)


def walked(p: weather.Params, quarters: int, paths: int = 20_000) -> tuple[Array, Array]:
    """Regimes, (quarter, path), and the log level of demand, (quarter, path), from the base date on."""
    stream, regime = generator(3, "weather", 0), weather.init(paths)
    seen, levels, level = [], [], np.zeros((paths, 1))
    for _ in range(quarters):
        own, uniform = stream.standard_normal((paths, 1)), open_uniform(stream, (paths, 1))
        regime, moved = weather.turn(p, regime, own, uniform)
        level = level + moved
        seen.append(regime[:, 0])
        levels.append(level[:, 0])
    return np.array(seen), np.array(levels)


def test_worked_example() -> None:
    with worked("revenue-gap", "weather") as w:
        p = parameters(weather_volatility=column(w["own volatility"]))
        uniform, own = column(w["draw"]), column(w["own shock"])
        row = np.cumsum(markov.transition_row(p.weather_transition, weather.init(1)))
        w.agrees("stays normal below", row[NORMAL])
        w.agrees("boom below", row[BOOM])
        after, moved = weather.turn(p, weather.init(1), own, uniform)
        w.agrees("regime", after)
        w.agrees("drift", p.weather_drift[after])
        w.agrees("level moves by", moved)


def test_every_path_starts_in_the_normal_regime() -> None:
    np.testing.assert_array_equal(weather.init(3), np.full((3, 1), NORMAL))


@pytest.mark.parametrize("uniform", [0.0001, 0.5, 0.97, 0.9999])
def test_without_volatility_and_drift_there_is_no_weather(uniform: float) -> None:
    """The regime may turn as it likes."""
    none = parameters(weather_volatility=column(0.0), weather_drift=np.zeros(3))
    assert weather.turn(none, weather.init(1), column(3.0), column(uniform))[1].item() == 0.0


def test_a_boom_adds_and_a_shakeout_takes() -> None:
    p = parameters()
    draws = column(0.5, 0.96, 0.99)
    regime, moved = weather.turn(p, weather.init(3), column(0.0, 0.0, 0.0), draws)
    np.testing.assert_array_equal(regime, [[NORMAL], [BOOM], [SHAKEOUT]])
    np.testing.assert_allclose(np.diff(moved, axis=0), [[0.04], [-0.16]], rtol=1e-12)


def test_own_shocks_leave_the_mean_of_spending_alone() -> None:
    """E exp(v e - v^2/2) = 1 for a standard normal shock."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(40)
    p = parameters(weather_drift=np.zeros(3), weather_volatility=column(0.2))
    struck = [weather.turn(p, weather.init(1), column(x), column(0.5))[1].item() for x in nodes]
    assert (weights @ np.exp(struck)) / weights.sum() == pytest.approx(1.0, rel=1e-12)


def test_regimes_of_the_register_have_the_shares_its_note_says() -> None:
    """In the long run .81, .10 and .08; a shakeout within the 17 quarters to the end of 2030 on .37."""
    matrix = registered().weather_transition
    np.testing.assert_allclose(markov.stationary(matrix), [0.813, 0.102, 0.085], atol=5e-4)
    regimes, _ = walked(registered(), 60)
    shares = np.bincount(regimes[-1], minlength=3) / regimes.shape[1]
    np.testing.assert_allclose(shares, markov.stationary(matrix), atol=4 * np.sqrt(0.15 / 20_000))
    shaken = (regimes[:17] == SHAKEOUT).any(axis=0).mean()
    assert shaken == pytest.approx(0.37, abs=4 * np.sqrt(0.37 * 0.63 / 20_000))
    note = REGISTER.entries["revenue.weather_transition"].note
    for figure in ("0.81", "0.10", "0.08", "0.37"):
        assert figure in note


def test_the_registers_weather_hardly_moves_the_median_and_widens_both_sides() -> None:
    """Within two percent in every quarter; without what centers it 7% lower at the end of 2030."""
    _, levels = walked(registered(), 25)
    assert np.abs(np.median(levels, axis=1)).max() < 0.02
    low, high = np.quantile(levels[16], [0.05, 0.95])
    assert low < -0.5
    assert high > 0.3
    drift = np.asarray(REGISTER.value("revenue.weather_drift")) - 0.0045
    _, plain = walked(registered(weather_drift=drift), 17)
    assert np.median(plain[16]) < np.median(levels[16]) - 0.07

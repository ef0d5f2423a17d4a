"""Ornstein–Uhlenbeck: moments, exactness under any step, and the AR(1) twin."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from risk.processes import ou
from risk.shocks.stream import generator

positive = st.floats(0.01, 5.0)


@given(st.floats(-5, 5), st.floats(-5, 5), positive, positive)
def test_two_steps_have_the_moments_of_one(start: float, level: float, speed: float, sigma: float) -> None:
    half = ou.mean(ou.mean(start, level, speed, 0.25), level, speed, 0.25)
    assert half == pytest.approx(float(ou.mean(start, level, speed, 0.5)), rel=1e-12, abs=1e-12)
    carried = ou.variance(sigma, speed, 0.25) * ou.persistence(speed, 0.25) ** 2
    assert carried + ou.variance(sigma, speed, 0.25) == pytest.approx(
        float(ou.variance(sigma, speed, 0.5)), rel=1e-12
    )


def test_limits() -> None:
    assert ou.variance(0.3, 0.0, 2.0) == pytest.approx(0.18)
    assert ou.variance(0.3, 1e-9, 2.0) == pytest.approx(0.18, rel=1e-8)
    assert ou.variance(0.3, 2.0, 1e3) == pytest.approx(float(ou.stationary_variance(0.3, 2.0)))
    assert ou.persistence(ou.half_life_speed(1.4), 1.4) == pytest.approx(0.5)


def test_simulated_moments_are_the_closed_ones() -> None:
    n, state = 200_000, np.full((200_000, 1), 0.5)
    stream = generator(1, "ou", 0)
    for _ in range(8):
        state = ou.step(state, 0.1, 0.7, 0.3, stream.standard_normal((n, 1)), 0.25)
    variance = float(ou.variance(0.3, 0.7, 2.0))
    assert abs(state.mean() - float(ou.mean(0.5, 0.1, 0.7, 2.0))) < 4 * np.sqrt(variance / n)
    assert abs(state.var() - variance) < 4 * variance * np.sqrt(2 / n)
    expected = float(ou.lognormal_mean(ou.mean(0.5, 0.1, 0.7, 2.0), variance))
    grown = np.exp(state)
    assert abs(grown.mean() - expected) < 4 * grown.std() / np.sqrt(n)


def test_unit_ar1_keeps_unit_variance() -> None:
    n = 200_000
    stream = generator(2, "ar", 0)
    state = stream.standard_normal((n, 1))
    for _ in range(6):
        state = ou.unit_ar1_step(state, 0.85, stream.standard_normal((n, 1)))
    assert abs(state.var() - 1.0) < 4 * np.sqrt(2 / n)


def test_ar1_step_by_hand() -> None:
    assert ou.ar1_step(2.0, 1.0, 0.5, 0.1) == pytest.approx(1.6)


def test_states_that_fade_alike_are_correlated_as_their_innovations() -> None:
    """Half: √(0.19 × 0.75) / 0.55 of it where they keep .9 and .5."""
    rho = np.array([[1.0, 0.5], [0.5, 1.0]])
    np.testing.assert_allclose(ou.state_correlation(rho, np.array([0.8, 0.8])), rho)
    apart = ou.state_correlation(rho, np.array([0.9, 0.5]))
    np.testing.assert_allclose(np.diag(apart), 1.0)
    assert apart[0, 1] == pytest.approx(0.5 * np.sqrt(0.19 * 0.75) / 0.55)

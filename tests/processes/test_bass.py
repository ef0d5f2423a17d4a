"""Bass diffusion: printed values, and the exact step against the differential equation."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

from risk.processes import bass

share = st.floats(0.0, 1.0)
rate = st.floats(0.0, 2.0)


def test_textbook_values() -> None:
    assert bass.peak_time(0.03, 0.38) == pytest.approx(6.19, abs=5e-3)
    np.testing.assert_allclose(
        bass.adoption(np.array([1, 3, 5, 7, 10]), 0.03, 0.38),
        [0.0358, 0.1505, 0.3312, 0.5490, 0.8128],
        atol=5e-5,
    )


def test_peak_is_where_adoption_is_fastest() -> None:
    peak = float(bass.peak_time(0.03, 0.38))
    speed = [
        float(bass.adoption(peak + d + 1e-4, 0.03, 0.38) - bass.adoption(peak + d, 0.03, 0.38))
        for d in (-0.2, 0, 0.2)
    ]
    assert speed[1] > max(speed[0], speed[2])


def test_steps_reproduce_the_closed_form() -> None:
    adopted = np.zeros((1, 1))
    for quarter in range(1, 41):
        adopted = bass.step(adopted, 0.03, 0.38, 0.0, 1.0, 0.25)
        assert adopted[0, 0] == pytest.approx(float(bass.adoption(quarter / 4, 0.03, 0.38)), rel=1e-12)


@given(share, rate, rate, st.floats(0.0, 0.5), st.floats(0.0, 3.0))
def test_step_solves_its_equation(start: float, p: float, q: float, churn: float, speed: float) -> None:
    solution = solve_ivp(
        lambda _, a: speed * (p + q * a) * (1 - a) - churn * a, (0.0, 0.25), [start], rtol=1e-10, atol=1e-12
    )
    assert bass.step(start, p, q, churn, speed, 0.25) == pytest.approx(solution.y[0, -1], abs=1e-8)


@given(share, rate, rate, st.floats(0.0, 0.5), st.floats(0.0, 3.0))
def test_halving_the_step_changes_nothing(
    start: float, p: float, q: float, churn: float, speed: float
) -> None:
    once = bass.step(start, p, q, churn, speed, 0.5)
    twice = bass.step(bass.step(start, p, q, churn, speed, 0.25), p, q, churn, speed, 0.25)
    np.testing.assert_allclose(twice, once, rtol=1e-10, atol=1e-13)


@given(share, rate, rate, st.floats(0.0, 0.5), st.floats(0.0, 3.0))
def test_adoption_stays_a_share(start: float, p: float, q: float, churn: float, speed: float) -> None:
    after = float(bass.step(start, p, q, churn, speed, 0.25))
    assert -1e-12 <= after <= 1.0 + 1e-12


def test_share_above_a_fallen_ceiling_decays_towards_it() -> None:
    after = float(bass.step(1.2, 0.01, 0.6, 0.05, 1.0, 0.25))
    assert 0.9 < after < 1.2


def test_nothing_moves_without_rates() -> None:
    assert bass.step(0.3, 0.0, 0.0, 0.0, 1.0, 0.25) == 0.3
    assert bass.new_adopters(0.3, 0.0, 0.0, 0.0, 1.0, 0.25) == 0.0

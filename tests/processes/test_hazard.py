"""Hazards, probabilities and events."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from risk.processes import hazard
from risk.shocks.stream import generator, open_uniform


@given(st.floats(0.0, 5.0), st.floats(0.01, 2.0))
def test_rate_and_probability_are_inverse(rate: float, dt: float) -> None:
    assert hazard.rate(hazard.probability(rate, dt), dt) == pytest.approx(rate, rel=1e-9, abs=1e-12)


@given(st.floats(0.0, 0.99), st.integers(1, 12))
def test_rescaled_periods_compound_to_the_whole(annual: float, parts: int) -> None:
    part = hazard.rescale(annual, 1 / parts)
    assert 1 - (1 - part) ** parts == pytest.approx(annual, abs=1e-12)


def test_survival_by_hand() -> None:
    assert hazard.survival(0.06, 5.0) == pytest.approx(np.exp(-0.3))
    assert hazard.probability(0.06, 5.0) == pytest.approx(1 - np.exp(-0.3))


def test_simulated_survival_is_the_closed_form() -> None:
    n, quarters = 200_000, 20
    stream = generator(1, "default", 0)
    alive = np.ones((n, 1), dtype=bool)
    for _ in range(quarters):
        alive = alive & ~hazard.event(open_uniform(stream, (n, 1)), hazard.probability(0.08, 0.25))
    expected = float(hazard.survival(0.08, quarters / 4))
    assert abs(alive.mean() - expected) < 4 * np.sqrt(expected * (1 - expected) / n)


def test_events_are_monotone_and_certain_at_the_ends() -> None:
    uniform = open_uniform(generator(2, "u", 0), (1000, 1))
    rare, common = hazard.event(uniform, 0.1), hazard.event(uniform, 0.3)
    assert np.all(common[rare])
    np.testing.assert_array_equal(hazard.event(np.array([0.09, 0.10, 0.95]), 0.10), [True, False, False])
    assert not hazard.event(uniform, 0.0).any()
    assert hazard.event(uniform, 1.0).all()

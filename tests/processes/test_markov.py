"""Regime switching with rows that differ by path."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from risk.processes import Array, markov
from risk.shocks.stream import generator, open_uniform

MATRIX = np.array([[0.93, 0.06, 0.01], [0.20, 0.70, 0.10], [0.03, 0.27, 0.70]])
STATES = np.array([[0], [1], [2], [1]])


def test_rows_and_inversion_by_hand() -> None:
    row = markov.transition_row(MATRIX, STATES)
    np.testing.assert_array_equal(row[:, 2], [0.01, 0.10, 0.70, 0.10])
    after = markov.step(row, np.array([[0.995], [0.15], [0.5], [0.25]]))
    np.testing.assert_array_equal(after, [[2], [0], [2], [1]])


def test_a_uniform_at_the_rounded_end_stays_inside() -> None:
    tenths = np.full((1, 10), 0.1)  # cumulates to 0.9999999999999999
    assert markov.step(tenths, np.array([[1 - 2**-53]])) == 9


@given(st.floats(0.0, 20.0), st.integers(0, 2))
def test_scaled_rows_remain_distributions(multiplier: float, target: int) -> None:
    row = markov.transition_row(MATRIX, STATES)
    scaled = markov.scale_entry(row, STATES, target, multiplier)
    np.testing.assert_allclose(scaled.sum(axis=-1), 1.0, atol=1e-12)
    assert scaled.min() >= 0.0
    staying = STATES[:, 0] == target
    np.testing.assert_array_equal(scaled[staying], row[staying])


def test_entry_into_stress_by_hand() -> None:
    row = np.array([[0.5, 0.25, 0.25]])
    scaled = markov.scale_entry(row, np.array([[0]]), 2, np.array([[2.0]]))
    np.testing.assert_allclose(scaled, [[0.5 * 2 / 3, 0.25 * 2 / 3, 0.5]])


def test_scaling_differs_by_path() -> None:
    row = markov.transition_row(MATRIX, np.zeros((2, 1), dtype=np.int64))
    scaled = markov.scale_entry(row, np.zeros((2, 1), dtype=np.int64), 2, np.array([[1.0], [4.0]]))
    np.testing.assert_allclose(scaled[:, 2], [0.01, 0.04])
    np.testing.assert_allclose(scaled[0], row[0])


def test_long_run_shares() -> None:
    stationary = markov.stationary(MATRIX)
    np.testing.assert_allclose(stationary @ MATRIX, stationary, atol=1e-12)
    n = 100_000
    stream, state = generator(1, "regime", 0), np.zeros((n, 1), dtype=np.int64)
    for _ in range(60):
        state = markov.step(markov.transition_row(MATRIX, state), open_uniform(stream, (n, 1)))
    shares = np.bincount(state[:, 0], minlength=3) / n
    se = np.sqrt(stationary * (1 - stationary) / n)
    # 0.93 is the slowest way out: after 60 quarters the start is forgotten to 1e-4.
    np.testing.assert_array_less(np.abs(shares - stationary), 4 * se + 1e-4)


def test_stationary_of_two_states() -> None:
    assert markov.stationary(np.array([[0.9, 0.1], [0.3, 0.7]])) == pytest.approx([0.75, 0.25])


def test_stationary_is_reached_by_walking() -> None:
    """A chain whose first regime is left at once and one that is nearly never left."""
    for matrix in (np.array([[0.0, 1.0, 0.0], [0.5, 0.0, 0.5], [1.0, 0.0, 0.0]]), _sticky(1e-9)):
        found = markov.stationary(matrix)
        np.testing.assert_allclose((found[:, None] * matrix).sum(axis=0), found, rtol=1e-14)
        assert found.sum() == pytest.approx(1.0, rel=1e-15)


def _sticky(leaving: float) -> Array:
    return np.array(
        [[1.0 - leaving, leaving, 0.0], [0.3, 0.4, 0.3], [0.0, 2.0 * leaving, 1.0 - 2.0 * leaving]]
    )

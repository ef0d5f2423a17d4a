"""The table of beta quantiles against scipy, to the error its docstring states."""

import numpy as np
import pytest
from scipy.special import betaincinv

from risk.processes.beta import inverse_beta
from risk.shocks.stream import generator, open_uniform

N = 100_000


def uniforms() -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    stream = generator(1, "beta", 0)
    inside = open_uniform(stream, (N,))
    near_zero = 10.0 ** (-14.0 * open_uniform(stream, (N // 10,)))
    return np.concatenate([inside, near_zero, 1.0 - near_zero.clip(max=0.5)])


@pytest.mark.slow
@pytest.mark.parametrize("concentration", [2.0, 4.0, 10.0, 30.0])
@pytest.mark.parametrize(
    ("low", "high", "documented"), [(0.2, 0.8, 1e-4), (0.02, 0.98, 2e-4), (0.001, 0.999, 2e-3)]
)
def test_error_is_within_the_documented_one(
    concentration: float, low: float, high: float, documented: float
) -> None:
    uniform = uniforms()
    mean = low + (high - low) * generator(2, "mean", 0).random(len(uniform))
    exact = betaincinv(concentration * mean, concentration * (1 - mean), uniform)
    assert np.abs(inverse_beta(uniform, mean, concentration) - exact).max() < documented


def test_mean_and_variance_of_draws() -> None:
    draws = inverse_beta(open_uniform(generator(3, "u", 0), (N, 1)), 0.54, 4.0)
    variance = 0.54 * 0.46 / 5
    assert abs(draws.mean() - 0.54) < 4 * np.sqrt(variance / N) + 1e-4
    assert draws.var() == pytest.approx(variance, rel=0.02)


def test_point_masses_and_monotonicity() -> None:
    uniform = np.linspace(1e-9, 1 - 1e-9, 2001)
    np.testing.assert_array_equal(inverse_beta(uniform, 0.0, 4.0), 0.0)
    np.testing.assert_array_equal(inverse_beta(uniform, 1.0, 4.0), 1.0)
    assert np.all(np.diff(inverse_beta(uniform, 0.4, 4.0)) >= 0.0)


def test_broadcasts_and_leaves_its_input_alone() -> None:
    uniform = np.full((5, 3), 0.5)
    mean = np.array([[0.1, 0.5, 0.9]])
    assert inverse_beta(uniform, mean, 4.0).shape == (5, 3)
    np.testing.assert_array_equal(uniform, 0.5)

"""Laws of the shocks: correlation, tails, variance, and the invariances of common random numbers."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate, stats

from risk.errors import NumericalError
from risk.shocks.dependence import SHOCK_LIMIT, cholesky, correlate, student_t, student_t_mixing
from risk.shocks.stream import generator

N = 200_000

BASE = np.eye(6)
for i, j, rho in ((1, 5, 0.6), (0, 5, -0.5), (0, 1, -0.3), (2, 1, 0.1)):
    BASE[i, j] = BASE[j, i] = rho


@given(st.integers(0, 2**32 - 1), st.integers(1, 7))
def test_cholesky_reproduces_the_matrix(seed: int, size: int) -> None:
    loading = np.random.default_rng(seed).standard_normal((size, size + 2))
    covariance = loading @ loading.T
    sd = np.sqrt(np.diag(covariance))
    correlation = covariance / np.outer(sd, sd)
    lower = cholesky(correlation)
    assert np.all(np.triu(lower, 1) == 0.0)
    np.testing.assert_allclose(lower @ lower.T, correlation, atol=1e-9)


@pytest.mark.parametrize("rho", [1.0, -1.0, 0.0])
def test_singular_correlation_is_admitted(rho: float) -> None:
    shocks = correlate(generator(1, "n", 0).standard_normal((50, 2)), np.array([[1.0, rho], [rho, 1.0]]))
    if rho:
        np.testing.assert_allclose(shocks[:, 1], rho * shocks[:, 0], atol=1e-12)


@pytest.mark.parametrize(
    "matrix",
    [
        [[1.0, 0.9, -0.9], [0.9, 1.0, 0.9], [-0.9, 0.9, 1.0]],
        [[1.0, 1.0, 0.5], [1.0, 1.0, -0.5], [0.5, -0.5, 1.0]],
    ],
)
def test_impossible_correlation_is_refused(matrix: list[list[float]]) -> None:
    with pytest.raises(NumericalError, match="positive semi-definite"):
        cholesky(np.array(matrix))


def test_sample_correlation_matches() -> None:
    shocks = correlate(generator(2, "n", 0).standard_normal((N, 6)), BASE)
    # se of a sample correlation is at most 1/sqrt(n); four of them, over fifteen pairs.
    np.testing.assert_allclose(np.corrcoef(shocks.T), BASE, atol=4 / np.sqrt(N))


def test_an_appended_factor_moves_none_before_it() -> None:
    normals = generator(3, "n", 0).standard_normal((100, 6))
    np.testing.assert_array_equal(correlate(normals[:, :5], BASE[:5, :5]), correlate(normals, BASE)[:, :5])


def test_a_path_has_the_same_bits_alone_and_in_company() -> None:
    normals = generator(4, "n", 0).standard_normal((26, 1000, 6))
    together = correlate(normals, BASE)
    np.testing.assert_array_equal(correlate(normals[:, 17:18], BASE), together[:, 17:18])


@pytest.mark.parametrize("freedom", [3, 4, 5, 8])
def test_multiplied_normal_is_a_unit_variance_student_t(freedom: int) -> None:
    squares = generator(5, "mixing", 0).standard_normal((N, 8))
    normal = generator(5, "factor", 0).standard_normal((N, 1))
    multiplier = student_t_mixing(squares, np.full((N, 1), freedom))
    unit = stats.t(freedom, scale=np.sqrt((freedom - 2) / freedom))
    # Kolmogorov–Smirnov, two-sided, at one in ten thousand.
    assert stats.kstest((multiplier * normal)[:, 0], unit.cdf).pvalue > 1e-4


@pytest.mark.parametrize(("freedom", "documented"), [(3, 0.913), (5, 0.988), (8, 0.998)])
def test_clip_costs_the_documented_variance(freedom: int, documented: float) -> None:
    scale = np.sqrt((freedom - 2) / freedom)
    tail = SHOCK_LIMIT**2 * 2 * stats.t.sf(SHOCK_LIMIT / scale, freedom)
    inside, _ = integrate.quad(
        lambda x: x**2 * stats.t.pdf(x / scale, freedom) / scale, -SHOCK_LIMIT, SHOCK_LIMIT
    )
    assert np.sqrt(inside + tail) == pytest.approx(documented, abs=5e-4)


def test_shocks_are_clipped() -> None:
    shocks = student_t(np.array([[9.0, -9.0, 1.0]]), np.array([[2.0]]))
    np.testing.assert_array_equal(shocks, [[5.0, -5.0, 2.0]])


def test_a_change_of_freedom_keeps_the_draws() -> None:
    """The same squares stand behind every ν, so draws at ν and ν + 1 are nearly the same number."""
    squares = generator(6, "mixing", 0).standard_normal((2000, 8))
    four, five = (student_t_mixing(squares, np.full((2000, 1), nu))[:, 0] for nu in (4, 5))
    assert stats.spearmanr(four, five).statistic > 0.85


def test_freedom_differs_by_path() -> None:
    squares = generator(7, "mixing", 0).standard_normal((26, 6, 8))
    freedom = np.arange(3, 9)[:, None]
    together = student_t_mixing(squares, freedom)
    assert together.shape == (26, 6, 1)
    for path, nu in enumerate(range(3, 9)):
        chi_square = (squares[:, path, :nu] ** 2).sum(axis=-1)
        np.testing.assert_allclose(together[:, path, 0], np.sqrt((nu - 2) / chi_square), rtol=1e-14)


@pytest.mark.parametrize("freedom", [2.0, 9.0, 4.5])
def test_impossible_freedom_is_refused(freedom: float) -> None:
    with pytest.raises(NumericalError, match="whole numbers"):
        student_t_mixing(np.ones((1, 8)), np.array([[freedom]]))


def test_joint_extremes_without_correlation() -> None:
    """One mixing variable: uncorrelated shocks are still extreme together."""
    squares = generator(8, "mixing", 0).standard_normal((N, 8))
    pair = student_t(
        generator(8, "pair", 0).standard_normal((N, 2)), student_t_mixing(squares, np.full((N, 1), 3))
    )
    far = np.abs(pair) > np.quantile(np.abs(pair), 0.99)
    joint = np.mean(far[:, 0] & far[:, 1])
    assert joint > 10 * np.mean(far) ** 2

"""One-factor credit against the printed table, by quadrature, and at the ends of its domain."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.optimize import brentq
from scipy.stats import chi2, norm
from scipy.stats import t as student

from risk.processes import Array
from risk.processes.vasicek import (
    conditional_default_probability,
    conditional_default_probability_t,
    threshold_t,
)
from risk.shocks.stream import generator

probability = st.floats(1e-4, 0.5)
correlation = st.floats(0.0, 0.9)


@pytest.mark.parametrize(
    ("pd", "rho", "expected"),
    [
        (0.04, 0.12, [0.031, 0.082, 0.104, 0.157, 0.234]),
        (0.04, 0.30, [0.018, 0.105, 0.155, 0.285, 0.472]),
        (0.08, 0.25, [0.052, 0.189, 0.251, 0.390, 0.564]),
    ],
)
def test_printed_quantiles(pd: float, rho: float, expected: list[float]) -> None:
    stress = norm.ppf([0.5, 0.9, 0.95, 0.99, 0.999])
    np.testing.assert_allclose(conditional_default_probability(pd, rho, stress), expected, atol=5e-4)


@pytest.mark.slow
@given(probability, correlation)
def test_mean_over_states_is_the_unconditional_probability(pd: float, rho: float) -> None:
    mean, _ = quad(
        lambda y: float(conditional_default_probability(pd, rho, y)) * norm.pdf(y), -9, 9, limit=200
    )
    assert mean == pytest.approx(pd, abs=1e-7)


@pytest.mark.parametrize("freedom", [3.0, 4.0, 5.0, 6.0, 7.0, 8.0])
def test_threshold_table_is_within_its_documented_error(freedom: float) -> None:
    pd = np.exp(
        np.log(0.5) * generator(1, "pd", 0).random(100_000) + np.log(1e-6) * np.linspace(0, 0.95, 100_000)
    )
    found = student.cdf(threshold_t(pd, freedom) * np.sqrt(freedom / (freedom - 2.0)), freedom)
    assert np.abs(found / pd - 1.0).max() < 3e-4


def default_probability_at(barrier: Array, freedom: float, weight: float) -> Array:
    """P(m^w e < c): the trapezoid on 20,001 points of ln χ², exact to 1e-8 where the density has died out."""
    log = np.linspace(np.log(1e-9), np.log(300.0), 20_001)
    density = chi2.pdf(np.exp(log), freedom) * np.exp(log)
    mixing = np.sqrt((freedom - 2.0) / np.exp(log))
    return np.array([np.trapezoid(density * norm.cdf(c / mixing**weight), log) for c in barrier])


def test_the_reference_is_a_student_at_weight_one() -> None:
    barrier = np.array([-8.0, -3.0, -1.0, 0.0])
    np.testing.assert_allclose(
        default_probability_at(barrier, 3.0, 1.0), student.cdf(barrier * np.sqrt(3.0), 3.0), rtol=1e-6
    )


@pytest.mark.parametrize(
    ("weight", "lowest", "error"),
    [(0.25, 1e-2, 1e-3), (0.25, 1e-3, 6e-3), (0.25, 1e-4, 4e-2), (0.5, 1e-3, 2e-2), (0.9, 1e-3, 2e-2)],
)
@pytest.mark.parametrize("freedom", [3.0, 5.0, 8.0])
def test_threshold_of_a_part_of_the_mixing_is_within_its_documented_error(
    freedom: float, weight: float, lowest: float, error: float
) -> None:
    pd = np.geomspace(lowest, 0.5, 40)
    found = default_probability_at(threshold_t(pd, freedom, weight), freedom, weight)
    assert np.abs(found / pd - 1.0).max() < error


@given(probability, correlation, st.floats(-4, 4), st.floats(0.2, 5.0))
def test_without_mixing_it_is_vasicek(pd: float, rho: float, y: float, mixing: float) -> None:
    np.testing.assert_allclose(
        conditional_default_probability_t(pd, rho, y, mixing, 5.0, weight=0.0),
        conditional_default_probability(pd, rho, y),
        rtol=1e-9,
        atol=1e-15,
    )


def test_more_of_the_mixing_makes_a_wild_quarter_worse() -> None:
    """At a neutral factor and twice the usual size of shocks; at a half of it, milder."""
    weights = (0.0, 0.25, 0.5, 0.75, 1.0)
    wild, mild = (
        [conditional_default_probability_t(0.05, 0.2, 0.0, m, 5.0, w).item() for w in weights]
        for m in (2.0, 0.5)
    )
    assert wild == sorted(wild)
    assert mild == sorted(mild, reverse=True)


def test_threshold_is_odd_and_broadcasts() -> None:
    pd = np.array([[0.01, 0.2, 0.5, 0.8, 0.99]])
    found = threshold_t(pd, np.array([[3.0], [8.0]]))
    assert found.shape == (2, 5)
    np.testing.assert_allclose(found, -found[:, ::-1], atol=1e-12)
    part = threshold_t(pd, np.array([[3.0], [8.0]]), 0.25)
    np.testing.assert_allclose(part, -part[:, ::-1], atol=1e-12)
    assert found[0, 0] < found[1, 0], "unit variance: the fatter tail lies further out"


@pytest.mark.parametrize(("weight", "error"), [(1.0, 3e-4), (0.25, 5e-3)])
@pytest.mark.parametrize(("pd", "rho", "freedom"), [(0.015, 0.2, 5), (0.05, 0.375, 3), (0.002, 0.3, 8)])
def test_mixing_keeps_the_mean_default_rate(
    pd: float, rho: float, freedom: int, weight: float, error: float
) -> None:
    """Four standard errors and the table's error."""
    n = 400_000
    stream = generator(5, "mixing", freedom)
    mixing = np.sqrt((freedom - 2.0) / (stream.standard_normal((n, freedom)) ** 2).sum(axis=1))
    y = stream.standard_normal(n)
    rate = conditional_default_probability_t(pd, rho, y, mixing, float(freedom), weight)
    assert abs(rate.mean() - pd) < 4 * rate.std() / np.sqrt(n) + error * pd
    normal = conditional_default_probability(pd, rho, y)
    assert np.quantile(rate, 0.999) > np.quantile(normal, 0.999)


def test_a_part_of_the_mixing_reaches_an_obligor_as_a_power() -> None:
    """Simulated assets m^¼ (−√ρ y + √(1 − ρ) e) against the formula, four standard errors."""
    n, rho, freedom, y, mixing = 400_000, 0.3, 4.0, 1.2, 3.0
    own = generator(7, "own", 0).standard_normal(n)
    asset = mixing**0.25 * (-np.sqrt(rho) * y + np.sqrt(1.0 - rho) * own)
    barrier = brentq(lambda c: default_probability_at(np.array([c]), freedom, 0.25)[0] - 0.03, -9.0, 0.0)
    expected = conditional_default_probability_t(0.03, rho, y, mixing, freedom, 0.25).item()
    assert (
        abs((asset < barrier).mean() - expected)
        < 4 * np.sqrt(expected * (1 - expected) / n) + 1e-3 * expected
    )


def test_one_obligor_defaults_as_the_mixture_says() -> None:
    """Simulated assets against the formula, four standard errors."""
    n, rho, freedom, y, mixing = 400_000, 0.3, 4.0, 1.2, 1.4
    own = generator(6, "own", 0).standard_normal(n)
    asset = mixing * (-np.sqrt(rho) * y + np.sqrt(1.0 - rho) * own)
    found = (asset < student.ppf(0.03, freedom) * np.sqrt((freedom - 2.0) / freedom)).mean()
    expected = conditional_default_probability_t(0.03, rho, y, mixing, freedom).item()
    assert abs(found - expected) < 4 * np.sqrt(expected * (1 - expected) / n) + 3e-4 * expected


def test_many_degrees_of_freedom_are_the_normal_case() -> None:
    y = np.linspace(-3.0, 3.0, 13)
    np.testing.assert_allclose(
        conditional_default_probability_t(0.04, 0.2, y, 1.0, 1e6),
        conditional_default_probability(0.04, 0.2, y),
        rtol=1e-3,
    )


@given(probability, correlation, st.floats(-4, 4), st.floats(0.01, 1.0), st.floats(0.2, 5.0))
def test_worse_states_and_wilder_quarters_default_more(
    pd: float, rho: float, y: float, worse: float, mixing: float
) -> None:
    calm, stressed = (conditional_default_probability_t(pd, rho, s, mixing, 5.0) for s in (y, y + worse))
    assert stressed >= calm
    wilder = conditional_default_probability_t(pd, rho, y, mixing + worse, 5.0)
    assert wilder >= calm - 1e-15


@given(probability, correlation, st.floats(-4, 4), st.floats(0.01, 1.0))
def test_worse_states_default_more(pd: float, rho: float, y: float, worse: float) -> None:
    calm, stressed = (conditional_default_probability(pd, rho, s) for s in (y, y + worse))
    assert stressed >= calm


def test_ends_of_the_domain() -> None:
    assert conditional_default_probability(0.04, 0.0, 3.0) == pytest.approx(0.04)
    np.testing.assert_array_equal(
        conditional_default_probability(0.04, 1.0, np.array([-3.0, 3.0])), [0.0, 1.0]
    )
    np.testing.assert_array_equal(conditional_default_probability(np.array([0.0, 1.0]), 0.2, 3.0), [0.0, 1.0])

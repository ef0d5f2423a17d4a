"""One-factor credit against the printed table, by quadrature, and at the ends of its domain."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import norm

from risk.processes.vasicek import conditional_default_probability, frye_jacobs, frye_jacobs_index

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


@pytest.mark.parametrize(
    ("conditional", "pd", "lgd", "rho", "expected"),
    [
        (0.05, 0.08, 0.40, 0.20, 0.3197),
        (0.10, 0.09, 0.45, 0.20, 0.4151),
        (0.15, 0.10, 0.50, 0.20, 0.4971),
    ],
)
def test_printed_loss_given_default(
    conditional: float, pd: float, lgd: float, rho: float, expected: float
) -> None:
    assert frye_jacobs(conditional, frye_jacobs_index(pd, lgd, rho)) == pytest.approx(expected, abs=5e-5)


@given(probability, correlation)
def test_mean_over_states_is_the_unconditional_probability(pd: float, rho: float) -> None:
    mean, _ = quad(
        lambda y: float(conditional_default_probability(pd, rho, y)) * norm.pdf(y), -9, 9, limit=200
    )
    assert mean == pytest.approx(pd, abs=1e-7)


@given(probability, st.floats(0.05, 1.0), st.floats(0.01, 0.8))
def test_expected_loss_is_recovered(pd: float, lgd: float, rho: float) -> None:
    index = frye_jacobs_index(pd, lgd, rho)

    def loss(y: float) -> float:
        rate = conditional_default_probability(pd, rho, y)
        return float(rate * frye_jacobs(rate, index) * norm.pdf(y))

    assert quad(loss, -9, 9, limit=200)[0] == pytest.approx(pd * lgd, abs=1e-7)


@given(probability, correlation, st.floats(-4, 4), st.floats(0.01, 1.0))
def test_worse_states_default_more_and_lose_more(pd: float, rho: float, y: float, worse: float) -> None:
    calm, stressed = (conditional_default_probability(pd, rho, s) for s in (y, y + worse))
    assert stressed >= calm
    index = frye_jacobs_index(pd, 0.4, rho)
    assert frye_jacobs(stressed, index) >= frye_jacobs(calm, index) - 1e-12


def test_ends_of_the_domain() -> None:
    assert conditional_default_probability(0.04, 0.0, 3.0) == pytest.approx(0.04)
    np.testing.assert_array_equal(
        conditional_default_probability(0.04, 1.0, np.array([-3.0, 3.0])), [0.0, 1.0]
    )
    np.testing.assert_array_equal(conditional_default_probability(np.array([0.0, 1.0]), 0.2, 3.0), [0.0, 1.0])
    np.testing.assert_array_equal(frye_jacobs(np.array([0.0, 1.0]), 0.7), [0.0, 1.0])

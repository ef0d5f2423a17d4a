import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from pydantic import ValidationError
from scipy import stats

from risk.assumptions.priors import PRIORS, Dirichlet, Prior, parse

SCALAR: dict[str, dict[str, float]] = {
    "normal": {"mean": 1.05, "sd": 0.25, "low": 0.6, "high": 1.8},
    "uniform": {"low": -1.0, "high": 3.0},
    "triangular": {"low": 0.05, "mode": 0.15, "high": 0.40},
    "lognormal": {"median": 0.06, "sigma": 0.5},
    "discrete_uniform": {"low": 3, "high": 8},
}
P = np.array([1e-6, 0.05, 0.25, 0.5, 0.75, 0.95, 1 - 1e-6])


def prior(shape: str) -> Prior:
    return parse({"shape": shape, **SCALAR[shape]})


def twin(shape: str) -> NDArray[np.float64]:
    """Quantiles by scipy.stats, which shares no code with ours."""
    laws: dict[str, Any] = {
        "normal": stats.truncnorm(-0.45 / 0.25, 0.75 / 0.25, loc=1.05, scale=0.25),
        "uniform": stats.uniform(-1, 4),
        "triangular": stats.triang(0.10 / 0.35, loc=0.05, scale=0.35),
        "lognormal": stats.lognorm(0.5, scale=0.06),
        "discrete_uniform": stats.randint(3, 9),
    }
    return np.asarray(laws[shape].ppf(P))


@pytest.mark.parametrize("shape", SCALAR)
def test_quantiles_equal_those_of_scipy(shape: str) -> None:
    np.testing.assert_allclose(prior(shape).quantile(P), twin(shape), rtol=1e-9)


@pytest.mark.parametrize("shape", SCALAR)
def test_one_number_and_an_array_give_the_same(shape: str) -> None:
    single = [prior(shape).quantile(float(p)) for p in P]
    np.testing.assert_allclose(single, prior(shape).quantile(P), rtol=1e-12)


@pytest.mark.parametrize("shape", SCALAR)
@given(p=st.floats(1e-12, 1 - 1e-12), q=st.floats(1e-12, 1 - 1e-12))
def test_quantiles_are_ordered_and_in_the_support(shape: str, p: float, q: float) -> None:
    low, high = prior(shape).support
    a, b = sorted((prior(shape).quantile(p), prior(shape).quantile(q)))
    assert low <= a <= b <= high
    assert (p <= q) == (prior(shape).quantile(p) <= prior(shape).quantile(q)) or a == b


def test_bounds_of_a_normal_may_be_left_out() -> None:
    assert parse({"shape": "normal", "mean": 2, "sd": 1}).quantile(0.5) == pytest.approx(2)
    assert parse({"shape": "normal", "mean": 2, "sd": 1, "low": 2}).quantile(1e-12) == pytest.approx(2)


def test_a_mode_may_lie_on_a_bound() -> None:
    for mode, law in ((0.0, stats.triang(0)), (1.0, stats.triang(1))):
        found = parse({"shape": "triangular", "low": 0, "mode": mode, "high": 1}).quantile(P)
        np.testing.assert_allclose(found, law.ppf(P), rtol=1e-9)


def test_weights_have_beta_margins() -> None:
    law = Dirichlet(shape="dirichlet", concentration=20)
    assert law.marginal(0.3, 0.05) == pytest.approx(stats.beta(6, 14).ppf(0.05))
    assert law.marginal(0.0, 0.5) == 0
    assert law.marginal(1.0, 0.5) == 1


@pytest.mark.parametrize(
    "table",
    [
        {"shape": "uniform", "low": 1, "high": 1},
        {"shape": "uniform", "low": 1},
        {"shape": "triangular", "low": 0, "mode": 2, "high": 1},
        {"shape": "normal", "mean": 0, "sd": -1},
        {"shape": "normal", "mean": 0, "sd": 1, "low": 1},
        {"shape": "normal", "mean": 0, "sd": float("nan")},
        {"shape": "lognormal", "median": 0, "sigma": 1},
        {"shape": "discrete_uniform", "low": 1.5, "high": 3},
        {"shape": "dirichlet", "concentration": 0},
        {"shape": "uniform", "low": 0, "high": 1, "mode": 0.5},
        {"shape": "uniform", "low": False, "high": 1},
    ],
)
def test_impossible_priors_are_refused(table: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        parse(table)


def test_every_shape_is_tested() -> None:
    assert set(SCALAR) | {"dirichlet"} == set(PRIORS)


@pytest.mark.parametrize(
    ("prior", "words"),
    [
        ({"shape": "lognormal", "median": 1.0, "sigma": 1e308}, "too wide"),
        ({"shape": "lognormal", "median": 1.0, "sigma": 1e-300}, "too narrow"),
        ({"shape": "normal", "mean": 0.5, "sd": 1e308}, "too wide"),
        ({"shape": "normal", "mean": 0.5, "sd": 1e308, "low": 0.0, "high": 1.0}, "too narrow"),
        ({"shape": "normal", "mean": 0.5, "sd": 1e-300, "low": 0.0, "high": 1.0}, "too narrow"),
        ({"shape": "uniform", "low": -1.7e308, "high": 1.7e308}, "too wide"),
        ({"shape": "triangular", "low": -1e300, "mode": 0.0, "high": 1e300}, "too wide"),
        ({"shape": "discrete_uniform", "low": 0, "high": 10**400}, "too wide"),
        ({"shape": "dirichlet", "concentration": 1e-3}, "must lie in"),
        ({"shape": "dirichlet", "concentration": 1e300}, "must lie in"),
    ],
)
def test_what_cannot_be_drawn_or_is_always_the_same_is_refused(prior: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        parse(prior)


def test_the_last_uniform_below_one_is_drawn_like_any_other() -> None:
    prior = parse({"shape": "normal", "mean": 2.0, "sd": 1.0, "low": 2.0})
    assert math.isfinite(prior.quantile(1 - 2.0**-53))

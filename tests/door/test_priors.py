"""Priors made in Python are those of the register."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import risk
from risk.assumptions.priors import Prior, parse
from risk.errors import AssumptionError


@pytest.mark.parametrize(
    ("made", "table"),
    [
        (lambda: risk.uniform(0, 1), {"shape": "uniform", "low": 0.0, "high": 1.0}),
        (
            lambda: risk.triangular(0.1, 0.3, 0.4),
            {"shape": "triangular", "low": 0.1, "mode": 0.3, "high": 0.4},
        ),
        (lambda: risk.normal(3, 1, low=0), {"shape": "normal", "mean": 3.0, "sd": 1.0, "low": 0.0}),
        (lambda: risk.lognormal(2, 0.5), {"shape": "lognormal", "median": 2.0, "sigma": 0.5}),
        (lambda: risk.discrete_uniform(2, 6), {"shape": "discrete_uniform", "low": 2, "high": 6}),
        (lambda: risk.dirichlet(40), {"shape": "dirichlet", "concentration": 40.0}),
    ],
)
def test_a_prior_is_the_table_of_a_file(made: Callable[[], Prior], table: dict[str, object]) -> None:
    assert made() == parse(table)


@pytest.mark.parametrize(
    ("made", "words"),
    [
        (lambda: risk.uniform(1, 0), r"uniform\(low=1, high=0\): low = 1 must lie below high = 0"),
        (lambda: risk.triangular(0, 2, 1), "mode = 2 must lie between"),
        (lambda: risk.normal(0, -1), "sd: input should be greater than 0"),
        (lambda: risk.dirichlet(1e12), "concentration = 1e.12 must lie in"),
    ],
)
def test_a_senseless_prior_is_refused_in_a_sentence(made: Callable[[], Prior], words: str) -> None:
    with pytest.raises(AssumptionError, match=words):
        made()

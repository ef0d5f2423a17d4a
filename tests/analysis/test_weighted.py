"""Estimates from weighted paths: what equal weights give, what errors cover, what a tail admits."""

from __future__ import annotations

from collections.abc import Callable
from math import isnan, sqrt

import numpy as np
import pytest

from risk.analysis import statistics, weighted
from risk.analysis.estimate import Estimate
from risk.analysis.weighted import Array, Importance

N = 4_000
RNG = np.random.default_rng(17)
X = RNG.standard_normal(N)
EQUAL = Importance.of(np.ones(N))


def test_equal_weights_give_what_paths_without_weights_do() -> None:
    assert weighted.effective(EQUAL.weights) == pytest.approx(N)
    plain, found = statistics.mean(X), weighted.mean(X, EQUAL)
    assert (found.value, found.standard_error, found.n) == pytest.approx(
        (plain.value, plain.standard_error, N)
    )
    plain, found = statistics.probability(X > 1.0), weighted.probability(X > 1.0, EQUAL)
    assert found.value == pytest.approx(plain.value)
    assert found.standard_error == pytest.approx(plain.standard_error, rel=0.01)
    plain, found = statistics.quantile(X, 0.9), weighted.quantile(X, EQUAL, 0.9)
    assert found.value == pytest.approx(plain.value, abs=0.01)
    assert found.interval == pytest.approx(plain.interval, abs=0.03)
    plain, found = statistics.expected_shortfall(X, 0.975), weighted.shortfall(X, EQUAL, 0.975)
    assert found.value == pytest.approx(plain.value, abs=0.01)
    assert found.standard_error == pytest.approx(plain.standard_error, rel=0.05)


def test_weights_of_a_likelihood_move_a_normal_to_its_posterior() -> None:
    # x ~ N(0, 1), read as 1 with error 1: the posterior is N(1/2, 1/2).
    weights = Importance.of_logarithms(-0.5 * (X - 1.0) ** 2 - 5_000.0)
    found = weighted.mean(X, weights)
    assert abs(found.value - 0.5) < 3.0 * found.standard_error
    assert weighted.quantile(X, weights, 0.5).value == pytest.approx(0.5, abs=0.06)
    above = weighted.probability(X > 0.5, weights)
    assert abs(above.value - 0.5) < 3.0 * above.standard_error
    assert weighted.effective(weights.weights) < 0.9 * N


ABOVE = 0.5 + sqrt(0.5)
"""One deviation of the posterior N(1/2, 1/2) above its mean."""


@pytest.mark.parametrize(
    ("estimate", "truth"),
    [
        (weighted.mean, 0.5),
        (lambda x, w: weighted.probability(x > 0.5, w), 0.5),
        (lambda x, w: weighted.quantile(x, w, 0.5), 0.5),
        (lambda x, w: weighted.probability(x > ABOVE, w, x > 0.5), 0.1586552539 / 0.5),
    ],
    ids=["mean", "probability", "quantile", "given"],
)
def test_intervals_hold_what_they_say(
    estimate: Callable[[Array, Importance], Estimate], truth: float
) -> None:
    hits, sets = 0, 400
    rng = np.random.default_rng(3)
    for _ in range(sets):
        x = rng.standard_normal(500)
        low, high = estimate(x, Importance.of_logarithms(-0.5 * (x - 1.0) ** 2)).interval
        hits += low <= truth <= high
    assert 0.92 <= hits / sets <= 0.98


def test_few_effective_paths_are_told_as_few() -> None:
    weights = Importance.of(np.where(np.arange(N) < 40, 1.0, 1e-9))
    found = weighted.probability(np.zeros(N, dtype=bool), weights)
    assert found.value == 0.0
    assert found.interval[1] == pytest.approx(3.0 / 40, rel=0.05)
    assert isnan(weighted.shortfall(X, weights, 0.975).standard_error)
    assert weighted.mean(X, weights, np.zeros(N, dtype=bool)).n == 0


def test_what_is_not_known_does_not_count() -> None:
    known = X > 0.0
    holes = np.where(known, X, np.nan)
    assert weighted.mean(holes, EQUAL, known).value == pytest.approx(X[known].mean())

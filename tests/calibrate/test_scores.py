"""Scores by closed form, and what effective numbers and lights say."""

import math

import numpy as np
import pytest
from scipy.stats import norm

from risk.calibrate import scores

X = norm.ppf((np.arange(4_000) + 0.5) / 4_000)


@pytest.mark.parametrize("y", [-2.0, 0.0, 0.7, 3.0])
def test_the_crps_of_a_normal_is_its_closed_form(y: float) -> None:
    exact = y * (2.0 * norm.cdf(y) - 1.0) + 2.0 * norm.pdf(y) - 1.0 / math.sqrt(math.pi)
    assert scores.crps(X, y) == pytest.approx(exact, abs=2e-3)


def test_the_crps_of_few_values_is_the_sum_over_pairs() -> None:
    x = np.array([1.0, 4.0, 9.0])
    apart = (3.0 + 8.0 + 5.0) / 3.0  # mean distance of two different values
    assert scores.crps(x, 5.0) == pytest.approx((4.0 + 1.0 + 4.0) / 3.0 - apart / 2.0)
    assert scores.crps(np.array([2.0]), 5.0) == 3.0


def test_the_interval_score_fines_what_lies_outside() -> None:
    low, high = norm.ppf(0.05), norm.ppf(0.95)
    assert scores.interval_score(X, 0.0) == pytest.approx(high - low, rel=1e-3)
    assert scores.interval_score(X, 3.0) == pytest.approx(high - low + 20.0 * (3.0 - high), rel=2e-3)


def test_a_percentile_at_an_atom_is_spread_over_it() -> None:
    x = np.array([0.0, 0.0, 0.0, 1.0])
    assert [scores.pit(x, 0.0, v) for v in (0.0, 1.0)] == [0.0, 0.75]
    assert scores.pit(x, 1.0, 0.5) == 0.875
    assert scores.inside(0.05, 0.9)
    assert not scores.inside(0.96, 0.9)


def test_dependent_readings_count_for_fewer() -> None:
    alone = np.eye(4)
    assert scores.effective(alone) == 4.0
    assert scores.effective(np.ones((4, 4))) == 1.0
    half = 0.5 * alone + 0.5
    assert scores.effective(half) == pytest.approx(16.0 / 10.0)
    assert scores.effective(scores.correlations([X, X, -X])) == 3.0  # never more than there are


GOOD, BAD = (0.2, 0.3), (0.2, -0.1)


@pytest.mark.parametrize(
    ("share", "n", "skills", "light"),
    [
        (0.90, 30, GOOD, "green"),
        (0.90, 30, BAD, "amber"),  # as often right as it says, and no use
        (1.00, 3, GOOD, "green"),  # so few readings may all lie inside
        (1.00, 60, GOOD, "amber" if scores.likely(1.0, 60) else "red"),
        (0.79, 2, GOOD, "amber"),  # fewer than wanted, perhaps by accident: never green
        (0.79, 300, GOOD, "red"),
        (0.30, 3, GOOD, "red"),
        (0.50, 2, BAD, "red"),
    ],
)
def test_lights(share: float, n: float, skills: tuple[float, float], light: str) -> None:
    assert scores.light(share, n, skills) == light


def test_too_wide_is_no_accident_of_many() -> None:
    assert not scores.likely(1.0, 60)
    assert scores.likely(1.0, 5)

"""Errors of differences between runs that share their draws, against brute force."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from risk.analysis import contrasts
from risk.analysis.contrasts import Difference, Statistic, change
from risk.analysis.statistics import Estimate
from tests.analysis.errors import student

REPETITIONS, PATHS = 300, 2_000


@pytest.mark.parametrize(
    "measure",
    [
        contrasts.mean,
        contrasts.quantile(0.5),
        contrasts.quantile(0.95),
        contrasts.shortfall(0.975),
        lambda x: contrasts.probability((x > 3.0).astype(float)),
    ],
    ids=["mean", "P50", "P95", "ES 97.5%", "probability"],
)
def test_the_paired_error_is_the_spread_of_the_difference(measure: Callable[..., Statistic]) -> None:
    generator = np.random.default_rng(1)
    found = []
    for _ in range(REPETITIONS):
        common, own = generator.standard_normal((2, PATHS))
        before = np.exp(common)
        after = np.exp(0.1 + 1.02 * common + 0.1 * own)
        found.append(change(measure(before), measure(after), paired=True))
    spread = np.std([estimate.value for estimate in found], ddof=1)
    stated = np.mean([estimate.standard_error for estimate in found])
    # The spread over 300 repetitions is known to 4%; order statistics state their error a little too wide.
    assert 0.85 < stated / spread < 1.25


def test_pairing_takes_the_common_noise_out() -> None:
    draws = np.random.default_rng(2).standard_normal(PATHS)
    before, after = contrasts.mean(draws), contrasts.mean(draws + 0.01)
    assert change(before, after, paired=True).standard_error < 1e-15
    apart = change(before, after, paired=False)
    assert apart.standard_error == pytest.approx(np.sqrt(2.0) * student(draws))


@pytest.mark.parametrize(("moved", "noise"), [(1.9, True), (-1.9, True), (2.1, False), (-2.1, False)])
def test_noise_is_what_two_standard_errors_explain(moved: float, noise: bool) -> None:
    end = Estimate(0.0, 1.0, PATHS)
    assert Difference("x", "x", "", end, end, Estimate(moved, 1.0, PATHS)).noise is noise

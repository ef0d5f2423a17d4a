"""Estimates under a posterior: by hand, and how often their 95% intervals hold."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from math import log, sqrt

import numpy as np
import pytest
from scipy.stats import binom, norm

from risk.analysis import statistics
from risk.analysis.estimate import Estimate
from risk.analysis.views import weighted
from risk.analysis.views.moments import Array, Moment
from risk.analysis.views.pooling import Pool, Posterior, pool

SAMPLES, PATHS, SHIFT, SLOPE = 400, 600, 0.5, 0.8
TAIL = 0.9


def known(weights: list[float]) -> Posterior:
    """A posterior of these weights that no view has made."""
    return Posterior(len(weights), ((1.0, Pool(np.array(weights), np.empty((0, len(weights))))),))


def test_numbers_by_hand() -> None:
    posterior, values = known([0.1, 0.2, 0.3, 0.4]), np.array([4.0, 3.0, 2.0, 1.0])
    assert weighted.mean(values, posterior).value == pytest.approx(2.0)
    assert weighted.quantile(values, 0.5, posterior).value == 2.0
    assert weighted.quantile(values, 0.4, posterior).value == 1.0
    assert weighted.probability(values > 2.5, posterior).value == pytest.approx(0.3)
    assert weighted.effective(posterior.weights) == pytest.approx(1.0 / 0.3)
    # VaR at 60% is 2; beyond it lie 3 with a fifth and 4 with a tenth of the weight.
    assert weighted.shortfall(values, 0.6, posterior).value == pytest.approx(2.0 + (0.2 * 1 + 0.1 * 2) / 0.4)
    assert weighted.ratio(values, 2.0 * values, posterior).value == pytest.approx(0.5)
    given = weighted.probability(values > 2.5, posterior, values > 1.5)
    assert given.value == pytest.approx(0.3 / 0.6)
    assert weighted.mean(values, posterior, values > 1.5).value == pytest.approx((0.4 + 0.6 + 0.6) / 0.6)


def test_with_equal_weights_they_are_those_of_statistics() -> None:
    values, posterior = np.random.default_rng(2).standard_normal(2_000), Posterior(2_000)
    for ours, theirs in (
        (weighted.mean(values, posterior), statistics.mean(values)),
        (weighted.probability(values > 1.0, posterior), statistics.probability(values > 1.0)),
        (weighted.shortfall(values, 0.9, posterior), statistics.expected_shortfall(values, 0.9)),
    ):
        assert ours.value == pytest.approx(theirs.value, abs=2e-3)
        assert ours.standard_error == pytest.approx(theirs.standard_error, rel=0.01)
    assert weighted.divergence(posterior) == Estimate(0.0, 0.0, 2_000)


def test_what_never_came_has_a_bound_and_no_zero_error() -> None:
    found = weighted.probability(np.zeros(1_000, dtype=bool), Posterior(1_000))
    assert found.value == 0.0
    assert found.interval == pytest.approx((0.0, 3.0 / 1_000))


def test_what_no_path_has_is_not_defined() -> None:
    nobody = np.zeros(10, dtype=bool)
    assert np.isnan(weighted.mean(np.arange(10.0), Posterior(10), nobody).value)
    assert np.isnan(weighted.ratio(np.ones(10), np.zeros(10), Posterior(10)).value)
    assert np.isnan(weighted.probability(nobody, Posterior(10), nobody).value)


def test_a_tail_of_few_effective_paths_has_no_error() -> None:
    found = weighted.shortfall(np.arange(40.0), 0.95, Posterior(40))
    assert np.isnan(found.standard_error)


Measure = Callable[[Array, Posterior], Estimate]
KINDS: dict[str, tuple[float, Measure]] = {
    "mean": (SLOPE * SHIFT, weighted.mean),
    "probability": (
        float(norm.sf(1.0 - SLOPE * SHIFT)),
        lambda y, q: weighted.probability(y > 1.0, q),
    ),
    "given": (
        float(norm.sf(1.0 - SLOPE * SHIFT) / norm.sf(-SLOPE * SHIFT)),
        lambda y, q: weighted.probability(y > 1.0, q, y > 0.0),
    ),
    "quantile": (
        SLOPE * SHIFT + float(norm.ppf(TAIL)),
        lambda y, q: weighted.quantile(y, TAIL, q),
    ),
    "shortfall": (
        SLOPE * SHIFT + float(norm.pdf(norm.ppf(TAIL))) / (1.0 - TAIL),
        lambda y, q: weighted.shortfall(y, TAIL, q),
    ),
    "cost": (0.5 * SHIFT**2, lambda y, q: weighted.divergence(q)),
}
"""Truth under the view that x, which is standard normal, has mean `SHIFT`; y hangs together with it."""


@cache
def samples() -> list[tuple[Array, Posterior]]:
    draw, found = np.random.default_rng(11), []
    for _ in range(SAMPLES):
        x = draw.standard_normal(PATHS)
        y = SLOPE * x + sqrt(1.0 - SLOPE**2) * draw.standard_normal(PATHS)
        found.append((y, Posterior(PATHS, ((1.0, pool([Moment(x, "=", SHIFT)], PATHS)),))))
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_intervals_hold_95_times_in_a_hundred(kind: str) -> None:
    truth, measure = KINDS[kind]
    inside = 0
    for y, posterior in samples():
        low, high = measure(y, posterior).interval
        inside += low <= truth <= high
    room = 2.0 * sqrt(0.95 * 0.05 / SAMPLES)
    assert 0.92 - room <= inside / SAMPLES <= 0.98 + room


def test_an_error_that_ignores_the_view_would_be_far_too_wide() -> None:
    y, posterior = samples()[0]
    found = weighted.mean(y, posterior)
    ignorant = sqrt(float((posterior.weights**2 * (y - found.value) ** 2).sum()))
    assert found.standard_error < 0.8 * ignorant


def test_half_held_intervals_hold_too() -> None:
    truth = 0.5 * SLOPE * SHIFT
    inside = 0
    for y, posterior in samples():
        half = Posterior(PATHS, ((0.5, posterior.parts[0][1]),))
        low, high = weighted.mean(y, half).interval
        inside += low <= truth <= high
    assert binom.cdf(inside, SAMPLES, 0.95) > 0.001
    assert inside < SAMPLES


def test_the_cost_of_a_probability_is_bernoullis() -> None:
    flags = np.repeat([1.0, 0.0], [300, 700])
    posterior = Posterior(1_000, ((1.0, pool([Moment(flags, "=", 0.6)], 1_000)),))
    found = weighted.divergence(posterior)
    assert found.value == pytest.approx(0.6 * log(0.6 / 0.3) + 0.4 * log(0.4 / 0.7), rel=1e-4)
    # Of a share p of paths it moves by (p − q) / p (1 − p): the delta method.
    slope = (0.3 - 0.6) / (0.3 * 0.7)
    assert found.standard_error == pytest.approx(abs(slope) * sqrt(0.3 * 0.7 / 1_000), rel=0.01)

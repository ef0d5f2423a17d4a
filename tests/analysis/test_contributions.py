"""Contributions to the expected shortfall: by hand, in closed form, and their errors against repetition."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import stats

from risk.analysis import statistics
from risk.analysis.contributions import Array, contributions

LEVEL = 0.95


def test_by_hand() -> None:
    """Losses 1 … 20 of a first part, the worst half of them doubled by a second: ES 80% is over 37 … 40."""
    first = np.arange(1.0, 21.0)
    second = np.where(first > 10.0, 20.0, 0.0)
    found = contributions(np.stack([first, second]), 0.8)
    # VaR lies .2 of the way from 36 to 37: 16.2 and 20; as many are beyond as the mass
    assert [e.value for e in found] == pytest.approx([18.5, 20.0])


@given(arrays(float, (3, 101), elements=st.floats(0.0, 1e3)), st.sampled_from((0.5, 0.9, 0.95, 0.975)))
def test_they_add_up(parts: Array, level: float) -> None:
    whole = statistics.expected_shortfall(parts.sum(axis=0), level).value
    assert sum(e.value for e in contributions(parts, level)) == pytest.approx(whole, rel=1e-9, abs=1e-9)


def normal(seed: int, n: int) -> Array:
    """Two correlated normal parts of different size."""
    draws = np.random.default_rng(seed).standard_normal((2, n))
    return np.stack([draws[0], 2.0 * (0.5 * draws[0] + np.sqrt(0.75) * draws[1])])


def test_normal_losses_contribute_by_their_covariance() -> None:
    covariance = np.array([[1.0, 1.0], [1.0, 4.0]])
    scale = stats.norm.pdf(stats.norm.ppf(LEVEL)) / (1.0 - LEVEL) / np.sqrt(covariance.sum())
    found = contributions(normal(1, 100_000), LEVEL)
    for estimate, expected in zip(found, covariance.sum(axis=1) * scale, strict=True):
        assert abs(estimate.value - expected) < 4.0 * estimate.standard_error


def test_their_errors_are_their_spread() -> None:
    again = [contributions(normal(seed, 4_000), LEVEL) for seed in range(400)]
    for part in range(2):
        spread = np.std([found[part].value for found in again], ddof=1)
        stated = np.mean([found[part].standard_error for found in again])
        assert 0.85 < stated / spread < 1.15  # the spread over 400 repetitions is known to 4%

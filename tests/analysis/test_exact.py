"""Sums against `math.fsum`, bit by bit."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from risk.analysis.exact import exact_sum


def test_a_sum_does_not_depend_on_its_order() -> None:
    assert exact_sum([1e16, 1.0, -1e16]) == 1.0
    data = np.random.default_rng(1).lognormal(size=10_000) * 1e12
    assert exact_sum(data) == exact_sum(data[::-1])


@given(
    arrays(
        np.float64, st.integers(0, 700), elements=st.floats(allow_nan=True, allow_infinity=False, width=64)
    ),
)
def test_sums_are_exact_in_every_bit(values: np.ndarray) -> None:
    try:
        expected = math.fsum(values.tolist())
    except OverflowError:
        with pytest.raises(OverflowError):
            exact_sum(values)
        return
    found = exact_sum(values)
    assert found == expected or (math.isnan(found) and math.isnan(expected))


@pytest.mark.parametrize("n", [256, 1_000, 20_000])
@pytest.mark.parametrize("spread", [0.5, 3.0, 12.0, 60.0])
def test_sums_of_many_sizes_and_signs_are_exact(n: int, spread: float) -> None:
    draws = np.random.default_rng(n).standard_normal((2, n))
    values = draws[0] * np.exp(spread * draws[1])
    values = np.concatenate([values, -values[: n // 2], values * 1e-30])
    assert exact_sum(values) == math.fsum(values.tolist())

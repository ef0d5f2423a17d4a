"""Sums that are rounded once, whatever is added in whatever order."""

from __future__ import annotations

import math
import tracemalloc

import numpy as np
import pytest

from risk.runs.exact import Total


def _total(arrays: np.ndarray) -> np.ndarray:
    total = Total()
    for array in arrays:
        total.add(array)
    return total.rounded()


@pytest.mark.parametrize("spread", [0, 5, 40, 250])
def test_a_total_is_that_of_fsum_to_the_bit(spread: int) -> None:
    """Numbers of both signs over `2 * spread` powers of ten, and their opposites, so that they cancel."""
    generator = np.random.default_rng(spread)
    arrays = generator.standard_normal((60, 300)) * 10.0 ** generator.uniform(-spread, spread, (60, 300))
    arrays[30:] = generator.permutation(-arrays[:30]) + arrays[30:] * (generator.random((30, 300)) < 0.1)
    expected = np.array([math.fsum(column) for column in arrays.T.tolist()])
    assert _total(arrays).tobytes() == expected.tobytes()
    assert _total(generator.permutation(arrays)).tobytes() == expected.tobytes()


def test_the_total_of_nothing_and_of_zeros_is_zero() -> None:
    assert Total().rounded().size == 0
    assert _total(np.array([[0.0, -0.0], [-0.0, -0.0]])).tobytes() == np.zeros(2).tobytes()


def test_memory_does_not_grow_with_what_is_added() -> None:
    generator, total = np.random.default_rng(0), Total()
    for _ in range(3):
        total.add(generator.lognormal(0.0, 8.0, 10_000))
    tracemalloc.start()
    for _ in range(200):
        total.add(generator.lognormal(0.0, 8.0, 10_000))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 20 * 80_000  # a stack of them would be 200

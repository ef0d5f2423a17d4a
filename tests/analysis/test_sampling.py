"""Which paths are listed, and that nothing a formula needs is left out."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from risk.analysis import sampling


@given(st.integers(1, 3_000_000), st.integers(1, 6_000))
def test_a_sample_is_even_sorted_and_within_the_run(paths: int, size: int) -> None:
    ids = sampling.sampled(paths, size)
    assert len(ids) == min(size, paths)
    assert ids[0] == 0
    assert ids[-1] < paths
    steps = np.diff(ids)
    assert len(steps) == 0 or (steps.min() >= 1 and steps.max() - steps.min() <= 1)


@given(st.integers(2, 3_000), st.sampled_from((0.05, 0.025, 0.01)))
def test_the_tail_holds_both_neighbors_of_the_quantile(paths: int, share: float) -> None:
    losses = np.random.default_rng(paths).permutation(paths).astype(float)
    ids = sampling.tail_rows(losses, share)
    below = math.floor((paths - 1) * (1.0 - share))
    assert losses[ids].min() <= below
    assert list(losses[ids]) == sorted(losses[ids], reverse=True)
    assert len(ids) <= share * paths + 3


def test_equal_losses_stand_in_order_of_their_ids() -> None:
    assert sampling.tail_rows(np.zeros(100), 0.05).tolist() == list(
        range(len(sampling.tail_rows(np.zeros(100), 0.05)))
    )


def test_a_large_run_lists_less_of_its_tail() -> None:
    assert sampling.tail_share(20_000) == sampling.tail_share(400_000) == 0.05
    assert sampling.tail_share(400_001) == sampling.tail_share(2_000_000) == 0.01
    assert sampling.tail_share(2_000_001) == sampling.tail_share(20_000_000) == 0.001
    assert sampling.tail_share(100_000_000) == 0.0001


@given(arrays(np.bool_, st.tuples(st.integers(1, 200), st.integers(1, 6))))
def test_patterns_count_every_path_once(flags: np.ndarray) -> None:
    names = [f"f{i}" for i in range(flags.shape[1])]
    columns = {name: flags[:, i].astype(float) for i, name in enumerate(names)}
    found = sampling.patterns(columns, names)
    assert found.counts.sum() == len(flags)
    assert (np.diff(found.counts) <= 0).all()
    assert (found.flags[found.of] == flags).all()
    assert (found.flags[found.of[found.example]] == found.flags).all()
    assert len({tuple(row) for row in found.flags.tolist()}) == len(found.flags)
    for i in range(len(names)):
        assert found.counts @ found.flags[:, i] == flags[:, i].sum()
    for number, example in enumerate(found.example):
        assert example == np.flatnonzero(found.of == number)[0]


def test_more_flags_than_fit_a_number_are_refused() -> None:
    names = [f"f{i}" for i in range(63)]
    with pytest.raises(ValueError, match="63 flags"):
        sampling.patterns({name: np.ones(2) for name in names}, names)


def test_nearest_is_the_lowest_of_equals_and_skips_what_is_not_known() -> None:
    assert sampling.nearest(np.array([np.nan, 3.0, 1.0, 3.0]), 2.9) == 1


def test_numbers_keep_six_digits() -> None:
    assert sampling.rounded(np.array([123456.789, 1.23456789e-7, -2.0])) == [123457.0, 1.23457e-7, -2.0]

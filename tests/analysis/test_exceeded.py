"""Thresholds are round, and counts above them are those of a plain comparison."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from risk.analysis.exceeded import EACH, LEAST, MOST, exceeded, leading, thresholds
from risk.analysis.sampling import patterns

NAMES = ("a", "b", "c")


@given(st.lists(st.tuples(st.integers(0, 7), st.integers(0, 40)), min_size=1, max_size=200))
def test_counts_are_those_of_comparing_every_path(paths: list[tuple[int, int]]) -> None:
    codes, losses = np.array([code for code, _ in paths]), np.array([float(loss) for _, loss in paths])
    flags = {name: ((codes >> i) & 1).astype(float) for i, name in enumerate(NAMES)}
    found, bars = patterns(flags, NAMES), np.array([5.0, 10.0, 20.0, 40.0])
    counts = exceeded(found, losses, bars)
    for number in range(len(found.counts)):
        own = np.all([flags[n] == found.flags[number, i] for i, n in enumerate(NAMES)], axis=0)
        assert counts[number].tolist() == [int((losses[own] > bar).sum()) for bar in bars]


@pytest.mark.parametrize(
    ("largest", "step"),
    [(0.0, LEAST), (3.0, LEAST), (21.0, 2.0), (190.0, 10.0), (410.0, 50.0), (7e4, 5000.0)],
)
def test_thresholds_are_round_and_reach_the_tail(largest: float, step: float) -> None:
    bars = thresholds(np.full(1000, largest))
    assert np.diff(bars, prepend=0.0).tolist() == [step] * len(bars)
    assert len(bars) <= MOST
    assert bars[-1] >= largest
    assert len(bars) == 1 or bars[-2] < largest


def test_the_leading_combinations_lead_their_group_somewhere() -> None:
    generator = np.random.default_rng(1)
    counts, groups = generator.integers(0, 50, (60, 4)), generator.integers(0, 3, 60)
    counts[groups == 2] = 0
    shown = leading(counts, groups)
    assert shown == sorted(shown)
    assert not [i for i in shown if groups[i] == 2]
    for group in (0, 1):
        members = np.flatnonzero(groups == group)
        for column in counts.T:
            bar = np.sort(column[members])[-EACH]
            assert {int(i) for i in members if column[i] > bar} <= set(shown)

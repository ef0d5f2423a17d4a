"""The order of paths by loss, and its parts."""

from __future__ import annotations

import numpy as np
import pytest

from risk.analysis import ranking

LOSS = np.arange(100.0)[::-1]


def test_the_worst_come_first_and_of_equals_the_lower_id() -> None:
    assert ranking.worst_first(np.array([1.0, 9.0, 3.0, 10.0])).tolist() == [3, 1, 2, 0]
    assert ranking.worst_first(np.array([2.0, 5.0, 5.0, 1.0])).tolist() == [1, 2, 0, 3]


def test_parts_lie_between_quantiles_ends_included() -> None:
    assert ranking.between(LOSS, 0.0, 1.0).all()
    middle = LOSS[ranking.between(LOSS, 0.475, 0.525)]
    assert middle.mean() == pytest.approx(np.median(LOSS))


def test_the_worst_share_is_the_head_of_the_ranking() -> None:
    tail = ranking.worst(LOSS, 0.05)
    assert np.flatnonzero(tail).tolist() == ranking.worst_first(LOSS)[:5].tolist() == [0, 1, 2, 3, 4]
    assert ranking.worst(np.array([1.0, 2.0, 2.0, 2.0]), 0.25).tolist() == [False, True, True, True]

"""Exceedance curves of owners, by hand and against one another."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from risk.analysis import holders
from risk.analysis.holders import Array
from risk.analysis.statistics import beyond


def test_owners_worth_a_line_come_largest_first() -> None:
    losses = {"small": np.full(4, 0.1), "banks": np.full(4, 3.0), "pensions": np.full(4, 9.0)}
    assert holders.main(losses) == ("pensions", "banks")


def test_points_need_paths_beyond_them() -> None:
    assert holders.points(2048) == holders.POINTS
    assert holders.points(1000) == holders.POINTS[:-1]
    assert holders.points(100) == (0.5, 0.2, 0.1)


def test_the_loss_exceeded_is_a_quantile() -> None:
    loss = np.arange(101.0)
    assert [e.value for e in holders.exceeded(loss, (0.5, 0.1))] == pytest.approx([50.0, 90.0])


def test_the_chance_of_more_by_hand() -> None:
    loss = np.array([1.0, 2.0, 2.0, 5.0])
    found = beyond(loss, np.array([0.0, 1.0, 2.0, 4.9, 5.0]))
    assert found.tolist() == [1.0, 0.75, 0.25, 0.25, 0.0]


@given(arrays(float, 50, elements=st.floats(0.0, 1e12)))
def test_curves_do_not_rise(loss: Array) -> None:
    assert (np.diff(beyond(loss, np.linspace(0.0, 1e12, 30))) <= 0.0).all()
    rarer = [e.value for e in holders.exceeded(loss, holders.POINTS)]
    assert (np.diff(rarer) >= 0.0).all()

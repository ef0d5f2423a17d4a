"""The level rent of a contract."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from risk.processes.contract_rent import level_rent


@given(st.floats(0.01, 10.0), st.floats(-1.0, 1.0), st.floats(0.0, 10.0))
def test_level_rent_is_the_average_of_the_decline(rent: float, decline: float, tenor: float) -> None:
    times = (np.arange(4000) + 0.5) / 4000 * tenor
    average = np.mean(rent * np.exp(-decline * times))
    assert level_rent(rent, decline, tenor) == pytest.approx(average, rel=1e-5)


def test_by_hand_and_at_the_limits() -> None:
    assert level_rent(5.30, 0.26, 5.0) == pytest.approx(5.30 * (1 - np.exp(-1.3)) / 1.3)
    np.testing.assert_array_equal(level_rent(2.65, np.array([0.0, 0.3]), np.array([5.0, 0.0])), 2.65)
    assert level_rent(2.65, 1e-12, 1.0) == pytest.approx(2.65, rel=1e-11)

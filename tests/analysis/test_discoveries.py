"""False discoveries are counted as SciPy counts them."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import false_discovery_control

from risk.analysis.discoveries import adjusted


@pytest.mark.parametrize("effects", [1, 2, 5, 115])
def test_as_scipy_has_it_to_the_bit(effects: int) -> None:
    chances = np.round(np.random.default_rng(effects).beta(0.3, 1.0, effects), 2)
    np.testing.assert_array_equal(adjusted(chances), false_discovery_control(chances))


def test_of_none_none_is_found() -> None:
    assert len(adjusted([])) == 0

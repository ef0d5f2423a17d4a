from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import false_discovery_control

from risk.analysis.discoveries import false_discoveries


@pytest.mark.parametrize("count", [1, 2, 115])
def test_they_are_those_of_scipy_to_the_bit(count: int) -> None:
    chances = np.random.default_rng(1).uniform(size=count) ** 4
    chances[count // 2 :: 7] = chances[0]  # ties
    assert (false_discoveries(chances) == false_discovery_control(chances)).all()


def test_of_none_there_are_none() -> None:
    assert false_discoveries([]).shape == (0,)

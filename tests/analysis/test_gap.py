"""Since when revenue is enough: from the first year after the last one that misses the bar."""

from __future__ import annotations

import numpy as np
import pytest

from risk.analysis.gap import lasting


@pytest.mark.parametrize(
    ("reached", "first"),
    [
        ([True, True, True], 0),
        ([True, False, True, True], 2),  # what was enough once and no longer is, is not
        ([True, True, False], None),
        ([False, False], None),
    ],
)
def test_enough_is_enough_to_the_end(reached: list[bool], first: int | None) -> None:
    assert lasting(np.asarray(reached)) == first

from __future__ import annotations

import numpy as np
import pytest

from risk.analysis import statistics
from risk.analysis.proportions import proportion


@pytest.mark.parametrize(
    ("hits", "n"), [(0, 50), (1, 5000), (29, 400), (30, 400), (40, 5000), (200, 400), (399, 400), (50, 50)]
)
def test_the_same_error_as_from_flags(hits: int, n: int) -> None:
    flags = np.arange(n) < hits
    from_flags, found = statistics.probability(flags), proportion(hits, n)
    assert found.value == from_flags.value
    assert found.standard_error == pytest.approx(from_flags.standard_error, rel=1e-9)
    assert found.interval == pytest.approx(from_flags.interval, rel=1e-9)


def test_no_paths_no_share() -> None:
    assert np.isnan(proportion(0, 0).value)

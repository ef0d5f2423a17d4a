"""Whether spreads warn, on samples small enough to count by hand."""

import numpy as np
import pytest

from risk.analysis.early_warning import auc, spread_warning
from risk.analysis.statistics import share_below


def test_area_by_hand() -> None:
    """Of the six pairs of (3, 5) with (1, 4, 5): 3>1, 5>1, 5>4 and half of 5=5."""
    area, _, _ = auc(np.array([3.0, 5.0]), np.array([1.0, 4.0, 5.0]))
    assert area == pytest.approx(3.5 / 6.0)


def test_ties_count_half() -> None:
    np.testing.assert_allclose(share_below(np.array([1.0, 2.0, 2.0]), np.array([2.0])), [2.0 / 3.0])
    assert auc(np.ones(3), np.ones(4)) == (0.5, 0.0, 0.0)


def test_error_of_the_area_is_the_spread_of_repeated_samples() -> None:
    rng = np.random.default_rng(7)
    areas, errors = [], []
    for _ in range(400):
        area, a, b = auc(rng.normal(0.5, 1.0, 80), rng.normal(0.0, 1.0, 200))
        areas.append(area)
        errors.append(np.sqrt(a + b))
    spread = np.std(areas, ddof=1)
    assert abs(np.mean(errors) - spread) < 4.0 * spread / np.sqrt(2.0 * len(areas))


class _Paths:
    """A run of which only what the measure asks for exists."""

    def __init__(self, quarter: np.ndarray, spread: np.ndarray) -> None:
        self.values = {"B5i": np.isfinite(quarter) * 1.0, "B5i_quarter": quarter}
        self.spread = spread

    def outcome(self, name: str) -> np.ndarray:
        return np.asarray(self.values[name])

    def series(self, name: str) -> np.ndarray:
        assert name == "hy_spread"
        return self.spread


def _paths(lift: float) -> _Paths:
    """2,000 paths, half with an event in quarter 8 or 9; their spread four quarters before is lifted."""
    rng = np.random.default_rng(11)
    quarter = np.where(np.arange(2000) < 1000, 8.0 + np.arange(2000) % 2, np.nan)
    spread = rng.normal(0.05, 0.01, (13, 2000))
    for t in (8, 9):
        spread[t - 4, quarter == t] += lift
    return _Paths(quarter, spread)


def test_a_wide_spread_before_events_warns_and_no_difference_does_not() -> None:
    warned, silent = spread_warning(_paths(0.02)), spread_warning(_paths(0.0))  # type: ignore[arg-type]
    assert warned is not None
    assert silent is not None
    assert warned.value > 0.8 + 4.0 * warned.standard_error
    assert abs(silent.value - 0.5) < 4.0 * silent.standard_error


def test_events_too_early_or_too_few_are_not_measured() -> None:
    early = _Paths(np.where(np.arange(50) < 25, 2.0, np.nan), np.full((13, 50), 0.05))
    assert spread_warning(early) is None  # type: ignore[arg-type]

from __future__ import annotations

import numpy as np
import pytest

from risk.analysis import fans, statistics
from risk.analysis.bands import band


def test_quantiles_and_errors_are_those_of_single_estimates() -> None:
    values = np.random.default_rng(3).lognormal(size=(4, 999)).astype(np.float32)
    found = band(values)
    for t, row in enumerate(values):
        for level in fans.LEVELS:
            estimate = statistics.quantile(row, level)
            assert found.at(level)[t] == pytest.approx(estimate.value, rel=1e-6)
            assert found.error(level)[t] == pytest.approx(estimate.standard_error, rel=1e-6)


def test_quantiles_agree_with_those_of_a_fan() -> None:
    values = np.random.default_rng(4).normal(size=(3, 501)).astype(np.float32)
    assert band(values).quantiles == pytest.approx(fans.quantiles(values))


def test_missing_paths_are_left_out() -> None:
    values = np.array([[1.0, np.nan, 3.0, 2.0], [np.nan] * 4], dtype=np.float32)
    found = band(values, (0.5,))
    assert found.count.tolist() == [3, 0]
    assert found.at(0.5)[0] == 2.0
    assert np.isnan(found.at(0.5)[1])


def test_values_side_by_side_do_not_make_the_error_smaller() -> None:
    values = np.random.default_rng(5).normal(size=(1, 2000)).astype(np.float32)
    alone, copied = band(values), band(np.repeat(values, 7, axis=1), together=7)
    assert copied.quantiles == pytest.approx(alone.quantiles, abs=5e-3)
    assert copied.standard_error == pytest.approx(alone.standard_error, rel=0.05)  # ranks are rounded
    assert (band(np.repeat(values, 7, axis=1)).standard_error < 0.6 * alone.standard_error).all()

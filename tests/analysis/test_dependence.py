"""Correlation of the innovations, drawn again from a run's seed."""

from __future__ import annotations

import numpy as np
import pytest

from risk.analysis.dependence import dependence, smallest_pivot
from risk.assumptions import load
from risk.factors import FACTORS
from risk.shocks.draw import draw_shocks
from tests.report.runs import SEED, small_run


def test_innovations_are_those_the_run_was_made_of() -> None:
    run, assumptions = small_run(), load()
    drawn = [draw_shocks(assumptions, SEED, block, run.calendar.quarters, {}, {}).common for block in (0, 1)]
    whole = np.concatenate([shocks.reshape(-1, len(FACTORS)) for shocks in drawn])
    scale = np.sqrt((whole**2).mean(axis=0))
    expected = (whole.T @ whole) / len(whole) / np.outer(scale, scale)
    found = dependence(run)
    np.testing.assert_allclose(found.realised, expected, atol=1e-12)
    assert (found.paths, found.quarters) == (run.paths, run.calendar.quarters)


def test_realised_correlation_obeys_the_register_within_four_errors_and_the_clip() -> None:
    found = dependence(small_run())
    gaps = np.abs(found.realised - found.declared)
    assert (gaps <= 4.0 * found.standard_error + 0.02).all()
    assert gaps.max() > 0.0
    assert (np.diag(found.realised) == 1.0).all()
    assert (np.diag(found.standard_error) == 0.0).all()
    off = found.standard_error[~np.eye(len(FACTORS), dtype=bool)]
    # About (1 − r²) / √(paths × quarters), times the fat tails that quarters of a path share.
    assert (off > 0.5 / np.sqrt(found.paths * found.quarters)).all()
    assert (off < 4.0 / np.sqrt(found.paths * found.quarters)).all()


@pytest.mark.parametrize(
    ("matrix", "sign"),
    [([[1.0, 0.5], [0.5, 1.0]], 1), ([[1.0, 1.0], [1.0, 1.0]], 0), ([[1.0, 1.2], [1.2, 1.0]], -1)],
)
def test_the_smallest_pivot_tells_whether_a_matrix_can_be_a_correlation(
    matrix: list[list[float]], sign: int
) -> None:
    assert np.sign(smallest_pivot(np.array(matrix))) == sign

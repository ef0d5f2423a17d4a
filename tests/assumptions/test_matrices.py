import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from risk.assumptions.matrices import (
    SMALLEST_EIGENVALUE,
    correlation,
    nearest_correlation,
    transition,
    weights,
)

IMPOSSIBLE = [[1.0, 0.9, -0.9], [0.9, 1.0, 0.9], [-0.9, 0.9, 1.0]]


def test_valid_matrices_pass() -> None:
    assert not list(correlation([[1, 0.6], [0.6, 1]]))
    assert not list(transition([[0.9, 0.1], [0.0, 1.0]]))
    assert not list(weights([0.2, 0.5, 0.3]))


@pytest.mark.parametrize("rho", [1.0, -1.0, 0.999999, -0.99999])
def test_a_factor_that_is_another_is_refused_with_a_matrix_that_is_not(rho: float) -> None:
    fault = next(correlation([[1.0, rho, 0.0], [rho, 1.0, 0.0], [0.0, 0.0, 1.0]]))
    assert "make one factor a sum of others" in fault.reason
    shown = float(fault.fixes[1].rpartition("→ ")[2])
    assert not list(correlation([[1.0, shown, 0.0], [shown, 1.0, 0.0], [0.0, 0.0, 1.0]]))


def test_a_factor_may_be_nearly_another() -> None:
    assert not list(correlation([[1.0, 0.9998], [0.9998, 1.0]]))


def test_an_impossible_one_is_refused() -> None:
    faults = list(correlation(IMPOSSIBLE, ("a", "b", "c")))
    assert [fault.code for fault in faults] == ["A016"]
    assert "b–a" in faults[0].fixes[1]


@settings(max_examples=60)
@given(st.lists(st.floats(-1, 1), min_size=6, max_size=6))
def test_refuses_exactly_what_the_eigenvalues_refuse(upper: list[float]) -> None:
    matrix = np.eye(4)
    matrix[np.triu_indices(4, 1)] = upper
    matrix = np.maximum(np.triu(matrix), np.triu(matrix).T) + np.minimum(np.triu(matrix), np.triu(matrix).T)
    np.fill_diagonal(matrix, 1.0)
    smallest = np.linalg.eigvalsh(matrix)[0]
    refused = bool(list(correlation(matrix.tolist())))
    # Between the tolerance and rounding either answer is right.
    assert refused == (smallest < SMALLEST_EIGENVALUE) or abs(smallest - SMALLEST_EIGENVALUE) < 1e-8


def test_nearest_correlation_of_a_published_example() -> None:
    # Higham (2002), section 4: the nearest to this matrix has 0.7607 and 0.1573 off the diagonal.
    found = nearest_correlation(np.array([[1.0, 1, 0], [1, 1, 1], [0, 1, 1]]))
    np.testing.assert_allclose(found[0, 1:], [0.7607, 0.1573], atol=5e-5)
    assert np.linalg.eigvalsh(found)[0] > -1e-8


def test_nearest_of_a_valid_matrix_is_itself() -> None:
    matrix = np.array([[1.0, 0.6], [0.6, 1.0]])
    np.testing.assert_allclose(nearest_correlation(matrix), matrix, atol=1e-12)


@pytest.mark.parametrize(
    ("row", "code"), [([0.5, 0.6], "A017"), ([1.5, -0.5], "A011"), ([0.3, 0.3], "A017"), ([50, 50], "A011")]
)
def test_rows_that_are_no_probabilities_are_refused(row: list[float], code: str) -> None:
    assert {fault.code for fault in transition([row, [0.5, 0.5]])} == {code}
    assert {fault.code for fault in weights(row)} == {code}

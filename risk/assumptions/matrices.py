"""Matrices of the register: correlations, transition probabilities, weights.

The usual case, a valid matrix, is settled in plain Python; NumPy is loaded only to say how far a refused
correlation matrix is from a valid one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from risk.assumptions.positions import Path

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

Matrix = Sequence[Sequence[float]]

SUM_TOLERANCE = 1e-9
"""Of a sum of shares: they are typed with a few decimals and must add up exactly but for rounding."""

PIVOT_TOLERANCE = 1e-10
"""Smallest pivot of a matrix that is clearly positive definite; below it the eigenvalues decide."""

SMALLEST_EIGENVALUE = 1e-4
"""Of a correlation matrix: every factor keeps something of its own, so that no sum of factors vanishes by
rounding. Two alone may be correlated up to 0.9999; judgement, what four decimals can tell apart from one."""

SHRINKAGE = 1e-3
"""Towards independence, of a matrix shown with four decimals; judgement."""


class Fault(NamedTuple):
    """Something wrong with a value: where inside it, code, reason, what to do."""

    at: Path
    code: str
    reason: str
    fixes: tuple[str, ...] = ()


def weights(vector: Sequence[float]) -> Iterator[Fault]:
    """Yield what keeps a vector from being weights that sum to one."""
    yield from _sum(vector, (), "the weights")


def transition(matrix: Matrix) -> Iterator[Fault]:
    """Yield what keeps the rows of a square matrix from being probabilities that sum to one."""
    for i, row in enumerate(matrix):
        yield from _sum(row, (i,), f"the probabilities of row {i + 1}")


def correlation(matrix: Matrix, labels: Sequence[str] = ()) -> Iterator[Fault]:
    """Yield what keeps a square matrix from being a correlation matrix."""
    faults = list(_unit_symmetric(matrix))
    yield from faults
    if not faults and not _cholesky(matrix):
        yield from _definite(matrix, labels)


def _sum(row: Sequence[float], at: Path, name: str) -> Iterator[Fault]:
    outside = [j for j, x in enumerate(row) if not 0 <= x <= 1]
    for j in outside:
        yield Fault((*at, j), "A011", f"{row[j]:g} is no probability or weight; those lie in [0, 1]")
    if not outside and abs(sum(row) - 1) > SUM_TOLERANCE:
        yield Fault(at, "A017", f"{name} sum to {sum(row):.12g}, not to 1")


def _unit_symmetric(matrix: Matrix) -> Iterator[Fault]:
    for i, row in enumerate(matrix):
        if row[i] != 1:
            yield Fault((i, i), "A016", f"{row[i]:g} on the diagonal; a correlation with itself is 1")
        for j, x in enumerate(row):
            if not -1 <= x <= 1:
                yield Fault((i, j), "A016", f"{x:g} is not a correlation, which lies in [-1, 1]")
            elif j < i and x != matrix[j][i]:
                other = f"{matrix[j][i]:g} in row {j + 1}, column {i + 1}"
                yield Fault(
                    (i, j), "A016", f"{x:g} in row {i + 1}, column {j + 1} but {other}: not symmetric"
                )


def _cholesky(matrix: Matrix) -> bool:
    """Return whether the matrix less `SMALLEST_EIGENVALUE` on its diagonal is clearly positive definite."""
    lower: list[list[float]] = []
    for i, row in enumerate(matrix):
        lower.append([])
        for j in range(i):
            known = sum(a * b for a, b in zip(lower[i], lower[j], strict=False))
            lower[i].append((row[j] - known) / lower[j][j])
        pivot = row[i] - SMALLEST_EIGENVALUE - sum(a * a for a in lower[i])
        if pivot < PIVOT_TOLERANCE:
            return False
        lower[i].append(pivot**0.5)
    return True


def _definite(matrix: Matrix, labels: Sequence[str]) -> Iterator[Fault]:
    """Yield a fault with the nearest valid matrix, unless the eigenvalues are large enough after all."""
    import numpy as np

    given = np.asarray(matrix, dtype=np.float64)
    smallest = float(np.linalg.eigvalsh(given)[0])
    if smallest >= SMALLEST_EIGENVALUE:
        return
    # Shrunk a little, the repaired matrix stays valid when its printed decimals are typed in.
    repaired = nearest_correlation(given) * (1 - SHRINKAGE)
    names = labels or [str(i + 1) for i in range(len(matrix))]
    diff = [
        f"  {names[i]}–{names[j]}  {given[i, j]:+.4g} → {repaired[i, j]:+.4f}"
        for i in range(len(matrix))
        for j in range(i)
        if abs(given[i, j] - repaired[i, j]) > 5e-5
    ]
    if smallest < -PIVOT_TOLERANCE:
        reason = f"these correlations contradict one another: an eigenvalue is {smallest:.3g}, below 0"
    else:
        reason = (
            "these correlations make one factor a sum of others: an eigenvalue is "
            f"{smallest:.3g}, below {SMALLEST_EIGENVALUE:g}"
        )
    yield Fault((), "A016", reason, ("nearest correlation matrix, for you to accept:", *diff))


def nearest_correlation(matrix: Array, iterations: int = 1000) -> Array:
    """Return the correlation matrix nearest in the Frobenius norm.

    Notes
    -----
    Alternating projections with Dykstra's correction: N. J. Higham, "Computing the nearest correlation matrix
    — a problem from finance", IMA Journal of Numerical Analysis 22 (2002) 329–343, algorithm 3.3.
    """
    import numpy as np

    nearest, correction = matrix.copy(), np.zeros_like(matrix)
    for _ in range(iterations):
        shifted = nearest - correction
        eigenvalues, vectors = np.linalg.eigh(shifted)
        definite = (vectors * eigenvalues.clip(min=0)) @ vectors.T
        correction = definite - shifted
        moved = definite.copy()
        np.fill_diagonal(moved, 1.0)
        if np.abs(moved - nearest).max() < 1e-10:
            break
        nearest = moved
    return nearest

"""Dependence of the shocks: linear correlation and a common Student-t mixing variable.

Every operation runs in a fixed order on whole arrays. No BLAS: its results change in the last bit with the
size of the block, and the same path must have the same bits whatever is computed beside it.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from risk.errors import NumericalError

SQUARES = 8
"""Standard normals behind one mixing variable; the largest admissible degrees of freedom."""

SHOCK_LIMIT = 5.0
"""Shocks are clipped at this many standard deviations (judgement: a guard, far outside calibrated ranges)."""

_PIVOT_TOLERANCE = 1e-10
"""Pivots this close to zero count as zero, so that a singular correlation matrix is still admitted."""


def cholesky(correlation: NDArray[np.float64]) -> NDArray[np.float64]:
    """Lower-triangular factor of a positive semi-definite matrix, in a fixed order of operations.

    Parameters
    ----------
    correlation
        Symmetric, shape (factor, factor), dimensionless.

    Returns
    -------
    Shape (factor, factor); a vanishing pivot (a factor that is a combination of earlier ones) leaves a zero
    column.

    Raises
    ------
    NumericalError
        The matrix is not positive semi-definite.
    """
    size = len(correlation)
    lower = np.zeros((size, size))
    for i in range(size):
        for j in range(i + 1):
            explained = math.fsum(lower[i, m] * lower[j, m] for m in range(j))
            remainder = float(correlation[i, j]) - explained
            if i == j:
                lower[i, i] = _pivot(remainder, i)
            elif lower[j, j] > 0.0:
                lower[i, j] = remainder / lower[j, j]
            elif abs(remainder) > math.sqrt(_PIVOT_TOLERANCE):
                raise _not_semidefinite(i)
    return lower


def _pivot(remainder: float, index: int) -> float:
    if remainder < -_PIVOT_TOLERANCE:
        raise _not_semidefinite(index)
    return math.sqrt(remainder) if remainder > _PIVOT_TOLERANCE else 0.0


def _not_semidefinite(index: int) -> NumericalError:
    return NumericalError(
        f"correlation matrix is not positive semi-definite: factor {index} (from 0) contradicts others"
    )


def correlate(independent: NDArray[np.float64], correlation: NDArray[np.float64]) -> NDArray[np.float64]:
    """Correlated standard normals from independent ones.

    Factor i uses the first i + 1 independent normals only, so that a factor appended to the list moves none
    of those before it.

    Parameters
    ----------
    independent
        Independent standard normals, shape (…, factor).
    correlation
        Shape (factor, factor), positive semi-definite with unit diagonal.

    Returns
    -------
    Shape (…, factor), standardised.
    """
    lower = cholesky(correlation)
    factors = np.stack([_combine(independent, lower[i, : i + 1]) for i in range(len(lower))])
    return np.moveaxis(factors, 0, -1)


def _combine(independent: NDArray[np.float64], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    total = float(weights[0]) * independent[..., 0]
    for j, weight in enumerate(weights[1:], start=1):
        total = total + float(weight) * independent[..., j]
    return total


def student_t_mixing(
    normals: NDArray[np.float64], degrees_of_freedom: NDArray[np.float64] | NDArray[np.int64]
) -> NDArray[np.float64]:
    """Multiplier that turns a standard normal into a Student-t of unit variance.

    Parameters
    ----------
    normals
        Standard normals, independent of those to be multiplied, shape (…, path, 8).
    degrees_of_freedom
        Whole numbers from 3 to 8, shape (path, 1).

    Returns
    -------
    Shape (…, path, 1), positive.

    Raises
    ------
    NumericalError
        Degrees of freedom outside 3 … 8 or not whole.

    Notes
    -----
    ``sqrt(nu / chi2) sqrt((nu - 2) / nu) = sqrt((nu - 2) / chi2)``, with chi2 the sum of the first nu of the
    eight squares: exact for whole nu, and a path keeps its draws when nu changes.
    """
    freedom = np.asarray(degrees_of_freedom)
    whole = freedom.astype(np.int64)
    if np.any(whole != freedom) or np.any(whole < 3) or np.any(whole > SQUARES):
        raise NumericalError("degrees of freedom must be whole numbers from 3 to 8")
    sums = np.cumsum(np.square(normals), axis=-1)
    index = np.broadcast_to(whole - 1, (*normals.shape[:-1], 1))
    chi_square = np.take_along_axis(sums, index, axis=-1)
    return np.asarray(np.sqrt((whole - 2.0) / chi_square))


def student_t(normals: NDArray[np.float64], mixing: NDArray[np.float64]) -> NDArray[np.float64]:
    """Student-t shocks of unit variance, clipped at ±5.

    Parameters
    ----------
    normals
        Standard normals, correlated or not, shape (…, path, k).
    mixing
        From `student_t_mixing`, shape (…, path, 1): one for all k, hence joint extremes even where the
        correlation is zero.

    Notes
    -----
    The clip takes a little variance away: the standard deviation is 0.913 at 3 degrees of freedom, 0.988 at 5
    and 0.998 at 8 (by quadrature of the clipped density).
    """
    return np.clip(normals * mixing, -SHOCK_LIMIT, SHOCK_LIMIT)

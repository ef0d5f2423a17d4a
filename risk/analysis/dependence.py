"""Dependence of the innovations: what the register asks for, and what the draws of a run hold."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from risk.errors import NumericalError
from risk.factors import LETTERS
from risk.runs import Run
from risk.shocks.dependence import SQUARES, cholesky, correlate, student_t, student_t_mixing
from risk.shocks.draw import DEGREES_OF_FREEDOM, correlation_of
from risk.shocks.stream import BLOCK, generator

Array = NDArray[np.float64]

MOST_BLOCKS = 10
"""Random blocks that are drawn again: enough to know a correlation to a quarter of a percent."""


@dataclass(frozen=True)
class Dependence:
    """Correlation of the common factors.

    Attributes
    ----------
    factors : their letters, in order.
    declared, realised, standard_error : (factor, factor); of the innovations drawn for the run.
    pivot : smallest pivot of the Cholesky factor of the declared matrix, squared; not negative where it is
        positive semi-definite.
    paths, quarters : how many were drawn again.
    """

    factors: tuple[str, ...]
    declared: Array
    realised: Array
    standard_error: Array
    pivot: float
    paths: int
    quarters: int


def declared(run: Run) -> Array:
    """Correlation of the factors as the register has it, in their order, (factor, factor)."""
    return correlation_of(run.register)


def smallest_pivot(correlation: Array) -> float:
    """Smallest squared pivot of the Cholesky factor; −1 where there is none."""
    try:
        return float(np.square(np.diag(cholesky(correlation))).min())
    except NumericalError:
        return -1.0


def dependence(run: Run) -> Dependence:
    """Draw the innovations of a run again, from its seed and its own draws, and correlate them.

    Innovations are a function of seed, factor and block, and of the degrees of freedom the run has stored:
    nothing is simulated. Stresses that a scenario forces come on top of them and are not in.

    Notes
    -----
    A path's quarters share its degrees of freedom, so that paths are the independent units: the error is
    that of the mean over paths of the influence ``x y − r (x² + y²) / 2``, NaN for a single path.
    """
    asked = declared(run)
    blocks = min(MOST_BLOCKS, len(run.manifest.blocks))
    paths, quarters = min(blocks * BLOCK, run.paths), run.calendar.quarters
    freedom = _freedom(run)
    moments = np.concatenate([_moments(run, block, freedom, asked) for block in range(blocks)])[:paths]
    mean = moments.mean(axis=0)
    scale = np.sqrt(np.diag(mean))
    realised = mean / np.outer(scale, scale)
    unit = moments / np.outer(scale, scale)
    own = np.einsum("pii->pi", unit)
    influence = unit - 0.5 * realised * (own[:, :, None] + own[:, None, :])
    error = influence.std(axis=0, ddof=1) / np.sqrt(paths) if paths > 1 else np.full_like(realised, np.nan)
    np.fill_diagonal(error, 0.0)
    np.fill_diagonal(realised, 1.0)
    return Dependence(LETTERS, asked, realised, error, smallest_pivot(asked), paths, quarters)


def _freedom(run: Run) -> Array:
    """Degrees of freedom by path, whole blocks, (path, 1)."""
    whole = len(run.manifest.blocks) * BLOCK
    if DEGREES_OF_FREEDOM in run.names("parameters"):
        drawn = run.parameter(DEGREES_OF_FREEDOM)
    else:
        drawn = np.full(run.paths, run.register.number(DEGREES_OF_FREEDOM))
    # A cut block's other paths are drawn with it and left out afterwards.
    return np.concatenate([drawn, np.full(whole - len(drawn), drawn[0])])[:, None]


def _moments(run: Run, block: int, freedom: Array, correlation: Array) -> Array:
    """Mean over quarters of the products of a block's innovations, (path, factor, factor)."""
    shape, seed = (run.calendar.quarters, BLOCK), run.manifest.seed
    rows = slice(block * BLOCK, (block + 1) * BLOCK)
    normals = np.stack(
        [generator(seed, f"factor:{letter}", block).standard_normal(shape) for letter in LETTERS], axis=-1
    )
    mixing = student_t_mixing(
        generator(seed, "mixing", block).standard_normal((*shape, SQUARES)), freedom[rows]
    )
    shocks = student_t(correlate(normals, correlation), mixing)
    products: Array = np.einsum("tpi,tpj->pij", shocks, shocks) / shape[0]
    return products

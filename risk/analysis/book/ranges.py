"""How far a book's figures depend on what we do not know: parameters struck by other shocks, as stored.

A run whose probabilities have a band has two further runs beside it on the same parameters. A book is counted
on them too. The mean loss of a parameter set lies between the smallest and the largest loss found, so that
its place between these two is a share, with mean and variance of `risk.analysis.parameter_band`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from risk.analysis import parameter_band, statistics
from risk.analysis.book.book import Row
from risk.analysis.book.losses import Losses, losses
from risk.analysis.parameter_band import ENDS, ParameterBand
from risk.errors import StorageError, UsageError
from risk.runs import Run, open_run

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Struck:
    """The book on the run and on those of the same parameters.

    Attributes
    ----------
    paths : first paths, which all three have.
    """

    paths: int
    runs: tuple[Losses, ...]

    def several(self, places: Sequence[int]) -> Array:
        """Loss of several positions, (3, path) USD."""
        return np.stack([found.several(places) for found in self.runs])


def struck(run: Run, rows: Sequence[Row], own: Losses) -> Struck | None:
    """The book on other shocks; None where no such runs are stored, or they lack what it rides on."""
    try:
        record = run.parameter_band
        if record is None:
            return None
        others = [open_run(id, run.directory.parent) for id in record["runs"]]
        paths = min(other.paths for other in (run, *others))
        found = [losses(other, rows)[0].only(paths) for other in others]
    except (StorageError, UsageError, KeyError, TypeError, ValueError):
        return None
    return Struck(paths, (own.only(paths), *found))


def mean_range(mean: statistics.Estimate, found: Array) -> tuple[float, float] | None:
    """Ends of the mean loss over parameter sets (5 to 95%); None where they move it by no more than noise.

    Parameters
    ----------
    mean : of the whole run.
    found : (3, path) losses.
    """
    low, high = float(found.min()), float(found.max())
    if not high > low:
        return None
    wide = high - low
    place = statistics.Estimate((mean.value - low) / wide, mean.standard_error / wide, mean.n)
    ends = parameter_band.band(place, parameter_band.moments((found - low) / wide)).ends
    return None if ends is None else (low + wide * ends[0], low + wide * ends[1])


def chance_range(probability: statistics.Estimate, found: Array, bound: float) -> ParameterBand:
    """Band of the chance that (3, path) losses exceed a bound."""
    came = (found > bound).astype(np.float64)
    return parameter_band.band(probability, parameter_band.moments(came))


__all__ = ["ENDS", "Struck", "chance_range", "mean_range", "struck"]

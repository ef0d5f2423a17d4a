"""The first paths of a large run, on which is asked what takes memory and time by inputs times paths."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from risk.runs.piece import Piece
from risk.runs.remembered import Remembered
from risk.runs.run import Run
from risk.shocks.stream import BLOCK

EXPLAINED: int = 131_072
"""Paths on which a run is explained, at most: 128 random blocks. What is ranked, regressed or searched over a
hundred inputs needs a gigabyte for each million paths and tells no more of them: on these a probability has a
standard error of .0014 at most, a mean over a tenth of them of .0044, where ranges over inputs are ten times
as wide. Probabilities, losses and their tails are always of all paths."""


@dataclass(frozen=True)
class First(Remembered, Piece):
    """The first blocks of a run, with what was measured beside the whole of it."""

    @property
    def _room(self) -> int:
        """Half of what the whole keeps beside it."""
        return super()._room // 2

    def _beside(self, name: str) -> dict[str, Any] | None:
        return self.whole._beside(name)


def first(run: Run) -> Run:
    """The paths on which a run is explained: all of them, or the first `EXPLAINED` of more."""
    if run.paths <= EXPLAINED:
        return run
    found: Run | None = vars(run).get("_first")
    if found is None:
        found = vars(run)["_first"] = First(run.store, run.manifest, run, 0, EXPLAINED // BLOCK)
    return found

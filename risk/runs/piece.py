"""Random blocks of a run, read as a run of their own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from risk.freed import hand_back
from risk.runs.columns import unflatten
from risk.runs.run import Floats, Run
from risk.runs.stretch import Stretch
from risk.shocks.stream import BLOCK

if TYPE_CHECKING:
    from risk.assumptions import Assumptions


@dataclass(frozen=True)
class Piece(Run):
    """`count` blocks of `whole` from `first` on, whose paths are as independent as another seed's.

    What was measured beside the run is not in it.
    """

    whole: Run
    first: int
    count: int

    @classmethod
    def all(cls, whole: Run, count: int) -> Iterator[Piece]:
        """A run in pieces of `count` blocks; what is left over is in none."""
        for first in range(0, whole.paths // BLOCK // count * count, count):
            yield cls(whole.store, whole.manifest, whole, first, count)

    @property
    def paths(self) -> int:
        """Number of paths of the piece."""
        return self._rows(self._blocks)

    def block(self, place: int) -> int:
        """Number of a block in the whole run."""
        return self.first + place

    @cached_property
    def register(self) -> Assumptions:
        """The register of the whole run."""
        return self.whole.register

    @property
    def _blocks(self) -> range:
        return range(self.first, min(self.first + self.count, len(self.manifest.blocks)))

    @cached_property
    def _stretches(self) -> tuple[Stretch, ...]:
        return self.whole._stretches

    @cached_property
    def _totals(self) -> tuple[dict[str, Floats], dict[str, Floats]]:
        with self._advised():
            flat = [self._holder(block).read("sums", block) for block in self._blocks]
        shapes = {key: tuple(shape) for key, shape in self.manifest.shapes.items()}
        total, square = (np.sum([part[name] for part in flat], axis=0) for name in ("sum", "square"))
        del flat
        hand_back()
        return unflatten(total, shapes), unflatten(square, shapes)

    def _beside(self, name: str) -> dict[str, Any] | None:
        return None

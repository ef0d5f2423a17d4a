"""A run made by hand: a register, and columns of paths in base units."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
from numpy.typing import ArrayLike, NDArray

from risk.assumptions import Assumptions
from risk.axes import Calendar
from risk.runs import Run
from risk.shocks.stream import BLOCK

Arrays = dict[str, NDArray[Any]]


@dataclass(frozen=True)
class StoredPaths:
    """As much of a run as conditions read."""

    register: Assumptions
    kept: dict[str, Arrays] = field(default_factory=dict)

    @property
    def calendar(self) -> Calendar:
        return self.register.calendar

    @property
    def manifest(self) -> SimpleNamespace:
        return SimpleNamespace(seed=20261122, paths=self.paths, scenario="base")

    @property
    def paths(self) -> int:
        return max(int(x.shape[-1]) for kind in self.kept.values() for x in kind.values())

    @property
    def id(self) -> str:
        return "0123456789ab"

    @property
    def parameter_band(self) -> None:
        """Nobody has struck its parameters by other shocks."""

    def block(self, place: int) -> int:
        return place

    def names(self, kind: str) -> tuple[str, ...]:
        return tuple(self.kept.get(kind, {}))

    def outcomes(self, names: Iterable[str] | None = None) -> Arrays:
        return self._columns("outcomes", names)

    def outcome(self, name: str) -> NDArray[Any]:
        return self.kept["outcomes"][name]

    def parameters(self, names: Iterable[str] | None = None) -> Arrays:
        return self._columns("parameters", names)

    def series(self, name: str, at: int | slice | None = None) -> NDArray[Any]:
        whole = self.kept["series"][name]
        return whole if at is None else whole[at]

    def batches(
        self, kind: str, names: Iterable[str] | None = None, blocks: int = 16
    ) -> Iterator[tuple[slice, Arrays]]:
        whole = self._columns(kind, names)
        axis = 0 if kind in ("outcomes", "parameters") else 1
        for start in range(0, self.paths, BLOCK * blocks):
            rows = slice(start, min(start + BLOCK * blocks, self.paths))
            yield rows, {name: x[(slice(None),) * axis + (rows,)] for name, x in whole.items()}

    def _columns(self, kind: str, names: Iterable[str] | None) -> Arrays:
        return {name: self.kept[kind][name] for name in (self.names(kind) if names is None else names)}


def stored(register: Assumptions, **kinds: dict[str, ArrayLike]) -> Run:
    """A run of a register that keeps these columns: (path,), of series (quarter + 1, path)."""
    kept = {kind: {name: np.asarray(x) for name, x in columns.items()} for kind, columns in kinds.items()}
    return cast(Run, StoredPaths(register, kept))

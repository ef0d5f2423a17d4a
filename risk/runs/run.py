"""A complete run, read column by column."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any
from weakref import WeakValueDictionary

import numpy as np
from numpy.typing import NDArray

from risk.axes import Calendar, Span, span
from risk.errors import StorageError, UsageError, suggestion
from risk.paths import Variable
from risk.runs.beside import Beside
from risk.runs.files import read_json
from risk.runs.hashing import digest
from risk.runs.manifest import Manifest
from risk.runs.stacking import At, stacked
from risk.runs.store import Store
from risk.runs.stretch import Stretch, common, complete
from risk.shocks.stream import BLOCK

if TYPE_CHECKING:
    from risk.assumptions import Assumptions

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]

BATCH = 16
"""Blocks that are read at once where what is found of them is added up: 16,384 paths."""

_registers: WeakValueDictionary[str, Assumptions] = WeakValueDictionary()
"""Registers of the runs that are open, by fingerprint: runs of the same one share it."""


@dataclass(frozen=True)
class Run(Beside):
    """The stored numbers of a run. Every array is verified as it is read; nothing is held in memory.

    Path i stands in row i of everything: block × 1024 + row of the block.
    """

    store: Store
    manifest: Manifest

    @property
    def id(self) -> str:
        """Run id: 12 hex digits."""
        return self.manifest.id

    @property
    def directory(self) -> Path:
        """Folder of the run."""
        return self.store.directory

    @property
    def paths(self) -> int:
        """Number of paths."""
        return self.manifest.paths

    @property
    def calendar(self) -> Calendar:
        """The time axis."""
        return self.manifest.calendar

    @property
    def entities(self) -> Mapping[str, tuple[str, ...]]:
        """Key of sums or facility series → names along the last axis."""
        return {key: tuple(names) for key, names in self.manifest.entities.items()}

    @property
    def identities(self) -> Mapping[str, float]:
        """Accounting identity → largest relative error on any path and quarter of those checked."""
        return self.manifest.identities

    @property
    def checked(self) -> int:
        """Paths on which the accounting identities were looked at."""
        return self.manifest.checked or self.paths

    @cached_property
    def written(self) -> dict[str, Any]:
        """The register as it was written, as plain data: all that is read of it in any version."""
        path = self.directory / "assumptions.json"
        content = read_json(path)
        if digest(content) != self.manifest.assumptions:
            raise StorageError(f"{path} belongs to another run", self._recompute)
        return content

    @cached_property
    def register(self) -> Assumptions:
        """The register the run was made of, in its types.

        Raises
        ------
        StorageError : a version with other keys wrote it.
        """
        from risk.assumptions.stored import restore

        content, own = self.written, self.manifest.assumptions
        try:
            return _registers.get(own) or _registers.setdefault(own, restore(content))
        except (KeyError, TypeError, ValueError) as error:
            reason = f"the assumptions of run {self.id} were written by another version of the model"
            raise StorageError(f"{reason} ({error})", self._recompute) from error

    @cached_property
    def variables(self) -> tuple[Variable, ...]:
        """Outcomes shown as distributions, in the order of the register."""
        outcomes = self.register.outcomes.values()
        return tuple(Variable(row.id, row.unit, row.label) for row in outcomes if row.shown)

    def variable(self, name: str) -> Variable:
        """An outcome with unit and label."""
        return next(v for v in self.variables if v.name == name)

    def span(self, name: str) -> Span:
        """The stretch of time that an outcome looks at, as the run has it."""
        return self.window(self.register.outcomes[name].over)

    def window(self, over: str) -> Span:
        """A window of the register, or of the entry that holds it, as the run has it."""
        return span(self.calendar, self.register.windows.get(over, over))

    def names(self, kind: str) -> tuple[str, ...]:
        """Names of a kind: parameters, outcomes, series, facility; of sums its keys."""
        if kind == "sums":
            return tuple(self.manifest.shapes)
        first = self._blocks[0]
        with self._advised():
            return self._holder(first).records.names(kind, first)

    def outcome(self, name: str) -> Floats:
        """One outcome, shape (path,), base units; a quarter of occurrence is NaN where it never came."""
        return self.outcomes([name])[name]

    def outcomes(self, names: Iterable[str] | None = None) -> dict[str, Floats]:
        """Several outcomes, or all, in one pass over the files: name → (path,)."""
        return self._columns("outcomes", names)

    def parameter(self, identifier: str) -> Floats:
        """Draws of one uncertain assumption, shape (path,), base units."""
        return self.parameters([identifier])[identifier]

    def parameters(self, identifiers: Iterable[str] | None = None) -> dict[str, Floats]:
        """Draws of several uncertain assumptions, or all, in one pass over the files: id → (path,)."""
        return self._columns("parameters", identifiers)

    def series(self, name: str, at: At = None) -> Singles:
        """One quarterly series, shape (quarter + 1, path), base units.

        Parameters
        ----------
        at : of some quarters only, which alone are held in memory; of one, shape (path,). A pass over the
            series takes as long for one quarter as for all.
        """
        return self._columns("series", [name], at)[name]

    def batches(
        self, kind: str, names: Iterable[str] | None = None, blocks: int = BATCH
    ) -> Iterator[tuple[slice, dict[str, NDArray[Any]]]]:
        """Columns of a kind from the first path to the last, a few blocks at a time: memory flat in paths.

        Parameters
        ----------
        kind : outcomes, parameters, series; facility and firm end with the blocks that have them.
        names : of the kind, all by default.
        blocks : random blocks at a time.

        Yields
        ------
        rows, arrays : the paths of the batch as rows of a whole column, and name → their numbers: (path,),
            or with quarter + 1 before and entity after it, as of the whole column.
        """
        wanted = list(self.names(kind) if names is None else names)
        self._require(kind, wanted)
        kept = self._having(kind) if wanted else range(0)
        for some in (kept[first : first + blocks] for first in range(0, len(kept), blocks)):
            start = (some.start - kept.start) * BLOCK
            yield slice(start, start + self._rows(some)), self._stacked(some, kind, wanted)

    def facility(self, name: str, at: At = None) -> Singles:
        """One facility series of the first 20,480 paths, shape (quarter + 1, path, facility), base units.

        Parameters
        ----------
        at : as in `series`.
        """
        return self._columns("facility", [name], at)[name]

    def firm(self, name: str, at: At = None) -> Singles:
        """One HoldCo series of the first 20,480 paths, shape (quarter + 1, path, HoldCo), base units.

        Parameters
        ----------
        at : as in `series`.
        """
        return self._columns("firm", [name], at)[name]

    def block(self, place: int) -> int:
        """Number of the random block that stands at a place, from 0: what its draws depend on."""
        return place

    def path(self, path: int) -> dict[str, Singles]:
        """Every quarterly series of one path, from its own block only: name → (quarter + 1,), base units."""
        place, row = divmod(path, BLOCK)
        block = self._blocks[place]
        with self._advised():
            stored = self._holder(block).read("series", block)
        return {name: values[:, row] for name, values in stored.items()}

    def mean(self, key: str) -> tuple[Floats, Floats]:
        """Mean over paths and its standard error, each of shape (quarter + 1, entity), base units.

        The error of a single path is NaN.
        """
        self._require("sums", [key])
        total, square = (sums[key] for sums in self._totals)
        mean = total / self.paths
        if self.paths == 1:
            return mean, np.full_like(mean, np.nan)
        spread = np.maximum(square - self.paths * mean**2, 0.0)  # rounding may leave a constant below zero
        return mean, np.sqrt(spread / (self.paths - 1) / self.paths)

    def verify(self) -> None:
        """Read everything that is stored of the run; StorageError where something is not what was written."""
        with self._advised():
            for stretch in self._stretches:
                records, bad = stretch.sound()
                if bad:
                    raise bad[0].error
                for record in records:
                    if not record.has(self.manifest.blocks[record.index]):
                        raise StorageError(
                            f"block {record.index} of {self.directory} is not the one of this run"
                        )
        _ = self._totals, self.written

    @cached_property
    def _totals(self) -> tuple[dict[str, Floats], dict[str, Floats]]:
        return self.store.totals(self.manifest.sums, self.manifest.shapes)

    @cached_property
    def _stretches(self) -> tuple[Stretch, ...]:
        return complete(self.directory, self.manifest.records, self.manifest.blocks)

    @property
    def _blocks(self) -> range:
        """Numbers of its blocks."""
        return range(len(self.manifest.blocks))

    def _having(self, kind: str) -> range:
        """Its blocks that have arrays of a kind: all, none, or the first ones."""
        with self._advised():
            count = sum(len(common(stretch.having(kind), self._blocks)) for stretch in self._stretches)
        return self._blocks[:count]

    def _rows(self, blocks: range) -> int:
        return sum(map(self.manifest.specification.rows, blocks))

    def _holder(self, block: int) -> Stretch:
        """The files in which a block stands."""
        return next(stretch for stretch in self._stretches if block in stretch.blocks)

    def _columns(self, kind: str, names: Iterable[str] | None, at: At = None) -> dict[str, NDArray[Any]]:
        """Whole arrays of a kind, or these quarters of them."""
        wanted = list(self.names(kind) if names is None else names)
        self._require(kind, wanted)
        blocks = self._having(kind)
        return self._stacked(blocks, kind, wanted, at) if blocks and wanted else {}

    def _stacked(
        self, blocks: range, kind: str, names: Sequence[str], at: At = None
    ) -> dict[str, NDArray[Any]]:
        with self._advised():
            return stacked(self._stretches, blocks, kind, names, at)

    @contextmanager
    def _advised(self) -> Iterator[None]:
        """Say of what is damaged how it is mended."""
        try:
            yield
        except StorageError as error:
            raise StorageError(error.reason, self._recompute) from error

    @property
    def _recompute(self) -> str:
        m = self.manifest
        again = f"bubblerisk run {m.scenario} --paths {m.paths} --seed {m.seed}"
        return f"run it again: sound blocks are kept, bad ones computed anew: {again}"

    def _require(self, kind: str, names: Iterable[str]) -> None:
        known = self.names(kind)
        for name in names:
            if name not in known:
                close = suggestion(name, known)
                raise UsageError(
                    f"run {self.id} has no {name} among its {kind}",
                    f"did you mean {close}?" if close else f"it has: {', '.join(known) or 'none'}",
                )

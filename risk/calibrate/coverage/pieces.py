"""What the pieces of a long run tell, computed once and kept.

    runs/coverage/<key>/00000.npz     the estimates of a piece; the last file those of the whole run, where
                                      all sources are told

A file is whole or absent, so that whatever ends the program, the next call goes on from there. The key is of
the run, of the size of pieces, and of the source that tells: a changed formula is measured anew.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from risk.analysis.estimate import Estimate
from risk.runs import Run, parts
from risk.runs.find import open_run
from risk.runs.hashing import digest
from risk.runs.remembered import Remembered
from risk.runs.store import Store
from risk.shocks.stream import BLOCK

FOLDER = "coverage"
"""Folder, beside the runs, of what pieces tell."""

ENTRIES = ("risk.calibrate.coverage.sources", "risk.calibrate.coverage.chosen")
"""Where what tells begins."""


class Row(NamedTuple):
    """An estimate that is told.

    `truth`: what it estimates where the piece itself chose what; NaN where that is what the whole run tells.
    """

    place: str
    kind: str
    estimate: Estimate
    truth: float = np.nan


@dataclass(frozen=True)
class Pieces:
    """The pieces of a run, and the run itself as the last part: what workers are handed.

    Attributes
    ----------
    run : its folder.
    blocks : that a piece has.
    count : of pieces.
    only : sources that are told; all of them, and what pieces choose, where it is empty.
    """

    run: Path
    blocks: int
    count: int
    only: tuple[str, ...]
    store: Store

    def engine(self) -> object:
        """What tells a piece."""
        from risk.calibrate.coverage import sources

        return sources

    @property
    def together(self) -> int:
        """Each is told by itself."""
        return 1

    @property
    def parts(self) -> range:
        """Numbers of the pieces, and of the whole run where it is told."""
        return range(self.count if self.only else self.count + 1)

    @property
    def missing(self) -> tuple[int, ...]:
        """Parts that are not kept yet, the whole run first: it takes longest."""
        return tuple(part for part in reversed(self.parts) if not self.file(part).exists())

    def compute(self, rows: Mapping[int, int]) -> Iterator[int]:
        """Tell and keep pieces, one a block."""
        for part in rows:
            parts.keep(self.file(part), columns(self._told(part)))
            yield part

    def _told(self, part: int) -> Iterator[Row]:
        from risk.calibrate.coverage.chosen import Part, chosen
        from risk.calibrate.coverage.sources import told

        whole = _opened(self.run)
        if part == self.count:
            yield from rows_of(told(_Whole(whole.store, whole.manifest)))
            return
        piece = Part(whole.store, whole.manifest, whole, part * self.blocks, self.blocks)
        yield from rows_of(told(piece, self.only))
        if self.only:
            return
        for place, kind, estimate, truth in chosen(piece, _reference(self.run)):
            yield Row(named(place), kind, estimate, truth)

    def file(self, part: int) -> Path:
        """Where a part is kept."""
        return self.store.directory / f"{part:05d}.npz"

    def kept(self, part: int) -> list[Row]:
        """What a part told; nothing where its file is damaged."""
        return parts.read(self.file(part), rows) or []


def pieces(run: Run, blocks: int, only: Iterable[str] = ()) -> Pieces:
    """The pieces of so many blocks of a run; nothing is told yet."""
    chosen = tuple(only)
    key = digest([run.id, blocks, chosen, parts.source(*ENTRIES)])[:12]
    store = Store(run.directory.parent / FOLDER / key)
    return Pieces(run.directory, blocks, run.paths // BLOCK // blocks, chosen, store)


def carry_out(planned: Pieces, progress: parts.Progress | None = None) -> None:
    """Tell the parts that are not kept yet.

    Raises
    ------
    Interrupted : Ctrl-C or SIGTERM; finished parts are kept.
    LockedError : another process tells these pieces.
    StorageError, WorkerDied : as of a run.
    """
    words = "coverage", "pieces"
    parts.carry_out(planned, len(planned.parts), lambda: planned.missing, words, None, progress)


def named(place: Iterable[object]) -> str:
    """A place as one word."""
    return "/".join(map(str, place))


def rows_of(found: Iterable[tuple[tuple[object, ...], str, Estimate]]) -> Iterator[Row]:
    """Estimates by place, whose truth is what the whole run tells."""
    return (Row(named(place), kind, estimate) for place, kind, estimate in found)


def columns(found: Iterable[Row]) -> dict[str, NDArray[Any]]:
    """Rows as arrays."""
    told = list(found)
    numbers = [(row.estimate.value, *row.estimate.interval, row.truth) for row in told]
    return {
        "place": np.array([row.place for row in told], dtype=np.str_),
        "kind": np.array([row.kind for row in told], dtype=np.str_),
        "numbers": np.array(numbers, dtype=np.float64).reshape(len(told), 4),
    }


def rows(kept: Mapping[str, NDArray[Any]]) -> list[Row]:
    """Rows of arrays; of an interval its ends are known, not its formula."""
    places, kinds, numbers = (kept[name].tolist() for name in ("place", "kind", "numbers"))
    return [
        Row(place, kind, Estimate(value, np.nan, 0, (low, high)), truth)
        for place, kind, (value, low, high, truth) in zip(places, kinds, numbers, strict=True)
    ]


class _Whole(Remembered):
    """The whole run: it is told by itself, once, and takes two gigabytes."""

    most = sys.maxsize


@lru_cache(maxsize=1)
def _opened(folder: Path) -> Run:
    return open_run(folder.name, folder.parent)


@lru_cache(maxsize=1)
def _reference(folder: Path) -> Any:
    from risk.calibrate.coverage.chosen import Paths, reference

    return Paths(reference(_opened(folder)))

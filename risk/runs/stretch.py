"""Consecutive blocks of a run whose arrays stand in one file a kind, row group after row group.

A block that has just been computed is a stretch of its own, with a record in JSON; `risk.runs.merging` puts
such blocks together.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from risk.errors import StorageError
from risk.runs.columns import read_group, read_metadata, shape_of, types_of, verify
from risk.runs.files import publish_copy, read_json
from risk.runs.keys import KEYS
from risk.runs.records import BlockRecord, Filed, Records, Single, file_digest

KINDS = ("parameters", "outcomes", "series", "facility", "firm", "sums")
"""Kinds of arrays, one folder each."""

APART = ("facility", "firm")
"""Kinds that only the first blocks have and that are large: each block keeps a file of its own."""

MERGED = tuple(kind for kind in KINDS if kind not in APART)
"""Kinds whose arrays stand together."""

RECORDS = "blocks"
"""Folder of what is known of blocks."""

READERS = 4
"""Threads that read."""

ABREAST = 64
"""Columns that are read at once: of a row group of sixteen blocks they take eight megabytes."""

_NAME = re.compile(r"\d{5,}-\d{5,}")

Arrays = Mapping[str, NDArray[Any]]


@dataclass(frozen=True)
class Stretch:
    """Blocks `first` to `first + count - 1` of the run in a folder.

    Attributes
    ----------
    merged : whether they are one file a kind together; else one block with a record of its own.
    seal : fingerprint that the file of their records must have, or the block; unknown while a run is not
        complete.
    """

    directory: Path
    first: int
    count: int = 1
    merged: bool = True
    seal: str = ""

    @property
    def name(self) -> str:
        """Of its files, and of the stretch in a manifest."""
        return f"{self.first:05d}-{self.blocks[-1]:05d}" if self.merged else f"{self.first:05d}"

    @property
    def blocks(self) -> range:
        """Numbers of its blocks."""
        return range(self.first, self.first + self.count)

    def file(self, kind: str, block: int | None = None) -> Path:
        """File in which the arrays of a kind of a block stand, by default of the first."""
        own = f"{self.first if block is None else block:05d}"
        return self.directory / kind / f"{own if kind in APART else self.name}.parquet"

    @property
    def records_file(self) -> Path:
        """File of its records: with it in place the stretch is there."""
        return self.directory / RECORDS / f"{self.name}.{'parquet' if self.merged else 'json'}"

    @property
    def common_files(self) -> tuple[Path, ...]:
        """Files of all its blocks together, that of its records first; not every kind need be there."""
        return (self.records_file, *(self.file(kind) for kind in MERGED))

    @property
    def files(self) -> tuple[Path, ...]:
        """All its files, that of its records first; not all of them need be there."""
        return (*self.common_files, *(self.file(kind, block) for kind in APART for block in self.blocks))

    @cached_property
    def records(self) -> Records:
        """What is known of its blocks; StorageError where that is missing or damaged."""
        if self.merged:
            return Filed(self.records_file, self.seal)
        try:
            record = BlockRecord(**read_json(self.records_file))
        except TypeError as error:
            raise StorageError(f"{self.records_file} is not the record of a block") from error
        if self.seal and not record.has(self.seal):
            raise StorageError(f"block {self.first} of {self.directory} is not the one of this run")
        return Single(record)

    def fingerprint(self) -> str:
        """Of the file of its records."""
        return file_digest(self.records_file)

    def having(self, kind: str) -> range:
        """Its blocks that have arrays of a kind: all, none, or the first ones."""
        return range(self.first, self.first + sum(bool(self.records.names(kind, b)) for b in self.blocks))

    def places(self, kind: str) -> list[range]:
        """Its blocks that have arrays of a kind, file by file."""
        blocks = self.having(kind)
        if kind in APART:
            return [blocks[place : place + 1] for place in range(len(blocks))]
        return [blocks] if blocks else []

    def read(self, kind: str, block: int, names: Sequence[str] | None = None) -> Arrays:
        """Read and verify arrays of a block; all of a kind where `names` is None."""
        known = self.records.names(kind, block)
        if not known:
            return {}
        place = next(blocks for blocks in self.places(kind) if block in blocks)
        reading = Reading(self, kind, place, known if names is None else tuple(names))
        return reading.cut(reading.group(reading.group_of(block)), block)

    def each(self, kind: str) -> Iterator[tuple[int, Arrays]]:
        """All arrays of a kind, verified, block after block; of a block that has none, nothing."""
        for place in self.places(kind):
            reading = Reading(self, kind, place, self.records.names(kind, self.first))
            for number in reading.groups(place):
                group = reading.group(number)
                yield from ((block, reading.cut(group, block)) for block in reading.blocks(number))

    def sound(self, kinds: Iterable[str] = KINDS) -> tuple[list[BlockRecord], list[Damage]]:
        """Read everything of some kinds: the records of all blocks, and what is wrong with damaged ones.

        Raises
        ------
        StorageError : the records themselves are damaged.
        """
        records = list(self.records.each())
        if [record.index for record in records] != list(self.blocks):
            raise StorageError(f"{self.records_file} belongs to another block")
        bad: list[Damage] = []
        readings: list[Reading] = []
        for kind in kinds:
            for place in self.places(kind):
                try:
                    readings.append(Reading(self, kind, place, self.records.names(kind, self.first)))
                except StorageError as error:
                    bad += [Damage(kind, block, error) for block in place]
        tasks = [(reading, *task) for reading in readings for task in reading.tasks(reading.held)]
        with ThreadPoolExecutor(READERS) as pool:
            for found in pool.map(lambda task: task[0].unsound(*task[1:]), tasks):
                bad += found
        return records, bad


@dataclass(frozen=True)
class Damage:
    """A block whose arrays of a kind are not what was written, and how that was found."""

    kind: str
    block: int
    error: StorageError


class Reading:
    """Some arrays of a file of a stretch, read row group by row group, by as many threads as one likes.

    Attributes
    ----------
    kind, names : of the arrays.
    held : blocks that stand in the file.
    """

    def __init__(self, stretch: Stretch, kind: str, held: range, names: tuple[str, ...]) -> None:
        self.stretch, self.kind, self.held, self.names = stretch, kind, held, names
        self.path = stretch.file(kind, held[0])
        self.metadata = read_metadata(self.path)
        self.shape = shape_of(self.path, self.metadata)
        self.digests = stretch.records.digests(kind, names)
        self.axis = path_axis(kind)
        self.rows = math.prod(self.shape)
        """Rows of a block, all but the last of a run."""
        self.together = -(-self.metadata.row_group(0).num_rows // self.rows) if self.rows else 1
        """Blocks of a row group."""

    def dtypes(self) -> dict[str, np.dtype[Any]]:
        """Types of the numbers, by name."""
        return types_of(self.path, self.names, self.metadata)

    def group_of(self, block: int) -> int:
        """The row group in which a block stands."""
        return (block - self.held.start) // self.together

    def groups(self, blocks: range) -> list[int]:
        """Row groups in which these blocks stand."""
        return list(range(self.group_of(blocks[0]), self.group_of(blocks[-1]) + 1)) if blocks else []

    def tasks(self, blocks: range) -> list[tuple[int, tuple[str, ...]]]:
        """What is to be read of these blocks at once: row group, and some names."""
        return [
            (group, self.names[first : first + ABREAST])
            for group in self.groups(blocks)
            for first in range(0, len(self.names), ABREAST)
        ]

    def blocks(self, group: int) -> range:
        """Blocks that stand in a row group."""
        first = group * self.together
        return self.held[first : first + self.together]

    def group(self, group: int, names: Sequence[str] | None = None, keyed: Sequence[str] = ()) -> Arrays:
        """Arrays of a row group, flat and not verified yet; by default all that are asked for."""
        return read_group(self.path, group, self.names if names is None else names, self.metadata, keyed)

    def cut(self, group: Arrays, block: int) -> Arrays:
        """The arrays of a block out of its row group, verified."""
        start = (block - self.held.start) % self.together * self.rows
        shape, row = list(self.shape), block - self.stretch.first
        if self.axis is not None:
            shape[self.axis] = self.stretch.records.paths(block)
        size = math.prod(shape)
        found = {}
        for name, flat in group.items():
            part = flat[start : start + size]
            if part.size != size:
                raise StorageError(f"{self.path} is damaged: {name} is short")
            found[name] = part.reshape(shape)
            verify(self.path, name, found[name], self.digests[name][row])
        return found

    def unsound(self, group: int, names: tuple[str, ...]) -> list[Damage]:
        """Blocks of a row group of which something is not what was written, keys included."""
        try:
            found = self.group(group, names, KEYS[self.kind])
        except StorageError as error:
            return [Damage(self.kind, block, error) for block in self.blocks(group)]
        bad = []
        for block in self.blocks(group):
            try:
                self.cut(found, block)
            except StorageError as error:
                bad.append(Damage(self.kind, block, error))
        return bad


def path_axis(kind: str) -> int | None:
    """Along which axis of the arrays of a kind its paths stand; sums have none."""
    return {0: None, 1: 0}.get(len(KEYS[kind]), 1)


def copy(source: Stretch, stretch: Stretch) -> None:
    """Copy the files of a stretch, its records last; StorageError where one cannot be read or written."""
    for there, here in reversed([*zip(source.files, stretch.files, strict=True)]):
        if there.exists():
            publish_copy(there, here)


def common(some: range, others: range) -> range:
    """Blocks that are in both."""
    return range(max(some.start, others.start), min(some.stop, others.stop))


def complete(directory: Path, seals: Mapping[str, str], blocks: Sequence[str]) -> tuple[Stretch, ...]:
    """The stretches of a complete run, each with what proves that it is of this run.

    Parameters
    ----------
    seals : name of a stretch → fingerprint of its records; none where blocks were never merged.
    blocks : fingerprints of all blocks.
    """
    if not seals:
        return tuple(Stretch(directory, i, merged=False, seal=seal) for i, seal in enumerate(blocks))
    return tuple(_named(directory, name, seal) for name, seal in seals.items())


def merged(directory: Path) -> list[Stretch]:
    """Merged stretches that are in a folder, by their first block."""
    names = (file.stem for file in (directory / RECORDS).glob("*.parquet") if _NAME.fullmatch(file.stem))
    return sorted((_named(directory, name) for name in names), key=lambda stretch: stretch.first)


def _named(directory: Path, name: str, seal: str = "") -> Stretch:
    first, last = map(int, name.split("-"))
    return Stretch(directory, first, last - first + 1, seal=seal)

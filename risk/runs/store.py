"""A run's folder: what is written, by whom, and how a block is known to be sound.

While a run is under way:

    runs/<id>/log.txt
              parameters/00000.parquet outcomes/ series/ facility/ firm/ sums/
              blocks/00000.json        record of a block, after its arrays: the fingerprint of each
              quarantine/              files that failed verification

When all blocks are there they are put together (`risk.runs.merging`), and numbers say from which to which:

    runs/<id>/parameters/00000-00015.parquet outcomes/ series/ facility/ firm/ sums/
              blocks/00000-00015.parquet
              sums.parquet             exact sums over all paths
              manifest.json            last

Every row says of which path, quarter and entity it is, every file the unit and meaning of its columns, so
that any reader of Parquet folders takes them as they are (docs/runs.md). Sums of blocks alone are for us.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import numpy as np
from numpy.typing import NDArray

from risk.errors import StorageError
from risk.paths import FACILITY_BLOCKS, Block
from risk.runs.columns import Part, digests_of, flatten, read_columns, unflatten, write_columns
from risk.runs.exact import Total
from risk.runs.files import publish, publish_json, remove_leftovers, set_aside
from risk.runs.keys import ENTITY, KEYS, Key, keys, keys_of_sums
from risk.runs.records import BlockRecord
from risk.runs.stretch import RECORDS, Arrays, Stretch, copy, merged
from risk.shocks.stream import BLOCK

if TYPE_CHECKING:
    from risk.runs.legend import Legend

log = logging.getLogger(__name__)

MOST_SERIES = 24
"""Quarterly series a run may keep."""


@dataclass(frozen=True)
class Store:
    """The folder of one run."""

    directory: Path

    @property
    def manifest(self) -> Path:
        """Path of the manifest; its presence says that the run is complete."""
        return self.directory / "manifest.json"

    @property
    def stamp(self) -> Path:
        """File that says of which run some blocks are, until it is complete.

        The folder's name proves nothing: folders are copied by hand.
        """
        return self.directory / "specification.json"

    def single(self, index: int) -> Stretch:
        """A block in files of its own, there or not."""
        return Stretch(self.directory, index, merged=False)

    def holder(self, index: int) -> Stretch:
        """The files in which a block stands: its own, or those into which it was merged."""
        own = self.single(index)
        if own.records_file.exists():
            return own
        return next((found for found in merged(self.directory) if index in found.blocks), own)

    def record_file(self, index: int) -> Path:
        """File of the record of a block in files of its own."""
        return self.single(index).records_file

    def write(self, block: Block, legend: Legend) -> BlockRecord:
        """Store a block; it counts from the moment its record is in place."""
        record, arrays = described(block)
        self.keep(record, arrays, legend)
        return record

    def keep(self, record: BlockRecord, arrays: Mapping[str, Arrays], legend: Legend) -> None:
        """Write the arrays of a block by kind, each in a file of its own, and its record last."""
        single = self.single(record.index)
        for kind, columns in arrays.items():
            self.keep_kind(record, kind, columns, legend)
        publish_json(single.records_file, record.content())

    def keep_kind(self, record: BlockRecord, kind: str, columns: Arrays, legend: Legend) -> None:
        """Write the arrays of a block of one kind, if it has any, in a file of its own."""
        if columns:
            found, named = part(record, kind, columns, legend)
            told = footer(kind, columns, legend)
            publish(self.single(record.index).file(kind), partial(_write, found, named, told))

    def copy(self, index: int, source: Store) -> None:
        """Copy a block in files of its own from another folder, its record last."""
        copy(source.single(index), self.single(index))

    def record(self, index: int) -> BlockRecord:
        """Read a block's record; StorageError where it is missing or damaged."""
        found = next((each for each in self.holder(index).records.each() if each.index == index), None)
        if found is None:
            raise StorageError(f"{self.holder(index).records_file} has no block {index}")
        return found

    def read(self, record: BlockRecord, kind: str, names: Sequence[str] | None = None) -> Arrays:
        """Read and verify arrays of a block; all of a kind where `names` is None."""
        return self.holder(record.index).read(kind, record.index, names)

    def verified(self, index: int, rows: int) -> BlockRecord | None:
        """Record of a sound block of `rows` paths in files of its own, or None; a bad one is quarantined."""
        single = self.single(index)
        if not single.records_file.exists():
            return None
        try:
            (record,), bad = single.sound()
            if record.paths != rows:
                raise StorageError(f"{single.records_file} belongs to another block")
            if bad:
                raise bad[0].error
        except StorageError as error:
            log.warning("block %d: %s; put in quarantine, will be computed again", index, error.reason)
            self.quarantine(index)
            return None
        return record

    def quarantine(self, index: int) -> None:
        """Move every file of a block in files of its own out of the way, its record first."""
        self.put_aside(self.single(index).files)

    def put_aside(self, files: Iterable[Path]) -> None:
        """Move files out of the way, in this order; those that are not there count for nothing."""
        for path in files:
            set_aside(path, self.directory / "quarantine")

    def tidy(self) -> None:
        """Remove what killed writers left half-written. Only while holding the run's lock."""
        remove_leftovers(self.directory)

    def stored(self) -> set[int]:
        """Numbers of blocks that are finished, sound or not."""
        own = {int(path.stem) for path in (self.directory / RECORDS).glob("*.json")}
        return own.union(*(stretch.blocks for stretch in merged(self.directory)))

    def size(self) -> int:
        """Bytes in the folder."""
        return _size(self.directory)

    def reduce(self, stretches: Sequence[Stretch], legend: Legend) -> dict[str, str]:
        """Add the blocks' sums exactly, store the totals, and return their fingerprints.

        They are rounded once, so that the total does not depend on any grouping.
        """
        sums = {"square": Total(), "sum": Total()}
        for stretch in stretches:
            for _, arrays in stretch.each("sums"):
                for name, flat in arrays.items():
                    sums[name].add(flat)
        first = next(stretches[0].records.each())
        if not first.shapes:
            return {}
        totals = {name: total.rounded() for name, total in sums.items()}
        named = keys_of_sums(first.shapes, first.entities, legend.calendar.labels)
        told = legend.footer("sums", first.shapes)
        publish(self.directory / "sums.parquet", partial(_write, totals, named, told))
        return digests_of(totals)

    def totals(self, digests: Mapping[str, str], shapes: Mapping[str, Sequence[int]]) -> Totals:
        """Sums and sums of squares over all paths, key → (quarter + 1, entity)."""
        if not digests:
            return {}, {}
        flat = read_columns(self.directory / "sums.parquet", digests)
        sized = {key: tuple(shape) for key, shape in shapes.items()}
        return unflatten(flat["sum"], sized), unflatten(flat["square"], sized)


Totals = tuple[dict[str, NDArray[np.float64]], dict[str, NDArray[np.float64]]]


def _size(directory: Path | str) -> int:
    """Bytes in a folder and those below; what vanishes meanwhile counts for nothing."""
    try:
        with os.scandir(directory) as entries:
            files = list(entries)
        return sum(
            _size(file.path)
            if file.is_dir(follow_symlinks=False)
            else file.stat(follow_symlinks=False).st_size
            for file in files
        )
    except FileNotFoundError:
        return 0


def described(block: Block) -> tuple[BlockRecord, dict[str, Arrays]]:
    """The record of a block, and its arrays by kind."""
    arrays = _arrays(block)
    record = BlockRecord(
        index=block.index,
        paths=block.paths,
        digests={kind: digests_of(columns) for kind, columns in arrays.items() if columns},
        shapes={key: list(total.shape) for key, total in sorted(block.sums.items())},
        entities={key: list(names) for key, names in block.entities.items()},
        identities={name: float(error) for name, error in block.identities.items()},
    )
    return record, arrays


def _arrays(block: Block) -> dict[str, Arrays]:
    if len(block.series) > MOST_SERIES:
        raise ValueError(f"{len(block.series)} series; a run keeps at most {MOST_SERIES}")
    sums = {"sum": flatten(block.sums), "square": flatten(block.squares)} if block.sums else {}
    return {
        "parameters": block.parameters,
        "outcomes": block.outcomes,
        "series": block.series,
        "facility": block.facility if block.index < FACILITY_BLOCKS else {},
        "firm": block.firm if block.index < FACILITY_BLOCKS else {},
        "sums": sums,
    }


def _write(
    columns: Arrays, keys: Mapping[str, Key], told: Mapping[str, Mapping[str, str]], file: BinaryIO
) -> None:
    write_columns(file, columns, keys, told)


def part(record: BlockRecord, kind: str, columns: Arrays, legend: Legend) -> Part:
    """Arrays of a block of one kind, as they are written: what a row is of stands before them."""
    if not KEYS[kind]:
        return columns, {}
    name, array = next(iter(columns.items()))
    of = record.entities.get(name, ()) if ENTITY in KEYS[kind] else ()
    return columns, keys(array.shape, record.index * BLOCK, legend.calendar.labels, of)


def footer(kind: str, names: Iterable[str], legend: Legend) -> Mapping[str, Mapping[str, str]]:
    """What a file of a kind says of its columns."""
    return legend.footer(kind, names) if KEYS[kind] else {}

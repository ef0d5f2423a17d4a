"""A run's folder: what is written, by whom, and how a block is known to be sound.

    runs/<id>/manifest.json            last, when every block is there
              log.txt
              sums.parquet             exact sums over all paths
              blocks/00000.json        record of a block, after its arrays: the fingerprint of each
              parameters/00000.parquet outcomes/ series/ facility/ firm/ sums/
              quarantine/              files that failed verification

Every row says of which path, quarter and entity it is, every file the unit and meaning of its columns, so
that any reader of Parquet folders takes them as they are (docs/runs.md). Sums of blocks alone are for us.
"""

from __future__ import annotations

import logging
import math
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from risk.errors import StorageError
from risk.paths import FACILITY_BLOCKS, FACILITY_SERIES, FIRM_SERIES, SERIES, Block
from risk.runs.columns import digests_of, flatten, read_columns, unflatten, write_columns
from risk.runs.files import publish, publish_copy, publish_json, read_json, remove_leftovers, set_aside
from risk.runs.hashing import digest
from risk.runs.keys import ENTITY, KEYS, Key, keys, keys_of_sums
from risk.shocks.stream import BLOCK

if TYPE_CHECKING:
    from risk.assumptions import Assumptions
    from risk.runs.legend import Legend

log = logging.getLogger(__name__)

KINDS = ("parameters", "outcomes", "series", "facility", "firm", "sums")
"""Kinds of arrays, one folder each."""

MOST_SERIES = 24
"""Quarterly series a run may keep."""

_FLOWS = 1500
"""A generous count of entity-level flows a quarter, for the estimate of space only."""


@dataclass(frozen=True)
class BlockRecord:
    """What is known of a stored block without opening its arrays.

    Attributes
    ----------
    index, paths : number of the block and paths kept.
    digests : kind → name → fingerprint of the array.
    shapes : key → shape of its sums.
    entities : key → names along the last axis.
    identities : accounting identity → largest relative error; empty where nobody looked. Outside the
        fingerprint: looking changes nothing.
    """

    index: int
    paths: int
    digests: Mapping[str, Mapping[str, str]]
    shapes: Mapping[str, Sequence[int]]
    entities: Mapping[str, Sequence[str]]
    identities: Mapping[str, float]

    @cached_property
    def digest(self) -> str:
        """Fingerprint of the whole block."""
        return digest({name: value for name, value in self.content().items() if name != "identities"})

    def content(self) -> dict[str, Any]:
        """Plain data, as stored."""
        return {field.name: getattr(self, field.name) for field in fields(self)}


@dataclass(frozen=True)
class Store:
    """The folder of one run."""

    directory: Path

    @property
    def manifest(self) -> Path:
        """Path of the manifest; its presence says that the run is complete."""
        return self.directory / "manifest.json"

    def array_file(self, kind: str, index: int) -> Path:
        """Path of a block's arrays of one kind."""
        return self.directory / kind / f"{index:05d}.parquet"

    def record_file(self, index: int) -> Path:
        """Path of a block's record."""
        return self.directory / "blocks" / f"{index:05d}.json"

    def write(self, block: Block, legend: Legend) -> BlockRecord:
        """Store a block; it counts from the moment its record is in place."""
        arrays = _arrays(block)
        for kind, columns in arrays.items():
            if columns:
                write = partial(_write, columns, *_described(block, kind, columns, legend))
                publish(self.array_file(kind, block.index), write)
        record = BlockRecord(
            index=block.index,
            paths=block.paths,
            digests={kind: digests_of(columns) for kind, columns in arrays.items() if columns},
            shapes={key: list(total.shape) for key, total in sorted(block.sums.items())},
            entities={key: list(names) for key, names in block.entities.items()},
            identities={name: float(error) for name, error in block.identities.items()},
        )
        publish_json(self.record_file(block.index), record.content())
        return record

    def copy(self, index: int, source: Store) -> None:
        """Copy the files of a block from another run's folder, its record last."""
        kinds = (kind for kind in KINDS if source.array_file(kind, index).exists())
        files = [(source.array_file(kind, index), self.array_file(kind, index)) for kind in kinds]
        for there, here in (*files, (source.record_file(index), self.record_file(index))):
            publish_copy(there, here)

    def record(self, index: int) -> BlockRecord:
        """Read a block's record; StorageError where it is missing or damaged."""
        try:
            return BlockRecord(**read_json(self.record_file(index)))
        except TypeError as error:
            raise StorageError(f"{self.record_file(index)} is not the record of a block") from error

    def read(
        self, record: BlockRecord, kind: str, names: Sequence[str] | None = None
    ) -> dict[str, NDArray[Any]]:
        """Read and verify arrays of a block; all of a kind where `names` is None."""
        digests = record.digests.get(kind, {})
        if not digests:
            return {}
        return read_columns(self.array_file(kind, record.index), digests, names, KEYS[kind])

    def verified(self, index: int, rows: int) -> BlockRecord | None:
        """Record of a sound block of `rows` paths, or None; a bad one is put in quarantine."""
        if not self.record_file(index).exists():
            return None
        try:
            record = self.record(index)
            if (record.index, record.paths) != (index, rows):
                raise StorageError(f"{self.record_file(index)} belongs to another block")
            for kind in KINDS:
                self.read(record, kind)
        except StorageError as error:
            log.warning("block %d: %s; put in quarantine, will be computed again", index, error.reason)
            self.quarantine(index)
            return None
        return record

    def quarantine(self, index: int) -> None:
        """Move every file of a block out of the way, its record first."""
        for path in (self.record_file(index), *(self.array_file(kind, index) for kind in KINDS)):
            set_aside(path, self.directory / "quarantine")

    def tidy(self) -> None:
        """Remove what killed writers left half-written. Only while holding the run's lock."""
        remove_leftovers(self.directory)

    def stored(self) -> int:
        """Blocks that are finished, sound or not."""
        return sum(1 for _ in (self.directory / "blocks").glob("*.json"))

    def size(self) -> int:
        """Bytes in the folder."""
        return _size(self.directory)

    def reduce(self, records: Sequence[BlockRecord], legend: Legend) -> dict[str, str]:
        """Add the blocks' sums exactly, store the totals, and return their fingerprints.

        `math.fsum` rounds once, so that the total does not depend on any grouping.
        """
        totals = {name: _exact_total(self._column(records, name)) for name in ("square", "sum")}
        first = records[0]
        if not first.shapes:
            return {}
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

    def _column(self, records: Sequence[BlockRecord], name: str) -> Iterator[NDArray[np.float64]]:
        for record in records:
            yield self.read(record, "sums", [name]).get(name, np.empty(0))


Totals = tuple[dict[str, NDArray[np.float64]], dict[str, NDArray[np.float64]]]


def estimated_bytes(assumptions: Assumptions, paths: int) -> int:
    """Space a run will take on disk, rounded up generously.

    Parameters
    ----------
    assumptions
        Decide the horizon, the parameter draws, the outcomes and the facilities.
    paths
        Of the whole run.
    """
    from risk.engine.outcomes import counted  # who only reads runs does without the engine

    steps = assumptions.calendar.quarters + 1
    drawn = sum(
        int(np.size(entry.value)) for entry in assumptions.entries.values() if entry.prior is not None
    )
    facilities, firms = (_rows(assumptions, f"neoclouds.{table}") for table in ("facility", "firm"))
    blocks = -(-paths // BLOCK)
    per_path = 8 * (drawn + counted(assumptions)) + 4 * steps * len(SERIES)
    per_early_path = 4 * steps * (len(FACILITY_SERIES) * facilities + len(FIRM_SERIES) * firms)
    per_block = 16 * steps * _FLOWS
    return paths * per_path + min(paths, FACILITY_BLOCKS * BLOCK) * per_early_path + blocks * per_block


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


def _rows(assumptions: Assumptions, table: str) -> int:
    found = assumptions.tables.get(table)
    return len(found.rows) if found else 0


def _arrays(block: Block) -> dict[str, Mapping[str, NDArray[Any]]]:
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
    columns: Mapping[str, NDArray[Any]],
    keys: Mapping[str, Key],
    told: Mapping[str, Mapping[str, str]],
    file: Any,
) -> None:
    write_columns(file, columns, keys, told)


def _described(
    block: Block, kind: str, columns: Mapping[str, NDArray[Any]], legend: Legend
) -> tuple[dict[str, Key], dict[str, dict[str, str]]]:
    """Keys of a block's arrays of one kind, and what their file says of them."""
    if not KEYS[kind]:
        return {}, {}
    name, array = next(iter(columns.items()))
    of = block.entities.get(name, ()) if ENTITY in KEYS[kind] else ()
    labels = legend.calendar.labels
    return keys(array.shape, block.index * BLOCK, labels, of), legend.footer(kind, columns)


def _exact_total(parts: Iterator[NDArray[np.float64]]) -> NDArray[np.float64]:
    return np.array([math.fsum(column.tolist()) for column in np.stack(list(parts)).T], dtype=np.float64)

"""Putting the blocks of a run together in few files, and taking them apart where one of these is damaged.

Blocks that were computed together and make a stretch are written as one. All others stand in files of their
own at first; at every moment each block stands somewhere whole: its own files go when the merged ones are in
place and have been read again, and merged ones when all that is sound in them stands in files of its own.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from risk.errors import StorageError
from risk.runs.columns import Part, write_groups
from risk.runs.files import publish
from risk.runs.records import BlockRecord, write_records
from risk.runs.store import Store, described, footer, part
from risk.runs.stretch import APART, KINDS, MERGED, READERS, Arrays, Damage, Stretch, merged

if TYPE_CHECKING:
    from risk.paths import Block
    from risk.runs.legend import Legend

log = logging.getLogger(__name__)

Read = Callable[[int], Arrays]
"""Arrays of a kind of a block."""

FILES = 16
"""Stretches of a long run, at most: so many files has each kind."""

SHORT = 4
"""Blocks of a stretch of a short run: as many as are computed together, so that nothing is written twice."""

TOGETHER = 16
"""Blocks of a stretch of a longer one, or a multiple of them."""

ABREAST = {"parameters": TOGETHER, "outcomes": TOGETHER}
"""Blocks of a row group: one, but where there are hundreds of columns, each told of in the footer."""


def stretches(store: Store, blocks: int) -> list[Stretch]:
    """The stretches in which a run of so many blocks is kept."""
    count = SHORT if blocks <= SHORT * FILES else TOGETHER * -(-blocks // (TOGETHER * FILES))
    return [Stretch(store.directory, first, min(count, blocks - first)) for first in range(0, blocks, count)]


def stretch_of(store: Store, blocks: int, some: Iterable[int]) -> Stretch | None:
    """The stretch of a run of so many blocks that these make, if they make one."""
    wanted = [*some]
    return next((found for found in stretches(store, blocks) if [*found.blocks] == wanted), None)


def write(store: Store, stretch: Stretch, blocks: Iterable[Block], legend: Legend) -> list[BlockRecord]:
    """Store a stretch whose blocks were computed together; they count once their records are in place."""
    made = dict(zip(stretch.blocks, map(described, blocks), strict=True))
    records = [record for record, _ in made.values()]
    for record, arrays in made.values():
        for kind in APART:
            store.keep_kind(record, kind, arrays[kind], legend)
    for kind in MERGED:
        columns = {block: arrays[kind] for block, (_, arrays) in made.items()}
        write_kind(stretch, kind, records, columns.__getitem__, legend)
    publish(stretch.records_file, partial(write_records, records=records))
    return records


def settle(
    store: Store,
    blocks: int,
    rows: Callable[[int], int],
    legend: Legend,
    enough: Callable[[BlockRecord], bool],
) -> dict[int, int]:
    """Find the blocks that stand in merged files as a run of so many blocks has them: block → its paths.

    What is damaged, of another length, or not enough is taken apart.

    Parameters
    ----------
    rows : block → paths of it in the run.
    enough : whether what is known of a block is enough.
    """
    own = [(stretch.first, stretch.count) for stretch in stretches(store, blocks)]
    found: dict[int, int] = {}
    for stretch in merged(store.directory):
        try:
            records, bad = stretch.sound()
        except StorageError as error:
            log.warning("blocks %s: %s; put in quarantine", stretch.name, error.reason)
            store.put_aside([stretch.records_file])
            _remove(stretch.common_files)
            continue
        paths = {record.index: record.paths for record in records}
        as_wanted = (stretch.first, stretch.count) in own and paths == {block: rows(block) for block in paths}
        if bad or not as_wanted or not all(map(enough, records)):
            take_apart(store, stretch, records, bad, legend)
            continue
        for block in paths:  # left behind by a merging that was cut short
            _remove(store.single(block).common_files)
        found |= paths
    return found


@dataclass(frozen=True)
class Merging:
    """Putting the blocks of a run together, all of which are there: what workers are handed by stretches.

    Raises
    ------
    StorageError : a block or what was made of it is not what was written, or the disk is full. What was there
        is there still.
    """

    store: Store
    stretches: Sequence[Stretch]
    legend: Legend

    @property
    def missing(self) -> dict[int, int]:
        """Stretches that are not there yet, by their place, as workers are handed blocks."""
        places = (place for place, found in enumerate(self.stretches) if not found.records_file.exists())
        return dict.fromkeys(places, 1)

    @property
    def together(self) -> int:
        """One stretch is work enough."""
        return 1

    def engine(self) -> object:
        """What puts blocks together is there."""
        return _merge

    def compute(self, rows: Mapping[int, int]) -> Iterator[int]:
        """Put the blocks of stretches together."""
        for place in rows:
            _merge(self.store, self.stretches[place], self.legend)
            yield place


def _merge(store: Store, stretch: Stretch, legend: Legend) -> None:
    """Put the blocks of a stretch together; where a worker died that had written it, it is read again."""
    singles = {block: store.single(block) for block in stretch.blocks}
    if not stretch.records_file.exists():
        _write(stretch, singles, legend)
    _, bad = stretch.sound(MERGED)
    if bad:
        raise bad[0].error
    for single in singles.values():
        _remove(single.common_files)


def _write(stretch: Stretch, singles: Mapping[int, Stretch], legend: Legend) -> None:
    records = [record for single in singles.values() for record in single.records.each()]

    def put_together(kind: str) -> None:
        write_kind(stretch, kind, records, lambda block: singles[block].read(kind, block), legend)

    with ThreadPoolExecutor(READERS) as pool:
        list(pool.map(put_together, MERGED))
    publish(stretch.records_file, partial(write_records, records=records))


def write_kind(
    stretch: Stretch, kind: str, records: Sequence[BlockRecord], read: Read, legend: Legend
) -> None:
    """Write the file of a kind of a stretch, of the arrays that `read` has of each block."""
    having = [record for record in records if record.digests.get(kind)]
    if having:
        groups = _groups(having, kind, read, legend)
        told = footer(kind, having[0].digests[kind], legend)
        publish(stretch.file(kind), lambda file: write_groups(file, groups, told))


def _groups(records: Sequence[BlockRecord], kind: str, read: Read, legend: Legend) -> Iterator[list[Part]]:
    """What is written of a kind, row group after row group, read when its turn comes."""
    count = ABREAST.get(kind, 1)
    for first in range(0, len(records), count):
        yield [part(record, kind, read(record.index), legend) for record in records[first : first + count]]


def take_apart(
    store: Store, stretch: Stretch, records: Sequence[BlockRecord], bad: Sequence[Damage], legend: Legend
) -> None:
    """Give every sound block of a stretch files of its own again; damaged files are put in quarantine."""
    for damage in bad:
        log.warning(
            "block %d: %s; put in quarantine, will be computed again", damage.block, damage.error.reason
        )
    damaged = {damage.block for damage in bad}
    for record in records:
        if record.index not in damaged:
            store.keep(record, {kind: stretch.read(kind, record.index) for kind in KINDS}, legend)
    store.put_aside(dict.fromkeys(stretch.file(damage.kind, damage.block) for damage in bad))
    _remove(stretch.common_files)


def _remove(files: Iterable[Path]) -> None:
    for file in files:
        _remove_file(file)


def _remove_file(file: Path) -> None:
    file.unlink(missing_ok=True)

"""A run of any length made of the blocks of a short one: its files, sizes and costs are real.

    python -m tests.runs.tiled runs/<id> 1_024_000 /tmp/tiled

Its numbers are not: a long run of that id would have others. Keep it away from folders of runs.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

from risk.paths import FACILITY_BLOCKS
from risk.runs import Run, execute, merging, open_run
from risk.runs.files import publish
from risk.runs.legend import Legend
from risk.runs.records import BlockRecord, write_records
from risk.runs.specification import specify
from risk.runs.store import Store
from risk.runs.stretch import APART, KINDS, MERGED, Arrays, Stretch
from risk.shocks.stream import BLOCK


def tiled(run: Run, paths: int, root: Path) -> Run:
    """A run of whole blocks in the folder `root`, those of `run` over and over.

    Stretches of one length hold the same blocks: one is put together, the others link to its files and have
    records of their own.

    Parameters
    ----------
    paths : a multiple of 1,024, which those of `run` need not be.
    """
    if paths % BLOCK:
        raise ValueError(f"{paths:,} paths are not whole blocks")
    specification = specify(run.register, paths, run.manifest.seed)
    store, legend = Store(root / specification.id), Legend.of(run.register)
    known = [
        record for stretch in run._stretches for record in stretch.records.each() if record.paths == BLOCK
    ]
    written: dict[int, Stretch] = {}
    for stretch in merging.stretches(store, specification.blocks):
        sources = {block: known[place % len(known)] for place, block in enumerate(stretch.blocks)}
        records = [_numbered(record, block) for block, record in sources.items()]
        for kind in MERGED:
            if stretch.count in written:
                _link(written[stretch.count].file(kind), stretch.file(kind))
            else:
                read = partial(_read, run, sources, kind)
                merging.write_kind(stretch, kind, records, read, legend)
        for block in set(stretch.blocks) & set(range(FACILITY_BLOCKS)):
            source = sources[block].index
            for kind in APART:
                _link(run.store.holder(source).file(kind, source), stretch.file(kind, block))
        written.setdefault(stretch.count, stretch)
        publish(stretch.records_file, partial(write_records, records=records))
    return execute(run.register, paths, run.manifest.seed, 2, root)


def _numbered(record: BlockRecord, block: int) -> BlockRecord:
    """What is known of a block of the long run; only the first have facilities and firms."""
    kinds = KINDS if block < FACILITY_BLOCKS else MERGED
    return replace(record, index=block, digests={kind: record.digests[kind] for kind in kinds})


def _read(run: Run, sources: Mapping[int, BlockRecord], kind: str, block: int) -> Arrays:
    return run.store.read(sources[block], kind)


def _link(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    os.link(source, target)


if __name__ == "__main__":
    stored, count, folder = sys.argv[1:]
    print(tiled(open_run(stored), int(count), Path(folder)).directory)

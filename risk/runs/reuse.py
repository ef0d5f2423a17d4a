"""Blocks of runs that differ in their number of paths only: computed once, they count for all of them."""

from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path

from risk.errors import StorageError
from risk.runs.find import list_runs
from risk.runs.specification import Specification
from risk.runs.store import Store

log = logging.getLogger(__name__)


def reusable(specification: Specification, root: Path) -> dict[int, Store]:
    """Blocks that another complete run has and this one needs: block → store that has it.

    A block's draws depend on the seed and its number only, so that it is the same in a longer run. The last
    block of a run may be cut, and serves a run that cuts it alike.
    """
    found: dict[int, Store] = {}
    for stored in list_runs(root):
        if stored.head is None:
            continue
        other = stored.head.specification
        if other == specification or replace(other, paths=specification.paths) != specification:
            continue
        blocks = range(min(other.blocks, specification.blocks))
        store, digests = Store(stored.directory), stored.manifest.blocks if stored.manifest else ()
        found |= {
            block: store
            for block in blocks
            if other.rows(block) == specification.rows(block) and _belongs(store, block, digests[block])
        }
    return found


def _belongs(store: Store, block: int, digest: str) -> bool:
    """Whether a stored block is the one that its run's manifest names."""
    try:
        return store.record(block).digest == digest
    except StorageError:
        return False


def take_over(specification: Specification, store: Store) -> None:
    """Copy into a run's folder what other runs have computed of it. Only while holding the run's lock.

    Copies, so that each folder stands alone and may be removed; they are verified like any stored block.
    """
    sources = reusable(specification, store.directory.parent)
    missing = {index: source for index, source in sources.items() if not store.record_file(index).exists()}
    for index, source in missing.items():
        try:
            store.copy(index, source)
        except StorageError as error:
            log.warning("block %d of %s: %s; computed again", index, source.directory, error.reason)
    if missing:
        log.info("run %s: %d blocks taken over from other runs", specification.id, len(missing))

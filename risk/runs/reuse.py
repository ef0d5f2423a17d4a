"""Blocks of runs that differ in their number of paths only: computed once, they count for all of them."""

from __future__ import annotations

import logging
from collections.abc import Container
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from risk.errors import StorageError
from risk.runs.find import list_runs
from risk.runs.merging import stretches
from risk.runs.specification import Specification
from risk.runs.store import Store
from risk.runs.stretch import KINDS, Stretch, common, complete, copy

if TYPE_CHECKING:
    from risk.runs.legend import Legend

log = logging.getLogger(__name__)


def reusable(specification: Specification, root: Path) -> dict[int, Store]:
    """Blocks that another complete run has and this one needs: block → store that has it."""
    return {block: Store(held.directory) for block, held in _held(specification, root).items()}


def _held(specification: Specification, root: Path) -> dict[int, Stretch]:
    """The same: block → the files in which it stands.

    A block's draws depend on the seed and its number only, so that it is the same in a longer run. The last
    block of a run may be cut, and serves a run that cuts it alike.
    """
    found: dict[int, Stretch] = {}
    for stored in list_runs(root):
        other = stored.head.specification if stored.head else specification
        if other == specification or replace(other, paths=specification.paths) != specification:
            continue
        if (known := stored.manifest) is None:
            continue
        shared = range(min(other.blocks, specification.blocks))
        for stretch in filter(_there, complete(stored.directory, known.records, known.blocks)):
            alike = (b for b in common(stretch.blocks, shared) if other.rows(b) == specification.rows(b))
            found |= dict.fromkeys(alike, stretch)
    return found


def _there(stretch: Stretch) -> bool:
    """Whether the records of a stretch are those that its run's manifest names."""
    try:
        return stretch.records.paths(stretch.first) > 0
    except StorageError:
        return False


def take_over(specification: Specification, store: Store, legend: Legend) -> None:
    """Copy into a run's folder what other runs have computed of it. Only while holding the run's lock.

    Copies, so that each folder stands alone and may be removed; they are verified like any stored block.
    """
    sources, own = _held(specification, store.directory.parent), store.stored()
    missing = {block: stretch for block, stretch in sources.items() if block not in own}
    whole = {(stretch.first, stretch.count): stretch for stretch in stretches(store, specification.blocks)}
    for source in dict.fromkeys(missing.values()):
        wanted = [block for block in source.blocks if missing.get(block) is source]
        same = whole.get((source.first, source.count)) if source.merged else None
        try:
            if same is not None and len(wanted) == source.count:
                copy(source, same)
            else:
                _keep(source, wanted, store, legend)
        except StorageError as error:
            log.warning("blocks %s of %s: %s; computed again", source.name, source.directory, error.reason)
    if missing:
        log.info("run %s: %d blocks taken over from other runs", specification.id, len(missing))


def _keep(source: Stretch, blocks: Container[int], store: Store, legend: Legend) -> None:
    """Copy some blocks of a stretch into files of their own."""
    for record in source.records.each():
        if record.index in blocks:
            store.keep(record, {kind: source.read(kind, record.index) for kind in KINDS}, legend)

"""A run of any length made of the blocks of a short one: its files, sizes and costs are real.

    python -m tests.runs.tiled runs/<id> 1_000_000 /tmp/tiled

Its numbers are not: a long run of that id would have others. Keep it away from folders of runs.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from risk.paths import Block
from risk.runs import Run, execute, open_run
from risk.runs.piece import Piece
from risk.shocks.stream import BLOCK

KINDS = ("parameters", "outcomes", "series", "facility", "firm")


@dataclass(frozen=True)
class Tiled:
    """An engine whose blocks are the whole blocks of a stored run in turn; workers import it by name."""

    folder: Path

    def __call__(self, assumptions: Any, seed: int, block: int, paths: int, baseline: Any) -> Block:
        found = _block(self.folder, block % (_run(self.folder).paths // BLOCK))
        return _cut(found, block, paths)


def tiled(run: Run, paths: int, root: Path, jobs: int = 1) -> Run:
    """A run of as many paths in the folder `root`, of the blocks of `run`."""
    return execute(run.register, paths, run.manifest.seed, jobs, root, simulate=Tiled(run.directory))


@cache
def _run(folder: Path) -> Run:
    return open_run(folder)


@cache
def _block(folder: Path, index: int) -> Block:
    piece = Piece(_run(folder).store, _run(folder).manifest, _run(folder), index, 1)
    total, square = piece._totals
    kinds: Any = {kind: piece._columns(kind, None) for kind in KINDS}
    names = {key: tuple(names) for key, names in piece.entities.items()}
    return Block(
        index, BLOCK, **kinds, sums=total, squares=square, identities=piece.identities, entities=names
    )


def _cut(block: Block, index: int, paths: int) -> Block:
    """The first paths of a block, under another number; its sums stay those of the whole."""
    kinds: Any = {
        kind: {name: x[..., :paths] for name, x in getattr(block, kind).items()} for kind in KINDS[:3]
    }
    kinds |= {kind: {name: x[:, :paths] for name, x in getattr(block, kind).items()} for kind in KINDS[3:]}
    return replace(block, index=index, paths=paths, **kinds)


if __name__ == "__main__":
    from tests.runs.tiled import tiled  # by the name by which workers import its engine

    stored, count, folder = sys.argv[1:]
    print(tiled(open_run(stored), int(count), Path(folder), jobs=2).directory)

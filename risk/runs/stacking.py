"""Columns of a run put together from the files of its stretches, verified as they are read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from numpy.typing import NDArray

from risk.runs.stretch import READERS, Reading, Stretch, common, path_axis
from risk.shocks.stream import BLOCK

At = int | slice | list[int] | None
"""Quarters of arrays that have them: one, some, or all."""


def stacked(
    stretches: Sequence[Stretch], blocks: range, kind: str, names: Sequence[str], at: At = None
) -> dict[str, NDArray[Any]]:
    """Arrays of blocks side by side along their paths, from any number of threads.

    Parameters
    ----------
    blocks : of which all that have arrays of the kind are read; the first of them has.
    names : of the arrays, at least one.
    at : of arrays by quarter, only these are kept.
    """
    whole: dict[str, NDArray[Any]] = {}

    axis = 0 if isinstance(at, int) else path_axis(kind) or 0
    before = (slice(None),) * axis  # quarters stand before paths, unless only one is asked for

    def place(reading: Reading, group: int, some: Sequence[str]) -> None:
        found = reading.group(group, some)
        for block in common(reading.blocks(group), blocks):
            start = (block - blocks.start) * BLOCK
            rows = slice(start, start + reading.stretch.records.paths(block))
            for name, part in reading.cut(found, block).items():
                kept = part if part.ndim == 1 or at is None else part[at]
                whole[name][(*before, rows)] = kept

    with ThreadPoolExecutor(READERS) as pool:
        for some in _files(stretches, blocks, kind):
            readings = list(pool.map(lambda place: Reading(place[0], kind, place[1], tuple(names)), some))
            if not whole:
                paths = sum(s.records.paths(b) for s in stretches for b in common(s.having(kind), blocks))
                whole.update(_empty(readings[0], paths, at))
            tasks = [
                (reading, group, named)
                for reading in readings
                for group, named in reading.tasks(common(reading.held, blocks))
            ]
            list(pool.map(lambda task: place(*task), tasks))
    return whole


def _files(stretches: Sequence[Stretch], blocks: range, kind: str) -> Iterator[list[tuple[Stretch, range]]]:
    """Files that have arrays of a kind, with the blocks in each, a few at a time: their footers take room."""
    found = [(s, held) for s in stretches for held in s.places(kind) if common(held, blocks)]
    for first in range(0, len(found), READERS):
        yield found[first : first + READERS]


def _empty(reading: Reading, paths: int, at: At) -> dict[str, NDArray[Any]]:
    """Room for whole columns."""
    shape = list(reading.shape)
    if reading.axis is not None:
        shape[reading.axis] = paths
    if len(shape) > 1 and at is not None:
        quarters = np.arange(shape[0])[at]
        shape[:1] = list(quarters.shape)
    return {name: np.empty(shape, dtype) for name, dtype in reading.dtypes().items()}

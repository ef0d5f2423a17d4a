"""Memory that is free again, handed back to the system.

The C library keeps what is freed for whoever asks next, in pieces that large columns do not fit into: a
process that reads one column after the other would grow by half.
"""

from __future__ import annotations

import ctypes
from functools import cache
from typing import Any

COLUMN = 2 * 2**20
"""Bytes from which an array of a long run is asked of the system alone: a column of 262,144 paths."""

_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8
"""Numbers of these settings, `malloc.h`."""


def hand_back() -> None:
    """Hand back what is free; nothing where the C library has no word for it."""
    import pyarrow as pa

    pa.default_memory_pool().release_unused()
    if trim := _word("malloc_trim"):
        trim(0)


@cache
def one_arena() -> None:
    """Let threads share memory from now on: else what each of them let go is kept for it alone."""
    if set_to := _word("mallopt"):
        set_to(_ARENA_MAX, 1)


@cache
def columns_apart() -> None:
    """Ask the system for each large array alone from now on, and hand it back at once when it is let go.

    Left to itself the C library does so until the first one is let go, and then puts columns among all else.
    """
    if set_to := _word("mallopt"):
        set_to(_MMAP_THRESHOLD, COLUMN)
        set_to(_TRIM_THRESHOLD, 16 * COLUMN)  # else with that it hands back whatever is free at the end


@cache
def _word(name: str) -> Any:
    try:
        return getattr(ctypes.CDLL(None), name)
    except (AttributeError, OSError, TypeError):
        return None

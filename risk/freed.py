"""Memory that is free again, handed back to the system.

The C library keeps what is freed for whoever asks next, in pieces that large columns do not fit into: a
process that reads one column after the other would grow by half.
"""

from __future__ import annotations

import ctypes
from functools import cache
from typing import Any

_ARENA_MAX = -8
"""Number of this setting, `malloc.h`."""


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
def _word(name: str) -> Any:
    try:
        return getattr(ctypes.CDLL(None), name)
    except (AttributeError, OSError, TypeError):
        return None

"""Memory that is free again, handed back to the system.

The C library keeps what is freed for whoever asks next, in pieces that large columns do not fit into: a
process that reads one column after the other would grow by half.
"""

from __future__ import annotations

import ctypes
from functools import cache
from typing import Any


def hand_back() -> None:
    """Hand back what is free; nothing where the C library has no word for it."""
    import pyarrow as pa

    pa.default_memory_pool().release_unused()
    if trim := _trim():
        trim(0)


@cache
def _trim() -> Any:
    try:
        return ctypes.CDLL(None).malloc_trim
    except (AttributeError, OSError, TypeError):
        return None

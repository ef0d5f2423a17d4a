"""Reusable mathematics of the mechanisms, vectorised over paths; nothing here knows what an AI lab is.

Functions are pure: they broadcast their arguments against one another, return new arrays and draw nothing.
"""

from __future__ import annotations

from risk.processes.arrays import (
    Array,
    At,
    Flags,
    Index,
    across,
    anywhere,
    beside,
    blank,
    columns_of,
    grouped,
    only,
    outer,
    positions,
    put,
    raised,
    repeated,
    running,
)

__all__ = [
    "Array", "At", "Flags", "Index", "Numeric", "across", "anywhere", "beside", "blank", "columns_of",
    "grouped", "only", "outer", "positions", "put", "raised", "repeated", "running",
]  # fmt: skip

Numeric = float | Array
"""A number, or an array that broadcasts against the other arguments."""

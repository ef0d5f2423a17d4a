"""Workbooks that are written whole, and never over one that is open elsewhere."""

from __future__ import annotations

import os
from pathlib import Path

from risk.assumptions.reader import shown
from risk.errors import StorageError


def write(path: Path, content: bytes) -> None:
    """Write a file beside its place and move it there in one step.

    Raises
    ------
    StorageError : it is open in a spreadsheet program, or cannot be written; nothing of it is left.
    """
    locks = (path.with_name(f"~${path.name}"), path.with_name(f".~lock.{path.name}#"))
    if any(lock.exists() for lock in locks):
        raise StorageError(f"{shown(path)} is open in a spreadsheet program", "close it there and try again")
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        temporary.write_bytes(content)
        temporary.replace(path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        why = (error.strerror or str(error)).lower()
        raise StorageError(f"{shown(path)} cannot be written: {why}", "is it open elsewhere?") from error

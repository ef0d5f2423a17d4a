"""Workbooks that are written whole, and never over one that is open elsewhere."""

from __future__ import annotations

from pathlib import Path

from risk.assumptions.reader import shown
from risk.errors import StorageError
from risk.runs.files import publish


def write(path: Path, content: bytes) -> None:
    """Write a file beside its place and move it there in one step.

    Raises
    ------
    StorageError : it is open in a spreadsheet program, or cannot be written; nothing of it is left.
    """
    locks = (path.with_name(f"~${path.name}"), path.with_name(f".~lock.{path.name}#"))
    if any(lock.exists() for lock in locks):
        raise StorageError(f"{shown(path)} is open in a spreadsheet program", "close it there and try again")
    publish(path, lambda file: file.write(content))

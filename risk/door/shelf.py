"""The stored runs of a folder: listed, removed."""

from __future__ import annotations

from typing import Any, Unpack

from risk.door.desk import Where, desk
from risk.door.told import Told


def listing(**where: Unpack[Where]) -> Told[Any]:
    """The stored runs, the newest first."""
    from risk.report.terminal import runs as screens
    from risk.runs import list_runs
    from risk.runs.hashing import source_digest
    from risk.runs.store import Store

    folder, source = desk(where).runs, source_digest()
    rows = [screens.Row.of(found, Store(found.directory).size(), source) for found in list_runs(folder)]
    return Told(screens.Listing(folder.as_posix(), rows), screens.DOCUMENT, screens.screen)


def remove(run: str, **where: Unpack[Where]) -> Told[Any]:
    """Remove a stored run for good; the same inputs simulate it again.

    Parameters
    ----------
    run : its id, all 12 digits.

    Raises
    ------
    UsageError : there is none of this id.
    LockedError : another process is writing it.
    """
    from risk.report.terminal.runs import REMOVED, megabytes
    from risk.runs.remove import remove as remove_run

    folder = desk(where).runs
    freed = remove_run(run, folder)
    found = {"run": run, "folder": folder.as_posix(), "bytes": freed}
    return Told.line(found, REMOVED, f"removed: {(folder / run).as_posix()} ({megabytes(freed)})")

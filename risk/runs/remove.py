"""Removing a stored run, and nothing else."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from risk.errors import StorageError, UsageError, suggestion
from risk.runs.find import list_runs
from risk.runs.lock import hold
from risk.runs.store import Store

_ID = re.compile(r"[0-9a-f]{12}")


def remove(name: str, root: Path) -> int:
    """Remove a run from its folder of runs and return the bytes freed.

    The manifest goes first, so that a run half removed is never taken for a complete one.

    Parameters
    ----------
    name : the whole id; a beginning or a scenario may mean more than one thinks.

    Raises
    ------
    UsageError : it is no whole id, or no run of that folder has it.
    StorageError : the folder is a link to another place, or cannot be removed.
    LockedError : another process is writing the run.
    """
    known = [run.id for run in list_runs(root)]
    if not _ID.fullmatch(name):
        meant = [run for run in known if run.startswith(name)]
        fix = f"did you mean {', '.join(meant)}?" if meant else "see: bubblerisk runs"
        raise UsageError(f"'{name}' is not a run id of 12 digits", fix)
    if name not in known:
        close = suggestion(name, known)
        raise UsageError(f"no run {name} in {root}", *([f"did you mean {close}?"] if close else []))
    directory = root / name
    if directory.is_symlink() or directory.resolve().parent != root.resolve():
        raise StorageError(f"{directory} leads out of {root}; nothing was removed", "remove the link by hand")
    store = Store(directory)
    size = store.size()
    with hold(directory, "removal"):
        _remove(store)
    shutil.rmtree(directory, ignore_errors=True)  # the lock's own file, which is open until here
    return size


def _remove(store: Store) -> None:
    try:
        store.manifest.unlink(missing_ok=True)
        for path in store.directory.iterdir():
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            elif path.name not in (".lock", "holder.json"):
                path.unlink()
    except OSError as error:
        raise StorageError(f"{error.filename} cannot be removed ({error.strerror or error})") from error

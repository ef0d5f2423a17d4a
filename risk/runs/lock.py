"""One writer a run. The kernel frees the lock of a killed process."""

from __future__ import annotations

import json
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from weakref import WeakValueDictionary

from filelock import FileLock, Timeout

from risk.errors import LockedError, refuse_pipe
from risk.runs.files import cannot_write

_THREADS: WeakValueDictionary[Path, threading.RLock] = WeakValueDictionary()
_GUARD = threading.Lock()


@contextmanager
def hold(directory: Path, command: str) -> Iterator[None]:
    """Hold the lock of a run's folder, which is made if need be; another thread of this process waits for it.

    Parameters
    ----------
    directory
        Of the run.
    command
        What to tell others who want it.

    Raises
    ------
    LockedError
        Another process holds it; the message says which.
    StorageError
        The folder cannot be made or written.
    """
    with _threads(directory), _held(directory, command):
        yield


def _threads(directory: Path) -> threading.RLock:
    """What threads of this process hold one after another."""
    with _GUARD:
        return _THREADS.setdefault(directory.absolute(), threading.RLock())


@contextmanager
def _held(directory: Path, command: str) -> Iterator[None]:
    holder = directory / "holder.json"
    lock = FileLock(directory / ".lock")
    try:
        directory.mkdir(parents=True, exist_ok=True)
        lock.acquire(timeout=0)
    except Timeout:
        raise LockedError(
            f"{directory} is being written by {_describe(holder)}", "wait for it, or end it"
        ) from None
    except OSError as error:
        raise cannot_write(directory, error) from error
    words = json.dumps({"pid": os.getpid(), "host": socket.gethostname(), "command": command})
    try:
        with suppress(OSError):  # only to tell others
            refuse_pipe(holder)
            holder.write_text(words, encoding="utf-8")
        yield
    finally:
        with suppress(OSError):
            holder.unlink(missing_ok=True)
        lock.release()


def _describe(holder: Path) -> str:
    try:
        refuse_pipe(holder)
        known = json.loads(holder.read_text(encoding="utf-8"))
        return f"process {known['pid']} on {known['host']}: {known['command']}"
    except (OSError, ValueError, KeyError):
        return "another process"

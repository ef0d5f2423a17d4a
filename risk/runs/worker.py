"""A worker process: it opens jobs, computes the blocks it is handed, and leaves when its parent does."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
import threading
import traceback
from collections.abc import Iterator, Mapping
from functools import lru_cache
from importlib import import_module
from multiprocessing.connection import Connection
from multiprocessing.connection import wait as wait_for
from pathlib import Path
from typing import Any, NamedTuple

from risk.runs.job import Work, read_job

READY = "ready"
"""First message of a worker."""

OPENED = 4
"""Jobs that a worker keeps open, with their registers and baselines, those that it was handed last."""


class Order(NamedTuple):
    """Blocks to compute, with their paths, and the job that they belong to."""

    file: Path
    fingerprint: str
    rows: Mapping[int, int]


def serve(pipe: Connection, file: Path | None, fingerprint: str) -> None:
    """Compute the blocks that come through a pipe, until it is closed.

    Parameters
    ----------
    pipe : gets orders, and answers with what was stored of each block or with an error.
    file, fingerprint : the job that it is started for; without one it makes ready to simulate.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides what an interrupt means
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    threading.Thread(target=_leave_with_parent, daemon=True).start()
    try:
        if not _begin(pipe, file, fingerprint):
            return
        while True:
            for answer in _answers(pipe.recv()):
                pipe.send(answer)
    except (EOFError, ConnectionError):
        return  # the parent is gone


def _begin(pipe: Connection, file: Path | None, fingerprint: str) -> bool:
    """Read the job and import what computes it; where it cannot be, the parent is told why."""
    try:
        if file is None:
            import_module("risk.engine")
        else:
            _opened(file, fingerprint)
    except FileNotFoundError:
        pass  # others have finished it meanwhile; there may be another
    except Exception as error:
        pipe.send(_told(error, "at its start"))
        return False
    pipe.send(READY)
    return True


@lru_cache(maxsize=OPENED)
def _opened(file: Path, fingerprint: str) -> Work[Any]:
    """A job, ready to compute."""
    job = read_job(file, fingerprint)
    job.engine()
    return job


def _answers(order: Order) -> Iterator[Any]:
    try:
        yield from _opened(order.file, order.fingerprint).compute(order.rows)
    except Exception as error:
        yield _told(error, f"with blocks {', '.join(map(str, order.rows))}")


def _told(error: Exception, when: str) -> Exception:
    """The error with where it came from, or one that says the same where it would not survive the pipe."""
    error.add_note(f"in a worker process, {when}:\n{traceback.format_exc()}")
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:
        return RuntimeError("\n".join([f"{type(error).__name__}: {error}", *error.__notes__]))
    return error


def _leave_with_parent() -> None:
    """End this process when its parent is gone, whatever it is doing."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait_for([parent.sentinel])
        os._exit(1)

"""A worker process: it reads its job, computes the blocks it is handed, and leaves when its parent does."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
import threading
import traceback
from collections.abc import Iterator, Mapping
from multiprocessing.connection import Connection
from multiprocessing.connection import wait as wait_for
from pathlib import Path
from typing import Any

from risk.runs.job import Work, read_job

READY = "ready"
"""First message of a worker."""


def serve(pipe: Connection, file: Path, fingerprint: str) -> None:
    """Compute the blocks that come through a pipe, until it is closed.

    Parameters
    ----------
    pipe : gets blocks with their paths, and answers with what was stored of each or with an error.
    file, fingerprint : the job.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides what an interrupt means
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    threading.Thread(target=_leave_with_parent, daemon=True).start()
    try:
        job = _begin(pipe, file, fingerprint)
        while job is not None:
            for answer in _answers(job, pipe.recv()):
                pipe.send(answer)
    except (EOFError, ConnectionError):
        return  # the parent is gone


def _begin(pipe: Connection, file: Path, fingerprint: str) -> Work[Any] | None:
    """Read the job and import what computes it; None where it cannot be, and the parent knows why."""
    try:
        job = read_job(file, fingerprint)
        job.engine()
    except Exception as error:
        pipe.send(_told(error, "at its start"))
        return None
    pipe.send(READY)
    return job


def _answers(job: Work[Any], rows: Mapping[int, int]) -> Iterator[Any]:
    try:
        yield from job.compute(rows)
    except Exception as error:
        yield _told(error, f"with blocks {', '.join(map(str, rows))}")


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

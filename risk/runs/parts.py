"""Work in parts that are computed once: each kept in a file of arrays, what is missing computed by workers.

A file is whole or absent, so that whatever ends the program, the next call goes on from there.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Protocol, TypeVar
from zipfile import BadZipFile

import numpy as np

from risk.cores import workers
from risk.runs.files import publish
from risk.runs.hashing import digest
from risk.runs.interrupts import Interrupted
from risk.runs.job import Work
from risk.runs.lock import hold
from risk.runs.source import source_texts
from risk.runs.store import Store
from risk.runs.workers import compute

log = logging.getLogger(__name__)

T = TypeVar("T")

Progress = Callable[[int, int, Mapping[str, float]], None]
"""``progress(parts kept, parts in all, nothing)``, once before the first is computed."""


class Parts(Work[int], Protocol):
    """What workers are handed, one part a block, and where the parts are kept."""

    @property
    def store(self) -> Store:
        """Folder of the parts."""


@cache
def source(*entries: str) -> str:
    """Fingerprint of the source that computes parts, and begins in these modules."""
    return digest(source_texts(entries))


def keep(path: Path, columns: Mapping[str, Any]) -> None:
    """Keep what came of a part, arrays and numbers by name."""
    publish(path, lambda file: np.savez_compressed(file, **columns))


def read(path: Path, understood: Callable[[dict[str, Any]], T]) -> T | None:
    """What is kept of a part, as `understood` reads its columns; None where nothing is, or it is damaged."""
    try:
        with np.load(path, allow_pickle=False) as content:
            return understood({name: content[name] for name in content.files})
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, EOFError, BadZipFile) as error:
        log.warning("%s cannot be read (%s); computed again", path, error)
        return None


def carry_out(
    planned: Parts,
    total: int,
    missing: Callable[[], Iterable[int]],
    words: tuple[str, str],
    jobs: int | None,
    progress: Progress | None,
) -> None:
    """Compute the parts that are not kept yet.

    Parameters
    ----------
    missing : their numbers, asked for once the folder is held.
    words : what holds the folder, and what the parts are called.

    Raises
    ------
    Interrupted : Ctrl-C or SIGTERM; finished parts are kept.
    LockedError : another process computes these parts.
    StorageError, WorkerDied : as of a run.
    """
    holder, called = words
    with hold(planned.store.directory, holder):
        planned.store.tidy()
        rows = dict.fromkeys(missing(), 1)
        done = total - len(rows)
        note = progress or (lambda *_: None)
        note(done, total, {})

        def finished(_: int) -> None:
            nonlocal done
            done += 1
            note(done, total, {})

        interrupt = compute(planned, rows, workers(jobs), finished)
        if interrupt:
            kept = f"{done} of {total} {called} are kept in {planned.store.directory}"
            raise Interrupted(
                f"interrupted: {kept}; the same command goes on from there", interrupt.exit_code
            )

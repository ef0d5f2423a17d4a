"""What an executor of somebody else's is handed: a few blocks, computed and stored where it runs.

An errand says where the job lies and which blocks are wanted; it is small, whatever the job. The worker reads
the job once, computes, stores, and answers with the record of each block. To do an errand twice, one after
the other or at the same time, is as good as once: a file is whole or absent, and always the same.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory

from risk.errors import StorageError
from risk.runs import transit
from risk.runs.conditions import Conditions, Terms
from risk.runs.job import Finished, Job, unpacked
from risk.runs.store import Store

_ONE_AT_A_TIME = threading.Lock()
"""Threads of a worker take turns: two at once were measured to take longer than one after the other."""


@dataclass(frozen=True)
class Errand:
    """Blocks to compute.

    Attributes
    ----------
    place : folder of the run, or address of an object store, as the worker reaches it.
    job, fingerprint : name of the job's file there, and what it must be.
    rows : block → paths to keep.
    terms : what must compute them.
    attempt : how often they were handed out before; it makes every errand another to an executor that
        remembers answers.
    """

    place: str
    job: str
    fingerprint: str
    rows: Mapping[int, int]
    terms: Terms
    attempt: int = 0

    @property
    def bundle(self) -> str:
        """What the folder of these blocks is called in an object store."""
        return transit.bundle(min(self.rows), max(self.rows) + 1)


@dataclass(frozen=True)
class Answer:
    """What came of an errand: the blocks as stored, and the worker's conditions."""

    made: tuple[Finished, ...]
    conditions: Conditions


def carry_out(errand: Errand) -> Answer:
    """Compute and store the blocks of an errand, in whatever process this is.

    Raises
    ------
    UsageError : this process has other source or libraries than the run.
    StorageError : the place cannot be reached or written from here.
    NumericalError : the model could not compute a block.
    """
    errand.terms.require()
    job = _job(errand.place, errand.job, errand.fingerprint)
    with _ONE_AT_A_TIME:
        made = _sent(job, errand) if transit.is_address(errand.place) else tuple(_stored(job, errand.rows))
    return Answer(made, Conditions.here())


def _stored(job: Job, rows: Mapping[int, int]) -> Iterator[Finished]:
    """Blocks in the folder of the run; what an earlier attempt has stored is not computed again."""
    missing = dict(rows)
    for index, count in rows.items():
        record = job.store.verified(index, count)
        if record is not None:
            del missing[index]
            yield Finished(record, {})
    if missing:
        yield from job.compute(missing)


def _sent(job: Job, errand: Errand) -> tuple[Finished, ...]:
    """Blocks in a folder of this machine, sent on as one bundle."""
    with TemporaryDirectory(prefix="bubblerisk-") as folder:
        store = Store(Path(folder))
        made = tuple(replace(job, store=store).compute(errand.rows))
        transit.send(store, f"{errand.place}/{errand.bundle}")
    return made


@lru_cache(maxsize=1)
def _job(place: str, name: str, fingerprint: str) -> Job:
    """The job, read once by every process."""
    if transit.is_address(place):
        content = transit.read(f"{place}/{name}")
    else:
        try:
            content = Path(place, name).read_bytes()
        except OSError as error:
            raise StorageError(
                f"the worker on {socket.gethostname()} does not see {place} ({error.strerror})",
                "name a folder that all machines share (--runs), or a store that all reach (--through)",
            ) from error
    job: Job = unpacked(content, fingerprint, f"{name} in {place}")
    return job if transit.is_address(place) else replace(job, store=Store(Path(place)))

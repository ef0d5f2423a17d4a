"""Blocks on an executor of somebody else's: pools of `concurrent.futures`, Dask, MPI, whatever submits calls.

An executor is trusted with nothing but calling a function somewhere, sometime. It may call it twice, lose
it, or break: blocks are noted once, handed out again, and after three failures named.
"""

from __future__ import annotations

import logging
import queue
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from risk.errors import BubbleriskError, StorageError
from risk.runs import transit
from risk.runs.conditions import Terms
from risk.runs.crew import share
from risk.runs.elsewhere import Elsewhere, Future
from risk.runs.errand import Answer, Errand, carry_out
from risk.runs.interrupts import Interrupt, Interrupted, listening
from risk.runs.job import Finished, Job, write_job
from risk.runs.store import Store
from risk.runs.workers import lent

log = logging.getLogger(__name__)

ATTEMPTS = 3
"""Times a block is handed out when the executor fails."""

AHEAD = 4096
"""Errands that an executor holds at most."""

SILENCE = 600.0
"""Seconds without an answer after which what is out is handed out again; a block takes one or less."""

UNSEEN = 90.0
"""Seconds after which a folder that machines share has shown to all what one of them wrote."""

TICK = 0.2
"""Seconds after which interrupts are looked after at the latest."""


class ExecutorFailed(BubbleriskError):  # noqa: N818 - says what happened
    """An executor failed to compute a block three times."""

    exit_code = 70

    def __init__(self, reason: str) -> None:
        fixes = "finished blocks are kept: the same command goes on from there", "see the log of its workers"
        super().__init__(reason, *fixes)


def compute_elsewhere(
    where: Elsewhere, job: Job, rows: Mapping[int, int], finished: Callable[[Finished], None]
) -> Interrupt:
    """Compute blocks on an executor; return the interrupt that ended it early, if there was one.

    Parameters
    ----------
    job
        What to compute; its store is where the blocks are kept in the end.
    rows
        Block → paths to keep, in the order in which they are handed out.
    finished
        Called in this process after each block is stored.

    Raises
    ------
    ExecutorFailed
        It failed three times with the same block.
    UsageError, StorageError, NumericalError
        What a worker says: other source, a folder that it does not see, a block that cannot be computed.
    Interrupted
        A second interrupt came; what was out is lost where it was not stored.

    Notes
    -----
    After an interrupt or a failure nothing more is handed out, what has not begun is called off, and what
    runs is waited for where the executor tells it apart.
    """
    job = replace(job, store=Store(job.store.directory.absolute()))
    with listening() as own, _posted(job, where.through) as errand:
        crew = lent()  # in a batch the thread that leads it hears for all
        going = _Round(where, job, rows, finished, lambda: crew.interrupt if crew else own, errand)
        going.work()
        _await(job.store, going.noted)
        return going.interrupt()


@contextmanager
def _posted(job: Job, through: str | None) -> Iterator[Errand]:
    """The job where workers read it, and an errand without blocks that says so."""
    directory = job.store.directory
    file, fingerprint = write_job(job)
    place = str(directory) if through is None else f"{through.rstrip('/')}/{directory.name}"
    try:
        if through is not None:
            transit.put(file, f"{place}/{file.name}")
        yield Errand(place, file.name, fingerprint, {}, Terms.here())
    finally:
        file.unlink(missing_ok=True)
        if through is not None:
            with suppress(StorageError):
                transit.remove(f"{place}/{file.name}")


@dataclass
class _Round:
    """Errands that are out, blocks that wait, and what became of others.

    Attributes
    ----------
    out : errand → its future.
    failed : block → times the executor failed with it.
    heard : when it answered last.
    """

    where: Elsewhere
    job: Job
    rows: Mapping[int, int]
    finished: Callable[[Finished], None]
    interrupt: Callable[[], Interrupt]
    errand: Errand
    waiting: deque[dict[int, int]] = field(default_factory=deque)
    out: dict[int, tuple[Errand, Future]] = field(default_factory=dict)
    answers: queue.SimpleQueue[int] = field(default_factory=queue.SimpleQueue)
    noted: set[int] = field(default_factory=set)
    failed: Counter[int] = field(default_factory=Counter)
    told: set[str] = field(default_factory=set)
    handed: int = 0
    heard: float = field(default_factory=time.monotonic)
    failure: BaseException | None = None

    def work(self) -> None:
        self.waiting.extend(_shares(self.rows, self.where.workers, self.job.together))
        try:
            while self.out or (self.waiting and not self._ending):
                if self._ending:
                    self._call_off()
                else:
                    self._hand_out()
                self._listen()
        finally:
            self._call_off()
        if self.failure is not None:
            raise self.failure

    @property
    def _ending(self) -> bool:
        return self.failure is not None or bool(self.interrupt())

    def _hand_out(self) -> None:
        while self.waiting and len(self.out) < AHEAD and not self._ending:
            rows = self.waiting.popleft()
            number, self.handed = self.handed, self.handed + 1
            errand = replace(self.errand, rows=rows, attempt=number)
            try:
                future = self.where.executor.submit(carry_out, errand)
            except Exception as error:  # a pool that is broken or shut
                self._again(errand, error)
                continue
            self.out[number] = errand, future
            future.add_done_callback(lambda _, number=number: self.answers.put(number))

    def _listen(self) -> None:
        """Wait for an answer, but not for long."""
        try:
            number = self.answers.get(timeout=TICK)
        except queue.Empty:
            if self.out and time.monotonic() > self.heard + SILENCE:
                self._hand_out_again()
            return
        self.heard = time.monotonic()
        errand, future = self.out.pop(number, (None, None))
        if errand is None or future is None:  # it was handed out again, or called off
            return
        try:
            self._note(errand, future.result())
        except BubbleriskError as error:  # the worker's own answer
            self.failure = self.failure or error
        except Interrupted:  # ours, of this process; any other came from a worker
            raise
        except (
            BaseException
        ) as error:  # whatever executors raise: a call that was cancelled is none of Exception
            self._again(errand, error)

    def _note(self, errand: Errand, answer: Answer) -> None:
        """Note the blocks of an answer once each; those that it lacks are handed out again."""
        for warning in answer.conditions.warnings():
            if warning not in self.told:
                log.warning(warning)
                self.told.add(warning)
        if self.where.through is not None:
            self._bring(errand, answer)
        for made in answer.made:
            if made.record.index not in self.noted:
                self.noted.add(made.record.index)
                self.finished(made)
        if not errand.rows.keys() <= self.noted:
            raise LookupError("it answered without the blocks")

    def _bring(self, errand: Errand, answer: Answer) -> None:
        """Bring the blocks of an answer into the folder of the run, each verified."""
        address = f"{errand.place}/{errand.bundle}"
        with TemporaryDirectory(prefix=".bundle-", dir=self.job.store.directory) as folder:
            there = transit.fetch(address, Path(folder))
            for made in answer.made:
                index = made.record.index
                if index in self.noted:
                    continue
                self.job.store.copy(index, there)
                found = self.job.store.verified(index, errand.rows[index])
                if found is None or found.digest != made.record.digest:
                    raise LookupError(f"block {index} came damaged")
        transit.remove(address)

    def _again(self, errand: Errand, error: BaseException) -> None:
        """Hand out the blocks of an errand again one by one, unless that was in vain three times."""
        rows = {index: count for index, count in errand.rows.items() if index not in self.noted}
        self.failed.update(rows.keys())
        if self._ending or not rows:
            return
        first = min(rows)
        why = f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else 'no reason given'}"
        if self.failed[first] < ATTEMPTS:
            log.warning("block %d: the executor failed (%s); trying again", first, why)
            self.waiting.extendleft({index: count} for index, count in reversed(rows.items()))
        else:
            self.failure = ExecutorFailed(
                f"block {first} could not be computed: the executor failed {ATTEMPTS} times ({why})"
            )

    def _hand_out_again(self) -> None:
        log.warning(
            "the executor has not answered for %.0f s; %d errands are handed out again: has it any worker?",
            SILENCE, len(self.out),
        )  # fmt: skip
        self.waiting.extendleft(dict(errand.rows) for errand, _ in reversed(self.out.values()))
        self._call_off(forget=True)
        self.heard = time.monotonic()

    def _call_off(self, forget: bool = False) -> None:
        """Call off what has not begun; what runs is waited for, unless it is forgotten."""
        for number, (_, future) in list(self.out.items()):
            if future.cancel() or forget:
                del self.out[number]


def _await(store: Store, blocks: Iterable[int]) -> None:
    """Wait until this machine sees what others wrote: it may remember that a moment ago nothing was there."""
    end = time.monotonic() + UNSEEN
    for index in blocks:
        while not store.record_file(index).exists():
            if time.monotonic() > end:
                raise StorageError(
                    f"block {index} is said to be stored in {store.directory} and is not there",
                    "name a folder that all machines share (--runs), or an object store (--through)",
                )
            time.sleep(TICK)


def _shares(rows: Mapping[int, int], workers: int, most: int) -> Iterator[dict[int, int]]:
    """Blocks in errands: as many as are worth computing at once, fewer near the end, all end alike."""
    waiting = deque(rows)
    while waiting:
        yield share(waiting, rows, workers, most)

"""Executors that behave as badly as real ones do; what they call is called in this process."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from typing import Any

from risk.runs.errand import Answer, Errand

Call = Callable[[Errand], Answer]


@dataclass
class Pool:
    """Calls at once, in the order in which calls are submitted."""

    workers: int = 1
    errands: list[tuple[int, ...]] = field(default_factory=list)

    def submit(self, call: Call, errand: Errand, /) -> Future[Answer]:
        self.errands.append(tuple(errand.rows))
        future: Future[Answer] = Future()
        try:
            answer = self.answer(call, errand)
        except Exception as error:
            future.set_exception(error)
        else:
            if answer is not None:
                future.set_result(answer)
        return future

    def answer(self, call: Call, errand: Errand) -> Answer | None:
        return call(errand)


@dataclass
class Twice(Pool):
    """Calls everything twice, as a scheduler does that takes a slow worker for a dead one."""

    def answer(self, call: Call, errand: Errand) -> Answer:
        call(errand)
        return call(errand)


@dataclass
class Failing(Pool):
    """Fails the first `times` calls that hold a block, after or before it was computed."""

    block: int = 1
    times: int = 2
    after: bool = False

    def answer(self, call: Call, errand: Errand) -> Answer:
        fails = self.block in errand.rows and self.times > 0
        if fails:
            self.times -= 1
        if not fails or self.after:
            made = call(errand)
        if fails:
            raise (CancelledError if self.times else BrokenProcessPool)("a worker ended abruptly")
        return made


@dataclass
class Losing(Pool):
    """Forgets the first call that holds block 1."""

    lost: bool = False

    def answer(self, call: Call, errand: Errand) -> Answer | None:
        if 1 in errand.rows and not self.lost:
            self.lost = True
            return None
        return call(errand)


@dataclass
class Stopping(Pool):
    """Is interrupted at its first call, and gives whoever listens the time to hear of it."""

    def answer(self, call: Call, errand: Errand) -> Answer:
        if len(self.errands) == 1:
            os.kill(os.getpid(), signal.SIGINT)
        time.sleep(0.5)
        return call(errand)


@dataclass
class Empty(Pool):
    """Answers with nothing in it."""

    def answer(self, call: Call, errand: Errand) -> Answer:
        return Answer((), call(errand).conditions)


@dataclass
class Broken(Pool):
    """Takes no call any more."""

    def submit(self, *_: Any) -> Future[Answer]:
        raise BrokenProcessPool("the pool is not usable anymore")

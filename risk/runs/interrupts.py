"""Ctrl-C and SIGTERM while blocks are computed: the first lets running blocks finish, a second does not."""

from __future__ import annotations

import logging
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

log = logging.getLogger(__name__)

HEARD = (signal.SIGINT, signal.SIGTERM)


class Interrupted(KeyboardInterrupt):
    """The user stopped the run; its finished blocks are kept.

    Attributes
    ----------
    exit_code : as shells count a death by the signal: 130 after Ctrl-C, 143 after SIGTERM.
    """

    def __init__(self, reason: str, exit_code: int = 128 + signal.SIGINT) -> None:
        super().__init__(reason)
        self.exit_code = exit_code


@dataclass
class Interrupt:
    """The signal that asked to stop; zero, and false, while there was none."""

    signal: int = 0

    def __bool__(self) -> bool:
        return self.signal != 0

    @property
    def exit_code(self) -> int:
        """What the program ends with."""
        return 128 + self.signal


@contextmanager
def listening() -> Iterator[Interrupt]:
    """An interrupt that a first signal sets, instead of raising; a second one raises `Interrupted`."""
    heard = Interrupt()
    if threading.current_thread() is not threading.main_thread():
        yield heard
        return

    def note(number: int, _: object) -> None:
        if heard:
            raise Interrupted("interrupted twice", 128 + number)
        heard.signal = number
        # Whoever sits at a terminal is told at once; elsewhere the last line says everything.
        level = logging.WARNING if sys.stderr is not None and sys.stderr.isatty() else logging.INFO
        log.log(level, "interrupted: finishing the running blocks; once more stops at once")

    previous = {number: signal.signal(number, note) for number in HEARD}
    try:
        yield heard
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler if handler is not None else signal.SIG_DFL)

"""A sign of life: a command that has said nothing for a while says that it is at work, and for how long.

It beats for the whole program, so that no command can forget it; a bar that is up is sign enough.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread

EVERY = 4.0
"""Seconds of silence."""


class _Voice:
    """When something was last said on standard error, and whether nothing more need be."""

    last = 0.0
    hushed = False


def spoken() -> None:
    """Note that something was said."""
    _Voice.last = time.perf_counter()


def hush(on: bool = True) -> None:
    """Beat no more: a bar is up, or nobody wants to hear; or beat again."""
    _Voice.hushed = on
    spoken()


@contextmanager
def pulse(say: Callable[[str], object], every: float = EVERY) -> Iterator[None]:
    """Say after a few seconds of silence, again and again, that what stands inside is at work."""
    over, begun = Event(), time.perf_counter()
    hush(False)

    def beat() -> None:
        while not over.wait(max(0.0, _Voice.last + every - time.perf_counter())):
            if time.perf_counter() - _Voice.last >= every:
                if not _Voice.hushed:
                    say(f"still at work: {time.perf_counter() - begun:.0f} s")
                spoken()

    Thread(target=beat, daemon=True).start()
    try:
        yield
    finally:
        over.set()

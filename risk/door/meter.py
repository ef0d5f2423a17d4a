"""Progress of several things as one: how much of the work is done, in seconds of one core."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import replace
from functools import partial

from risk.door.desk import Desk, silent
from risk.door.progress import Progress


class Meter:
    """How much of each thing is done.

    Parameters
    ----------
    bar : shows the whole.
    of : what is done → seconds of one core that it is expected to take.
    """

    def __init__(self, bar: Progress, of: Mapping[str, float]) -> None:
        self._bar = bar
        bar.unit = ""  # seconds that were expected; those that it took are another number
        self._of = of
        self._done = dict.fromkeys(of, 0.0)
        self._lock = threading.Lock()

    def reach(self, name: str, seconds: float) -> None:
        """Note that so much of a thing is done; what was done before is never undone."""
        with self._lock:
            if seconds > self._done[name]:
                self._done[name] = seconds
                total = max(1, round(sum(self._of.values())))
                self._bar(min(round(sum(self._done.values())), total), total, {})

    def end(self, name: str) -> None:
        """Note that a thing is done, or has failed."""
        self.reach(name, self._of[name])

    def desk(self, at: Desk, name: str, seconds: float) -> Desk:
        """Where a run is simulated that takes so long, its progress a part of the whole."""
        return replace(at, step=silent, bar=partial(_Part, self, name, seconds))


class _Part(Progress):
    """Progress of a run, shown as a part of the whole."""

    def __init__(self, meter: Meter, name: str, seconds: float, title: str) -> None:
        super().__init__(title, quiet=True)
        self._meter = meter
        self._name = name
        self._seconds = seconds

    def __call__(self, done: int, total: int, means: Mapping[str, float]) -> None:
        """Note how far it is."""
        self._meter.reach(self._name, self._seconds * done / total)

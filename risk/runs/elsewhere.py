"""What computes runs if not our own workers: whatever submits calls."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

USUAL = 32
"""Workers of an executor that does not say how many it has: blocks are handed out in so many shares."""


class Future(Protocol):
    """What `submit` returns; that of `concurrent.futures` and that of Dask are such."""

    def result(self) -> Any:
        """What the call returned; raises what it raised."""

    def add_done_callback(self, call: Callable[[Any], object], /) -> object:
        """Call it when the call has ended, however it did."""

    def cancel(self) -> object:
        """Do not begin what has not begun."""


class Executor(Protocol):
    """Whatever calls functions elsewhere, shaped as those of `concurrent.futures`."""

    def submit(self, call: Callable[..., Any], /, *arguments: Any) -> Any:
        """Have it called, and return a `Future`."""


@dataclass(frozen=True)
class Elsewhere:
    """Where blocks are computed if not by our own workers.

    Attributes
    ----------
    executor : what calls functions there.
    through : address for `fsspec` over which blocks come; by default its workers share the run's folder.
    """

    executor: Executor
    through: str | None = None

    @property
    def workers(self) -> int:
        """Workers that it says it has."""
        said = getattr(self.executor, "workers", None) or getattr(self.executor, "_max_workers", None)
        return said if isinstance(said, int) else USUAL

"""Progress of a run: a bar on a terminal or in a notebook, else a plain line every tenth of the way."""

from __future__ import annotations

import math
import os
import sys
import time
from collections.abc import Mapping
from contextlib import AbstractContextManager
from importlib.util import find_spec
from types import TracebackType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress as Bars
    from rich.progress import TaskID

HEADLINE = "bust"
"""Outcome whose probability so far is shown."""


class Progress(AbstractContextManager["Progress"]):
    """Callback of `risk.runs.execute`.

    Parameters
    ----------
    title : what runs.
    quiet : nothing is shown.
    drawn : a bar is drawn; else lines are written.
    color : the bar is in color.

    Attributes
    ----------
    unit : what is counted, in a word; "" where a count would tell nobody anything and its share is said.
    """

    unit = "paths"

    def __init__(
        self, title: str, *, quiet: bool = False, drawn: bool | None = None, color: bool = True
    ) -> None:
        self._title = title
        self._quiet = quiet
        self._drawn = draws() if drawn is None else drawn
        self._color = color
        self._begun = time.monotonic()
        self._first: int | None = None
        self._done = 0
        self._hits, self._seen = 0.0, 0
        self._tenths = 0
        self._bars: Bars | None = None
        self._task: TaskID | None = None

    def __call__(self, done: int, total: int, means: Mapping[str, float]) -> None:
        """Note that `done` of `total` are stored; `means` are of the block just finished."""
        if self._first is None:
            self._first = 0 if means else done  # blocks stored earlier say nothing of the pace
        if self._quiet:
            return
        if HEADLINE in means and math.isfinite(means[HEADLINE]):
            self._hits += means[HEADLINE] * (done - self._done)
            self._seen += done - self._done
        self._done = done
        if self._drawn:
            self._bar(done, total)
        else:
            self._line(done, total)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave the bar as it is."""
        if self._bars is not None:
            self._bars.stop()
            self.lowered()

    def say(self, line: str) -> None:
        """Write a line."""
        if sys.stderr is not None:
            print(line, file=sys.stderr)

    def raised(self) -> None:
        """Do what is to be done when a bar is up."""

    def lowered(self) -> None:
        """Do what is to be done when it is gone."""

    def _line(self, done: int, total: int) -> None:
        if done == total:
            seconds = time.monotonic() - self._begun
            count = f" {total:,} {self.unit}" if self.unit else ""
            self.say(f"{self._title}: done{count} in {seconds:.1f} s")
        elif 10 * done // total > self._tenths:
            self._tenths = 10 * done // total
            words = (
                f"{self._title}: {10 * self._tenths}%",
                f"{done:,}/{total:,} {self.unit}" if self.unit else "",
                self._eta(done, total),
                self._headline(),
            )
            self.say("  ".join(filter(None, words)))

    def _bar(self, done: int, total: int) -> None:
        if self._bars is None:
            self._bars, self._task = self._start(total)
        assert self._task is not None
        seconds = time.monotonic() - self._begun
        left = f"{seconds:.1f} s" if done == total else self._eta(done, total)
        count = f"{done:,}/{total:,} {self.unit}" if self.unit else f"{100 * done // total}%"
        self._bars.update(self._task, completed=done, count=count, left=left, headline=self._headline())

    def _start(self, total: int) -> tuple[Bars, TaskID]:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn

        columns = (
            TextColumn("{task.description}"),
            BarColumn(bar_width=None),
            TextColumn("{task.fields[count]}"),
            TextColumn("{task.fields[left]}"),
            TextColumn("{task.fields[headline]}"),
        )
        console = Console(stderr=True, color_system="auto" if self._color else None)
        bars = Progress(*columns, console=console, expand=True)
        bars.start()
        self.raised()
        return bars, bars.add_task(self._title, total=total, count="", left="", headline="")

    def _eta(self, done: int, total: int) -> str:
        made = done - (self._first or 0)
        if not made:
            return ""
        seconds = (time.monotonic() - self._begun) / made * (total - done)
        return f"eta {seconds:.0f} s" if seconds < 100 else f"eta {seconds / 60:.0f} min"

    def _headline(self) -> str:
        if not self._seen:
            return ""
        share = self._hits / self._seen
        half = 1.96 * math.sqrt(share * (1.0 - share) / self._seen)
        return f"P({HEADLINE}) {100 * share:.0f}% ±{100 * half:.1f}"


def draws() -> bool:
    """Whether a bar can be drawn: on a terminal, or in a notebook that has widgets."""
    if sys.stderr is not None and sys.stderr.isatty():
        return os.environ.get("TERM") != "dumb"
    notebook = "ipykernel" in sys.modules and find_spec("ipywidgets") is not None
    return bool(notebook)

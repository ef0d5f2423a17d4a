"""What was tried, and what held."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

BLOCKS = 8
"""Random blocks of the run that is tortured; a worker writes the first four as one."""


@dataclass
class Trial:
    """A kind of trial.

    Attributes
    ----------
    what : what was done.
    tried : how often.
    broken : what did not hold, a line each.
    held : what held, in words.
    """

    what: str
    held: str
    tried: int = 0
    broken: list[str] = field(default_factory=list)

    def note(self, wrong: str = "") -> None:
        """One more was tried; `wrong` says what did not hold."""
        self.tried += 1
        if wrong:
            self.broken.append(wrong)


def program(*words: str) -> list[str]:
    """The command line of the program."""
    return [sys.executable, "-m", "risk", *words]


def surroundings() -> dict[str, str]:
    """Variables under which the program runs this checkout's source."""
    return {**os.environ, "PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1"}


def running(folder: Path, paths: int = BLOCKS * 1024) -> list[str]:
    """The command line of the run that is tortured, stored below a folder."""
    return program("run", "base", "--paths", str(paths), "--jobs", "2", "--runs", str(folder), "--quiet")

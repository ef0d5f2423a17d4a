"""How long the program takes before it does anything."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

from benchmarks.bench.figure import Figure
from benchmarks.bench.timing import wall

COMMANDS = ("--version", "--help", "assumptions check")


def starts() -> Iterator[Figure]:
    """Milliseconds of commands that compute nothing."""
    for words in COMMANDS:
        command = [sys.executable, "-m", "risk", *words.split()]
        taken = wall(lambda command=command: subprocess.run(command, capture_output=True, check=True))
        yield Figure(f"bubblerisk {words}", 1e3 * taken, "ms")

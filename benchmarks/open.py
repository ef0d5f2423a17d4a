"""What it costs to work with a stored run in Python: import, opening, a column, a series, everything.

Wanted: `import risk` under 0.1 s, a run of 20,000 paths open in under a second, a column in under 0.1 s. Each
is timed in a process of its own, files as the system has cached them, and the least of a few is told.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

REPEATS = 5
WANTED = {"import risk": 0.1, "open": 1.0, "column": 0.1}
"""Seconds."""


def main() -> None:
    """Store a base run where none is given, and print the least that each step took."""
    options = _options()
    if options.timed:
        print(*_steps(options.run).values())
        return
    with tempfile.TemporaryDirectory() as folder:
        run = options.run or _stored(options, Path(folder))
        found = [_measured(run) for _ in range(REPEATS)]
    for name in found[0]:
        seconds = min(each[name] for each in found)
        wanted = f"  (wanted: {WANTED[name]:g})" if name in WANTED else ""
        print(f"{name:<24}{seconds:8.3f} s{wanted}")


def _steps(run: Path) -> dict[str, float]:
    """Seconds of each step, one after the other."""
    clock, taken = time.perf_counter(), {}

    def lap(name: str) -> None:
        nonlocal clock
        taken[name] = time.perf_counter() - clock
        clock = time.perf_counter()

    import risk

    lap("import risk")
    import pandas  # noqa: F401 - who works with frames has it anyway

    lap("import pandas")
    found = risk.open(run)
    lap("open")
    found.outcome("headline_loss")
    lap("first column")
    found.outcome("bust")
    lap("column")
    found.parameter("gpu.launch_obsolescence")
    lap("parameter")
    found.series("h100_contract")
    lap("series")
    found.outcomes  # noqa: B018 - reading it is the point
    lap("all outcomes")
    found.facilities("dscr")
    lap("series of facilities")
    return taken


NAMES = (
    *("import risk", "import pandas", "open", "first column", "column", "parameter", "series"),
    *("all outcomes", "series of facilities"),
)


def _measured(run: Path) -> dict[str, float]:
    command = [sys.executable, __file__, "--run", str(run), "--timed"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return dict(zip(NAMES, map(float, done.stdout.split()), strict=True))


def _stored(options: argparse.Namespace, folder: Path) -> Path:
    import risk

    jobs = os.cpu_count() or 1
    found = risk.run("base", paths=options.paths, seed=options.seed, jobs=jobs, runs=folder, quiet=True)
    return found.folder


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--paths", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=20261122)
    parser.add_argument("--run", type=Path, help="folder of a stored run")
    parser.add_argument("--timed", action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args()


if __name__ == "__main__":
    main()

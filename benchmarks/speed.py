"""How fast a run is: paths per second, against the time NumPy alone needs to draw the same normals.

The ratio travels between machines better than seconds do. Start-up of the program is timed beside it.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

REPEATS = 3


def main() -> None:
    """Time a base run and print what was found."""
    options = _options()
    from risk.assumptions import load
    from risk.report.pack import write_pack
    from risk.runs import execute

    assumptions = load()
    with tempfile.TemporaryDirectory() as folder:

        def simulate() -> None:
            execute(assumptions, options.paths, options.seed, options.jobs, Path(folder), command="bench")

        seconds = _seconds(simulate)
        pack = Path(folder) / "pack.xlsx"

        def write() -> None:
            write_pack(execute(assumptions, options.paths, options.seed, options.jobs, Path(folder)), pack)

        writing, size = _seconds(write), pack.stat().st_size / 1e6
    count, drawing = _normals(options.paths, options.seed)
    peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    megabytes = peak / (1024 if sys.platform == "linux" else 1024**2)
    _tell("run", f"{options.paths:,}", f"paths on {options.jobs} workers, stored: {seconds:.2f} s")
    _tell("speed", f"{options.paths / seconds:,.0f}", "paths a second")
    _tell("normals", f"{count:,}", f"drawn by NumPy alone on one core: {drawing:.2f} s")
    _tell("ratio", f"{seconds * options.jobs / drawing:.1f}", "x that time, workers added")
    _tell("memory", f"{megabytes:,.0f}", "MB in the largest process")
    _tell("pack", f"{writing:.2f}", f"s to write it, {size:.2f} MB")
    for command in ("--version", "--help", "assumptions check"):
        _tell(command, f"{1e3 * _start_up(command.split()):,.0f}", "ms")


def _tell(name: str, value: str, what: str) -> None:
    print(f"{name:<18}{value:>12}  {what}", flush=True)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--paths", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=20261122)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    return parser.parse_args()


def _normals(paths: int, seed: int) -> tuple[int, float]:
    """Standard normals that a run draws, and the seconds NumPy needs for as many."""
    import numpy as np

    from risk.assumptions import load
    from risk.engine import inputs
    from risk.shocks.dependence import SQUARES
    from risk.shocks.stream import BLOCK

    assumptions = load()
    shocks = inputs.shocks(assumptions, inputs.layout(assumptions), seed, 0)
    columns = SQUARES + sum(array.shape[-1] for array in (shocks.common, *shocks.idiosyncratic.values()))
    blocks = -(-paths // BLOCK)
    generator = np.random.Generator(np.random.PCG64DXSM(seed))
    shape = (columns, assumptions.calendar.quarters, BLOCK)

    def draw() -> None:
        for _ in range(blocks):
            generator.standard_normal(shape)

    return blocks * int(np.prod(shape)), min(_seconds(draw) for _ in range(REPEATS))


def _start_up(words: list[str]) -> float:
    command = [sys.executable, "-m", "risk", *words]
    return min(
        _seconds(lambda: subprocess.run(command, capture_output=True, check=True)) for _ in range(REPEATS)
    )


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


if __name__ == "__main__":
    main()

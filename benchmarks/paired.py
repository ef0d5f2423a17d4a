"""How much processor time a block of 1,024 paths costs, as a ratio to that of another source.

Two processes, each with its own source and register, simulate the same blocks in turn, as many at once as
their source does in a run: what else the machine does hits both. To compare with an earlier state:

    git worktree add /tmp/before v1.0
    python benchmarks/paired.py /tmp/before
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path
from statistics import median

SEED, BLOCKS = 20261122, range(1, 5)
HERE = Path(__file__).resolve().parent.parent


def main() -> None:
    """Ask both sources in turn and print what was found."""
    options = _options()
    if options.answer:
        _answer()
        return
    asked = [_started(root) for root in (options.before, HERE)]
    seconds: list[list[float]] = [[], []]
    for i in range(options.pairs):
        for k in (0, 1) if i % 2 else (1, 0):
            seconds[k].append(_asked(asked[k]))
    for process in asked:
        process.communicate()
    ratios = [here / before for before, here in zip(*seconds, strict=True)]
    before, here = map(min, seconds)
    print(
        f"a block: before {before:.3f} s, here {here:.3f} s, the least of {options.pairs} times {len(BLOCKS)}"
    )
    print(f"ratio {here / before:.3f} of the least, {median(ratios):.3f} median of pairs")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("before", type=Path, nargs="?", help="root of the other source")
    parser.add_argument("--pairs", type=int, default=6)
    parser.add_argument("--answer", action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args()


def _started(root: Path) -> subprocess.Popen[str]:
    """A process with the source of a folder, warmed up."""
    environment = {**os.environ, "PYTHONPATH": str(root), "OMP_NUM_THREADS": "1"}
    process = subprocess.Popen(
        [sys.executable, __file__, "--answer"],
        cwd=root,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    _asked(process)
    return process


def _asked(process: subprocess.Popen[str]) -> float:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write("blocks\n")
    process.stdin.flush()
    return float(process.stdout.readline())


def _answer() -> None:
    """Simulate the blocks for every line that comes in, and say what one of them cost."""
    from risk import engine
    from risk.assumptions import load

    assumptions = load()
    for _ in sys.stdin:
        start = time.process_time()
        if hasattr(engine, "simulate_together"):
            engine.simulate_together(assumptions, SEED, dict.fromkeys(BLOCKS, 1024))
        else:
            for block in BLOCKS:
                engine.simulate(assumptions, SEED, block)
        print((time.process_time() - start) / len(BLOCKS), flush=True)


if __name__ == "__main__":
    main()

"""What a pack costs: processor time and memory, each time in a fresh process.

With `--against` another checkout writes the pack of the same run in turn, so that both meet the same machine;
its source must compute the same runs. The ratio of both tells more than seconds do.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

REPEATS = 4
HERE = Path(__file__).resolve().parents[1]


def main() -> None:
    """Store a base run, write its pack by every checkout, and print the least that each took."""
    options = _options()
    if options.run:
        print(*_cost(options.run))
        return
    from risk.assumptions import load
    from risk.runs import execute

    with tempfile.TemporaryDirectory() as folder:
        execute(load(), options.paths, options.seed, os.cpu_count() or 1, Path(folder), command="bench")
        run = next(path.parent for path in Path(folder).glob("*/manifest.json"))
        checkouts = [HERE, *([options.against.resolve()] if options.against else [])]
        found: dict[Path, list[tuple[float, ...]]] = {checkout: [] for checkout in checkouts}
        for _ in range(REPEATS):
            for checkout in checkouts:
                found[checkout].append(_measured(checkout, run))
    for checkout, costs in found.items():
        imports, seconds, megabytes = (min(column) for column in zip(*costs, strict=True))
        told = f"{seconds:.2f} s of processor time, {megabytes:,.0f} MB"
        print(f"{checkout}: {told}, after {imports:.2f} s of imports")
    if options.against:
        ours, theirs = (min(cost[1] for cost in costs) for costs in found.values())
        print(f"ratio {ours / theirs:.2f}")


def _cost(run: Path) -> tuple[float, float, float]:
    """Seconds of imports and of writing, and the largest size of the process in MB."""
    from risk.report.pack import write_pack
    from risk.runs import open_run

    start = time.process_time()
    write_pack(open_run(run.name, run.parent), run.parent / "pack.xlsx")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return start, time.process_time() - start, peak / (1024 if sys.platform == "linux" else 1024**2)


def _measured(checkout: Path, run: Path) -> tuple[float, ...]:
    command = [sys.executable, __file__, "--run", str(run)]
    environment = {**os.environ, "PYTHONPATH": str(checkout)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return tuple(map(float, done.stdout.split()))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--paths", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=20261122)
    parser.add_argument("--against", type=Path, help="another checkout")
    parser.add_argument("--run", type=Path, help=argparse.SUPPRESS)
    return parser.parse_args()


if __name__ == "__main__":
    main()

"""How fast the model is, on this machine, beside the last time: `make bench`.

Ratios within one run travel between machines better than seconds do; both are told. Every run is kept in
`benchmarks/results/` with the machine's description, and held against the last of a like machine.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as the program does

from benchmarks.bench import counted, phases, scale, start, twins
from benchmarks.bench.figure import Figure
from benchmarks.bench.history import before, beside, keep
from benchmarks.bench.machine import machine
from risk.assumptions import load

SIZES = (20_000, 100_000, 1_024_000)
"""Paths of the runs that are answered from."""

SEED = 20261122


def main() -> None:
    """Measure, print line by line, and keep what was found."""
    options = _options()
    register, described = load(), machine()
    last = before(described)
    print(", ".join(f"{name} {value}" for name, value in described.items()))
    print(f"last time on such a machine: {last.get('date', 'never')} {last.get('commit', '')}\n")
    print(f"{'':<40}{'now':>10}{'':>4}{'before':>10}{'ratio':>7}")
    found: list[Figure] = []
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        sections: dict[str, Callable[[], Iterator[Figure]]] = {
            "phases": lambda: phases.phases(register, SEED),
            "counts": lambda: counted.counts(register, SEED),
            "widths": lambda: phases.widths(register, SEED),
            "workers": lambda: scale.workers(register, SEED),
            "twins": lambda: twins.twins(register, SEED),
            "start": start.starts,
            "packs": lambda: scale.packs(register, SEED, options.paths, Path(folder)),
        }
        for name in options.only or sections:
            for figure in sections[name]():
                found.append(figure)
                _tell(figure, beside(figure, last))
    if not options.only:
        print(f"\nkept as benchmarks/results/{keep(found, described).name}")


def _tell(figure: Figure, told: str) -> None:
    line = f"{figure.name:<40}{figure.value:>10,.4g} {figure.unit:<3}{told:<25}  {figure.what}"
    print(line.rstrip(), flush=True)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--paths", type=int, nargs="+", default=SIZES, help="sizes of the packs")
    parser.add_argument("--only", nargs="+", help="sections; nothing is kept then")
    parser.add_argument("--folder", type=Path, help="where the runs are stored meanwhile (4 KB a path)")
    return parser.parse_args()


if __name__ == "__main__":
    main()

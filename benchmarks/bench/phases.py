"""Where the time of a run goes: drawing, stepping, recording, storing, in processor time a path.

Random blocks are worked on together as a worker of a run does. Recording is what is left of a whole block
when drawing and stepping are taken off.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.bench.figure import Figure
from benchmarks.bench.timing import processor
from risk.assumptions import Assumptions
from risk.engine.couplings import Links
from risk.engine.quarters import opening, quarters
from risk.engine.simulate import TOGETHER, carried, simulate_together
from risk.runs.legend import Legend
from risk.runs.store import Store
from risk.shocks.stream import BLOCK

WIDTHS = (1, 2, 4, 8)
"""Random blocks computed together."""


def phases(register: Assumptions, seed: int) -> Iterator[Figure]:
    """Microseconds of the processor a path, by phase."""
    blocks, paths = range(1, 1 + TOGETHER), TOGETHER * BLOCK
    links = Links(register.switches, None)
    start = opening(register, seed, *blocks)

    def step() -> None:
        for _ in quarters(start, links):
            pass

    found = carried(register, start, paths, links)
    legend = Legend.of(register)
    stepped, whole = processor(step), processor(lambda: carried(register, start, paths, links))
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder))
        seconds = {
            "draw": processor(lambda: opening(register, seed, *blocks)),
            "step": stepped,
            "record": whole - stepped,
            "store": processor(lambda: [store.write(block, legend) for block in found]),
        }
    told = {
        "draw": "parameters and shocks, and the base date",
        "step": "the mechanisms, all quarters",
        "record": "series, sums, identities, outcomes",
        "store": "written, hashed and forced to disk",
    }
    for name, took in seconds.items():
        yield Figure(f"{name} a path", 1e6 * took / paths, "µs", told[name])
    yield Figure("a path in all", 1e6 * sum(seconds.values()) / paths, "µs", "of one processor")


def widths(register: Assumptions, seed: int) -> Iterator[Figure]:
    """What computing random blocks together saves: processor time a path against one block at a time."""
    found = {}
    for width in WIDTHS:
        rows = dict.fromkeys(range(1, 1 + width), BLOCK)
        found[width] = processor(lambda rows=rows: simulate_together(register, seed, rows)) / width
    for width, took in found.items():
        what = "draw, step and record, against one block at a time"
        yield Figure(f"{width} blocks together", took / found[1], "×", what)

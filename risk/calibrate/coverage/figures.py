"""Coverage of our own intervals as figures of evidence."""

from __future__ import annotations

from collections.abc import Iterator

from risk.calibrate.coverage.measure import WANTED, Coverage, measure
from risk.calibrate.coverage.sources import LARGE
from risk.calibrate.validation.evidence import Figure
from risk.runs import Run
from risk.shocks.stream import BLOCK

HOW = "python -m risk.calibrate.coverage"


def figures(run: Run) -> Iterator[Figure]:
    """A figure a kind of interval, of pieces of one block or, where that is too few paths, of eight."""
    small, large = measure(run), {found.kind: found for found in measure(run, blocks=LARGE)}
    for found in small:
        if found.silent < 0.5:
            yield _figure(found, run.paths // BLOCK, BLOCK)
        elif found.kind in large:
            yield _figure(large[found.kind], run.paths // BLOCK // LARGE, LARGE * BLOCK)


def _figure(found: Coverage, pieces: int, paths: int) -> Figure:
    """The share of intervals that hold, with bounds that leave two of its own standard errors."""
    slack = 2.0 * found.held.standard_error
    what = f"Our 95% intervals of {paths:,} paths that hold the truth: {found.kind}"
    silent = f" {found.silent:.0%} of runs have too few paths to tell one." if found.silent > 0.005 else ""
    note = (
        f"± {found.held.standard_error:.1%}; {found.numbers:,} numbers a run; "
        f"{found.below:.1%} lie below, {found.above:.1%} above.{silent}"
    )
    name = f"interval-{found.kind.replace(' ', '-')}".replace("'", "")
    low, high = WANTED[0] - slack, WANTED[1] + slack
    return Figure(name, what, found.held.value, "fraction", low, high, pieces, "runs", HOW, note)

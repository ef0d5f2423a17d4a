"""`python -m risk.calibrate.coverage [PATHS]`: coverage of our own intervals, kept as evidence.

A run of the base case, 400 random blocks unless PATHS says otherwise, and four registers of 100 blocks beside
it are simulated where they are not stored: some fifteen minutes of two cores, and seven gigabytes on disk.
Telling the pieces takes as long again. Blocks and pieces that are kept are not computed again.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping

from risk.assumptions import locate
from risk.calibrate.coverage import beside
from risk.calibrate.coverage.figures import LARGE, SCARCE, Measured, figures
from risk.calibrate.coverage.measure import FEWEST, of_beside, of_pieces
from risk.calibrate.coverage.pieces import Pieces, carry_out, pieces
from risk.calibrate.validation import evidence
from risk.calibrate.validation.evidence import Figure
from risk.errors import UsageError
from risk.runs import Run
from risk.runs.prepare import plan
from risk.shocks.stream import BLOCK

PATHS, SEED = 400 * BLOCK, 17

COMMAND = "python -m risk.calibrate.coverage"

SHOWN = 25
"""Pieces after which it is said how far it is."""


def main(paths: int = PATHS) -> None:
    """Measure, keep, and say where; what is missing is simulated first."""
    if paths < FEWEST * LARGE * BLOCK:
        reason = f"{paths:,} paths make too few pieces"
        raise UsageError(reason, f"coverage wants {FEWEST * LARGE * BLOCK:,} paths, better {PATHS:,}")
    planned = plan(locate.BASE, paths, SEED)
    planned.settle(print)
    found = tuple(measured(planned.run(None)))
    record = evidence.made("coverage", COMMAND, found, paths=paths, seed=SEED)
    print(f"written: {evidence.keep(record, locate.register())}")


def measured(run: Run) -> Iterator[Figure]:
    """Figures of a run, of its pieces and of registers beside it."""
    small, large = pieces(run, 1), pieces(run, LARGE, SCARCE)
    for each in (small, large):
        carry_out(each, _said)
    further = beside.beside(run)
    further.settle(print)
    whole = small.kept(small.count)

    def of(told: Pieces) -> Measured:
        return Measured(told.count, told.blocks * BLOCK, of_pieces(told, whole))

    size = min(beside.PATHS, run.paths) // beside.SIZE
    yield from figures(of(small), of(large), Measured(size, beside.SIZE, of_beside(further)))


def _said(done: int, total: int, _: Mapping[str, float]) -> None:
    if done % SHOWN == 0:
        print(f"{done} of {total} pieces are told", flush=True)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))

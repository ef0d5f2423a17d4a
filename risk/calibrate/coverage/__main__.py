"""`python -m risk.calibrate.coverage [PATHS]`: coverage of our own intervals, kept as evidence.

A run of the base case, 400 random blocks unless PATHS says otherwise, is simulated where it is not stored:
some ten minutes on two cores, and four gigabytes on disk.
"""

from __future__ import annotations

import sys

from risk.assumptions import locate
from risk.calibrate.coverage.figures import figures
from risk.calibrate.validation import evidence
from risk.runs.prepare import plan
from risk.shocks.stream import BLOCK

PATHS, SEED = 400 * BLOCK, 17


def main(paths: int = PATHS) -> None:
    """Measure, keep, and say where."""
    planned = plan(locate.BASE, paths, SEED)
    planned.settle(print)
    run = planned.run(None)
    command = "python -m risk.calibrate.coverage"
    record = evidence.made("coverage", command, tuple(figures(run)), paths=paths, seed=SEED)
    print(f"written: {evidence.keep(record, locate.register())}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))

"""`python -m risk.calibrate.coverage RUN [OTHER]`: coverage of a long run's intervals, in Markdown.

OTHER is a run of another scenario on the same draws, for the intervals of differences.
"""

from __future__ import annotations

import sys
from pathlib import Path

from risk.calibrate.coverage.measure import Coverage, measure
from risk.runs import open_run

HEAD = "| kind | numbers | held | ± SE | below | above | too few paths | |\n|---|---|---|---|---|---|---|---|"


def row(found: Coverage) -> str:
    """One line of the table."""
    told = (found.held.value, found.held.standard_error, found.below, found.above, found.silent)
    cells = " | ".join(f"{value:.1%}" for value in told)
    return f"| {found.kind} | {found.numbers:,} | {cells} | {'' if found.right else 'outside'} |"


if __name__ == "__main__":
    run, *others = (open_run(Path(name) if "/" in name else name) for name in sys.argv[1:])
    for blocks in (1, 8):
        print(f"\n{1024 * blocks:,} paths\n\n{HEAD}")
        print(*map(row, measure(run, next(iter(others), None), blocks)), sep="\n")

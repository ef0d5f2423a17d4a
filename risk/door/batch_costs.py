"""What a batch will take, and how many workbooks fit into memory at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from risk.door import costs

if TYPE_CHECKING:
    from risk.runs.prepare import Plan

PACK, PACK_SECONDS = 4.0, 0.3
"""Seconds of one core for a workbook of few paths, and for a thousand more of them."""

PACK_BYTES = 700_000_000
"""Memory of a worker that writes a workbook of 20,000 paths."""


@dataclass(frozen=True)
class Cost:
    """Seconds of one core for a scenario: its run, what stands beside it, and its workbook.

    Attributes
    ----------
    disk : bytes that it adds.
    """

    run: float
    beside: float
    pack: float
    disk: int = 0

    @property
    def all(self) -> float:
        """Of everything."""
        return self.run + self.beside + self.pack


NOTHING = Cost(0.0, 0.0, 0.0)
"""Of a scenario that is refused."""


def expected(plan: Plan) -> Cost:
    """What a scenario takes; stored blocks take nothing, its workbook is taken for one to be written."""
    from risk.calibrate.parameter_band import PATHS
    from risk.runs import estimated_bytes

    pack = PACK + PACK_SECONDS * plan.paths / 1_000
    if plan.stored:
        return Cost(0.0, 0.0, pack)
    share, paced = costs.missing(plan), costs.timed(plan)
    others = 2 * min(plan.paths, PATHS)
    disk = round(share * estimated_bytes(plan.assumptions, plan.paths))
    disk += estimated_bytes(plan.assumptions, others)
    run, beside = (costs.seconds_of(paths, paced) for paths in (share * plan.paths, others))
    return Cost(run, beside, pack, disk)


def at_once(jobs: int) -> int:
    """Workbooks that may be written at once: by every worker, unless memory is short."""
    free = _available()
    return jobs if free is None else max(1, min(jobs, free // PACK_BYTES))


def _available() -> int | None:
    """Bytes that a program may ask for without anything being swapped out; None where nobody says."""
    try:
        with open("/proc/meminfo", encoding="ascii") as lines:  # noqa: PTH123
            words: Any = next(line.split() for line in lines if line.startswith("MemAvailable:"))
    except (OSError, StopIteration):
        return None
    return int(words[1]) * 1024

"""What work will take, told before it is begun: one sentence for all commands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from risk.cores import workers

if TYPE_CHECKING:
    from pathlib import Path

    from risk.runs import Manifest, Specification
    from risk.runs.prepare import Plan

OPENING, SECONDS = 1.0, 0.6
"""That a register takes before its first path, and a thousand paths, on one core; where nothing was timed."""


def cost(left: str, count: int, seconds: float, jobs: int | None) -> str:
    """What is left to do, and how long it takes.

    Parameters
    ----------
    left : what, in words, with how many.
    count : pieces that can be done side by side.
    seconds : of one core for all of it.
    """
    from risk.report.terminal.plan import duration

    n = min(workers(jobs), max(count, 1))
    processes = f"{n} process{'es' if n > 1 else ''}"
    return f"{left}, about {duration(seconds / n)} on {processes}; Ctrl-C keeps what is done"


def seconds_of(paths: float, timed: float | None = None) -> float:
    """Of one core for so many paths of a register, by a pace that was timed where there is one, s a path."""
    return timed * paths if timed else OPENING + SECONDS * paths / 1_000


def pace(run: Manifest | None) -> float | None:
    """Seconds of one core a path, as computing a run took them; None where nothing was timed."""
    if run is None or not run.clock.get("work"):
        return None
    return float(run.clock["work"]) * len(run.blocks) / int(run.clock["computed"]) / run.paths


def timed(plan: Plan) -> float | None:
    """Seconds of one core a path, as the newest run of a plan's scenario took them; None without one."""
    from risk.runs import newest

    return pace(newest(plan.assumptions.scenario.name, plan.root))


def missing(plan: Plan) -> float:
    """Share of a planned run that is not there; all of it while its base medians are not known."""
    known = plan.specification()
    return 1.0 - stored(known, plan.root) / known.blocks if known else 1.0


def stored(specification: Specification, root: Path) -> int:
    """Blocks of a run that are there: its own, and those of runs of other lengths."""
    from risk.runs import reusable
    from risk.runs.store import Store

    return len(Store(root / specification.id).stored() | set(reusable(specification, root)))

"""What a run would take: for `bubblerisk run --dry-run`."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from risk.cores import workers as processes
from risk.door import costs

if TYPE_CHECKING:
    from risk.report.terminal.plan import Forecast, Target
    from risk.runs.prepare import Plan

PROCESS, WORKER = 200_000_000, 240_000_000
"""Bytes that the program and each worker take at most, however many paths: blocks come one by one."""

LARGE = 100_000
"""Paths from which on a run says before it starts what it will take."""


def forecast(plan: Plan, jobs: int | None, target: Target | None = None) -> Forecast:
    """Find out what a planned run would take and change, without running anything."""
    from risk.analysis.inputs import input_changes
    from risk.analysis.provenance import provenance
    from risk.report.terminal.plan import Forecast
    from risk.runs import estimated_bytes, newest, open_run
    from risk.shocks.stream import BLOCK

    assumptions = plan.assumptions
    specification = plan.specification()
    run = specification.id if specification else None
    previous = newest(assumptions.scenario.name, plan.root)
    blocks = -(-plan.paths // BLOCK)
    stored = costs.stored(specification, plan.root) if specification else 0
    paced = costs.pace(previous)
    workers = min(processes(jobs), blocks)
    return Forecast(
        scenario=assumptions.scenario.name,
        title=assumptions.scenario.title,
        paths=plan.paths,
        quarters=assumptions.calendar.quarters,
        seed=plan.seed,
        jobs=workers,
        folder=plan.root.as_posix(),
        run=run,
        blocks=blocks,
        stored=stored,
        complete=run is not None and (plan.root / run / "manifest.json").exists(),
        memory=PROCESS + (WORKER * workers if workers > 1 else 0),
        disk=estimated_bytes(assumptions, plan.paths),
        free=_free(plan.root),
        seconds=None if paced is None else paced * plan.paths * (blocks - stored) / blocks / workers,
        register=provenance(assumptions, date.today()),
        previous=previous.id if previous else None,
        changes=input_changes(open_run(previous.id, plan.root).register, assumptions) if previous else (),
        target=target,
    )


def announced(plan: Plan, jobs: int | None) -> str:
    """What a large run that is not complete will take on disk and in time, in a line; of others nothing."""
    from risk.report.terminal.plan import duration, size
    from risk.runs import estimated_bytes

    specification = plan.specification()
    if plan.paths < LARGE or specification is None or plan.stored:
        return ""
    workers, paced = min(processes(jobs), specification.blocks), costs.timed(plan)
    seconds = None if paced is None else paced * plan.paths * costs.missing(plan) / workers
    time = "" if seconds is None else f", ~{duration(seconds)} at the pace of the newest run"
    room = size(estimated_bytes(plan.assumptions, plan.paths))
    name = plan.assumptions.scenario.name
    return f"{name}: {plan.paths:,} paths take up to {room} in {plan.root.as_posix()}{time}"


def _free(root: Path) -> int:
    folders = (root.absolute(), *root.absolute().parents)
    return shutil.disk_usage(next(folder for folder in folders if folder.exists())).free

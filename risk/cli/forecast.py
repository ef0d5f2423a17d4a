"""What a run would take: for `bubblerisk run --dry-run`."""

from __future__ import annotations

import os
import shutil
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from risk.cli.console import document

if TYPE_CHECKING:
    from risk.cli.options import Output
    from risk.report.terminal.plan import Forecast
    from risk.runs import Manifest
    from risk.runs.prepare import Plan

PROCESS, WORKER = 200_000_000, 240_000_000
"""Bytes that the program and each worker take at most, however many paths: blocks come one by one."""


def forecast(plan: Plan, jobs: int | None) -> Forecast:
    """Find out what a planned run would take and change, without running anything."""
    from risk.analysis.inputs import input_changes
    from risk.analysis.provenance import provenance
    from risk.report.terminal.plan import Forecast
    from risk.runs import estimated_bytes, newest, open_run
    from risk.shocks.stream import BLOCK

    assumptions = plan.assumptions
    register = assumptions.normalised()
    specification = plan.specification()
    run = specification.id if specification else ""
    directory = plan.root / run
    previous = newest(assumptions.scenario.name, plan.root)
    blocks = -(-plan.paths // BLOCK)
    workers = min(jobs or os.cpu_count() or 1, blocks)
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
        stored=len(list((directory / "blocks").glob("*.json"))) if run else 0,
        complete=bool(run) and (directory / "manifest.json").exists(),
        memory=PROCESS + (WORKER * workers if workers > 1 else 0),
        disk=estimated_bytes(assumptions, plan.paths),
        free=_free(plan.root),
        seconds=_seconds(previous, plan.paths, workers),
        register=provenance(register, date.today()),
        previous=previous.id if previous else "",
        changes=input_changes(open_run(previous.id, plan.root).assumptions, register) if previous else (),
    )


def write_forecast(found: Forecast, command: str, output: Output) -> None:
    """Print a forecast."""
    from risk.report.terminal.plan import SCHEMA, plan_data, screen

    if output.json:
        document(SCHEMA, plan_data(found))
        return
    from risk.cli.screens import show

    show(lambda page: screen(found, page, command), output)


def _free(root: Path) -> int:
    folders = (root.absolute(), *root.absolute().parents)
    return shutil.disk_usage(next(folder for folder in folders if folder.exists())).free


def _seconds(previous: Manifest | None, paths: int, workers: int) -> float | None:
    """Time at the pace of an earlier run, in proportion to paths and workers."""
    if previous is None or not previous.clock.get("seconds"):
        return None
    work = float(previous.clock["seconds"]) * min(int(previous.clock["jobs"]), len(previous.blocks))
    return work * paths / previous.paths / workers

"""Every scenario side by side, a workbook each, and one that compares them."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Unpack

from risk.assumptions import locate
from risk.cores import workers
from risk.door import costs, packs
from risk.door.batch_costs import NOTHING, Cost, at_once, expected
from risk.door.batch_work import OVERWRITE, Batch, Task
from risk.door.desk import REPORTS, Where, desk
from risk.door.meter import Meter
from risk.door.side_by_side import side_by_side
from risk.door.told import Told
from risk.errors import BubbleriskError, UsageError
from risk.units import AS_IN_FILES

if TYPE_CHECKING:
    from risk.runs.prepare import Plan


def batch(
    *scenarios: str,
    reports: str | Path = REPORTS,
    force: bool = False,
    mask: bool = False,
    paths: int | None = None,
    seed: int | None = None,
    vintage: str | None = None,
    **where: Unpack[Where],
) -> Told[Any]:
    """Simulate scenarios side by side, write their workbooks and a comparison.

    What fails is told in its row, and does not stop the others.

    Parameters
    ----------
    scenarios : names or files; all of the register's by default.
    reports : folder of the workbooks.
    force : let fewer paths of the same inputs replace a workbook of more.
    mask : show companies by letters.
    paths, seed, vintage : of every run.
    where : see `risk.Where`.

    Raises
    ------
    UsageError : there is no such scenario, or a workbook there shows more paths.
    Interrupted : finished blocks and workbooks are kept; the same call goes on from there.
    """
    from risk.report.terminal.batch import BATCH, screen

    at = desk(where)
    room = threading.Semaphore(at_once(workers(at.jobs)))
    task = Task(at, Path(reports), force, mask, paths, seed, vintage, room)
    plans = _wanted(scenarios, task)
    done = _carried_out(task, plans)
    rows = [*(done.rows[word] for word in plans), *done.compared]
    runs = [run for word in plans if (run := done.complete(word)) is not None]
    called = runs[0].register.names if runs else AS_IN_FILES
    return Told(rows, BATCH, screen, called, ok=all(row.status != "failed" for row in rows))


def _wanted(scenarios: Sequence[str], task: Task) -> dict[str, Plan | BubbleriskError]:
    """The scenarios, each once; what is misspelt or refused is told of all, and before an hour's work."""
    folder = locate.register(task.at.register)
    wanted = tuple(dict.fromkeys(scenarios)) or locate.scenarios(folder)
    for name in wanted:
        locate.scenario(folder, locate.vintage(folder, name)[0])
    plans = {name: task.planned(name) for name in wanted}
    sound = [plan for plan in plans.values() if not isinstance(plan, BubbleriskError)]
    kept = (
        [] if task.force else [why for plan in sound if (why := packs.fewer(plan, task.place(plan), task.at))]
    )
    if kept:
        raise UsageError("; ".join(kept), *OVERWRITE)
    return plans


def _carried_out(task: Task, plans: Mapping[str, Plan | BubbleriskError]) -> Batch:
    """Everything, with its cost told before, progress meanwhile, and a line a result."""
    from risk.runs import Interrupted

    of = {
        word: NOTHING if isinstance(plan, BubbleriskError) else expected(plan) for word, plan in plans.items()
    }
    task.at.step(_cost(task, of))
    with task.at.bar(f"batch of {len(plans)}") as bar:
        batch = Batch(task, plans, of, Meter(bar, {word: cost.all for word, cost in of.items()}))
        some = any(cost.run for cost in of.values())
        try:
            for made in side_by_side(batch.calls(), workers(task.at.jobs), some):
                made.result()
        except KeyboardInterrupt as stop:
            done = f"{len(batch.rows)} of {len(plans)} scenarios are done"
            kept = f"their workbooks, and every finished block in {task.at.runs}, are kept"
            reason = f"interrupted: {done}; {kept}; the same command goes on from there"
            raise Interrupted(reason, getattr(stop, "exit_code", 130)) from None
    return batch


def _cost(task: Task, of: Mapping[str, Cost]) -> str:
    from risk.report.terminal.plan import size

    runs = sum(cost.run > 0.0 for cost in of.values())
    disk = size(sum(cost.disk for cost in of.values()))
    todo = (
        f"{runs} runs to simulate, two under other shocks beside each, at most {disk} of disk; "
        if runs
        else ""
    )
    left = f"batch: {todo}up to {len(of)} workbooks to write"
    return costs.cost(left, len(of), sum(cost.all for cost in of.values()), task.at.jobs)

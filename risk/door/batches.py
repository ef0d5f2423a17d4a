"""Every scenario side by side, a workbook each, and one that compares them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Unpack

from risk.assumptions import locate
from risk.door import costs, opening, packs, writing
from risk.door.batch_costs import NOTHING, Cost, at_once, expected
from risk.door.desk import REPORTS, Desk, Where, desk
from risk.door.meter import Meter
from risk.door.side_by_side import heed, side_by_side, workers
from risk.door.told import Told
from risk.errors import BubbleriskError, UsageError, storage_error
from risk.report.form import Form
from risk.units import AS_IN_FILES

if TYPE_CHECKING:
    from risk.report.terminal.batch import Row
    from risk.runs import Run
    from risk.runs.prepare import Plan

COMPARISON = "comparison.xlsx"
OVERWRITE = ("--force replaces them", "--reports DIR writes others elsewhere")


@dataclass(frozen=True)
class Task:
    """What every scenario of a batch shares.

    Attributes
    ----------
    room : of so many workbooks at once.
    """

    at: Desk
    reports: Path
    force: bool
    mask: bool
    paths: int | None
    seed: int | None
    vintage: str | None
    room: threading.Semaphore

    @property
    def form(self) -> Form:
        """The form of every workbook."""
        return Form(mask=self.mask)

    def planned(self, scenario: str) -> Plan | BubbleriskError:
        """The run of a scenario, or what is wrong with it: told when its turn comes."""
        try:
            return opening.plan(scenario, self.at, self.paths, self.seed, self.vintage)
        except BubbleriskError as error:
            return error

    def place(self, found: Run | Plan) -> Path:
        """Where the pack of a run belongs."""
        return packs.place(found, reports=self.reports)

    def written(self, run: Run, beside: Sequence[Run], ready: Callable[[], object]) -> Row:
        """Write the pack of a run where it is not up to date, with other runs beside it.

        Parameters
        ----------
        ready : called when nothing is left to do but to write.
        """
        from risk.report.terminal.batch import Row

        path = self.place(run)
        opening.stand(run, self.at)
        if packs.made(run, None, path, self.at, beside, self.form):
            return Row.of(run, "up to date", path.as_posix())
        if not self.force and (why := packs.fewer(run, path, self.at)):
            raise UsageError(why, *OVERWRITE)
        opening.strike_again(run, self.at)
        opening.calibrate(run, self.at)
        opening.stand(run, self.at)
        ready()
        with self.room:
            writing.write(run, path, beside, self.form, workers(self.at.jobs))
        return Row.of(run, "written", path.as_posix())

    def why(self, name: str, error: Exception) -> str:
        """Tell an error in full and return its first line."""
        if isinstance(error, OSError):
            error = storage_error(error)
        if isinstance(error, BubbleriskError):
            self.at.note(f"{name}: failed\n{error}")
            return error.reason
        import traceback

        self.at.note(f"{name}: failed\n{''.join(traceback.format_exception(error))}")
        return f"a defect of bubblerisk: {type(error).__name__}: {error}"


@dataclass
class Batch:
    """A batch under way.

    Attributes
    ----------
    plans : word → its plan, or what is wrong with it; `of` has what each takes.
    runs : word → its run, as soon as it is complete, or what became of it.
    rows : word → what came of it.
    """

    task: Task
    plans: Mapping[str, Plan | BubbleriskError]
    of: Mapping[str, Cost]
    meter: Meter
    runs: dict[str, Future[Run]] = field(default_factory=dict)
    rows: dict[str, Row] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.runs = {word: Future() for word in self.plans}

    def calls(self) -> list[Callable[[], None]]:
        """Everything there is to do: the base case first, for it stands beside all, and its workbook last."""
        first = [word for word, plan in self.plans.items() if _is_base(plan)]
        rest = [word for word in self.plans if word not in first]
        return [
            *(partial(self._simulate, word) for word in first),
            *(partial(self._carry_out, word, first) for word in rest),
            *(partial(self._write, word, [*self.plans]) for word in first),
        ]

    def _carry_out(self, word: str, beside: Sequence[str]) -> None:
        self._simulate(word)
        self._write(word, beside)

    def _simulate(self, word: str) -> None:
        """Simulate a scenario where it is not stored."""
        try:
            plan = self.plans[word]
            if isinstance(plan, BubbleriskError):
                raise plan
            self.runs[word].set_result(opening.simulate(plan, self._desk(word)))
        except BaseException as error:
            self.runs[word].set_exception(error)
            if not isinstance(error, Exception):
                raise
            self._fail(word, error)

    def _write(self, word: str, beside: Sequence[str]) -> None:
        """Write the workbook of a scenario whose run is complete, with the runs of other words beside it.

        The base case stands beside every scenario, every scenario beside the base case only: each takes more
        than a second, and the comparison has them all. One of other quarters stands beside none.
        """
        heed()
        if self.runs[word].exception() is not None:
            return
        run = self.runs[word].result()
        complete = [made.result() for other in beside if not (made := self.runs[other]).exception()]
        others = [other for other in complete if other.id != run.id and other.calendar == run.calendar]
        task, cost = replace(self.task, at=self._desk(word)), self.of[word]
        try:
            row = task.written(run, others, lambda: self.meter.reach(word, cost.run + cost.beside))
        except Exception as error:
            self._fail(word, error)
            return
        self._note(word, row)

    def _desk(self, word: str) -> Desk:
        return self.meter.desk(self.task.at, word, self.of[word].run)

    def _fail(self, word: str, error: Exception) -> None:
        from risk.report.terminal.batch import Row

        self._note(word, Row(word, "failed", why=self.task.why(word, error)))

    def _note(self, word: str, row: Row) -> None:
        """Keep what came of a scenario and tell it in a line."""
        from risk.report.terminal.batch import in_line

        self.rows[word] = row
        self.meter.end(word)
        self.task.at.step(f"{in_line(row)} ({len(self.rows)} of {len(self.plans)})")


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
    from risk.runs import open_run

    at = desk(where)
    room = threading.Semaphore(at_once(workers(at.jobs)))
    task = Task(at, Path(reports), force, mask, paths, seed, vintage, room)
    plans = _wanted(scenarios, task)
    rows = _carried_out(task, plans)
    runs = [open_run(at.runs / row.run) for row in rows if row.run]
    told = [*rows, *_compared(runs, task)]
    called = runs[0].register.names if runs else AS_IN_FILES
    return Told(told, BATCH, screen, called, ok=all(row.status != "failed" for row in told))


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


def _carried_out(task: Task, plans: Mapping[str, Plan | BubbleriskError]) -> list[Row]:
    """Everything but the comparison, with its cost told before, progress meanwhile, and a line a result."""
    from risk.runs import Interrupted

    of = {
        word: NOTHING if isinstance(plan, BubbleriskError) else expected(plan) for word, plan in plans.items()
    }
    task.at.step(_cost(task, of))
    with task.at.bar(f"batch of {len(plans)}, seconds of work") as bar:
        batch = Batch(task, plans, of, Meter(bar, {word: cost.all for word, cost in of.items()}))
        try:
            for made in side_by_side(batch.calls(), workers(task.at.jobs)):
                made.result()
        except KeyboardInterrupt as stop:
            done = f"{len(batch.rows)} of {len(plans)} scenarios are done"
            kept = f"their workbooks, and every finished block in {task.at.runs}, are kept"
            reason = f"interrupted: {done}; {kept}; the same command goes on from there"
            raise Interrupted(reason, getattr(stop, "exit_code", 130)) from None
    return [batch.rows[word] for word in plans]


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


def _is_base(plan: Plan | BubbleriskError) -> bool:
    return not isinstance(plan, BubbleriskError) and plan.assumptions.scenario.name == locate.BASE


def _compared(runs: Sequence[Run], task: Task) -> list[Row]:
    """Write the workbook that compares two scenarios or more; the row tells what came of it."""
    from risk.report.terminal.batch import Row

    if len(runs) < 2:
        return []
    path = task.reports / COMPARISON
    try:
        from risk.report.comparison import compare_scenarios
        from risk.report.excel import write

        task.at.step(f"comparison: writing {path}")
        path.parent.mkdir(parents=True, exist_ok=True)
        write(compare_scenarios(runs, task.mask), path)
    except Exception as error:
        return [Row("comparison", "failed", why=task.why("comparison", error))]
    return [Row("comparison", "written", pack=path.as_posix())]

"""What a batch does of every scenario, and of all together."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from risk.assumptions import locate
from risk.cores import workers
from risk.door import opening, packs, writing
from risk.door.batch_costs import Cost
from risk.door.desk import Desk
from risk.door.meter import Meter
from risk.door.side_by_side import go_first, heed
from risk.errors import BubbleriskError, UsageError, storage_error
from risk.report.form import Form

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
    rows : word → what came of it; `compared` of the comparison, if there is one.
    """

    task: Task
    plans: Mapping[str, Plan | BubbleriskError]
    of: Mapping[str, Cost]
    meter: Meter
    runs: dict[str, Future[Run]] = field(default_factory=dict)
    rows: dict[str, Row] = field(default_factory=dict)
    compared: list[Row] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.runs = {word: Future() for word in self.plans}

    def calls(self) -> list[Callable[[], None]]:
        """Everything there is to do: the base case first, for it stands beside all, and its workbook last.

        What is measured beside it, and the comparison, are work for whoever has none meanwhile.
        """
        first = [word for word, plan in self.plans.items() if _is_base(plan)]
        rest = [word for word in self.plans if word not in first]
        return [
            *(partial(self._simulate, word) for word in first),
            *(partial(self._measure, word) for word in first),
            *(partial(self._carry_out, word, first) for word in rest),
            *(partial(self._finish, word) for word in first),
            self._compare,
        ]

    def _carry_out(self, word: str, beside: Sequence[str]) -> None:
        self._simulate(word)
        self._write(word, beside)

    def _finish(self, word: str) -> None:
        """Write the workbook that takes longest: it is not to be left alone in the end."""
        go_first()
        self._write(word, [*self.plans])

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
        if (run := self.complete(word)) is None or word in self.rows:
            return
        complete = [found for other in beside if (found := self.complete(other)) is not None]
        others = [other for other in complete if other.id != run.id and other.calendar == run.calendar]
        task, cost = replace(self.task, at=self._desk(word)), self.of[word]
        try:
            row = task.written(run, others, lambda: self.meter.reach(word, cost.run + cost.beside))
        except Exception as error:
            self._fail(word, error)
            return
        self._note(word, row)

    def _measure(self, word: str) -> None:
        """Measure beside a run of now what its workbook will show, and what needs no other scenario."""
        heed()
        run = self.complete(word)
        if run is None or not self.of[word].run:
            return
        try:
            opening.strike_again(run, self._desk(word))
            opening.calibrate_alone(run, self._desk(word))
        except Exception as error:
            self._fail(word, error)

    def _compare(self) -> None:
        """Write the workbook that compares two scenarios or more."""
        from risk.report.terminal.batch import Row

        heed()
        runs = [run for word in self.plans if (run := self.complete(word)) is not None]
        if len(runs) < 2:
            return
        path = self.task.reports / COMPARISON
        try:
            from risk.report.comparison import compare_scenarios
            from risk.report.excel import write

            self.task.at.step(f"comparison: writing {path}")
            path.parent.mkdir(parents=True, exist_ok=True)
            write(compare_scenarios(runs, self.task.mask), path)
        except Exception as error:
            self.compared = [Row("comparison", "failed", why=self.task.why("comparison", error))]
        else:
            self.compared = [Row("comparison", "written", pack=path.as_posix())]

    def complete(self, word: str) -> Run | None:
        """The run of a scenario, as soon as it is complete; None where it failed."""
        made = self.runs[word]
        return None if made.exception() else made.result()

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


def _is_base(plan: Plan | BubbleriskError) -> bool:
    return not isinstance(plan, BubbleriskError) and plan.assumptions.scenario.name == locate.BASE

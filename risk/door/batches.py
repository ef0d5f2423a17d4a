"""Every scenario one after another, a workbook each, and one that compares them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Unpack

from risk.assumptions import locate
from risk.door import opening, packs
from risk.door.desk import REPORTS, Desk, Where, desk
from risk.door.told import Told
from risk.errors import BubbleriskError, UsageError, storage_error
from risk.report.form import Form
from risk.units import AS_IN_FILES

if TYPE_CHECKING:
    from risk.report.terminal.batch import Row, Status
    from risk.runs import Run
    from risk.runs.prepare import Plan

COMPARISON = "comparison.xlsx"
OVERWRITE = ("--force replaces them", "--reports DIR writes others elsewhere")


@dataclass(frozen=True)
class Task:
    """What every scenario of a batch shares."""

    at: Desk
    reports: Path
    force: bool
    mask: bool
    paths: int | None
    seed: int | None
    vintage: str | None

    @property
    def form(self) -> Form:
        """The form of every workbook."""
        return Form(mask=self.mask)

    def planned(self, scenario: str) -> tuple[Plan, Path]:
        """The run of a scenario, and where its pack belongs."""
        found = opening.plan(scenario, self.at, self.paths, self.seed, self.vintage)
        return found, packs.place(found, reports=self.reports)

    def refused(self, scenario: str) -> str:
        """Why the pack of a scenario should not be replaced; its errors are told when it is simulated."""
        try:
            found, path = self.planned(scenario)
        except BubbleriskError:
            return ""
        return packs.fewer(found, path, self.at)

    def simulated(self, scenario: str) -> tuple[Run, Path]:
        """Simulate a scenario where it is not stored: run, and where its pack belongs."""
        found, path = self.planned(scenario)
        return opening.simulate(found, self.at), path

    def written(self, run: Run, path: Path, beside: Sequence[Run]) -> Status:
        """Write the pack of a run where it is not up to date, with other runs beside it: status.

        The base case stands beside every scenario, every scenario beside the base case only: each takes more
        than a second, and the comparison has them all. One of other quarters stands beside none.
        """
        alike = [other for other in beside if other.id != run.id and other.calendar == run.calendar]
        others = [other for other in alike if locate.BASE in _names(other, run)]
        opening.stand(run, self.at)
        if packs.made(run, None, path, self.at, others, self.form):
            return "up to date"
        if not self.force and (why := packs.fewer(run, path, self.at)):
            raise UsageError(why, *OVERWRITE)
        opening.strike_again(run, self.at)
        packs.write(run, path, self.at, beside=others, form=self.form)
        return "written"

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
    """Simulate scenarios one after another, write their workbooks and a comparison.

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
    """
    from risk.report.terminal.batch import BATCH, Row, screen

    task = Task(desk(where), Path(reports), force, mask, paths, seed, vintage)
    wanted = _wanted(scenarios, task)
    rows: dict[str, Row] = {}
    found: dict[str, tuple[Run, Path]] = {}
    for name in wanted:
        try:
            found[name] = task.simulated(name)
        except Exception as error:
            rows[name] = Row(name, "failed", why=task.why(name, error))
    every = [run for run, _ in found.values()]
    for name, (run, path) in found.items():
        try:
            rows[name] = Row.of(run, task.written(run, path, every), path.as_posix())
        except Exception as error:
            rows[name] = Row(name, "failed", why=task.why(name, error))
    runs = [run for name, (run, _) in found.items() if rows[name].status != "failed"]
    told = [*(rows[name] for name in wanted), *_compared(runs, task)]
    called = runs[0].register.names if runs else AS_IN_FILES
    return Told(told, BATCH, screen, called, ok=all(row.status != "failed" for row in told))


def _wanted(scenarios: Sequence[str], task: Task) -> tuple[str, ...]:
    """The scenarios, each once; what is misspelt or refused is told of all, and before an hour's work."""
    folder = locate.register(task.at.register)
    wanted = tuple(dict.fromkeys(scenarios)) or locate.scenarios(folder)
    for name in wanted:
        locate.scenario(folder, locate.vintage(folder, name)[0])
    kept = [] if task.force else [why for name in wanted if (why := task.refused(name))]
    if kept:
        raise UsageError("; ".join(kept), *OVERWRITE)
    return wanted


def _names(*runs: Run) -> set[str]:
    return {run.manifest.scenario for run in runs}


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

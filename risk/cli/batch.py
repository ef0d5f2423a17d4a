"""`bubblerisk batch`: every scenario one after another, a workbook each, and one that compares them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from risk.assumptions import locate
from risk.cli import packing
from risk.cli.console import message
from risk.cli.options import COMMON, Common, Output
from risk.cli.pack import Force, fewer, made, place
from risk.cli.screens import tell
from risk.cli.simulation import (
    REPORTS,
    SIMULATION,
    Simulation,
    Stopped,
    calibrate,
    plan,
    simulate,
    stand,
    strike_again,
)
from risk.errors import BubbleriskError, UsageError, storage_error
from risk.units import AS_IN_FILES

if TYPE_CHECKING:
    from risk.report.terminal.batch import Row, Status
    from risk.runs import Run

FAILED = 1
COMPARISON = "comparison.xlsx"
OVERWRITE = ("--force replaces them", "--reports DIR writes others elsewhere")
BASE = "base"  # the scenario that others are shown beside


@dataclass(frozen=True)
class Task:
    """What every scenario of a batch shares."""

    simulation: Simulation
    common: Common
    reports: Path
    force: bool

    def refused(self, scenario: str) -> str:
        """Why the pack of a scenario should not be replaced; its errors are told when it is simulated."""
        try:
            planned = plan(scenario, self.simulation, self.common)
        except BubbleriskError:
            return ""
        return fewer(planned, place(planned, reports=self.reports), self.common.folder)

    def simulated(self, scenario: str) -> tuple[Run, Path]:
        """Simulate a scenario where it is not stored: run, and where its pack belongs."""
        planned = plan(scenario, self.simulation, self.common)
        path = place(planned, reports=self.reports)
        return simulate(planned, self.simulation.jobs, self.common.output), path

    def written(self, run: Run, path: Path, beside: Sequence[Run]) -> Status:
        """Write the pack of a run where it is not up to date, with other runs beside it: status.

        The base case stands beside every scenario, every scenario beside the base case only: each takes more
        than a second, and the comparison has them all. One of other quarters stands beside none.
        """
        alike = [other for other in beside if other.id != run.id and other.calendar == run.calendar]
        others = [other for other in alike if BASE in _names(other, run)]
        stand(run, self.common.register)
        if made(run, None, path, others):
            return "up to date"
        if not self.force and (why := fewer(run, path, self.common.folder)):
            raise UsageError(why, *OVERWRITE)
        strike_again(run, self.common.register, self.simulation.jobs, self.common.output)
        calibrate(run, self.common.register, self.simulation.jobs)
        stand(run, self.common.register)
        if not self.common.output.quiet:
            message(f"{run.manifest.scenario}: writing {path}")
        packing.write(run, path, None, others)
        return "written"


def batch(
    *scenarios: Annotated[str, Parameter(help="Names or files; all of the register's by default.")],
    reports: Annotated[Path, Parameter(help="Folder of the workbooks.")] = REPORTS,
    force: Force = False,
    simulation: Simulation = SIMULATION,
    common: Common = COMMON,
) -> int:
    """Simulate scenarios one after another, write their workbooks and a comparison; exit 1 if one failed."""
    where = locate.register(common.register.assumptions)
    wanted = tuple(dict.fromkeys(scenarios)) or locate.scenarios(where)
    for name in wanted:
        locate.scenario(
            where, locate.vintage(where, name)[0]
        )  # a misspelt name is told at once, not after an hour
    from risk.report.terminal.batch import BATCH, Row, screen

    task = Task(simulation, common, reports, force)
    kept = [] if force else [why for name in wanted if (why := task.refused(name))]
    if kept:  # told before an hour's work, and of all
        raise UsageError("; ".join(kept), *OVERWRITE)
    rows: dict[str, Row] = {}
    found: dict[str, tuple[Run, Path]] = {}
    for name in wanted:
        try:
            found[name] = task.simulated(name)
        except Exception as error:
            rows[name] = Row(name, "failed", why=_why(name, error))
    every = [run for run, _ in found.values()]
    for name, (run, path) in found.items():
        try:
            rows[name] = Row.of(run, task.written(run, path, every), path.as_posix())
        except Exception as error:
            rows[name] = Row(name, "failed", why=_why(name, error))
    runs = [run for name, (run, _) in found.items() if rows[name].status != "failed"]
    told = [*(rows[name] for name in wanted), *_compare(runs, reports / COMPARISON, common.output)]
    called = runs[0].register.names if runs else AS_IN_FILES
    tell(told, BATCH, screen, common.output, called)
    return FAILED if any(row.status == "failed" for row in told) else 0


def _names(*runs: Run) -> set[str]:
    return {run.manifest.scenario for run in runs}


def _compare(runs: Sequence[Run], path: Path, output: Output) -> list[Row]:
    """Write the workbook that compares two scenarios or more; the row tells what came of it."""
    from risk.report.terminal.batch import Row

    if len(runs) < 2:
        return []
    try:
        from risk.report.comparison import compare_scenarios
        from risk.report.excel import write

        if not output.quiet:
            message(f"comparison: writing {path}")
        path.parent.mkdir(parents=True, exist_ok=True)
        write(compare_scenarios(runs), path)
    except Exception as error:
        return [Row("comparison", "failed", why=_why("comparison", error))]
    return [Row("comparison", "written", pack=path.as_posix())]


def _why(name: str, error: Exception) -> str:
    """Tell an error in full on standard error and return its first line; a stop of the user goes through."""
    if isinstance(error, Stopped):
        raise error
    if isinstance(error, OSError):
        error = storage_error(error)
    if isinstance(error, BubbleriskError):
        message(f"{name}: failed\n{error}")
        return error.reason
    import traceback

    message(f"{name}: failed\n{''.join(traceback.format_exception(error))}")
    return f"defect of the program: {type(error).__name__}: {error}"

"""`bubblerisk path`: one path of a run told quarter by quarter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from risk.cli.console import message
from risk.cli.options import COMMON, Common, Output
from risk.cli.screens import give, tell
from risk.cli.simulation import SIMULATION, Simulation, desk, obtain, plan
from risk.door.opening import names_run, plan_of
from risk.errors import NumericalError, UsageError

if TYPE_CHECKING:
    from risk.runs.prepare import Plan


def path(
    target: Annotated[str, Parameter(help="A stored run, or a scenario, simulated if need be.")],
    which: Annotated[
        str,
        Parameter(help="Id of a path, `worst`, `worst:10` (the tenth worst) or `median`, by headline loss."),
    ] = "worst",
    /,
    *,
    series: Annotated[
        bool, Parameter(help="Only its series by quarter; of a scenario also without a run.")
    ] = False,
    simulation: Simulation = SIMULATION,
    common: Common = COMMON,
) -> None:
    """Tell one path quarter by quarter: launches, shocks, rents, credit, defaults, losses."""
    if series and which.isdecimal() and not names_run(target, desk(common)):
        _write_series(plan(target, simulation, common), int(which), common.output)
        return
    from risk.door.result import Result

    run = Result(obtain(target, simulation, common), desk(common))
    if series:
        _write_series(plan_of(run.stored, desk(common)), run.pick(which), common.output)
    else:
        hints = common.folder.commands(run.id, "show RUN", "pack RUN")
        give(run.path(which), common.output, hints)


def _write_series(planned: Plan, path: int, output: Output) -> None:
    """Simulate one block again and write what is recorded of a path, in reporting units.

    Where a run cannot be completed this is how to see what became of the path that stopped it.
    """
    if path >= planned.paths:
        raise UsageError(f"the run has no path {path}", f"give an id from 0 to {planned.paths - 1}")
    from risk.report.terminal import series as screens

    planned.settle(message)
    told = planned.rerun(path)
    found = screens.Recorded.of(planned, path, told.series)
    tell(found, screens.SERIES, screens.screen, output, planned.assumptions.names)
    if told.stopped:
        raise NumericalError(told.stopped, path=path)

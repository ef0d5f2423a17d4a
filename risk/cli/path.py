"""`bubblerisk path`: one path of a run told quarter by quarter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from risk.assumptions import locate
from risk.cli.console import message
from risk.cli.options import COMMON, Common, Output
from risk.cli.screens import tell
from risk.cli.simulation import SIMULATION, Simulation, find, names_run, plan, simulate
from risk.errors import NumericalError, StorageError, UsageError

if TYPE_CHECKING:
    from risk.runs import Run
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
    if series and which.isdecimal() and not names_run(target, common):
        _write_series(plan(target, simulation, common), int(which), common.output)
        return
    run, planned = _open(target, simulation, common)
    from risk.analysis.story import pick, story
    from risk.report.terminal import path as screens
    from risk.report.terminal.summary import Headed
    from risk.runs.rerun import rerun

    chosen = pick(run, which)
    if series:
        _write_series(planned, chosen, common.output)
        return
    found = Headed.of(run, story(run, rerun(run, planned, chosen)))
    hints = common.folder.commands(run.id, "show RUN", "pack RUN")
    tell(found, screens.DOCUMENT, screens.screen, common.output, run.register.names, hints)


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


def _open(target: str, simulation: Simulation, common: Common) -> tuple[Run, Plan]:
    """Run that a word names and the plan it was made of, for a path is simulated again.

    Raises
    ------
    UsageError : the run's scenario is not in the register.
    StorageError : the register or the model is no longer the one of the run.
    """
    from risk.runs import Run

    found = find(target, simulation, common)
    if not isinstance(found, Run):
        return simulate(found, simulation.jobs, common.output), found
    scenario = found.manifest.scenario
    where = locate.register(common.register.assumptions)
    if str(locate.vintage(where, scenario)[0]) not in locate.scenarios(where):
        fix = "name its file instead: bubblerisk path FILE ID"
        raise UsageError(f"scenario {scenario} of run {found.id} is not in the register", fix)
    planned = plan(scenario, Simulation(found.paths, found.manifest.seed), common)
    if planned.settle(message).id != found.id:
        raise StorageError(
            f"run {found.id} was made of other assumptions or by another version of the model",
            f"tell a path of today's: bubblerisk path {scenario} ID",
        )
    return found, planned

"""`bubblerisk path`: one path of a run told quarter by quarter."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from risk.assumptions import locate
from risk.cli.assumptions import DEFAULT_OUTPUT, DEFAULT_REGISTER
from risk.cli.console import message
from risk.cli.options import Output, Register
from risk.cli.screens import tell
from risk.cli.simulation import FOLDER, SHOWN, SIMULATION, Folder, Simulation, find, names_run, plan, simulate
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
        bool,
        Parameter(help="Only its series by quarter; of a scenario also without a run.", show_default=False),
    ] = False,
    simulation: Simulation = SIMULATION,
    folder: Folder = FOLDER,
    register: Register = DEFAULT_REGISTER,
    output: Output = DEFAULT_OUTPUT,
) -> None:
    """Tell one path quarter by quarter: launches, shocks, rents, credit, defaults, losses."""
    if series and which.isdecimal() and not names_run(target, register, folder):
        _write_series(plan(target, simulation, register, folder), int(which), output)
        return
    run, planned = _open(target, simulation, folder, register, output)
    from risk.analysis.story import pick, story
    from risk.report.terminal import path as screens
    from risk.runs.rerun import rerun

    chosen = pick(run, which)
    if series:
        _write_series(planned, chosen, output)
        return
    found = screens.telling(run, story(run, rerun(run, planned, chosen)))
    hints = [f"bubblerisk {words} {run.id[:SHOWN]}{folder.option}" for words in ("show", "pack")]
    tell(found, screens.DOCUMENT, partial(screens.screen, hints=hints), output, run.register.names)


def _write_series(planned: Plan, path: int, output: Output) -> None:
    """Simulate one block again and write what is recorded of a path, in reporting units.

    Where a run cannot be completed this is how to see what became of the path that stopped it.
    """
    if path >= planned.paths:
        raise UsageError(f"the run has no path {path}", f"give an id from 0 to {planned.paths - 1}")
    from risk.cli.screens import tell
    from risk.report.terminal import series as screens

    planned.settle(message)
    told = planned.rerun(path)
    found = screens.Recorded.of(planned, path, told.series)
    tell(found, screens.SERIES, screens.screen, output, planned.assumptions.names)
    if told.stopped:
        raise NumericalError(told.stopped, path=path)


def _open(
    target: str, simulation: Simulation, folder: Folder, register: Register, output: Output
) -> tuple[Run, Plan]:
    """Run that a word names and the plan it was made of, for a path is simulated again.

    Raises
    ------
    UsageError : the run's scenario is not in the register.
    StorageError : the register or the model is no longer the one of the run.
    """
    from risk.runs import Run

    found = find(target, simulation, register, folder)
    if not isinstance(found, Run):
        return simulate(found, simulation.jobs, output), found
    scenario = found.manifest.scenario
    where = locate.register(register.assumptions)
    if str(locate.vintage(where, scenario)[0]) not in locate.scenarios(where):
        fix = "name its file instead: bubblerisk path FILE ID"
        raise UsageError(f"scenario {scenario} of run {found.id} is not in the register", fix)
    planned = plan(scenario, Simulation(found.paths, found.manifest.seed), register, folder)
    if planned.settle(message).id != found.id:
        raise StorageError(
            f"run {found.id} was made of other assumptions or by another version of the model",
            f"tell a path of today's: bubblerisk path {scenario} ID",
        )
    return found, planned

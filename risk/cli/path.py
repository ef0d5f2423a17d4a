"""`bubblerisk path`: one path of a run told quarter by quarter."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from risk.assumptions import locate
from risk.cli.assumptions import DEFAULT_OUTPUT, DEFAULT_REGISTER
from risk.cli.console import Column, document, message, table
from risk.cli.options import Output, Register
from risk.cli.simulation import FOLDER, SHOWN, SIMULATION, Folder, Simulation, find, names_run, plan, simulate
from risk.errors import NumericalError, StorageError, UsageError

if TYPE_CHECKING:
    from risk.runs import Run
    from risk.runs.prepare import Plan

SERIES_SCHEMA = "bubblerisk.series/1"


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
    from risk.runs.replay import replay

    chosen = pick(run, which)
    if series:
        _write_series(planned, chosen, output)
        return
    found = screens.told(run, story(run, replay(run, planned, chosen)))
    if output.json:
        document(screens.SCHEMA, screens.told_data(found), run.register.names)
        return
    from risk.cli.screens import show

    hints = [f"bubblerisk {words} {run.id[:SHOWN]}{folder.option}" for words in ("show", "pack")]
    show(lambda page: screens.screen(found, page, hints), output, run.register.names)


def _write_series(planned: Plan, path: int, output: Output) -> None:
    """Simulate one block again and write what is recorded of a path, in reporting units.

    Where a run cannot be completed this is how to see what became of the path that stopped it.
    """
    if path >= planned.paths:
        raise UsageError(f"the run has no path {path}", f"give an id from 0 to {planned.paths - 1}")
    from risk.paths import SERIES
    from risk.units import SCALE

    planned.settle(message)
    told = planned.trace(path)
    found = told.series
    values = {v.name: [float(x) / SCALE[v.unit] for x in found[v.name]] for v in SERIES}
    quarters, said = planned.assumptions.calendar.labels, planned.assumptions.names.said
    if output.json:
        known = {name: [x if isfinite(x) else None for x in column] for name, column in values.items()}
        series = {v.name: {"label": v.label, "unit": v.unit, "values": known[v.name]} for v in SERIES}
        scenario = planned.assumptions.scenario.name
        content = {"scenario": scenario, "seed": planned.seed, "path": path, "quarters": quarters}
        document(SERIES_SCHEMA, {**content, "series": series}, planned.assumptions.names)
    else:
        columns = [Column("quarter"), *(Column(f"{v.name}, {said(v.unit)}", "right") for v in SERIES)]
        rows = zip(quarters, *([f"{x:.6g}" for x in column] for column in values.values()), strict=True)
        table(columns, list(rows), output)
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
    if scenario not in locate.scenarios(locate.register(register.assumptions)):
        fix = "name its file instead: bubblerisk path FILE ID"
        raise UsageError(f"scenario {scenario} of run {found.id} is not in the register", fix)
    planned = plan(scenario, Simulation(found.paths, found.manifest.seed), register, folder)
    if planned.settle(message).id != found.id:
        raise StorageError(
            f"run {found.id} was made of other assumptions or by another version of the model",
            f"tell a path of today's: bubblerisk path {scenario} ID",
        )
    return found, planned

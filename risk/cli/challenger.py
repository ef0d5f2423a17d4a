"""`bubblerisk challenger`: a reduced form beside a run, and what closes the differences."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from risk.cli.console import message
from risk.cli.options import COMMON, Common
from risk.cli.screens import tell
from risk.cli.simulation import SIMULATION, Simulation, Stopped, obtain


def challenger(
    target: Annotated[str, Parameter(help="A scenario, simulated if need be, or a stored run.")] = "base",
    /,
    *,
    markdown: Annotated[bool, Parameter(name="--md", help="Write the page of the docs.")] = False,
    simulation: Simulation = SIMULATION,
    common: Common = COMMON,
) -> None:
    """Hold a run against closed forms on the same register, and say what closes each difference."""
    from risk.assumptions import load, locate
    from risk.calibrate.challenger import cut, inputs
    from risk.calibrate.challenger.challenge import challenge
    from risk.calibrate.estimate.capex import CAPEX, NEWEST
    from risk.calibrate.estimate.series import read
    from risk.report.terminal import challenger as screens
    from risk.report.terminal.summary import Headed
    from risk.runs import Interrupted

    folder = locate.register(common.register.assumptions)
    run = obtain(target, simulation, common)
    given = inputs.read(folder, load(common.register.assumptions).sources.keys())
    data = {series.file: read(series, folder / "data" / series.file) for series in (CAPEX, NEWEST)}
    if cut.wanted(run):
        try:
            cut.measure(run, common.register.assumptions, message, simulation.jobs)
        except Interrupted as stop:
            raise Stopped(stop) from stop
    found = Headed.of(run, challenge(run, given, data, cut.kept(run)))
    if markdown and not common.output.json:
        print(run.register.names.said(screens.page(found)))
        return
    tell(found, screens.DOCUMENT, screens.screen, common.output, run.register.names)

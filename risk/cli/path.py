"""`bubblerisk path`: one path of a run told quarter by quarter."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from risk.cli.options import COMMON, Common
from risk.cli.screens import give
from risk.cli.simulation import SIMULATION, Simulation, desk


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
    from risk.door import calls

    at, wanted = desk(common, simulation.jobs), simulation.wanted
    if series:
        give(calls.recorded(target, which, desk=at, **wanted), common.output)
        return
    run = calls.obtain(target, desk=at, **wanted)
    give(run.path(which), common.output, common.folder.commands(run.id, "show RUN", "pack RUN"))

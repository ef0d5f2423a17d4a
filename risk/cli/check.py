"""`bubblerisk check`: whether a run hits its calibration targets as declared, and its accounts add up."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from risk.cli.options import COMMON, Common
from risk.cli.screens import give
from risk.cli.simulation import SIMULATION, Simulation, Stopped, desk, obtain

FAILED = 1


def check(
    target: Annotated[str, Parameter(help="A scenario, simulated if need be, or a stored run.")] = "base",
    /,
    *,
    simulation: Simulation = SIMULATION,
    common: Common = COMMON,
) -> int:
    """Check a run against its calibration targets and accounting identities; exit 1 where one fails."""
    from risk.door.result import Result
    from risk.runs import Interrupted

    run = obtain(target, simulation, common)
    try:
        told = Result(run, desk(common)).check(simulation.jobs)
    except Interrupted as stop:
        raise Stopped(stop) from stop
    give(told, common.output)
    return FAILED if told.found.result.failures else 0

"""`bubblerisk check`: whether a run hits its calibration targets as declared, and its accounts add up."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from risk.cli.options import COMMON, Common
from risk.cli.screens import give
from risk.cli.simulation import SIMULATION, Simulation, desk

FAILED = 1


def check(
    target: Annotated[str, Parameter(help="A scenario, simulated if need be, or a stored run.")] = "base",
    /,
    *,
    simulation: Simulation = SIMULATION,
    common: Common = COMMON,
) -> int:
    """Check a run against its calibration targets and accounting identities; exit 1 where one fails."""
    from risk.door import calls

    told = calls.obtain(target, desk=desk(common, simulation.jobs), **simulation.wanted).check()
    give(told, common.output)
    return 0 if told.ok else FAILED

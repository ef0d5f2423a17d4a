"""`bubblerisk check`: whether a run hits its calibration targets as declared, and its accounts add up."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from risk.cli.options import COMMON, Common
from risk.cli.screens import tell
from risk.cli.simulation import SIMULATION, Simulation, calibrate, obtain

FAILED = 1


def check(
    target: Annotated[str, Parameter(help="A scenario, simulated if need be, or a stored run.")] = "base",
    /,
    *,
    simulation: Simulation = SIMULATION,
    common: Common = COMMON,
) -> int:
    """Check a run against its calibration targets and accounting identities; exit 1 where one fails."""
    from risk.report.terminal import checks

    run = obtain(target, simulation, common)
    calibrate(run, common.register, simulation.jobs)
    found = checks.checks(run)
    tell(found, checks.DOCUMENT, checks.screen, common.output, run.register.names)
    return FAILED if found.result.failures else 0

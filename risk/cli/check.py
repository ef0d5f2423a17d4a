"""`bubblerisk check`: whether a run hits its calibration targets as declared, and its accounts add up."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from risk.cli.assumptions import DEFAULT_OUTPUT, DEFAULT_REGISTER
from risk.cli.options import Output, Register
from risk.cli.screens import tell
from risk.cli.simulation import FOLDER, SIMULATION, Folder, Simulation, calibrate, obtain

FAILED = 1


def check(
    target: Annotated[str, Parameter(help="A scenario, simulated if need be, or a stored run.")] = "base",
    /,
    *,
    simulation: Simulation = SIMULATION,
    folder: Folder = FOLDER,
    register: Register = DEFAULT_REGISTER,
    output: Output = DEFAULT_OUTPUT,
) -> int:
    """Check a run against its calibration targets and accounting identities; exit 1 where one fails."""
    from risk.report.terminal import checks

    run = obtain(target, simulation, register, folder, output)
    calibrate(run, register)
    found = checks.checks(run)
    tell(found, checks.DOCUMENT, checks.screen, output, run.register.names)
    return FAILED if found.failures else 0

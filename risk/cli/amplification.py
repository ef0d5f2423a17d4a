"""`bubblerisk amplification`: one run a coupling, what each adds to the loss, and the gain of the loop."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from cyclopts import Parameter

from risk.cli.assumptions import DEFAULT_OUTPUT, DEFAULT_REGISTER
from risk.cli.options import Output, Register
from risk.cli.screens import tell
from risk.cli.simulation import FOLDER, WHOLE, Folder, Jobs, Seed, simulate

PATHS = 4_096
"""Paths of each run: what couplings do is a difference between runs that share their draws."""


@Parameter(name="*")
@dataclass(frozen=True)
class Comparison:
    """What is simulated, and by how many processes."""

    paths: Annotated[
        int, Parameter(name=["--paths", "-n"], validator=WHOLE, help="Number of paths of each run.")
    ] = PATHS
    seed: Seed = None
    jobs: Jobs = None


COMPARISON = Comparison()
"""Every option left out."""


def amplification(
    scenario: Annotated[str, Parameter(help="Name of a scenario, or a scenario file.")] = "base",
    /,
    *,
    quarter: Annotated[
        str | None, Parameter(help="Quarter in which the spread is pushed; the third by default.")
    ] = None,
    simulation: Comparison = COMPARISON,
    folder: Folder = FOLDER,
    register: Register = DEFAULT_REGISTER,
    output: Output = DEFAULT_OUTPUT,
) -> None:
    """Cut each coupling in a run of its own and say what it adds; runs that are stored are only read."""
    from risk.analysis.amplification import cases, push_quarter
    from risk.assumptions import load
    from risk.runs.prepare import arrange

    assumptions = load(register.assumptions, scenario)
    pushed = push_quarter(assumptions.calendar, quarter)
    planned = {
        case: arrange(
            derived, simulation.paths, simulation.seed, register=register.assumptions, root=folder.runs
        )
        for case, derived in cases(assumptions, pushed).items()
    }
    runs = {case: simulate(plan, simulation.jobs, output) for case, plan in planned.items()}
    from risk.report.terminal import amplification as report

    tell(report.findings(runs, pushed), report.DOCUMENT, report.screen, output, assumptions.names)

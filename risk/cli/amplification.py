"""`bubblerisk amplification`: one run a coupling, what each adds to the loss, and the gain of the loop."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from cyclopts import Parameter

from risk.cli.options import COMMON, Common
from risk.cli.screens import tell
from risk.cli.simulation import WHOLE, Jobs, Seed, simulate

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
    common: Common = COMMON,
) -> None:
    """Cut each coupling in a run of its own and say what it adds; runs that are stored are only read."""
    from risk.analysis.amplification import cases
    from risk.analysis.loop import push_quarter
    from risk.assumptions import load
    from risk.runs.prepare import arrange

    register, root = common.register.assumptions, common.folder.runs
    assumptions = load(register, scenario)
    pushed = push_quarter(assumptions.calendar, quarter)
    planned = {
        case: arrange(derived, simulation.paths, simulation.seed, register=register, root=root)
        for case, derived in cases(assumptions, pushed).items()
    }
    runs = {case: simulate(plan, simulation.jobs, common.output) for case, plan in planned.items()}
    from risk.report.terminal import amplification as report

    tell(report.findings(runs, pushed), report.DOCUMENT, report.screen, common.output, assumptions.names)

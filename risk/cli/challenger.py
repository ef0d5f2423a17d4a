"""`bubblerisk challenger`: a reduced form beside a run, and what closes the differences."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from risk.cli.options import COMMON, Common
from risk.cli.screens import give
from risk.cli.simulation import SIMULATION, Simulation, desk


def challenger(
    target: Annotated[str, Parameter(help="A scenario, simulated if need be, or a stored run.")] = "base",
    /,
    *,
    markdown: Annotated[bool, Parameter(name="--md", help="Write the page of the docs.")] = False,
    simulation: Simulation = SIMULATION,
    common: Common = COMMON,
) -> None:
    """Hold a run against closed forms on the same register, and say what closes each difference."""
    from risk.door import calls

    run = calls.obtain(target, desk=desk(common, simulation.jobs), **simulation.wanted)
    give(run.challenger(), common.output, markdown=markdown)

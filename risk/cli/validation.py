"""`bubblerisk validation`: what a validator is told of a run; `measure` finds the figures."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from risk.cli.options import COMMON, Common
from risk.cli.screens import give
from risk.cli.simulation import RUNS, SIMULATION, Runs, Simulation, desk

app = App(name="validation", help="Use, tests, limits, triggers and sign-off of a run.", help_epilogue="")


@app.default
def show(
    target: Annotated[str, Parameter(help="A scenario, simulated if need be, or a stored run.")] = "base",
    /,
    *,
    markdown: Annotated[bool, Parameter(name="--md", help="Write the page of the docs.")] = False,
    simulation: Simulation = SIMULATION,
    common: Common = COMMON,
) -> None:
    """Say for what the model is, what was tested, how large limits are, and how a run stands."""
    from risk.door import calls

    run = calls.obtain(target, desk=desk(common, simulation.jobs), **simulation.wanted)
    give(run.validation(), common.output, markdown=markdown)


@app.command
def measure(
    *,
    tests: Annotated[
        Path | None, Parameter(help="Report of the test suite, as pytest --junitxml writes it.")
    ] = None,
    simulation: Runs = RUNS,
    common: Common = COMMON,
) -> None:
    """Measure limitations and gather figures of tests, and keep both as evidence in the register's folder."""
    from risk.door import validating

    at = desk(common, simulation.jobs)
    told = validating.measure(tests=tests, paths=simulation.paths, seed=simulation.seed, desk=at)
    give(told, common.output)

"""`bubblerisk runs`: what is stored, removing it, and gathering what was computed apart."""

from __future__ import annotations

from typing import Annotated

from cyclopts import App, Parameter

from risk.cli.options import COMMON, FOLDER, OUTPUT, Common, Folder, Output
from risk.cli.screens import give
from risk.cli.simulation import SIMULATION, Simulation, desk
from risk.door import scattered, shelf

app = App(name="runs", help="Stored runs: list, remove, gather.", help_epilogue="")

MISSING = 1
"""Exit code where blocks of a run are still missing."""


@app.default
def list_stored(*, folder: Folder = FOLDER, output: Output = OUTPUT) -> None:
    """List the stored runs, the newest first."""
    give(shelf.listing(runs=folder.runs), output)


@app.command(name="rm")
def remove(
    run: Annotated[str, Parameter(help="Run id, all 12 digits.")],
    /,
    *,
    folder: Folder = FOLDER,
    output: Output = OUTPUT,
) -> None:
    """Remove one stored run for good; it can be simulated again from the same assumptions."""
    give(shelf.remove(run, runs=folder.runs), output)


@app.command(name="gather")
def gather(
    scenario: Annotated[str, Parameter(help="Name of a scenario, or a scenario file.")],
    /,
    *places: Annotated[str, Parameter(help="Folders of runs, or addresses such as s3://bucket/runs.")],
    simulation: Simulation = SIMULATION,
    common: Common = COMMON,
) -> int:
    """Bring blocks of a run that were computed apart into its folder; complete it, or exit 1 for the rest."""
    at = desk(common, simulation.jobs)
    told = scattered.gather(scenario, *places, desk=at, **simulation.wanted)
    give(told, common.output)
    return 0 if told.ok else MISSING

"""`bubblerisk runs`: what is stored, and removing it."""

from __future__ import annotations

from typing import Annotated

from cyclopts import App, Parameter

from risk.cli.options import FOLDER, OUTPUT, Folder, Output
from risk.cli.screens import give
from risk.door import shelf

app = App(name="runs", help="Stored runs: list, remove.", help_epilogue="")


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

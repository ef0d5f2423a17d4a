"""`bubblerisk runs`: what is stored, and removing it."""

from __future__ import annotations

from typing import Annotated

from cyclopts import App, Parameter

from risk.cli.options import FOLDER, OUTPUT, Folder, Output
from risk.cli.screens import say, tell

app = App(name="runs", help="Stored runs: list, remove.", help_epilogue="")


@app.default
def list_stored(*, folder: Folder = FOLDER, output: Output = OUTPUT) -> None:
    """List the stored runs, the newest first."""
    from risk.report.terminal import runs as screens
    from risk.runs import list_runs
    from risk.runs.hashing import source_digest
    from risk.runs.store import Store

    source = source_digest()
    rows = [screens.Row.of(found, Store(found.directory).size(), source) for found in list_runs(folder.runs)]
    tell(screens.Listing(folder.runs.as_posix(), rows), screens.DOCUMENT, screens.screen, output)


@app.command(name="rm")
def remove(
    run: Annotated[str, Parameter(help="Run id, all 12 digits.")],
    /,
    *,
    folder: Folder = FOLDER,
    output: Output = OUTPUT,
) -> None:
    """Remove one stored run for good; it can be simulated again from the same assumptions."""
    from risk.report.terminal.runs import REMOVED, megabytes
    from risk.runs.remove import remove as remove_run

    freed = remove_run(run, folder.runs)
    removed = {"run": run, "folder": folder.runs.as_posix(), "bytes": freed}
    say(removed, REMOVED, f"removed: {(folder.runs / run).as_posix()} ({megabytes(freed)})", output)

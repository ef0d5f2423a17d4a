"""`bubblerisk show`: a stored run's verdict, or one of its results in full."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from risk.cli.assumptions import DEFAULT_OUTPUT
from risk.cli.options import Output, Register
from risk.cli.run import NEXT, write_verdict
from risk.cli.screens import tell
from risk.cli.simulation import FOLDER, REGISTER, Folder, Stored, open_stored


def show(
    run: Stored,
    metric: Annotated[
        str | None,
        Parameter(help="An outcome (headline_loss, bust), proposition (B4) or series (h100_spot)."),
    ] = None,
    /,
    *,
    folder: Folder = FOLDER,
    register: Register = REGISTER,
    output: Output = DEFAULT_OUTPUT,
) -> None:
    """Show the verdict of a stored run, or one metric in full."""
    found = open_stored(run, folder, register)
    if metric is None:
        write_verdict(found, folder, output, *NEXT)
        return
    from risk.report.terminal import distribution as screens

    told = screens.told_of(found, metric)
    tell(told, screens.document(told), screens.screen, output, found.register.names)

"""`bubblerisk show`: a stored run's verdict, or one of its results in full."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from risk.cli.assumptions import DEFAULT_OUTPUT
from risk.cli.console import document
from risk.cli.options import Output, Register
from risk.cli.run import NEXT, write_verdict
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
    from risk.cli import screens
    from risk.report.terminal import distribution
    from risk.report.terminal.summary import heading, heading_data
    from risk.report.terminal.verdict import facts

    detail, called = distribution.detail(found, metric), found.register.names
    if output.json:
        document(
            distribution.SCHEMA, {**heading_data(heading(found)), **distribution.detail_data(detail)}, called
        )
        return
    screens.show(
        lambda page: (*distribution.screen(detail, page), facts(heading(found), page)), output, called
    )

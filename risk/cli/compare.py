"""`bubblerisk compare`: what was assumed, and what came out, differently in two stored runs."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from risk.cli.assumptions import DEFAULT_OUTPUT
from risk.cli.options import Output, Register
from risk.cli.screens import tell
from risk.cli.simulation import FOLDER, REGISTER, Folder, Stored, open_stored


def compare(
    run_a: Stored,
    run_b: Stored,
    /,
    *,
    markdown: Annotated[
        bool, Parameter(name="--md", help="Write Markdown tables, for a memo.", show_default=False)
    ] = False,
    folder: Folder = FOLDER,
    register: Register = REGISTER,
    output: Output = DEFAULT_OUTPUT,
) -> None:
    """Compare two stored runs: changed assumptions, and changed results against noise."""
    from risk.report.naming import shared
    from risk.report.terminal import comparison

    before, after = (open_stored(run, folder, register) for run in (run_a, run_b))
    called = shared(before.register, after.register)
    found = comparison.compare(before, after)
    if markdown and not output.json:
        from risk.report.terminal.markdown import comparison as in_markdown

        print(called.said(in_markdown(found)))
        return
    tell(found, comparison.DOCUMENT, comparison.screen, output, called)

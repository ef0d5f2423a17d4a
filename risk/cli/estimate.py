"""`bubblerisk estimate`: what data say of the register's numbers, with errors; nothing is changed."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from risk.cli.options import OUTPUT, REGISTER, Output, Register
from risk.cli.screens import tell
from risk.errors import UsageError


def estimate(
    *modules: Annotated[str, Parameter(help="Modules; all where none is named.")],
    data: Annotated[
        Path | None, Parameter(help="Folder of your own files, for series that may not be passed on.")
    ] = None,
    write: Annotated[Path | None, Parameter(help="Write a scenario of differences to this file.")] = None,
    register: Register = REGISTER,
    output: Output = OUTPUT,
) -> None:
    """Estimate numbers of the register on data, and show them beside it; --write gives a scenario to read."""
    from risk.assumptions import load, locate

    if data is not None and not data.is_dir():
        raise UsageError(f"{data} is not a folder", "its files are described in docs/data.md")
    folder, assumptions = locate.register(register.assumptions), load(register.assumptions)
    from risk.calibrate.estimate import ask, chosen, scenario
    from risk.report.terminal import estimates

    answers = tuple(ask(module, assumptions, folder, data) for module in chosen(modules))
    changed = scenario.write(write, answers, assumptions, dt.date.today()) if write else 0
    found = estimates.Asked(answers, str(write or ""), changed)
    tell(found, estimates.DOCUMENT, estimates.screen, output, assumptions.names)

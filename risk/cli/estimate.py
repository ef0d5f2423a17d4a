"""`bubblerisk estimate`: what data say of the register's numbers, with errors; nothing is changed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from risk.cli.options import OUTPUT, REGISTER, Output, Register
from risk.cli.screens import give


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
    from risk.door import studies

    told = studies.estimate(*modules, data=data, write=write, register=register.assumptions)
    give(told, output)

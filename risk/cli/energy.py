"""`bubblerisk energy`: power, energy and carbon of a stored run, and of a place."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from risk.cli.options import COMMON, Common
from risk.cli.screens import give
from risk.cli.simulation import Stored, result


def energy(
    run: Stored = "base",
    /,
    *,
    location: Annotated[
        str, Parameter(help="A place of the register beside the world, such as johor or singapore.")
    ] = "",
    common: Common = COMMON,
) -> None:
    """Say what the fleet draws and emits, what a bust strands, and what carbon would cost, by place."""
    found = result(run, common)
    other = "energy RUN" if location else "energy RUN --location johor"
    hints = common.folder.commands(found.id, other, "run carbon-price", "show RUN")
    give(found.energy(location), common.output, hints)

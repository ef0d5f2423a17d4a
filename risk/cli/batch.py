"""`bubblerisk batch`: every scenario one after another, a workbook each, and one that compares them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from risk.cli.elsewhere import ELSEWHERE, Elsewhere
from risk.cli.options import COMMON, Common
from risk.cli.pack import Force
from risk.cli.screens import give
from risk.cli.simulation import SIMULATION, Simulation, desk
from risk.door.desk import REPORTS

FAILED = 1


def batch(
    *scenarios: Annotated[str, Parameter(help="Names or files; all of the register's by default.")],
    reports: Annotated[Path, Parameter(help="Folder of the workbooks.")] = REPORTS,
    force: Force = False,
    elsewhere: Elsewhere = ELSEWHERE,
    simulation: Simulation = SIMULATION,
    common: Common = COMMON,
) -> int:
    """Simulate scenarios one after another, write their workbooks and a comparison; exit 1 if one failed."""
    from risk.door import batches

    at = desk(common, simulation.jobs)
    mask = common.output.mask
    with elsewhere.desk(at) as there:
        told = batches.batch(
            *scenarios, reports=reports, force=force, mask=mask, desk=there, **simulation.wanted
        )
    give(told, common.output)
    return 0 if told.ok else FAILED

"""`bubblerisk doctor`: whether this machine has what the program needs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from risk.cli.options import COMMON, Common
from risk.cli.screens import give
from risk.cli.simulation import desk
from risk.door.desk import REPORTS

FAILED = 1


def doctor(
    *,
    quick: Annotated[bool, Parameter(help="Leave out the trial simulation.")] = False,
    reports: Annotated[Path, Parameter(help="Folder of the workbooks.")] = REPORTS,
    common: Common = COMMON,
) -> int:
    """Look at Python, source, libraries, random numbers, fonts, folders, register; exit 1 where one fails."""
    from risk.door import checking

    told = checking.doctor(trial=not quick, reports=reports, desk=desk(common))
    give(told, common.output)
    return 0 if told.ok else FAILED

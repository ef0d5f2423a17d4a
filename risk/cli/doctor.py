"""`bubblerisk doctor`: whether this machine has what the program needs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from risk.cli.options import COMMON, Common
from risk.cli.screens import tell
from risk.door.desk import REPORTS

FAILED = 1


def doctor(
    *,
    quick: Annotated[bool, Parameter(help="Leave out the trial simulation.")] = False,
    reports: Annotated[Path, Parameter(help="Folder of the workbooks.")] = REPORTS,
    common: Common = COMMON,
) -> int:
    """Look at Python, source, libraries, random numbers, fonts, folders, register; exit 1 where one fails."""
    from risk.cli.examination import examine
    from risk.report.terminal import findings as screens

    found = list(examine(common.register.assumptions, (common.folder.runs, reports), trial=not quick))
    good = "nothing stands in the way"
    tell(found, screens.DOCTOR, lambda _, page: screens.screen(found, page, good), common.output)
    return FAILED if screens.failures(found) else 0

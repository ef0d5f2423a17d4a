"""`bubblerisk doctor`: whether this machine has what the program needs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from risk.cli.assumptions import DEFAULT_OUTPUT, DEFAULT_REGISTER
from risk.cli.options import Output, Register
from risk.cli.screens import tell
from risk.cli.simulation import FOLDER, REPORTS, Folder

FAILED = 1


def doctor(
    *,
    quick: Annotated[bool, Parameter(help="Leave out the trial simulation.", show_default=False)] = False,
    reports: Annotated[Path, Parameter(help="Folder of the workbooks.")] = REPORTS,
    folder: Folder = FOLDER,
    register: Register = DEFAULT_REGISTER,
    output: Output = DEFAULT_OUTPUT,
) -> int:
    """Look at Python, source, libraries, random numbers, fonts, folders, register; exit 1 where one fails."""
    from risk.cli.examination import examine
    from risk.report.terminal import findings as screens

    found = list(examine(register.assumptions, (folder.runs, reports), trial=not quick))
    good = "nothing stands in the way"
    tell(found, screens.DOCTOR, lambda _, page: screens.screen(found, page, good), output)
    return FAILED if screens.failures(found) else 0

"""`bubblerisk trace`: from a cell of a workbook to its formula, its inputs and single paths."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from risk.cli.options import COMMON, Common
from risk.cli.screens import give
from risk.cli.simulation import desk

DISAGREES = 1


def trace(
    cell: Annotated[str, Parameter(help="Sheet and cell, such as 'Summary!F14'.")],
    run: Annotated[
        str | None, Parameter(help="Stored run; by default that of the workbook, or of base.")
    ] = None,
    /,
    *,
    file: Annotated[
        Path | None,
        Parameter(name="--pack", help="Workbook to compare with; by default that of the run's scenario."),
    ] = None,
    common: Common = COMMON,
) -> int:
    """Say what a cell is, its inputs and its paths, recomputed from the stored run; exit 1 if it differs."""
    from risk.door import calls

    told = calls.trace(cell, run, pack=file, desk=desk(common))
    traced = told.found.result
    word = f"path RUN {traced.paths[0].path}" if traced.paths else "show RUN"
    give(told, common.output, common.folder.commands(traced.run, word))
    return 0 if told.ok else DISAGREES

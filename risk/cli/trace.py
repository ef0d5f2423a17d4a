"""`bubblerisk trace`: from a cell of a workbook to its formula, its inputs and single paths."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from risk.cli.options import COMMON, Common
from risk.cli.pack import place
from risk.cli.screens import tell
from risk.cli.simulation import open_stored
from risk.door import packing
from risk.door.naming import shown
from risk.errors import AssumptionError, UsageError

if TYPE_CHECKING:
    from risk.report.opened import Opened
    from risk.report.pack.paths.tracing import Traced
    from risk.runs import Run

DISAGREES = 1
BASE = "base"


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
    found, pack = _open(run, file, common)
    traced = _traced(cell, found, pack, common)
    from risk.report.terminal import trace as screens
    from risk.report.terminal.summary import Headed

    word = f"path RUN {traced.paths[0].path}" if traced.paths else "show RUN"
    hints, told = common.folder.commands(traced.run, word), Headed.of(found, traced)
    tell(told, screens.DOCUMENT, screens.screen, common.output, found.register.names, hints)
    return 0 if traced.agrees else DISAGREES


def _open(run: str | None, file: Path | None, common: Common) -> tuple[Run, Opened | None]:
    """The run to recompute from, and the workbook to compare with, if there is one."""
    from risk.report.opened import Opened

    if file is None:
        found = open_stored(run or shown(BASE, common.folder.runs) or BASE, common)
        usual = place(found)
        return found, Opened.at(usual) if packing.run_in(usual) == found.id else None
    if not os.path.lexists(file):
        raise UsageError(f"there is no workbook {file}", "write it: bubblerisk pack RUN --output FILE")
    given = Opened.at(file)
    if not given.run:
        raise AssumptionError(f"{file} is not a pack: it names no run", "write it again: bubblerisk pack RUN")
    return open_stored(run or given.run, common), given


def _traced(cell: str, run: Run, given: Opened | None, common: Common) -> Traced:
    from risk.report.form import Recipe
    from risk.report.pack import pack
    from risk.report.pack.paths.tracing import Tracer

    recipe = given.recipe if given else Recipe()
    prior = open_stored(recipe.prior, common) if recipe.prior else None
    beside = [open_stored(other, common) for other in recipe.beside]
    tracer = Tracer(run, pack(run, prior, beside, recipe.form), recipe.form)
    return tracer.trace(cell, given)

"""From a cell of a workbook to its formula, its inputs and single paths."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from risk.assumptions.locate import BASE
from risk.door import holding, naming, opening, packing
from risk.door.desk import Desk
from risk.door.told import Told
from risk.errors import AssumptionError, UsageError
from risk.report.form import DEFAULT_FORM, Form, Recipe

if TYPE_CHECKING:
    from risk.report.opened import Opened
    from risk.runs import Run


def trace(cell: str, run: str | None, file: Path | None, at: Desk) -> Told[Any]:
    """A cell of a run's workbook, recomputed from the run and compared with the file; see `risk.trace`."""
    return traced(cell, *_open(run, file, at), at)


def traced(cell: str, run: Run, given: Opened | None, at: Desk, form: Form = DEFAULT_FORM) -> Told[Any]:
    """A cell of the workbook of a run.

    Parameters
    ----------
    given : a workbook to compare with, made of the same run.
    form : of the workbook, where none is given.
    """
    from risk.report.pack import pack
    from risk.report.pack.paths.tracing import Tracer
    from risk.report.terminal import trace as screens
    from risk.report.terminal.headed import Headed

    recipe = given.recipe if given else Recipe(form=form)
    prior = opening.opened(recipe.prior, at) if recipe.prior else None
    beside = [opening.opened(other, at) for other in recipe.beside]
    found = Tracer(run, pack(run, prior, beside, recipe.form), recipe.form).trace(cell, given)
    names = holding.names(run, recipe.form.book)._replace(masked=recipe.form.mask)
    return Told(Headed.of(run, found), screens.DOCUMENT, screens.screen, names, ok=found.agrees)


def _open(run: str | None, file: Path | None, at: Desk) -> tuple[Run, Opened | None]:
    """The run to recompute from, and the workbook to compare with, if there is one."""
    from risk.report.opened import Opened

    if file is None:
        found = opening.opened(run or naming.shown(BASE, at.runs) or BASE, at)
        usual = naming.place(found.manifest.scenario)
        return found, Opened.at(usual) if packing.run_in(usual) == found.id else None
    if not os.path.lexists(file):
        raise UsageError(f"there is no workbook {file}", "write it: bubblerisk pack RUN --output FILE")
    given = Opened.at(file)
    if not given.run:
        raise AssumptionError(f"{file} is not a pack: it names no run", "write it again: bubblerisk pack RUN")
    return opening.opened(run or given.run, at), given

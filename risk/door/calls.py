"""Simulate a scenario, with changes or without, and open what is stored."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from risk.assumptions.locate import AT, LONGEST
from risk.door import changes as asked
from risk.door import opening, precision
from risk.door.changes import Change
from risk.door.desk import RUNS, Desk, silent
from risk.door.progress import Progress
from risk.door.result import Result

if TYPE_CHECKING:
    from risk.assumptions.reader import Document
    from risk.runs import Run
    from risk.runs.prepare import Plan

CHANGED = "-changed"
"""What a scenario with changes is called behind the name of the one that is changed."""


def run(
    scenario: str | Path = "base",
    *,
    paths: int | None = None,
    seed: int | None = None,
    changes: Mapping[str, Change] | None = None,
    why: str = asked.WHY,
    name: str | None = None,
    vintage: str | None = None,
    target_se: float | str | None = None,
    jobs: int | None = None,
    register: str | Path | None = None,
    runs: str | Path = RUNS,
    quiet: bool = False,
) -> Result:
    """Simulate a scenario, or open its run where it is stored already.

    Parameters
    ----------
    scenario : name of one of the register's, or a scenario file.
    paths, seed : by default as the register says.
    changes : id of an entry → a number (it is fixed to it), a prior (`risk.triangular`, …), or a mapping
        of keys as in a scenario file; of a row (``neoclouds.facility.LAMB-IG1``) a mapping of its columns.
        In the unit of the entry or column.
    why : the reason for the changes, which the run keeps.
    name : of the scenario that they make; ``<scenario>-changed`` by default.
    vintage : start from the state of an earlier quarter, such as ``2026Q2``.
    target_se : add paths until the probability of a bust has this standard error, e.g. 0.002.
    jobs : worker processes, one a core by default; changes no bit of the result.
    register : folder of the register; ./assumptions by default, else the one that came along.
    runs : folder that holds the runs.
    quiet : no progress.

    Raises
    ------
    AssumptionErrors : everything that is wrong with register, scenario and changes, each with its place.
    UsageError : there is no such scenario or vintage, or more than 1,048,576 paths would be needed.
    NumericalError : the model could not compute a path.
    Interrupted : finished blocks are kept; the same call goes on from there.
    """
    wanted = None if target_se is None else precision.standard_error(str(target_se))
    desk = _desk(runs, register, quiet)
    over = _over(scenario, changes, name, why) if changes else None
    planned = opening.plan(str(scenario), desk, paths, seed, vintage, over)

    def simulated(plan: Plan) -> Run:
        opening.settle(plan, desk)
        with Progress(plan.assumptions.scenario.name, quiet=quiet) as progress:
            return plan.run(jobs, progress)

    made = simulated(planned) if wanted is None else precision.grow(planned, wanted, simulated, desk.note)
    return Result(made, desk)


def open(
    run: str | Path, *, register: str | Path | None = None, runs: str | Path = RUNS, quiet: bool = False
) -> Result:
    """Open a stored run; nothing is simulated.

    Parameters
    ----------
    run : its id or the beginning of it (four digits or more), its folder, or a scenario: of the runs of
        today's inputs the one that its pack shows, else the largest.
    register, runs, quiet : as in `run`.

    Raises
    ------
    UsageError : there is none, or several.
    StorageError : it is damaged, or of a version of the model that remembered other things.
    """
    desk = _desk(runs, register, quiet)
    return Result(opening.opened(str(run), desk), desk)


def _desk(runs: str | Path, register: str | Path | None, quiet: bool) -> Desk:
    return Desk(Path(runs), None if register is None else Path(register), silent if quiet else _aside)


def _aside(text: str) -> None:
    if sys.stderr is not None:
        print(text, file=sys.stderr)


def _over(scenario: str | Path, changes: Mapping[str, Change], name: str | None, why: str) -> Document:
    """The changes as a scenario of their own over the one that is named."""
    under = Path(scenario).stem if str(scenario).endswith(".toml") else str(scenario)
    own = name or f"{under.partition(AT)[0][: LONGEST - len(CHANGED)]}{CHANGED}"
    return asked.scenario(under, changes, own, f"{under}, with {', '.join(changes)} changed", why)

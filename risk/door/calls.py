"""Simulate a scenario, with changes or without, and open what is stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Unpack

from risk.assumptions.locate import AT, LONGEST
from risk.door import changes as asked
from risk.door import opening, precision
from risk.door.changes import Change
from risk.door.desk import RUNS, Where, desk
from risk.door.result import Result
from risk.door.side_by_side import one_crew
from risk.door.told import Told

if TYPE_CHECKING:
    from risk.assumptions.reader import Document
    from risk.report.terminal.plan import Forecast
    from risk.report.terminal.series import Recorded
    from risk.runs import Run
    from risk.runs.prepare import Plan

CHANGED = "-changed"
"""What a scenario with changes is called behind the name of the one that is changed."""


@one_crew
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
    band: bool = False,
    check_all: bool = False,
    **where: Unpack[Where],
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
    band : strike its parameters by other shocks, two more runs: a band beside every probability.
    check_all : look at the accounting identities on all paths, not on one random block in eight.
    where : `jobs`, `register`, `runs`, `quiet`; see `risk.Where`.

    Raises
    ------
    AssumptionErrors : everything that is wrong with register, scenario and changes, each with its place.
    UsageError : there is no such scenario or vintage, or more than 1,048,576 paths would be needed.
    NumericalError : the model could not compute a path.
    Interrupted : finished blocks are kept; the same call goes on from there.
    """
    wanted = None if target_se is None else precision.standard_error(str(target_se))
    at = desk(where)
    over = _over(scenario, changes, name, why) if changes else None
    planned = replace(opening.plan(str(scenario), at, paths, seed, vintage, over), check_all=check_all)

    def simulated(plan: Plan) -> Run:
        return opening.simulate(plan, at)

    made = simulated(planned) if wanted is None else precision.grow(planned, wanted, simulated, at.step)
    if band:
        opening.strike_again(made, at)
    return Result(made, at)


def forecast(
    scenario: str | Path = "base",
    *,
    paths: int | None = None,
    seed: int | None = None,
    vintage: str | None = None,
    target_se: float | str | None = None,
    **where: Unpack[Where],
) -> Told[Forecast]:
    """What a run would take and change, without running anything; options as in `run`."""
    from risk.door.forecast import forecast as look
    from risk.engine.admission import admit
    from risk.report.terminal import plan as screens

    wanted = None if target_se is None else precision.standard_error(str(target_se))
    at = desk(where)
    planned = opening.plan(str(scenario), at, paths, seed, vintage)
    admit(planned.assumptions)
    planned, aim = precision.target(planned, wanted) if wanted else (planned, None)
    options: dict[str, object] = {
        "paths": paths,
        "seed": seed,
        "jobs": at.jobs,
        "vintage": vintage,
        "assumptions": at.register,
    }
    options |= {"runs": None if at.runs == RUNS else at.runs, "target-se": target_se}
    given = [f"--{name} {value}" for name, value in options.items() if value is not None]
    command = " ".join(["bubblerisk run", str(scenario), *given])
    found = look(planned, at.jobs, aim)
    return Told(found, screens.PLAN, lambda _, page: screens.screen(found, page, command))


def obtain(
    target: str,
    *,
    paths: int | None = None,
    seed: int | None = None,
    vintage: str | None = None,
    **where: Unpack[Where],
) -> Result:
    """The stored run that a word names or, of a scenario, means; simulated where there is none.

    Parameters
    ----------
    paths, seed : of the run of a scenario; where either is given, no other run is meant.
    """
    at = desk(where)
    found = opening.find(target, at, paths, seed, vintage)
    if (paths, seed) == (None, None):
        found = opening.stored(found, at)
    return Result(opening.made(found, at), at)


def recorded(
    target: str,
    path: int | str = "worst",
    *,
    paths: int | None = None,
    seed: int | None = None,
    vintage: str | None = None,
    **where: Unpack[Where],
) -> Told[Recorded]:
    """The series of one path by quarter, simulated again; of a scenario also without a run.

    Where a run cannot be completed this is how to see what became of the path that stopped it: what there is
    of it is told, and `error` says what happened.

    Parameters
    ----------
    target : a scenario or a stored run.
    path : an id, ``worst``, ``worst:10`` or ``median``; all but an id of the run, simulated if need be.
    """
    at = desk(where)
    if str(path).isdecimal() and not opening.names_run(target, at):
        from risk.door.series import recorded as of_plan

        return of_plan(opening.plan(target, at, paths, seed, vintage), int(path), at)
    return obtain(target, paths=paths, seed=seed, vintage=vintage, desk=at).recorded(path)


def trace(
    cell: str, run: str | None = None, *, pack: str | Path | None = None, **where: Unpack[Where]
) -> Told[Any]:
    """A cell of a workbook: its formula, its inputs, the paths behind it; not ok where the workbook differs.

    Parameters
    ----------
    cell : sheet and cell, such as ``Summary!F14``.
    run : a stored run; by default that of the workbook, or of base.
    pack : workbook to compare with; by default that of the run's scenario.

    Raises
    ------
    UsageError : there is no such workbook or run.
    """
    from risk.door.tracing import trace as look

    return look(cell, run, None if pack is None else Path(pack), desk(where))


def open(run: str | Path, **where: Unpack[Where]) -> Result:
    """Open a stored run; nothing is simulated.

    Parameters
    ----------
    run : its id or the beginning of it (four digits or more), its folder, or a scenario: of the runs of
        today's inputs the one that its pack shows, else the largest.
    where : `register`, `runs`, `quiet`; see `risk.Where`.

    Raises
    ------
    UsageError : there is none, or several.
    StorageError : it is damaged, or of a version of the model that remembered other things.
    """
    at = desk(where)
    return Result(opening.opened(str(run), at), at)


def _over(scenario: str | Path, changes: Mapping[str, Change], name: str | None, why: str) -> Document:
    """The changes as a scenario of their own over the one that is named."""
    under = Path(scenario).stem if str(scenario).endswith(".toml") else str(scenario)
    own = name or f"{under.partition(AT)[0][: LONGEST - len(CHANGED)]}{CHANGED}"
    return asked.scenario(under, changes, own, f"{under}, with {', '.join(changes)} changed", why)

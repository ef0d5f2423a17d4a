"""From a word to a run, stored or planned, and what is done before it is simulated or judged."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from risk.door.desk import SHOWN, Desk
from risk.errors import StorageError

if TYPE_CHECKING:
    from risk.assumptions.reader import Document
    from risk.runs import Run, Specification
    from risk.runs.prepare import Plan

_PREFIX = re.compile(r"[0-9a-f]{4,12}")


def plan(
    scenario: str,
    desk: Desk,
    paths: int | None = None,
    seed: int | None = None,
    vintage: str | None = None,
    over: Document | None = None,
) -> Plan:
    """Plan a scenario's run; see `risk.runs.prepare.plan`.

    Parameters
    ----------
    over : a scenario that stands in no file, laid over that one.
    """
    from risk.assumptions import load
    from risk.assumptions.locate import at
    from risk.runs import prepare

    word = at(scenario, vintage)
    if over is None:
        return prepare.plan(word, paths, seed, register=desk.register, root=desk.runs)
    assumptions = load(desk.register, word, over)
    return prepare.arrange(assumptions, paths, seed, register=desk.register, root=desk.runs)


def settle(plan: Plan, desk: Desk, admitted: bool = False) -> Specification:
    """What a planned run is: its register held against the model, base medians simulated where it reads them.

    Parameters
    ----------
    admitted : it is known that the register runs.

    Raises
    ------
    AssumptionErrors : the model cannot open its state.
    """
    from risk.engine.admission import admit

    if not (plan.stored or admitted):
        admit(plan.assumptions)
    return plan.settle(desk.note)


def any_version(word: str, desk: Desk) -> Run:
    """As `opened`, but the run may be of a version of the model that remembered other things."""
    from risk.door.naming import meant
    from risk.runs import open_run

    return open_run(meant(word, desk), desk.runs)


def opened(word: str, desk: Desk) -> Run:
    """Open a stored run by id, beginning of an id, folder or scenario; see `risk.door.naming`.

    Raises
    ------
    UsageError : there is none.
    StorageError : it was stored by a version of the model that remembered other things.
    """
    return whole(any_version(word, desk))


def whole(run: Run) -> Run:
    """A run that remembers what today's version does; StorageError where it does not."""
    from risk.analysis.verdict import CLASSES
    from risk.paths import SERIES

    known = {kind: set(run.names(kind)) for kind in ("outcomes", "series")}
    declared = run.register.outcomes
    outcomes = {*declared, *(class_name for class_name, _ in CLASSES)}
    if declared and outcomes <= known["outcomes"] and {v.name for v in SERIES} <= known["series"]:
        return run
    raise StorageError(
        f"run {run.id} was stored by another version of the model",
        f"simulate it again: bubblerisk run {run.manifest.scenario}",
    )


def names_run(word: str, desk: Desk) -> bool:
    """Whether a word names a run rather than a scenario: its folder, its id or the beginning of one."""
    from risk.assumptions import locate

    if (Path(word) / "manifest.json").is_file():
        return True
    if not _PREFIX.fullmatch(word) or word in locate.scenarios(locate.register(desk.register)):
        return False
    return any(path.name.startswith(word) for path in desk.runs.glob("*")) or len(word) >= SHOWN


def plan_of(run: Run, desk: Desk) -> Plan:
    """The plan that a stored run was made of, from the register that it keeps.

    Raises
    ------
    StorageError : the model, or base medians that it reads, are no longer those of the run.
    """
    from risk.runs.prepare import arrange

    planned = arrange(run.register, run.paths, run.manifest.seed, register=desk.register, root=desk.runs)
    if planned.settle(desk.note).id == run.id:
        return planned
    raise StorageError(
        f"run {run.id} was made by another version of the model, or its base case was another",
        f"simulate it again: bubblerisk run {run.manifest.scenario}",
    )


def calibrate(run: Run, desk: Desk, jobs: int | None = None) -> None:
    """Measure what the calibration targets need beside a run of the base case, where nobody has yet.

    Raises
    ------
    Interrupted : Ctrl-C or SIGTERM.
    """
    from risk.assumptions import load, locate
    from risk.calibrate import feedback, order, stylised

    if run.manifest.scenario != locate.BASE:
        return
    if stylised.wanted(run):
        stylised.measure(run, load(desk.register), desk.note)
    stressed, compared = feedback.stress(desk.register), order.worlds(desk.register)
    if feedback.wanted(run, stressed):
        feedback.measure(run, load(desk.register), stressed, desk.note, jobs)
    if order.wanted(run, compared):
        order.measure(run, load(desk.register), compared, desk.note, jobs)


def strike_again(run: Run, desk: Desk, simulated: Callable[[Plan], Run]) -> None:
    """Strike a run's parameters by other shocks, two more runs, where nobody has yet.

    Parameters
    ----------
    simulated : opens or simulates a plan.

    Raises
    ------
    Interrupted : Ctrl-C or SIGTERM; finished blocks are kept.
    """
    from risk.calibrate import parameter_band

    if not parameter_band.wanted(run):
        return
    others = [simulated(plan) for plan in parameter_band.plans(run, desk.register)]
    if others:
        parameter_band.keep(run, others)

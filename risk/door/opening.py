"""From a word to a run, stored or planned, and what is done before it is simulated or judged."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from risk.door.desk import RUNS, SHOWN, Desk
from risk.door.side_by_side import one_crew
from risk.errors import NumericalError, StorageError, UsageError

if TYPE_CHECKING:
    from risk.assumptions.reader import Document
    from risk.door.progress import Progress
    from risk.runs import Run, Specification
    from risk.runs.prepare import Plan
    from risk.runs.scattered import Standing

T = TypeVar("T")

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


def simulate(plan: Plan, desk: Desk, admitted: bool = False) -> Run:
    """Open or simulate a planned run.

    Parameters
    ----------
    admitted : it is known that the register runs.

    Raises
    ------
    AssumptionErrors : the model cannot open its state.
    NumericalError : the model could not compute a path; the message says how to replay it.
    Interrupted : Ctrl-C or SIGTERM; finished blocks are kept.
    """
    from risk.door.forecast import announced

    def compute(progress: Progress) -> Run:
        if desk.executor is None and (expected := announced(plan, desk.jobs)):
            desk.step(expected)
        return plan.run(desk.jobs, progress, desk.executor, desk.through)

    return _computed(plan, desk, compute, admitted)


def simulate_some(plan: Plan, desk: Desk, blocks: range) -> Standing:
    """Simulate some blocks of a planned run and say how far it is; errors as of `simulate`."""
    from risk.runs.scattered import compute_some

    return _computed(plan, desk, lambda progress: compute_some(plan, blocks, desk.jobs, progress))


def _computed(plan: Plan, desk: Desk, compute: Callable[[Progress], T], admitted: bool = False) -> T:
    """What comes of computing a plan, or an error that says how to replay the path it failed on."""
    with desk.bar(plan.assumptions.scenario.name) as progress:
        try:
            settle(plan, desk, admitted)
        except NumericalError as error:
            raise _replayed(error, replace(plan, scenario="base")) from error
        try:
            return compute(progress)
        except NumericalError as error:
            raise _replayed(error, plan) from error


def _replayed(error: NumericalError, plan: Plan) -> NumericalError:
    """The same error with the command that shows its path up to the quarter in which it fails."""
    if error.path is None or not plan.scenario:
        return error
    words = ["bubblerisk", "path", plan.scenario, str(error.path), "--series"]
    words += ["--paths", str(max(plan.paths, error.path + 1)), "--seed", str(plan.seed)]
    if plan.register is not None:
        words += ["--assumptions", str(plan.register)]
    if plan.root != RUNS:
        words += ["--runs", str(plan.root)]
    return NumericalError(error.reason, *error.fixes, f"replay it: {shlex.join(words)}", path=error.path)


def find(
    word: str, desk: Desk, paths: int | None = None, seed: int | None = None, vintage: str | None = None
) -> Run | Plan:
    """Open the stored run that a word names, or plan the scenario that it names.

    Raises
    ------
    UsageError : it names neither.
    """
    if not names_run(word, desk):
        return plan(word, desk, paths, seed, vintage)
    if (paths, seed) != (None, None):
        raise UsageError("a stored run has its paths and seed", "leave out --paths and --seed")
    return opened(word, desk)


def stored(found: Run | Plan, desk: Desk) -> Run | Plan:
    """The run that the name of a planned scenario means; the plan where today's inputs have made none."""
    from risk.door.naming import of_today
    from risk.runs import Run, open_run

    meant = None if isinstance(found, Run) else of_today(found, desk)
    return found if meant is None else open_run(meant.id, desk.runs)


def made(found: Run | Plan, desk: Desk) -> Run:
    """A run that was found, or the run of a plan, simulated if need be."""
    from risk.runs import Run

    return found if isinstance(found, Run) else simulate(found, desk)


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


@one_crew
def calibrate(run: Run, desk: Desk) -> None:
    """Measure what the calibration targets need beside a run of the base case, where nobody has yet.

    Raises
    ------
    Interrupted : Ctrl-C or SIGTERM.
    """
    from risk.assumptions import load, locate
    from risk.calibrate import order

    if run.manifest.scenario != locate.BASE:
        return
    calibrate_alone(run, desk)
    compared = order.worlds(desk.register)
    if order.wanted(run, compared):
        order.measure(run, load(desk.register), compared, desk.note, desk.jobs)


@one_crew
def calibrate_alone(run: Run, desk: Desk) -> None:
    """Of the same, what reads no run of another scenario that may be stored."""
    from risk.assumptions import load
    from risk.calibrate import feedback, stylised

    if stylised.wanted(run):
        stylised.measure(run, load(desk.register), desk.note, desk.jobs)
    stressed = feedback.stress(desk.register)
    if feedback.wanted(run, stressed):
        feedback.measure(run, load(desk.register), stressed, desk.note, desk.jobs)


def stand(found: Run | Plan, desk: Desk) -> None:
    """Find how a run stands today and what to watch; keep both beside it, with views and actions.

    Nothing where it is not stored.

    Raises
    ------
    AssumptionErrors : a declaration, a reading, a view, an action or the watch list is wrong, with its line.
    StorageError : evidence was edited.
    """
    from risk.analysis import actions
    from risk.analysis.views import kept
    from risk.calibrate.validation import validation
    from risk.calibrate.watch import watching
    from risk.runs import Run, open_run

    if not isinstance(found, Run):
        known = found.specification() if found.stored else None
        if known is None:
            return
        found = open_run(known.id, found.root)
    try:
        for keep in (validation.keep, kept.keep, watching.keep, actions.keep):
            keep(found, desk.register)
    except StorageError as error:
        if os.access(found.directory, os.W_OK):
            raise
        where = "what a pack shows is kept beside its run: copy the run to a folder that can be written"
        raise StorageError(error.reason, f"{where}, and name that by --runs") from error


def strike_again(run: Run, desk: Desk) -> None:
    """Strike a run's parameters by other shocks, two more runs, where nobody has yet.

    Raises
    ------
    Interrupted : Ctrl-C or SIGTERM; finished blocks are kept.
    """
    from risk.calibrate import parameter_band

    if not parameter_band.wanted(run):
        return
    others = struck(run, desk)
    if others:
        parameter_band.keep(run, others)


def struck(run: Run, desk: Desk) -> list[Run]:
    """The runs on a run's parameters under other shocks; none where today's model would not make it again."""
    from risk.calibrate import parameter_band
    from risk.door.several import simulated

    plans = dict(enumerate(parameter_band.plans(run, desk.register)))
    return [*simulated(plans, desk, f"{run.manifest.scenario} under other shocks", admitted=True).values()]

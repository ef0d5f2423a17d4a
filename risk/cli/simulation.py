"""What commands that need a run share: its options, how it is found or made, and what is said meanwhile."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter, validators

from risk.cli.console import message
from risk.cli.options import RUNS, SHOWN, Common, Output, Register
from risk.errors import BubbleriskError, NumericalError, StorageError, UsageError

if TYPE_CHECKING:
    from risk.runs import Interrupted, Run
    from risk.runs.prepare import Plan

REPORTS = Path("reports")

WHOLE = validators.Number(gte=1)
_PREFIX = re.compile(r"[0-9a-f]{4,12}")
Seed = Annotated[
    int | None,
    Parameter(validator=validators.Number(gte=0), help="Seed of every stream; run.seed by default."),
]
Jobs = Annotated[
    int | None,
    Parameter(name=["--jobs", "-j"], validator=WHOLE, help="Worker processes; one a core by default."),
]


@Parameter(name="*")
@dataclass(frozen=True)
class Simulation:
    """What is simulated, and by how many processes."""

    paths: Annotated[
        int | None,
        Parameter(name=["--paths", "-n"], validator=WHOLE, help="Number of paths; run.paths by default."),
    ] = None
    seed: Seed = None
    jobs: Jobs = None
    vintage: Annotated[
        str | None,
        Parameter(help="Start from the state of an earlier quarter, such as 2026Q2; so does NAME@2026Q2."),
    ] = None


SIMULATION = Simulation()
"""Every option left out."""

Stored = Annotated[
    str, Parameter(help="Run id or its beginning, or a scenario: the run its pack shows, else its largest.")
]
"""A word that names a stored run."""


class Stopped(BubbleriskError):  # noqa: N818 - says what happened
    """The user stopped a run; its finished blocks are kept."""

    def __init__(self, stop: Interrupted) -> None:
        super().__init__(str(stop))
        self.exit_code = stop.exit_code

    def __str__(self) -> str:
        return self.reason


def plan(scenario: str, simulation: Simulation, common: Common) -> Plan:
    """Plan a scenario's run."""
    from risk.assumptions.locate import at
    from risk.runs.prepare import plan as prepare

    word, register = at(scenario, simulation.vintage), common.register.assumptions
    return prepare(word, simulation.paths, simulation.seed, register=register, root=common.folder.runs)


def simulate(plan: Plan, jobs: int | None, output: Output, admitted: bool = False) -> Run:
    """Open or simulate a planned run, with progress on standard error.

    Parameters
    ----------
    admitted : it is known that the register runs.

    Raises
    ------
    Stopped : Ctrl-C or SIGTERM; finished blocks are kept.
    """
    from risk.cli.progress import Progress, level
    from risk.engine.admission import admit
    from risk.runs import Interrupted, log_to_stderr

    log_to_stderr(level(output))
    if not (plan.stored or admitted):
        admit(plan.assumptions)
    try:
        plan.settle(message)
    except NumericalError as error:
        raise _replayed(error, replace(plan, scenario="base")) from error
    with Progress(plan.assumptions.scenario.name, output) as progress:
        try:
            return plan.run(jobs, progress)
        except Interrupted as stop:
            raise Stopped(stop) from stop
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


def find(target: str, simulation: Simulation, common: Common) -> Run | Plan:
    """Open the stored run that a word names, or plan the scenario that it names.

    Raises
    ------
    UsageError : it names neither.
    """
    if names_run(target, common):
        if (simulation.paths, simulation.seed) != (None, None):
            raise UsageError("a stored run has its paths and seed", "leave out --paths and --seed")
        return open_stored(target, common)
    return plan(target, simulation, common)


def open_any(name: str, common: Common) -> Run:
    """As `open_stored`, but the run may be of a version of the model that remembered other things."""
    from risk.cli.naming import meant
    from risk.runs import open_run

    root = common.folder.runs
    return open_run(meant(name, root, common.register), root)


def open_stored(name: str, common: Common) -> Run:
    """Open a stored run by id, beginning of an id, folder or scenario; see `risk.cli.naming`.

    Raises
    ------
    UsageError : there is none.
    StorageError : it was stored by a version of the model that remembered other things.
    """
    return whole(open_any(name, common))


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


def obtain(target: str, simulation: Simulation, common: Common) -> Run:
    """Stored run that a word names, or the run of the scenario that it names, simulated if need be."""
    from risk.runs import Run

    found = find(target, simulation, common)
    return found if isinstance(found, Run) else simulate(found, simulation.jobs, common.output)


def calibrate(run: Run, register: Register, jobs: int | None) -> None:
    """Measure what the calibration targets need beside a run of the base case, where nobody has yet.

    Raises
    ------
    Stopped : Ctrl-C or SIGTERM.
    """
    from risk.assumptions import load, locate
    from risk.calibrate import feedback, order, stylised
    from risk.runs import Interrupted

    if run.manifest.scenario != locate.BASE:
        return
    if stylised.wanted(run):
        stylised.measure(run, load(register.assumptions), message)
    stressed, compared = feedback.stress(register.assumptions), order.worlds(register.assumptions)
    try:
        if feedback.wanted(run, stressed):
            feedback.measure(run, load(register.assumptions), stressed, message, jobs)
        if order.wanted(run, compared):
            order.measure(run, load(register.assumptions), compared, message, jobs)
    except Interrupted as stop:
        raise Stopped(stop) from stop


def strike_again(run: Run, register: Register, jobs: int | None, output: Output) -> None:
    """Strike a run's parameters by other shocks, two more runs, where nobody has yet.

    Raises
    ------
    Stopped : Ctrl-C or SIGTERM; finished blocks are kept.
    """
    from risk.calibrate import parameter_band

    if not parameter_band.wanted(run):
        return
    others = [simulate(plan, jobs, output) for plan in parameter_band.plans(run, register.assumptions)]
    if others:
        parameter_band.keep(run, others)


def stand(found: Run | Plan, register: Register) -> None:
    """Find how a run stands today, and keep it beside the run for its pack; nothing where it is not stored.

    Raises
    ------
    AssumptionErrors : a declaration or a reading is wrong, with file and line.
    StorageError : evidence was edited.
    """
    from risk.calibrate.validation import validation
    from risk.runs import Run, open_run

    if not isinstance(found, Run):
        known = found.specification() if found.stored else None
        if known is None:
            return
        found = open_run(known.id, found.root)
    validation.keep(found, register.assumptions)


def names_run(target: str, common: Common) -> bool:
    """Whether a word names a run rather than a scenario: its folder, its id or the beginning of one."""
    from risk.assumptions import locate

    if (Path(target) / "manifest.json").is_file():
        return True
    register = locate.register(common.register.assumptions)
    if not _PREFIX.fullmatch(target) or target in locate.scenarios(register):
        return False
    return any(path.name.startswith(target) for path in common.folder.runs.glob("*")) or len(target) >= SHOWN

"""What commands that need a run share: its options, how it is found or made, and what is said meanwhile."""

from __future__ import annotations

import shlex
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter, validators

from risk.cli.console import message
from risk.cli.options import Common, Output
from risk.door import opening
from risk.door.desk import RUNS, Desk
from risk.errors import BubbleriskError, NumericalError, UsageError

if TYPE_CHECKING:
    from risk.door.result import Result
    from risk.runs import Interrupted, Run
    from risk.runs.prepare import Plan

WHOLE = validators.Number(gte=1)
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


def desk(common: Common) -> Desk:
    """Where the options say that one works; what is done is told on standard error."""
    return Desk(common.folder.runs, common.register.assumptions, message)


def plan(scenario: str, simulation: Simulation, common: Common) -> Plan:
    """Plan a scenario's run."""
    return opening.plan(scenario, desk(common), simulation.paths, simulation.seed, simulation.vintage)


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
    from risk.runs import Interrupted, log_to_stderr

    log_to_stderr(level(output))
    try:
        opening.settle(plan, Desk(plan.root, plan.register, message), admitted)
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
    if opening.names_run(target, desk(common)):
        if (simulation.paths, simulation.seed) != (None, None):
            raise UsageError("a stored run has its paths and seed", "leave out --paths and --seed")
        return open_stored(target, common)
    return plan(target, simulation, common)


def open_stored(target: str, common: Common) -> Run:
    """Open a stored run by id, beginning of an id, folder or scenario; see `risk.door.opening.opened`."""
    return opening.opened(target, desk(common))


def result(target: str, common: Common) -> Result:
    """The stored run that a word names, as the door for Python has it."""
    from risk.door.result import Result

    return Result(open_stored(target, common), desk(common))


def obtain(target: str, simulation: Simulation, common: Common) -> Run:
    """Stored run that a word names, or the run of the scenario that it names, simulated if need be."""
    from risk.runs import Run

    found = find(target, simulation, common)
    return found if isinstance(found, Run) else simulate(found, simulation.jobs, common.output)


def calibrate(run: Run, common: Common, jobs: int | None) -> None:
    """Measure what the calibration targets need beside a run of the base case, where nobody has yet.

    Raises
    ------
    Stopped : Ctrl-C or SIGTERM.
    """
    from risk.runs import Interrupted

    try:
        opening.calibrate(run, desk(common), jobs)
    except Interrupted as stop:
        raise Stopped(stop) from stop


def strike_again(run: Run, common: Common, jobs: int | None) -> None:
    """Strike a run's parameters by other shocks, two more runs, where nobody has yet.

    Raises
    ------
    Stopped : Ctrl-C or SIGTERM; finished blocks are kept.
    """

    def simulated(plan: Plan) -> Run:
        return simulate(plan, jobs, common.output)

    opening.strike_again(run, desk(common), simulated)

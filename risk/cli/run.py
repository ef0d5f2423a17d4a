"""`bubblerisk run`: simulate a scenario and print the verdict."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from risk.cli import precision
from risk.cli.console import message
from risk.cli.options import COMMON, Common, Output
from risk.cli.screens import tell
from risk.cli.simulation import SIMULATION, Simulation, plan, simulate, strike_again

if TYPE_CHECKING:
    from risk.runs import Run
    from risk.runs.prepare import Plan

NEXT = ("pack RUN", "show RUN B4", "check RUN")
"""What to do after a verdict."""


def run(
    scenario: Annotated[str, Parameter(help="Name of a scenario, or a scenario file.")] = "base",
    /,
    *,
    dry_run: Annotated[
        bool, Parameter(name="--dry-run", help="Say what would be run and what it takes.")
    ] = False,
    target_se: Annotated[
        str | None,
        Parameter(name="--target-se", help="Add paths until P(bust) has this standard error, e.g. 0.2pp."),
    ] = None,
    band: Annotated[
        bool, Parameter(help="Strike its parameters by other shocks: a band beside every probability.")
    ] = False,
    simulation: Simulation = SIMULATION,
    common: Common = COMMON,
) -> None:
    """Simulate a scenario and print the verdict; a run that is stored already is only read."""
    wanted = precision.standard_error(target_se) if target_se is not None else None
    output = common.output
    planned = plan(scenario, simulation, common)
    if dry_run:
        from risk.cli.forecast import forecast
        from risk.engine.admission import admit
        from risk.report.terminal import plan as screens

        admit(planned.assumptions)
        planned, aim = precision.target(planned, wanted) if wanted else (planned, None)
        options = f" --target-se {target_se}" if wanted else ""
        command = _command(scenario, simulation, common) + options
        what = forecast(planned, simulation.jobs, aim)
        tell(what, screens.PLAN, lambda _, page: screens.screen(what, page, command), output)
        return

    def simulated(more: Plan) -> Run:
        return simulate(more, simulation.jobs, output)

    found = precision.grow(planned, wanted, simulated, _note(output)) if wanted else simulated(planned)
    if band:
        strike_again(found, common.register, simulation.jobs, output)
    write_verdict(found, common, *NEXT)


def write_verdict(run: Run, common: Common, *next_words: str) -> None:
    """Print a run's verdict.

    Parameters
    ----------
    next_words : commands to go on with; `RUN` stands for the run.
    """
    from risk.calibrate.validation import validation
    from risk.report.terminal import verdict
    from risk.report.terminal.summary import DOCUMENT, summarise

    hints = common.folder.commands(run.id, *next_words)
    reasons = validation.current(run, common.register.assumptions).reasons
    tell(summarise(run, reasons), DOCUMENT, verdict.screen, common.output, run.register.names, hints)


def _note(output: Output) -> Callable[[str], None]:
    return (lambda _: None) if output.quiet else message


def _command(scenario: str, simulation: Simulation, common: Common) -> str:
    options = [f"--{name} {value}" for name, value in vars(simulation).items() if value is not None]
    register = common.register.assumptions
    if register is not None:
        options.append(f"--assumptions {register}")
    return " ".join(["bubblerisk run", scenario, *options]) + common.folder.option

"""`bubblerisk run`: simulate a scenario and print the verdict."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from risk.cli import precision
from risk.cli.assumptions import DEFAULT_OUTPUT, DEFAULT_REGISTER
from risk.cli.console import message
from risk.cli.options import Output, Register
from risk.cli.screens import tell
from risk.cli.simulation import FOLDER, SHOWN, SIMULATION, Folder, Simulation, plan, simulate

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
        bool, Parameter(name="--dry-run", help="Say what would be run and what it takes.", show_default=False)
    ] = False,
    target_se: Annotated[
        str | None,
        Parameter(name="--target-se", help="Add paths until P(bust) has this standard error, e.g. 0.2pp."),
    ] = None,
    simulation: Simulation = SIMULATION,
    folder: Folder = FOLDER,
    register: Register = DEFAULT_REGISTER,
    output: Output = DEFAULT_OUTPUT,
) -> None:
    """Simulate a scenario and print the verdict; a run that is stored already is only read."""
    wanted = precision.standard_error(target_se) if target_se is not None else None
    planned = plan(scenario, simulation, register, folder)
    if dry_run:
        from risk.cli.forecast import forecast
        from risk.cli.screens import tell
        from risk.engine.admission import admit
        from risk.report.terminal import plan as screens

        admit(planned.assumptions)

        planned, aim = precision.target(planned, wanted) if wanted else (planned, None)
        options = f" --target-se {target_se}" if wanted else ""
        command = _command(scenario, simulation, folder, register) + options
        what = forecast(planned, simulation.jobs, aim)
        tell(what, screens.PLAN, lambda _, page: screens.screen(what, page, command), output)
        return

    def simulated(more: Plan) -> Run:
        return simulate(more, simulation.jobs, output)

    found = precision.grow(planned, wanted, simulated, _note(output)) if wanted else simulated(planned)
    write_verdict(found, folder, output, *NEXT)


def write_verdict(run: Run, folder: Folder, output: Output, *next_words: str) -> None:
    """Print a run's verdict.

    Parameters
    ----------
    next_words : commands to go on with; `RUN` stands for the run.
    """
    from risk.report.terminal import verdict
    from risk.report.terminal.summary import DOCUMENT, summarise

    short = run.id[:SHOWN]
    hints = [f"bubblerisk {words.replace('RUN', short)}{folder.option}" for words in next_words]
    screen = partial(verdict.screen, hints=hints)
    tell(summarise(run), DOCUMENT, screen, output, run.register.names)


def _note(output: Output) -> Callable[[str], None]:
    return (lambda _: None) if output.quiet else message


def _command(scenario: str, simulation: Simulation, folder: Folder, register: Register) -> str:
    options = [f"--{name} {value}" for name, value in vars(simulation).items() if value is not None]
    if register.assumptions is not None:
        options.append(f"--assumptions {register.assumptions}")
    return " ".join(["bubblerisk run", scenario, *options]) + folder.option

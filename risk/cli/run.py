"""`bubblerisk run`: simulate a scenario and print the verdict."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from risk.cli.elsewhere import ELSEWHERE, Elsewhere, some
from risk.cli.options import COMMON, Common
from risk.cli.screens import give
from risk.cli.simulation import SIMULATION, Simulation, desk
from risk.errors import UsageError

if TYPE_CHECKING:
    from risk.door.result import Result

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
    check_all: Annotated[
        bool, Parameter(help="Look at the accounting identities on all paths, not on one block in eight.")
    ] = False,
    blocks: Annotated[
        str | None,
        Parameter(
            help="Compute only blocks A to B-1 of 1,024 paths, written A:B, into the folder of the run."
        ),
    ] = None,
    elsewhere: Elsewhere = ELSEWHERE,
    simulation: Simulation = SIMULATION,
    common: Common = COMMON,
) -> None:
    """Simulate a scenario and print the verdict; a run that is stored already is only read."""
    from risk.door import calls, scattered

    at, wanted = desk(common, simulation.jobs), simulation.wanted
    if blocks is not None:
        if dry_run or target_se is not None or band or elsewhere.cluster:
            raise UsageError("--blocks computes a part of one run here", "leave out what is of whole runs")
        give(scattered.some(scenario, some(blocks), desk=at, **wanted), common.output)
        return
    if dry_run:
        give(calls.forecast(scenario, target_se=target_se, desk=at, **wanted), common.output)
        return
    with elsewhere.desk(at) as there:
        found = calls.run(scenario, target_se=target_se, band=band, check_all=check_all, desk=there, **wanted)
        write_verdict(found, common, *NEXT)


def write_verdict(run: Result, common: Common, *next_words: str) -> None:
    """Print a run's verdict.

    Parameters
    ----------
    next_words : commands to go on with; `RUN` stands for the run.
    """
    give(run.summary(), common.output, common.folder.commands(run.id, *next_words))

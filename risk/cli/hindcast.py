"""`bubblerisk hindcast`: the engine from earlier states, held against what was read since."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from risk.cli.console import message
from risk.cli.options import COMMON, Common
from risk.cli.screens import tell
from risk.cli.simulation import WHOLE, Jobs, Seed, simulate

if TYPE_CHECKING:
    from risk.runs import Run

PATHS = 4_096
"""Paths of each run: a percentile of a reading is known to within half a point."""


@Parameter(name="*")
@dataclass(frozen=True)
class Runs:
    """What is simulated, and by how many processes."""

    paths: Annotated[
        int, Parameter(name=["--paths", "-n"], validator=WHOLE, help="Number of paths of each run.")
    ] = PATHS
    seed: Seed = None
    jobs: Jobs = None


RUNS = Runs()
"""Every option left out."""


def hindcast(
    *vintages: Annotated[
        str, Parameter(help="Quarters such as 2024Q4; all that the register has by default.")
    ],
    markdown: Annotated[bool, Parameter(name="--md", help="Write the page of the docs.")] = False,
    simulation: Runs = RUNS,
    common: Common = COMMON,
) -> None:
    """Run earlier states and score what was read since; runs that are stored are only read.

    What all vintages give is kept beside the runs, and packs show it.
    """
    from risk.assumptions import load, locate
    from risk.calibrate.hindcast import hindcast as found_by
    from risk.calibrate.hindcast import readings

    folder = locate.register(common.register.assumptions)
    known = found_by.known(folder)
    wanted = tuple(dict.fromkeys(vintages)) or known
    for quarter in wanted:
        locate.vintage(folder, locate.at(locate.BASE, quarter))  # a misspelt one is told before anything runs
    metrics = readings.read(folder, load(folder).sources.keys())
    pairs = []
    for quarter in wanted:
        own = found_by.own_priors(folder, quarter)
        run = _run(locate.at(locate.BASE, quarter), simulation, common)
        pairs.append((run, _run(locate.at(str(own), quarter), simulation, common) if own else None))
    found = found_by.compare(pairs, metrics)
    if wanted == known:
        found_by.store(found, common.folder.runs)
    elif not common.output.quiet:
        message("not all vintages: packs go on showing what was kept last")
    from risk.report.terminal import hindcast as report

    if markdown and not common.output.json:
        print(report.document(found))
        return
    tell(found, report.DOCUMENT, report.screen, common.output, pairs[0][0].register.names)


def _run(word: str, simulation: Runs, common: Common) -> Run:
    """The run of a scenario's word, stored or made now."""
    from risk.runs.prepare import plan

    register, root = common.register.assumptions, common.folder.runs
    planned = plan(word, simulation.paths, simulation.seed, register=register, root=root)
    return simulate(planned, simulation.jobs, common.output)

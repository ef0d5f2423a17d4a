"""`bubblerisk pack`: the workbook of a scenario, simulated if need be, or of a stored run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from risk.cli.options import COMMON, Common, whole
from risk.cli.run import write_verdict
from risk.cli.screens import give
from risk.cli.simulation import SIMULATION, Prior, Simulation, desk
from risk.report.form import DEFAULT_FORM, FEWEST, MOST, Paper

if TYPE_CHECKING:
    from risk.door.result import Result

Force = Annotated[bool, Parameter(help="Let fewer paths of the same inputs replace a workbook of more.")]


def pack(
    target: Annotated[str, Parameter(help="A scenario, simulated if need be, or a stored run.")] = "base",
    /,
    *,
    file: Annotated[
        Path | None,
        Parameter(name=["--output", "-o"], help="File to write; reports/SCENARIO/pack.xlsx by default."),
    ] = None,
    prior: Prior = None,
    beside: Annotated[
        tuple[str, ...],
        Parameter(
            name="--with",
            help="Scenario, stored with the same paths and seed, to show beside; may be repeated.",
        ),
    ] = (),
    paper: Annotated[Paper, Parameter(help="Paper that the sheets are laid out for.")] = DEFAULT_FORM.paper,
    sample: Annotated[
        int, whole("Paths listed on the sheet Sample.", least=FEWEST, most=MOST)
    ] = DEFAULT_FORM.sample,
    force: Force = False,
    book: Annotated[
        Path | None, Parameter(help="The committee's positions, TOML or CSV, for the sheet Book.")
    ] = None,
    html: Annotated[bool, Parameter(help="Write its presentation sheets as an HTML page beside it.")] = False,
    simulation: Simulation = SIMULATION,
    common: Common = COMMON,
) -> None:
    """Write the workbook of a scenario or of a stored run; nothing is done where it is up to date."""
    from risk.door import packs

    def verdict(run: Result) -> None:
        write_verdict(run, common, "show RUN B4", "check RUN")

    told = packs.pack(
        target,
        file=file,
        prior=prior,
        beside=beside,
        paper=paper,
        sample=sample,
        html=html,
        mask=common.output.mask,
        book=book,
        force=force,
        ready=None if common.output.json else verdict,
        desk=desk(common, simulation.jobs),
        **simulation.wanted,
    )
    give(told, common.output)

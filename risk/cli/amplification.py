"""`bubblerisk amplification`: one run a coupling, what each adds to the loss, and the gain of the loop."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from cyclopts import Parameter

from risk.cli.options import COMMON, Common, whole
from risk.cli.screens import give
from risk.cli.simulation import Jobs, Seed, desk
from risk.door.studies import PATHS


@Parameter(name="*")
@dataclass(frozen=True)
class Comparison:
    """What is simulated, and by how many processes."""

    paths: Annotated[
        int,
        whole("Number of paths of each run.", "--paths", "-n"),
    ] = PATHS
    seed: Seed = None
    jobs: Jobs = None


COMPARISON = Comparison()
"""Every option left out."""


def amplification(
    scenario: Annotated[str, Parameter(help="Name of a scenario, or a scenario file.")] = "base",
    /,
    *,
    quarter: Annotated[
        str | None, Parameter(help="Quarter in which the spread is pushed; the third by default.")
    ] = None,
    pilots: Annotated[
        bool, Parameter(help="Measure the noise of the medians that stand in: a minute or two more.")
    ] = False,
    simulation: Comparison = COMPARISON,
    common: Common = COMMON,
) -> None:
    """Cut each coupling in a run of its own and say what it adds; runs that are stored are only read."""
    from risk.door import studies

    at = desk(common, simulation.jobs)
    told = studies.amplification(
        scenario,
        quarter=quarter,
        pilots=pilots,
        paths=simulation.paths,
        seed=simulation.seed,
        desk=at,
    )
    give(told, common.output)

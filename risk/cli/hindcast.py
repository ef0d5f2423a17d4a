"""`bubblerisk hindcast`: the engine from earlier states, held against what was read since."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from risk.cli.options import COMMON, Common
from risk.cli.screens import give
from risk.cli.simulation import RUNS, Runs, desk


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
    from risk.door import studies

    at = desk(common, simulation.jobs)
    told = studies.hindcast(*vintages, paths=simulation.paths, seed=simulation.seed, desk=at)
    give(told, common.output, markdown=markdown)

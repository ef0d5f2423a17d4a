"""`bubblerisk screen`: every judgement without a prior moved over its range, and what the headlines do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from cyclopts import Parameter

from risk.cli.options import COMMON, Common, whole
from risk.cli.screens import give
from risk.cli.simulation import Jobs, Seed, desk
from risk.door.screening import PATHS


@Parameter(name="*")
@dataclass(frozen=True)
class Looking:
    """What is tried, and by how many processes."""

    paths: Annotated[
        int,
        whole("Number of paths of each trial.", "--paths", "-n"),
    ] = PATHS
    seed: Seed = None
    jobs: Jobs = None
    only: Annotated[str | None, Parameter(help="Only numbers of such ids, e.g. 'gpu.*'.")] = None


LOOKING = Looking()
"""Every option left out."""


def screen(
    scenario: Annotated[str, Parameter(help="Name of a scenario, or a scenario file.")] = "base",
    /,
    *,
    top: Annotated[
        int | None,
        whole("Numbers shown; those that decide something by default."),
    ] = None,
    markdown: Annotated[bool, Parameter(name="--md", help="Write Markdown tables, for a memo.")] = False,
    looking: Looking = LOOKING,
    common: Common = COMMON,
) -> None:
    """Move each judgement without a prior over its plausible range and rank what the headlines do."""
    from risk.door import screening

    told = screening.screen(
        scenario,
        only=looking.only,
        top=top,
        paths=looking.paths,
        seed=looking.seed,
        desk=desk(common, looking.jobs),
    )
    give(told, common.output, markdown=markdown)

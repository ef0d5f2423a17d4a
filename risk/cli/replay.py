"""`bubblerisk replay`: another bust, described from what was known before it, held against what came."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from risk.cli.options import COMMON, Common
from risk.cli.screens import give
from risk.cli.simulation import RUNS, Runs, desk


def replay(
    case: Annotated[str, Parameter(help="Name of a case of the register, or a case's file or folder.")],
    /,
    *,
    check: Annotated[bool, Parameter(help="Only read the case, and rehearse it on a few paths.")] = False,
    opened: Annotated[
        bool, Parameter(name="--open", help="List every number that the case leaves open.")
    ] = False,
    markdown: Annotated[bool, Parameter(name="--md", help="Write Markdown, for a memo.")] = False,
    simulation: Runs = RUNS,
    common: Common = COMMON,
) -> None:
    """Replay a case from what was known before it, and hold what the model says against what came."""
    from risk.door import studies

    at = desk(common, simulation.jobs)
    if check:
        give(studies.rehearse(case, desk=at), common.output)
        return
    told = studies.replay(case, opened=opened, paths=simulation.paths, seed=simulation.seed, desk=at)
    give(told, common.output, markdown=markdown)

"""`bubblerisk tokens`: what a token costs by generation, and what cache hits and newer chips would move."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from risk.cli.options import COMMON, Common
from risk.cli.screens import give
from risk.cli.simulation import Each, Jobs, Stored, desk
from risk.door.variants import PATHS


def tokens(
    run: Stored = "base",
    /,
    *,
    hit_rate: Annotated[
        float | None, Parameter(help="Share of input tokens found in a cache that hits rise to, such as 0.9.")
    ] = None,
    paths: Each = PATHS,
    jobs: Jobs = None,
    common: Common = COMMON,
) -> None:
    """Say what tokens cost by generation and phase, and what coupling that to paths would move."""
    from risk.door import calls

    found = calls.open(run, desk=desk(common, jobs))
    hints = common.folder.commands(found.id, "pack RUN", "sources RUN --all")
    give(found.tokens(hit_rate, paths=paths), common.output, hints)

"""`bubblerisk budget`: what of every result is parameters, what shocks, what both."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from risk.cli.options import COMMON, Common
from risk.cli.screens import give
from risk.cli.simulation import Jobs, Stored, desk


def budget(
    run: Stored,
    /,
    *,
    groups: Annotated[
        bool, Parameter(help="Draw each group of parameters anew too, a run of 4,096 paths a group.")
    ] = False,
    jobs: Jobs = None,
    common: Common = COMMON,
) -> None:
    """Swap shocks and parameters of a stored run, and say what its results hang on; kept beside the run."""
    from risk.door.calls import open as opened

    found = opened(run, desk=desk(common, jobs))
    hints = common.folder.commands(found.id, "drivers RUN --outcome bust", "show RUN")
    give(found.budget(groups), common.output, hints)

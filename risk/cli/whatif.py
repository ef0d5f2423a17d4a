"""`bubblerisk whatif`: a scenario or other numbers, held against a stored run on the same draws."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from risk.cli.options import COMMON, Common
from risk.cli.screens import give
from risk.cli.simulation import Each, Jobs, Stored, desk
from risk.door.variants import PATHS


def whatif(
    run: Stored = "base",
    /,
    *,
    scenario: Annotated[
        str | None, Parameter(help="Scenario, by name or file, that the run is held against.")
    ] = None,
    settings: Annotated[
        list[str] | None,
        Parameter(
            name="--set", help="ID=VALUE: a number that is set, several times for several.", negative=()
        ),
    ] = None,
    paths: Each = PATHS,
    jobs: Jobs = None,
    common: Common = COMMON,
) -> None:
    """Say what the headlines do under a scenario, or with other numbers, on the draws of a stored run."""
    from risk.door import calls

    found = calls.open(run, desk=desk(common, jobs))
    hints = common.folder.commands(found.id, "assumptions list --uncertain", "drivers RUN --outcome bust")
    give(found.whatif(*(settings or ()), scenario=scenario, paths=paths), common.output, hints)

"""`bubblerisk sources`: what the headlines do if a source is wrong."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from risk.cli.options import COMMON, Common
from risk.cli.screens import give
from risk.cli.simulation import Each, Jobs, Stored, desk
from risk.door.variants import PATHS
from risk.errors import UsageError


def sources(
    run: Stored = "base",
    /,
    *,
    drop: Annotated[
        list[str] | None, Parameter(help="Source that is wrong; several times for several.", negative=())
    ] = None,
    every: Annotated[bool, Parameter(name="--all", help="Each source that somebody published.")] = False,
    paths: Each = PATHS,
    jobs: Jobs = None,
    common: Common = COMMON,
) -> None:
    """Let a source's numbers be as wide as is plausible and say what the headlines do: one run a source."""
    from risk.door import calls

    if bool(drop) == every:
        reason = "--drop and --all exclude each other" if drop else "which source is wrong?"
        raise UsageError(reason, "say --drop SOURCE, once or several times, or --all")
    found = calls.open(run, desk=desk(common, jobs))
    hints = common.folder.commands(found.id, "assumptions list --uncertain", "voi RUN")
    give(found.sources(*(drop or ()), paths=paths), common.output, hints)

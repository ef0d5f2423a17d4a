"""`bubblerisk watch` and `bubblerisk update`: what to watch, and what was read since the base date."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from risk.cli.options import COMMON, Common
from risk.cli.screens import give
from risk.cli.simulation import Stored, result


def watch(
    run: Stored,
    /,
    *,
    event: Annotated[
        str, Parameter(help="What tripwires warn of: a class, a proposition or a condition on paths.")
    ] = "bust",
    common: Common = COMMON,
) -> None:
    """Rank the registered tripwires by what they would tell, and score those that are decided."""
    found = result(run, common)
    hints = common.folder.commands(found.id, "update RUN", "watch RUN --event B4", "show RUN")
    give(found.watch(event), common.output, hints)


def update(run: Stored, /, *, common: Common = COMMON) -> None:
    """Weigh the paths of a stored run by what was read since its base date, and say what that changes."""
    found = result(run, common)
    give(found.update(), common.output, common.folder.commands(found.id, "watch RUN", "show RUN"))

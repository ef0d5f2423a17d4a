"""`bubblerisk views`: a stored run under members' views, and what one would have to believe."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from risk.cli.options import COMMON, Common
from risk.cli.screens import give
from risk.cli.simulation import Stored, result


def views(
    run: Stored,
    files: Annotated[
        list[Path] | None,
        Parameter(help="Ballots, or names of sets that come along; without any these sets.", negative=()),
    ] = None,
    /,
    *,
    believe: Annotated[
        list[str] | None,
        Parameter(help='What to reach: "P(bust) > 2/3"; several times. Two thirds and a third by default.'),
    ] = None,
    common: Common = COMMON,
) -> None:
    """Weigh the paths of a stored run by members' views, side by side; say what one would have to believe."""
    found = result(run, common)
    hints = common.folder.commands(found.id, 'views RUN --believe "P(durable_paid) > 1/3"', "show RUN")
    give(found.views(*(files or ()), believe=believe or ()), common.output, hints)

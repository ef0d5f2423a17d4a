"""`bubblerisk reverse`: from a condition back to what leads to it."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from risk.cli.options import COMMON, Common
from risk.cli.screens import give
from risk.cli.simulation import Stored, result


def reverse(
    run: Stored,
    /,
    *,
    condition: Annotated[
        str, Parameter(name="--if", help="What is met: bust, or 'headline_loss > 200 and B4'.")
    ],
    then: Annotated[
        tuple[str, ...], Parameter(help="A quantity or condition to look at where it is met; repeatable.")
    ] = (),
    stored: Annotated[bool, Parameter(help="Do not simulate the most likely path again.")] = False,
    common: Common = COMMON,
) -> int:
    """Find what leads to a condition on the paths of a stored run, and what warns of it."""
    found = result(run, common)
    told = found.reverse(condition, then, prove=not stored)
    path = told.found.result.reverse.path
    give(told, common.output, common.folder.commands(found.id, f"path RUN {path}", "show RUN"))
    return 0 if told.ok else 1

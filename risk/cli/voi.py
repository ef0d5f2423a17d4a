"""`bubblerisk voi`: what to do, when, and which number to find out next."""

from __future__ import annotations

from risk.cli.options import COMMON, Common
from risk.cli.screens import give
from risk.cli.simulation import Stored, result


def voi(run: Stored, /, *, common: Common = COMMON) -> None:
    """Say how often the triggers of actions fire, what these pay, and what knowing each input is worth."""
    found = result(run, common)
    told = found.voi()
    first = told.found.result.information.single[0].name.partition("[")[0]
    hints = common.folder.commands(found.id, f"assumptions show {first}", "sources RUN --all")
    give(told, common.output, hints)

"""`bubblerisk lenders`: who bears the credit loss in the end."""

from __future__ import annotations

from risk.cli.options import COMMON, Common
from risk.cli.screens import give
from risk.cli.simulation import Stored, result


def lenders(run: Stored = "base", /, *, common: Common = COMMON) -> None:
    """Say who bears the credit loss of a stored run in the end, and on what it is lost."""
    found = result(run, common)
    hints = common.folder.commands(found.id, "book example RUN", "show RUN headline_loss")
    give(found.lenders(), common.output, hints)

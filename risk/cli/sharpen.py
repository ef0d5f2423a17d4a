"""`bubblerisk sharpen`: the headlines with less noise from the same paths."""

from __future__ import annotations

from risk.cli.options import COMMON, Common
from risk.cli.screens import give
from risk.cli.simulation import Stored, result


def sharpen(run: Stored = "base", /, *, common: Common = COMMON) -> None:
    """Tell the headlines of a stored run with what it drew by chance taken out; nothing is simulated."""
    found = result(run, common)
    hints = common.folder.commands(found.id, "show RUN bust", "budget RUN")
    give(found.sharpen(), common.output, hints)

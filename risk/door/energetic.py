"""Energy and carbon of a stored run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from risk.door.told import Told

if TYPE_CHECKING:
    from risk.runs import Run


def told(run: Run, location: str) -> Told[Any]:
    """Power, energy and emissions of a run, what a bust strands, and a place beside.

    Raises
    ------
    UsageError : the register has no such place.
    """
    from risk.analysis import energy
    from risk.report.terminal import energy as screens
    from risk.report.terminal.headed import Headed

    found = energy.found(run, location)
    return Told(Headed.of(run, found), screens.DOCUMENT, screens.screen, run.register.names)

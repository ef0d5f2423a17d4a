"""What to do, when, and what to find out before: the committee's actions on a stored run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from risk.door.desk import Desk
from risk.door.told import Told
from risk.errors import UsageError

if TYPE_CHECKING:
    from risk.runs import Run


def valued(run: Run, at: Desk) -> Told[Any]:
    """How often triggers fire and how early, what actions pay, and what it is worth to know each input.

    Raises
    ------
    AssumptionErrors : an action is wrong, with file and line.
    UsageError : the register has no actions, or too few paths are there to value information.
    """
    from risk.analysis import actions, triggers, voi
    from risk.assumptions import locate
    from risk.report.actions import Decision
    from risk.report.terminal import voi as report
    from risk.report.terminal.headed import Headed
    from risk.runs.first import first

    folder = locate.register(at.register)
    known = actions.read(folder, run.register)
    if known is None:
        reason = f"{(folder / actions.FILE).as_posix()} is missing: nobody said what may be done"
        raise UsageError(reason, "write it: docs/actions.md")
    run = first(run)
    found = Decision(known, triggers.fired(run, known), voi.voi(run, known))
    return Told(Headed.of(run, found), report.DOCUMENT, report.screen, run.register.names)

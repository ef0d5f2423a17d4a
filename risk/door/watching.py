"""What to watch of a stored run, and what readings since its base date change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from risk.door.desk import Desk
from risk.door.told import Told
from risk.errors import UsageError

if TYPE_CHECKING:
    from risk.runs import Run

MOST = 1 << 20
"""Paths that a run may have."""


def watched(run: Run, event: str, at: Desk) -> Told[Any]:
    """Tripwires by what they tell of an event on the paths of a run.

    Raises
    ------
    AssumptionErrors : the watch list or a reading is wrong, with file and line.
    UsageError : the event is no class, proposition or condition.
    """
    from risk.assumptions import locate
    from risk.calibrate.watch import watching
    from risk.report.terminal import watch as screens
    from risk.report.terminal.headed import Headed

    if event == watching.BUST:
        found = watching.current(run, at.register)
    else:
        metrics, listed = watching.registered(locate.register(at.register))
        found = watching.watch(run, listed, metrics, event)
    return Told(Headed.of(run, found), screens.DOCUMENT, screens.screen, run.register.names)


def updated(run: Run, at: Desk) -> Told[Any]:
    """What readings since the base date of a run change.

    Raises
    ------
    AssumptionErrors : a reading is wrong, from the future or published before its day, with file and line.
    UsageError : the readings leave too few paths.
    """
    from risk.assumptions import locate
    from risk.calibrate.watch import watching
    from risk.calibrate.watch.update import forecasts, update
    from risk.report.terminal import update as screens
    from risk.report.terminal.headed import Headed

    metrics, _ = watching.registered(locate.register(at.register))
    found = update(run, metrics).update
    if found.exhausted:
        more = f"bubblerisk run {run.manifest.scenario} --paths {found.enough:,}".replace(",", "_")
        fixes = [f"or let more paths lie near: {more}"] if found.enough <= MOST else []
        raise UsageError(found.why, f"roll the base date beyond {found.last}: docs/watch.md says how", *fixes)
    notes = (
        () if forecasts(run) else (f"{run.manifest.scenario} is a scenario: the forecast is the base case",)
    )
    return Told(Headed.of(run, found), screens.DOCUMENT, screens.screen, run.register.names, notes=notes)

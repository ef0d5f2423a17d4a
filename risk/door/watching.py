"""What to watch of a stored run, and what readings since its base date change."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from risk.door.desk import Desk
from risk.door.told import Told
from risk.errors import UsageError

if TYPE_CHECKING:
    from risk.calibrate.watch.update import Update
    from risk.runs import Run

FEW_MISSING = 10
"""Times its paths that a run is asked to have before a new base date is the only answer."""


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
    from risk.runs.first import first

    if event == watching.BUST:
        found = watching.current(run, at.register)
    else:
        metrics, listed = watching.registered(locate.register(at.register))
        found = watching.watch(run, listed, metrics, event)
    return Told(Headed.of(run, found, first(run)), screens.DOCUMENT, screens.screen, run.register.names)


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
        raise UsageError(found.why, *_instead(found, run))
    notes = (
        () if forecasts(run) else (f"{run.manifest.scenario} is a scenario: the forecast is the base case",)
    )
    return Told(Headed.of(run, found), screens.DOCUMENT, screens.screen, run.register.names, notes=notes)


def _instead(found: Update, run: Run) -> Iterator[str]:
    """What to do where readings leave too few paths, after the one that lies furthest out."""
    if missed := [held for held in found.weighing if held.outside]:
        yield f"furthest out: {max(missed, key=lambda held: abs(held.score.pit - 0.5)).sentence}"
    yield f"roll the base date beyond {found.last}: docs/watch.md says how"
    if found.enough <= FEW_MISSING * found.paths:
        more = f"{found.enough:,}".replace(",", "_")
        yield f"or let more paths lie near: bubblerisk run {run.manifest.scenario} --paths {more}"

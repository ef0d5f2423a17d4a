"""Why results are what they are: explanations of a stored run, and the budget of what is not known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from risk.door import costs, opening
from risk.door.desk import Desk
from risk.door.side_by_side import one_crew
from risk.door.told import Told

if TYPE_CHECKING:
    from risk.calibrate.budget import Kept
    from risk.report.terminal.budget import Told as Shown
    from risk.runs import Run
    from risk.runs.swaps import Swaps
    from risk.units import Names


def explained(
    run: Run, words: str, when: str, features: tuple[str, ...], top: int | None, names: Names
) -> Told[Any]:
    """Why a result is what it is; see `risk.analysis.explain`."""
    from risk.report.terminal import explanation as screens

    found = screens.explanation(run, words, when, features, top)
    return Told(found, screens.DOCUMENT, screens.screen, names)


@one_crew
def budgeted(run: Run, groups: bool, desk: Desk, names: Names) -> Told[Any]:
    """The budget of a run, measured where nobody has yet; its cost is told before.

    Raises
    ------
    Interrupted : what is finished is kept; the same call goes on from there.
    """
    from risk.report.terminal import budget as screens
    from risk.report.terminal.headed import Headed

    found = _told(run, _measured(run, groups, desk), desk)
    return Told(Headed.of(run, found), screens.DOCUMENT, screens.screen, names)


def _measured(run: Run, groups: bool, desk: Desk) -> Kept:
    from risk.assumptions import locate
    from risk.calibrate import budget
    from risk.runs import swaps

    plan = opening.plan_of(run, desk)
    made, labels = budget.planned(run, plan, locate.register(desk.register), groups)
    known = budget.kept(run) if budget.carry_over(run, labels) else None
    if known is not None:
        return known
    with desk.bar(f"budget of {run.manifest.scenario}") as progress:
        progress.unit = "sets of parameters"
        if cost := _cost(made, desk):
            desk.step(f"budget of {run.manifest.scenario}: {cost}")
        swaps.carry_out(made, desk.jobs, progress)
    return budget.keep(run, opening.struck(run, desk), made, labels)


def _cost(made: Swaps, desk: Desk) -> str:
    """What is left to simulate, and about how long it takes; empty where nothing is."""
    left, paths = len(made.missing), made.specification.paths
    if not left:
        return ""
    sets = "set of parameters" if left == 1 else "sets of parameters"
    todo = f"{left} {sets} of {paths:,} paths to draw anew"
    return costs.cost(todo, left, left * costs.seconds_of(paths), desk.jobs)


def _told(run: Run, kept: Kept, desk: Desk) -> Shown:
    from risk.analysis.budget import readings
    from risk.assumptions import locate
    from risk.calibrate.validation import evidence
    from risk.report.terminal import budget as screens

    labels = {
        **{name: name.capitalize() for name in screens.SHOWN},
        "headline_loss": "Headline loss",
        **{id: f"{id} {claim.label}" for id, claim in run.register.propositions.items()},
    }
    rows = tuple(
        screens.Row(name, label, kept.budgets[name]) for name, label in labels.items() if name in kept.budgets
    )
    records = evidence.read(locate.register(desk.register))
    record = next((found for found in records if found.sizes), None)
    sizes = sorted(record.sizes, key=lambda size: -abs(size.bust)) if record else []
    measured = f"Measured by {record.command} on {record.paths:,} paths, {record.date}." if record else ""
    return screens.Told(kept, rows, screens.groups(kept), readings(run), tuple(sizes), measured)

"""Why results are what they are: explanations of a stored run, and the budget of what is not known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from risk.door import opening
from risk.door.desk import Desk
from risk.door.told import Told

if TYPE_CHECKING:
    from risk.calibrate.budget import Kept
    from risk.report.terminal.budget import Told as Shown
    from risk.runs import Run
    from risk.runs.swaps import Swaps
    from risk.units import Names

SECONDS_A_SET = 1.0
"""Seconds that a thousand paths of a set of parameters take on one core: a fair guess before the first."""


def explained(
    run: Run, words: str, when: str, features: tuple[str, ...], top: int | None, names: Names
) -> Told[Any]:
    """Why a result is what it is; see `risk.analysis.explain`."""
    from risk.report.terminal import explanation as screens

    found = screens.explanation(run, words, when, features, top)
    return Told(found, screens.DOCUMENT, screens.screen, names)


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
    from risk.calibrate import budget, parameter_band
    from risk.runs import swaps

    plan = opening.plan_of(run, desk)
    made, labels = budget.planned(run, plan, locate.register(desk.register), groups)
    known = budget.kept(run) if budget.carry_over(run, labels) else None
    if known is not None:
        return known
    with desk.bar(f"budget of {run.manifest.scenario}") as progress:
        if cost := _cost(made, desk):
            desk.step(f"budget of {run.manifest.scenario}: {cost}")
        swaps.carry_out(made, desk.jobs, progress)
    struck = [opening.simulate(each, desk) for each in parameter_band.plans(run, desk.register)]
    return budget.keep(run, struck, made, labels)


def _cost(made: Swaps, desk: Desk) -> str:
    """What is left to simulate, and about how long it takes; empty where nothing is."""
    import os

    from risk.report.terminal.plan import duration

    left = len(made.missing)
    if not left:
        return ""
    workers = min(desk.jobs or os.cpu_count() or 1, left)
    paths = made.specification.paths
    seconds = SECONDS_A_SET * paths / 1_000.0 * left / workers
    sets = "set of parameters" if left == 1 else "sets of parameters"
    return (
        f"{left} {sets} of {paths:,} paths to draw anew, and two runs under other shocks where they are not "
        f"stored: about {duration(seconds)} on {workers} process{'es' if workers > 1 else ''}; Ctrl-C keeps "
        "what is done"
    )


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

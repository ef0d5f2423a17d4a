"""Runs beside a run that tell its budget: its parameters under other shocks, and other parameters.

Those under other shocks are the runs of the band (`risk.calibrate.parameter_band`), which are stored already
where a pack was made. Other parameters, all of them or a group, strike nothing anew. What comes of them is
kept beside the run.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from risk.analysis import metrics
from risk.analysis.budget import Budget, budget
from risk.analysis.estimate import Estimate
from risk.analysis.parameter_band import number
from risk.calibrate import parameter_band
from risk.calibrate.groups import read
from risk.errors import StorageError, UsageError
from risk.runs.beside import BUDGET
from risk.runs.files import publish_json
from risk.runs.prepare import Plan
from risk.runs.swaps import Swaps, swaps
from risk.shocks.stream import BLOCK

if TYPE_CHECKING:
    from risk.assumptions import Assumptions
    from risk.runs import Run

ALL = "all"
"""The set of all parameters."""

PATHS = parameter_band.PATHS
"""Most paths of each further run."""


@dataclass(frozen=True)
class Kept:
    """What was measured beside a run.

    Attributes
    ----------
    paths : of each further run.
    budgets : by result.
    labels : of groups, by name; empty where none were drawn anew.
    """

    paths: int
    budgets: Mapping[str, Budget]
    labels: Mapping[str, str]


def names(assumptions: Assumptions) -> list[str]:
    """Results whose budget is kept: what comes on a path or does not, and the headline loss."""
    return [*parameter_band.events(assumptions), metrics.HEADLINE]


def planned(run: Run, plan: Plan, folder: Path, groups: bool) -> tuple[Swaps, dict[str, str]]:
    """The sets of parameters that are to be drawn anew, and labels of the groups.

    Parameters
    ----------
    plan : what the run was made of.
    folder : of the register, where the groups are declared.
    groups : not only all parameters, but each group by itself.

    Raises
    ------
    UsageError : the run has other shocks than its own, or less than a whole block.
    AssumptionErrors : the groups are not declared as they should be.
    """
    if run.register.shocks or run.paths < BLOCK:
        raise UsageError(
            f"run {run.id} has {run.paths:,} paths under shocks of number {run.register.shocks}",
            f"a budget wants {BLOCK:,} paths or more of a run with shocks of its own",
        )
    uncertain = [entry.id for entry in run.register.entries.values() if entry.prior is not None]
    found = read(folder, uncertain) if groups else {}
    sets = {ALL: tuple(uncertain), **{name: group.ids for name, group in found.items()}}
    paths = min(run.paths, PATHS)
    specification = Plan(
        run.register, plan.base, paths, run.manifest.seed, plan.root, register=plan.register
    ).settle(lambda _: None)
    made = swaps(run.register, specification, names(run.register), sets, plan.root, plan.baseline())
    return made, {name: group.label for name, group in found.items()}


def keep(run: Run, struck: Sequence[Run], made: Swaps, labels: Mapping[str, str]) -> Kept:
    """Put the budget of every result together, and keep it beside the run.

    Parameters
    ----------
    struck : the runs on its parameters.
    made : sets that are all kept.
    """
    wanted = names(run.register)
    n = made.specification.paths
    own, *others = (each.outcomes(wanted) for each in (run, *struck))
    redrawn = {name: made.kept(name) or {} for name in made.sets}
    budgets = {}
    for name in wanted:
        groups = {group: redrawn[group][name] for group in labels}
        beside = np.stack([other[name][:n] for other in others])
        found = budget(name, own[name][:n], beside, redrawn[ALL][name], groups)
        if found is not None and np.isfinite(found.both.value):
            budgets[name] = found
    result = Kept(n, budgets, dict(labels))
    publish_json(run.directory / BUDGET, _plain(run, result))
    return result


def carry_over(run: Run, labels: Mapping[str, str]) -> bool:
    """Whether what is kept beside a run has the groups that are wanted; not where it is damaged."""
    try:
        found = kept(run)
    except StorageError:
        return False
    return found is not None and found.labels.keys() >= labels.keys()


def kept(run: Run) -> Kept | None:
    """What was measured beside a run; None where nothing was, or another version kept it.

    Raises
    ------
    StorageError : the record is damaged, or another run's.
    """
    record = run.budget
    try:
        return None if record is None else _restored(record)
    except (KeyError, TypeError):
        return None


def _plain(run: Run, found: Kept) -> dict[str, Any]:
    budgets = {
        name: {
            **{part: _numbers(getattr(each, part)) for part in ("parameters", "shocks", "both")},
            "groups": {group: _numbers(total) for group, total in each.groups.items()},
        }
        for name, each in found.budgets.items()
    }
    return {"run": run.id, "paths": found.paths, "labels": dict(found.labels), "found": budgets}


def _numbers(found: Estimate) -> list[float | None]:
    return [number(found.value), number(found.standard_error)]


def _restored(record: Mapping[str, Any]) -> Kept:
    n = int(record["paths"])

    def estimate(raw: list[float | None]) -> Estimate:
        value, error = (np.nan if x is None else float(x) for x in raw)
        return Estimate(value, error, n)

    budgets = {
        name: Budget(
            name,
            estimate(raw["parameters"]),
            estimate(raw["shocks"]),
            estimate(raw["both"]),
            {group: estimate(total) for group, total in raw["groups"].items()},
        )
        for name, raw in record["found"].items()
    }
    return Kept(n, budgets, record["labels"])

"""Every judgement without a prior moved over its plausible range, and what the headlines do."""

from __future__ import annotations

from dataclasses import replace
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, Unpack

from risk.door import costs, opening
from risk.door.desk import Desk, Where, desk
from risk.door.side_by_side import one_crew
from risk.door.told import Told
from risk.errors import UsageError

if TYPE_CHECKING:
    from risk.assumptions.judgements import Judgement
    from risk.report.terminal.screening import Shown
    from risk.runs.prepare import Plan
    from risk.runs.trials import Trials

PATHS = 2_048
"""Paths of each trial: both ends of a number share their draws with the base."""


@one_crew
def screen(
    scenario: str = "base",
    *,
    only: str | None = None,
    top: int | None = None,
    paths: int = PATHS,
    seed: int | None = None,
    **where: Unpack[Where],
) -> Told[Any]:
    """Move each judgement without a prior over its plausible range and rank what the headlines do.

    Parameters
    ----------
    only : numbers of such ids, such as ``gpu.*``.
    top : numbers shown; those that decide something by default.
    paths, seed : of each trial.
    where : see `risk.Where`.

    Raises
    ------
    UsageError : no judgement is called so.
    Interrupted : finished trials are kept; the same call goes on from there.
    """
    from risk.analysis.screening import screening
    from risk.report.terminal import screening as report

    at = desk(where)
    planned = opening.plan(scenario, at, paths, seed)
    trials, left_out = _trials(planned, only, at)
    _carry_out(planned, trials, at)
    found = report.Shown(screening(trials, left_out), top)
    return Told(found, report.DOCUMENT, report.screen, planned.assumptions.names, memo=_memo)


def _memo(shown: Shown) -> str:
    from risk.report.terminal.called import as_called
    from risk.report.terminal.markdown import screening

    return as_called(screening(shown))


def _trials(planned: Plan, only: str | None, at: Desk) -> tuple[Trials, tuple[Judgement, ...]]:
    """Trials of the numbers that are asked for, and of these the ones that are left out."""
    from risk.analysis.screening import headlines, outcomes
    from risk.assumptions.judgements import judgements
    from risk.engine.admission import admit
    from risk.runs.trials import trials

    assumptions = planned.assumptions
    known = judgements(assumptions)
    wanted = [each for each in known if only is None or fnmatchcase(each.id, only)]
    if not wanted:
        reason = f"no judgement without a prior is called '{only}'"
        raise UsageError(reason, "e.g. --only 'gpu.*'; see: bubblerisk assumptions list --grade judgement")
    admit(assumptions)
    found = trials(
        assumptions,
        planned.settle(at.note),
        outcomes(headlines(assumptions)),
        [each for each in wanted if not each.left_out],
        planned.root,
        planned.baseline(),
    )
    return found, tuple(each for each in wanted if each.left_out)


def _carry_out(planned: Plan, trials: Trials, at: Desk) -> None:
    """Compute what is not kept yet, with its cost told before and progress meanwhile."""
    from risk.runs.trials import carry_out

    trials.take_over()
    carry_out(replace(trials, trials=trials.trials[:1]), 1)  # what one takes
    name, every = f"screen of {planned.assumptions.scenario.name}", trials.trials
    left, paths = sum(not trials.file(each).exists() for each in every), trials.specification.paths
    if left:
        seconds = left * _seconds(planned, trials)
        todo = f"{name}: {left:,} of {len(every):,} trials of {paths:,} paths are left"
        at.step(costs.cost(todo, left, seconds, at.jobs))
    with at.bar(name) as progress:
        progress.unit = "trials"
        carry_out(trials, at.jobs, progress if left else None)


def _seconds(planned: Plan, trials: Trials) -> float:
    """That a trial takes of one core, at the pace of the base, or of the newest run of the scenario."""
    from risk.runs import newest

    base = trials.kept(trials.trials[0])
    if base is not None and base.seconds:
        return base.seconds
    run = newest(planned.assumptions.scenario.name, planned.root)
    return costs.seconds_of(trials.specification.paths, costs.pace(run))

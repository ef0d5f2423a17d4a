"""`bubblerisk screen`: every judgement without a prior moved over its range, and what the headlines do."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from risk.cli.console import message
from risk.cli.options import COMMON, Common, Output
from risk.cli.screens import tell
from risk.cli.simulation import WHOLE, Jobs, Seed, Stopped
from risk.errors import UsageError

if TYPE_CHECKING:
    from risk.assumptions.judgements import Judgement
    from risk.runs.prepare import Plan
    from risk.runs.trials import Trials

PATHS = 2_048
"""Paths of each trial: both ends of a number share their draws with the base."""


@Parameter(name="*")
@dataclass(frozen=True)
class Looking:
    """What is tried, and by how many processes."""

    paths: Annotated[
        int, Parameter(name=["--paths", "-n"], validator=WHOLE, help="Number of paths of each trial.")
    ] = PATHS
    seed: Seed = None
    jobs: Jobs = None
    only: Annotated[str | None, Parameter(help="Only numbers of such ids, e.g. 'gpu.*'.")] = None


LOOKING = Looking()
"""Every option left out."""


def screen(
    scenario: Annotated[str, Parameter(help="Name of a scenario, or a scenario file.")] = "base",
    /,
    *,
    top: Annotated[
        int | None, Parameter(validator=WHOLE, help="Numbers shown; those that decide something by default.")
    ] = None,
    markdown: Annotated[bool, Parameter(name="--md", help="Write Markdown tables, for a memo.")] = False,
    looking: Looking = LOOKING,
    common: Common = COMMON,
) -> None:
    """Move each judgement without a prior over its plausible range and rank what the headlines do."""
    from risk.analysis.screening import screening
    from risk.report.terminal import screening as report
    from risk.runs.prepare import plan

    register, root = common.register.assumptions, common.folder.runs
    planned = plan(scenario, looking.paths, looking.seed, register=register, root=root)
    trials, left_out = _trials(planned, looking.only)
    _carry_out(planned, trials, looking.jobs, common.output)
    found = report.Shown(screening(trials, left_out), top)
    if markdown and not common.output.json:
        from risk.report.terminal import called
        from risk.report.terminal.markdown import screening as in_markdown

        print(called.as_called(planned.assumptions.names.said(in_markdown(found))))
        return
    tell(found, report.DOCUMENT, report.screen, common.output, planned.assumptions.names)


def _trials(planned: Plan, only: str | None) -> tuple[Trials, tuple[Judgement, ...]]:
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
    specification = planned.settle(message)
    found = trials(
        assumptions,
        specification,
        outcomes(headlines(assumptions)),
        [each for each in wanted if not each.left_out],
        planned.root,
        planned.baseline(),
    )
    return found, tuple(each for each in wanted if each.left_out)


def _carry_out(planned: Plan, trials: Trials, jobs: int | None, output: Output) -> None:
    """Compute what is not kept yet, with its cost told before and progress meanwhile.

    Raises
    ------
    Stopped : Ctrl-C or SIGTERM; finished trials are kept.
    """
    from risk.cli.progress import Progress, level
    from risk.runs import Interrupted, log_to_stderr
    from risk.runs.trials import carry_out

    log_to_stderr(level(output))
    name = f"screen of {planned.assumptions.scenario.name}"
    try:
        carry_out(replace(trials, trials=trials.trials[:1]), 1)
        cost = _cost(trials, jobs)
        if cost and not output.quiet:
            message(f"{name}: {cost}")
        with Progress(name, output) as progress:
            carry_out(trials, jobs, progress if cost else None)
    except Interrupted as stop:
        raise Stopped(stop) from stop


def _cost(trials: Trials, jobs: int | None) -> str:
    """What is left to compute, and how long it takes at the pace of the base; empty where nothing is."""
    import os

    from risk.report.terminal.plan import duration

    every = trials.trials
    left = sum(not trials.file(each).exists() for each in every)
    if not left:
        return ""
    base, workers = trials.kept(every[0]), min(jobs or os.cpu_count() or 1, left)
    seconds = base.seconds * left / workers if base else 0.0
    return (
        f"{left:,} of {len(every):,} trials of {trials.specification.paths:,} paths are left, about "
        f"{duration(seconds)} on {workers} process{'es' if workers > 1 else ''}; Ctrl-C keeps what is done"
    )

"""Registers tried beside a run: from one run to another, and without a source. Cost is told before."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from risk.door.desk import Desk
from risk.door.told import Told
from risk.errors import UsageError

if TYPE_CHECKING:
    from risk.calibrate.bridge import By
    from risk.runs import Run
    from risk.runs.variants import Variants

PATHS = 4_096
"""Paths of each register that is tried, at most."""

SECONDS = 1.5
"""That a thousand paths take on one process where nothing was timed yet; judgement."""


def bridged(before: Run, after: Run, by: By, paths: int, at: Desk) -> Told[Any]:
    """From one run to another, input by input; kept beside the newer run.

    Raises
    ------
    UsageError : the older run's inputs cannot be told one by one.
    Interrupted : finished registers are kept; the same call goes on from there.
    """
    from risk.calibrate import bridge
    from risk.report.naming import shared
    from risk.report.terminal import bridge as report

    _positive(paths)
    planned = bridge.planned(before, after, at.register, by, paths, at.note)
    for trials in (planned.trials, *((planned.own,) if planned.own else ())):
        _carry_out(trials, f"bridge {before.id[:8]} to {after.id[:8]}", at)
    found = bridge.built(planned)
    bridge.keep(found, after)
    return Told(found, report.DOCUMENT, report.screen, shared(before.register, after.register))


def dropped(run: Run, drop: Sequence[str], paths: int, at: Desk) -> Told[Any]:
    """What the headlines do without sources; without any named, without each that somebody published.

    Raises
    ------
    UsageError : nothing rests on a source of that name.
    Interrupted : finished runs are kept; the same call goes on from there.
    """
    from risk.analysis.screening import HEADLINES, outcomes
    from risk.analysis.sources import sources
    from risk.calibrate import dropped
    from risk.report.terminal import sources as report
    from risk.report.terminal.headed import Headed
    from risk.runs.prepare import arrange
    from risk.runs.variants import Variant, variants

    _positive(paths)
    register, root = run.register, run.directory.parent
    names = tuple(dict.fromkeys(drop)) or dropped.published(register)
    made = [dropped.wide(register, source) for source in names]
    tried = [each for each in made if each[0].entries]
    n = min(paths, run.paths)
    plan = arrange(register, n, run.manifest.seed, register=at.register, root=root)
    plan.settle(at.note)
    registers = [Variant(each, plan.baseline()) for each in (register, *(own for _, own in tried))]
    trials = variants(registers, run.manifest.seed, n, outcomes(HEADLINES), root)
    _carry_out(trials, f"sources of {run.manifest.scenario}", at)
    base, *came = (trials.kept(each) for each in trials.variants)
    if base is None or base.refused:
        reason = f"today's model does not run the register of run {run.id}: {base.refused if base else ''}"
        raise UsageError(reason, f"simulate it again: bubblerisk run {run.manifest.scenario}")
    rows = [(wide, own.outcomes, own.refused) for (wide, _), own in zip(tried, came, strict=True) if own]
    found = sources(base.outcomes, rows, [wide for wide, _ in made if not wide.entries])
    return Told(Headed.of(run, found), report.DOCUMENT, report.screen, run.register.names)


def _positive(paths: int) -> None:
    if paths < 1:
        raise UsageError(f"{paths} paths; a register is tried on one at least", "give a number such as 4096")


def _carry_out(trials: Variants, title: str, at: Desk) -> None:
    """Simulate what is not kept yet, with its cost told before and progress meanwhile."""
    from risk.report.terminal.plan import duration
    from risk.runs.variants import carry_out

    left = len(trials.missing)
    if not left:
        return
    timed = [came.seconds for each in trials.variants if (came := trials.kept(each)) is not None]
    each = sum(timed) / len(timed) if timed else SECONDS * trials.paths / 1_000
    workers = min(at.jobs or os.cpu_count() or 1, left)
    at.step(
        f"{title}: {left:,} run{'s' if left > 1 else ''} of {trials.paths:,} paths left, about "
        f"{duration(each * -(-left // workers))} on {workers} process{'es' if workers > 1 else ''}; "
        "Ctrl-C keeps what is done"
    )
    with at.bar(title) as progress:
        carry_out(trials, at.jobs, progress)

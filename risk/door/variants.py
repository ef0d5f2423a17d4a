"""Registers tried beside a run: from one run to another, and without a source. Cost is told before."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from risk.door import costs
from risk.door.desk import Desk
from risk.door.side_by_side import one_crew
from risk.door.told import Told
from risk.errors import StorageError, UsageError

if TYPE_CHECKING:
    from risk.analysis.sources import Came
    from risk.assumptions import Assumptions
    from risk.calibrate.bridge import By
    from risk.calibrate.dropped import Without
    from risk.runs import Run
    from risk.runs.variants import Came as Outcome
    from risk.runs.variants import Variant, Variants

PATHS = 4_096
"""Paths of each register that is tried, at most."""


@one_crew
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
    several = (planned.trials, *((planned.own,) if planned.own else ()))
    _carry_out(several, f"bridge {before.id[:8]} to {after.id[:8]}", at)
    found = bridge.built(planned)
    bridge.keep(found, after)
    return Told(found, report.DOCUMENT, report.screen, shared(before.register, after.register))


@one_crew
def dropped(run: Run, drop: Sequence[str], paths: int, at: Desk) -> Told[Any]:
    """What the headlines do without sources; without any named, without each that somebody published.

    Raises
    ------
    UsageError : nothing rests on a source of that name.
    Interrupted : finished runs are kept; the same call goes on from there.
    """
    from risk.analysis.sources import sources
    from risk.calibrate import dropped
    from risk.report.terminal import sources as report
    from risk.report.terminal.headed import Headed

    _positive(paths)
    register = run.register
    names = tuple(dict.fromkeys(drop)) or dropped.published(register)
    made = [dropped.without(register, source) for source in names]
    n = min(paths, run.paths)
    (base,) = _tried(run, [(register,)], n, at)
    _runs(base[0], run)
    came = _as_far_as_it_goes(run, [each for each in made if each.registers], n, at)
    found = sources(base[0].outcomes, came, [each.wide for each in made if not each.registers])
    return Told(Headed.of(run, found), report.DOCUMENT, report.screen, run.register.names)


def _runs(came: Outcome, run: Run) -> None:
    """Refuse a run whose register is not one of today's model."""
    if came.refused:
        reason = f"today's model does not run the register of run {run.id}: {came.refused}"
        raise UsageError(reason, f"simulate it again: bubblerisk run {run.manifest.scenario}")


@one_crew
def tokens(run: Run, hit_rate: float | None, paths: int, at: Desk) -> Told[Any]:
    """What tokens cost by generation, and what coupling it to paths would move; kept beside the run.

    Raises
    ------
    UsageError : the register lacks the numbers, or the rate is no rise.
    Interrupted : finished registers are kept; the same call goes on from there.
    """
    from risk.analysis.screening import outcomes
    from risk.analysis.tokens import AHEAD, lacking
    from risk.calibrate import tokens as calibrated
    from risk.report.terminal import tokens as report
    from risk.report.terminal.headed import Headed
    from risk.report.tokens.found import tokens as shown

    _positive(paths)
    register = run.register
    if missing := lacking(register):
        reason = f"what tokens cost cannot be said of run {run.id}: {missing}"
        raise UsageError(reason, f"simulate it again: bubblerisk run {run.manifest.scenario}")
    asked = register.number(AHEAD) if hit_rate is None else hit_rate
    made = calibrated.alternatives(register, asked)
    groups = [(register,), *((each.assumptions,) for each in made)]
    n = min(paths, run.paths)
    (base,), *came = _tried(run, groups, n, at, outcomes(calibrated.MEASURES), "tokens")
    _runs(base, run)
    tried = [(each, own.outcomes) for each, (own,) in zip(made, came, strict=True) if not own.refused]
    moves = calibrated.moves(run, asked, base.outcomes, tried)
    calibrated.keep(moves, run)
    return Told(Headed.of(run, shown(run, moves)), report.DOCUMENT, report.screen, register.names)


@one_crew
def whatif(run: Run, settings: Sequence[str], scenario: str | None, paths: int, at: Desk) -> Told[Any]:
    """What the headlines do under a scenario, or with other numbers.

    Raises
    ------
    UsageError : nothing is asked for, a setting cannot be read, or what is asked for does not run.
    AssumptionErrors : what is asked for is refused, with file and line.
    Interrupted : finished registers are kept; the same call goes on from there.
    """
    from risk.analysis.screening import outcomes
    from risk.calibrate import whatif as calibrated
    from risk.report.terminal import whatif as report
    from risk.report.terminal.headed import Headed

    _positive(paths)
    asked = calibrated.wanted(run, at.register, scenario, settings)
    wanted = outcomes(calibrated.measures(run.register))
    groups = [(run.register,), (asked,)]
    (base,), (other,) = _tried(run, groups, min(paths, run.paths), at, wanted, "what if")
    _runs(base, run)
    if other.refused:
        raise UsageError(f"what is asked for does not run: {other.refused}", "move it less far")
    found = calibrated.built(run, asked, base.outcomes, other.outcomes)
    return Told(Headed.of(run, found), report.DOCUMENT, report.screen, run.register.names)


def _as_far_as_it_goes(run: Run, wanted: Sequence[Without], paths: int, at: Desk) -> list[Came]:
    """Registers without each source; of one that does not run, with ranges half as wide, and so on."""
    from risk.analysis.sources import Came
    from risk.calibrate.dropped import without
    from risk.runs.trials import STEPS

    found, why, left = list[Came](), dict[str, str](), list(wanted)
    for share, nearer in pairwise((*STEPS, 0.0)):
        refused = []
        for each, came in zip(left, _tried(run, [e.registers for e in left], paths, at), strict=True):
            reason = next((one.refused for one in came if one.refused), "")
            source = each.wide.source
            if not reason:
                outcomes = tuple(one.outcomes for one in came)
                found.append(Came(each.wide, outcomes, share, why.get(source, "")))
                continue
            why.setdefault(source, reason)
            if nearer:
                refused.append(without(run.register, source, nearer))
            else:
                found.append(Came(each.wide, (), 0.0, why[source]))
        left = refused
    return found


def _tried(
    run: Run,
    groups: Sequence[Sequence[Assumptions]],
    paths: int,
    at: Desk,
    wanted: Sequence[str] = (),
    title: str = "sources",
) -> list[tuple[Outcome, ...]]:
    """What comes of groups of registers, the paths of each group shared out among its registers.

    Parameters
    ----------
    wanted : outcomes; those of the headlines where none is named.
    """
    from risk.analysis.screening import HEADLINES, outcomes
    from risk.runs.prepare import arrange
    from risk.runs.variants import Variant, variants

    root, seed = run.directory.parent, run.manifest.seed
    plan = arrange(run.register, paths, seed, register=at.register, root=root)
    plan.settle(at.note)
    trials: dict[int, Variants] = {}
    for size in {len(group) for group in groups}:
        own = [Variant(each, plan.baseline()) for group in groups if len(group) == size for each in group]
        trials[size] = variants(own, seed, max(paths // size, 1), wanted or outcomes(HEADLINES), root)
    _carry_out([*trials.values()], f"{title} of {run.manifest.scenario}", at)
    each = {size: iter(own.variants) for size, own in trials.items()}
    return [tuple(_kept(trials[len(group)], next(each[len(group)])) for _ in group) for group in groups]


def _kept(trials: Variants, variant: Variant) -> Outcome:
    found = trials.kept(variant)
    if found is None:
        raise StorageError(f"{trials.file(variant)} is gone", "the same command computes it again")
    return found


def _positive(paths: int) -> None:
    if paths < 1:
        raise UsageError(f"{paths} paths; a register is tried on one at least", "give a number such as 4096")


def _carry_out(several: Sequence[Variants], title: str, at: Desk) -> None:
    """Simulate what is not kept yet, with its cost told before and progress meanwhile."""
    from risk.runs.variants import carry_out

    for trials in several:
        trials.take_over()
    todo = [(trials, len(trials.missing)) for trials in several]
    left = sum(count for _, count in todo)
    if not left:
        return
    seconds = sum(count * _seconds(trials) for trials, count in todo)
    sizes = " and ".join(f"{count:,} of {trials.paths:,} paths" for trials, count in todo if count)
    at.step(costs.cost(f"{title}: runs left: {sizes}", left, seconds, at.jobs))
    for trials, count in todo:
        if count:
            with at.bar(title) as progress:
                progress.unit = "runs"
                carry_out(trials, at.jobs, progress)


def _seconds(trials: Variants) -> float:
    """That a run takes, by those that were timed."""
    came = [kept for each in trials.variants if (kept := trials.kept(each)) is not None]
    timed = [each.seconds for each in came if each.seconds]
    return sum(timed) / len(timed) if timed else costs.seconds_of(trials.paths)

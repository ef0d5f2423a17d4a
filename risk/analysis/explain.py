"""Why a result is what it is: what each input explains of it, alone and beyond all others.

The result is anything that a path has: an outcome, a proposition, a class, a condition. Inputs are what was
drawn of what we do not know, the shocks of every factor and year, and whatever else of a path is asked for.
Nothing is simulated.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from risk.analysis import shares, statistics
from risk.analysis.attribution import DECILE, ranks
from risk.analysis.columns import Known
from risk.analysis.conditional import conditional
from risk.analysis.conditions import condition, quantity
from risk.analysis.contrasts import Statistic, change
from risk.analysis.explain_inputs import FEATURE, Input, inputs
from risk.analysis.explain_model import Beyond, Fit, beyond
from risk.analysis.ranking import between
from risk.analysis.statistics import Estimate
from risk.errors import UsageError
from risk.runs import Run

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]

FEWEST = 1_000
"""Paths from which a result is explained: of fewer no input is told from chance."""


@dataclass(frozen=True)
class Target:
    """What is explained, and on which paths.

    Attributes
    ----------
    values : (path,) in `unit`, over the paths that are looked at.
    flag : whether it comes on a path or does not.
    when : the condition that these paths meet; empty of all paths.
    inside : (path,) which of the run's first paths these are.
    """

    name: str
    label: str
    unit: str
    flag: bool
    values: Array
    when: str
    inside: Flags


@dataclass(frozen=True)
class Importance:
    """What one input explains.

    Attributes
    ----------
    alone : first-order share of the variance: what goes with it counts too.
    low, high : mean of the result on the tenth of paths where the input is lowest and highest, less that of
        all, in the unit of the result.
    beyond : what it tells that no other input does.
    """

    name: str
    label: str
    kind: str
    alone: Estimate
    low: Estimate
    high: Estimate
    beyond: Beyond


@dataclass(frozen=True)
class Explanation:
    """Why a result is what it is.

    Attributes
    ----------
    level : mean of the result, its probability where it comes or does not.
    inputs : those that are told from chance first, then by what they tell beyond the others.
    kinds : what is lost without all inputs of a kind.
    whole : what all inputs explain together.
    """

    target: Target
    level: Estimate
    inputs: tuple[Importance, ...]
    kinds: dict[str, Estimate]
    whole: Estimate

    @property
    def found(self) -> tuple[Importance, ...]:
        """Inputs that are told from chance."""
        return tuple(each for each in self.inputs if each.beyond.found)


def target(run: Run, words: str, when: str = "", paths: int = 0) -> Target:
    """What is explained: a quantity of a path by name, or a condition; of the first `paths`, or of all.

    Raises
    ------
    UsageError : neither, or too few paths are left, or it is the same on all of them.
    """
    inside = condition(run, when).flags if when else np.ones(run.paths, dtype=bool)
    label, unit, flag, values = values_of(run, words)
    inside = (inside & np.isfinite(values))[: paths or None]
    values = values[: paths or None]
    kept = values[inside]
    where = f" with {when}" if when else ""
    if len(kept) < FEWEST:
        raise UsageError(
            f"{len(kept):,} paths{where} have a value of {words}; {FEWEST:,} are needed to explain it",
            "ask of more paths, or simulate more: --paths",
        )
    if not (kept != kept[0]).any():
        raise UsageError(
            f"{words} is the same on all {len(kept):,} paths{where}: there is nothing to explain"
        )
    return Target(words, label, unit, flag, kept, when, inside)


def values_of(run: Run, words: str) -> tuple[str, str, bool, Array]:
    """Label, unit, whether it comes or not, and (path,) values of a result; UsageError as of `target`."""
    if words in Known.of_run(run):
        column = quantity(run, words)
        return column.label, column.unit, column.flag, column.values
    return words, "1", True, condition(run, words).flags.astype(np.float64)


def explain(
    run: Run, words: str, when: str = "", features: Iterable[str] = (), paths: int = 0
) -> Explanation:
    """Explain a result by everything that was drawn, and by features of the path that are asked for.

    Parameters
    ----------
    words : an outcome, proposition or class by name, a series at a quarter, or a condition.
    when : a condition: only paths that meet it are looked at.
    features : further quantities that may explain it.
    paths : look at the first so many paths only, for a quicker answer; by default at all.

    Raises
    ------
    UsageError : as `target`, and of a feature that nobody knows.
    """
    n = min(paths or run.paths, run.paths)
    return explained(target(run, words, when, n), inputs(run, features, n))


def explained(target: Target, known: Iterable[Input]) -> Explanation:
    """Explain a result by inputs, whose (path,) values are of the paths among which the target chooses."""
    own = [each for each in (_within(every, target.inside) for every in known) if _tells(each)]
    kinds = {each.kind: [other.name for other in own if other.kind == each.kind] for each in own}
    fit = beyond({each.name: each.values for each in own}, target.values, kinds)
    every = Statistic(statistics.mean(target.values), target.values - target.values.mean())
    found = [_importance(each, target, every, fit) for each in own]
    found.sort(key=lambda each: (not each.beyond.found, -_size(each)))
    level = statistics.probability(target.values) if target.flag else every.estimate
    totals = {name: told.total for name, told in fit.groups.items()}
    return Explanation(target, level, tuple(found), totals, fit.whole)


def _tells(each: Input) -> bool:
    """Whether an input differs from path to path; UsageError of a feature that does not, or has gaps."""
    gaps = int((~np.isfinite(each.values)).sum())
    if not gaps and (each.values != each.values[0]).any():
        return True
    if each.kind != FEATURE:
        return False
    why = f"has no value on {gaps:,} of the paths" if gaps else "is the same on all of the paths"
    raise UsageError(
        f"{each.name} {why}: it can explain nothing", "ask of another feature, or of paths --when"
    )


def _within(each: Input, inside: Flags) -> Input:
    return Input(each.name, each.label, each.kind, each.values[inside])


def _size(each: Importance) -> float:
    """What inputs are ordered by: what they tell beyond the others, or alone where that is not known."""
    total = each.beyond.total.value
    return total if np.isfinite(total) else each.alone.value


def _importance(each: Input, target: Target, every: Statistic, fit: Fit) -> Importance:
    place = ranks(each.values)
    alone = shares.estimate(*shares.first_order(place, target.values))
    n = len(place)
    cut = max(int(n * DECILE), 1)
    ends = [
        change(every, conditional(target.values, part, between(each.values, *about)), paired=True)
        for part, about in (
            (place < cut, (0.75 * DECILE, 1.25 * DECILE)),
            (place >= n - cut, (1.0 - 1.25 * DECILE, 1.0 - 0.75 * DECILE)),
        )
    ]
    return Importance(each.name, each.label, each.kind, alone, ends[0], ends[1], fit.single[each.name])

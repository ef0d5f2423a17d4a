"""From one run to another: how much of a change each input brings, and how much model and sampling.

==============  =============================================================================================
step            from and to
==============  =============================================================================================
sampling        all paths of a run and the first n, at either end; another seed; n of both are compared
model version   a run as it is stored and its register as today's model runs it, at either end
input           one after another in the order of `risk.assumptions.mixed`: this one and all before it as in
                the second run, all after it as in the first
==============  =============================================================================================

The steps add up to the whole change. What an input brings hangs on the order where inputs work together;
Shapley's shares of groups of inputs do not: each is the mean of what the group adds over all orders in which
groups may go over, and they add up to the same. Of more than six groups the orders are drawn, each with its
reverse; the error has both.

Every register in between is simulated on the same draws, so that the error of a step is that of the
difference path by path. A register in between may be one with which the model does not run: that input and
the next then go over together.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from risk.analysis import contrasts, statistics
from risk.analysis.amplification import Measure
from risk.analysis.contrasts import Statistic
from risk.analysis.estimate import Estimate
from risk.units import SCALE

Array = NDArray[np.float64]

Outcomes = Mapping[str, Array]
"""Name → (path,)."""

Effects = Mapping[str, Estimate]
"""Result → how far it moves, in its unit."""

SAMPLING, MODEL = "sampling", "model version"

EXACT = 6
"""Groups up to which all orders are known; of more, pairs of orders are drawn."""

PAIRS = 6
"""Orders that are drawn, each with its reverse."""

Group = frozenset[str]
Weights = Mapping[Group, float]


@dataclass(frozen=True)
class Step:
    """Part of a change.

    Attributes
    ----------
    name : of an input, of several that go over together, of a group, or one of the two words above.
    effects : what it brings, by result.
    inputs : what goes over; `why` they go together, where that is so.
    """

    name: str
    effects: Effects
    inputs: tuple[str, ...] = ()
    why: str = ""


@dataclass(frozen=True)
class Bridge:
    """From one run to another.

    Attributes
    ----------
    old, new : results of both, of all of their paths; `total` the change.
    steps : in order; they add up to the change.
    groups : Shapley's shares of groups of inputs; they add up to what the inputs' steps do.
    by : what the groups are: section or owner; `lacking` why there are none, where there are none.
    paths : of each register in between.
    """

    before: str
    after: str
    paths: int
    old: Effects
    new: Effects
    total: Effects
    steps: tuple[Step, ...]
    groups: tuple[Step, ...] = ()
    by: str = ""
    lacking: str = ""

    @property
    def inputs(self) -> tuple[Step, ...]:
        """Steps of inputs."""
        return tuple(step for step in self.steps if step.inputs)

    def gap(self, name: str) -> float:
        """What the steps leave of a result's change: rounding."""
        parts = [step.effects[name].value for step in self.steps]
        return self.new[name].value - self.old[name].value - math.fsum(parts)


@dataclass(frozen=True)
class End:
    """A run at one end of the bridge.

    Attributes
    ----------
    stored : outcomes of all of its paths.
    today : of its register by today's model, on its own seed; of n paths.
    """

    stored: Outcomes
    today: Outcomes


@dataclass(frozen=True)
class Between:
    """A register in between: the inputs that go over in its step, and its outcomes or why it does not run."""

    input: str
    outcomes: Outcomes
    refused: str = ""


def measured(found: Outcomes, measures: Iterable[Measure]) -> dict[str, Statistic]:
    """Results of some paths, each in its unit."""
    return {m.name: m.statistic(found[m.outcome] / SCALE.get(m.unit, 1.0)) for m in measures}


def chain(
    before: End,
    after: End,
    start: Outcomes,
    between: Sequence[Between],
    measures: Sequence[Measure],
    draws: bool,
) -> tuple[Step, ...]:
    """Steps from one run to the other.

    Parameters
    ----------
    start : of the first register on the draws of the second run; those of `before.today` where they share
        them.
    between : a register for each input, in order; the last is the second run's.
    draws : whether path i of both runs has the same draws.
    """
    n = len(next(iter(start.values())))
    one, two = (measured(_first(end.stored, n), measures) for end in (before, after))
    here, there = measured(before.today, measures), measured(after.today, measures)
    old, new = (measured(end.stored, measures) for end in (before, after))
    first = measured(start, measures)
    sampling = {
        name: _sampling(old[name], one[name], two[name], new[name], here[name], first[name], draws)
        for name in old
    }
    model = {
        name: _sum(
            contrasts.change(one[name], here[name], True), contrasts.change(there[name], two[name], True)
        )
        for name in old
    }
    inputs, last, waiting = [], first, list[Between]()
    for each in between:
        waiting.append(each)
        if each.refused:
            continue
        now = measured(each.outcomes, measures)
        names = tuple(one.input for one in waiting)
        why = next((one.refused for one in waiting if one.refused), "")
        inputs.append(Step(" and ".join(names), _changes(last, now), names, why))
        last, waiting = now, []
    return Step(SAMPLING, sampling), Step(MODEL, model), *inputs


def totals(
    before: Outcomes, after: Outcomes, measures: Sequence[Measure], draws: bool
) -> tuple[Effects, Effects, Effects]:
    """Results of both runs, and their change; `draws` as in `chain`."""
    old, new = measured(before, measures), measured(after, measures)
    return _estimates(old), _estimates(new), {name: _change(old[name], new[name], draws) for name in old}


def _change(old: Statistic, new: Statistic, draws: bool) -> Estimate:
    """After less before; of paths that both have the error is that of their difference."""
    value, n = new.estimate.value - old.estimate.value, min(len(old.influence), len(new.influence))
    if not draws:
        return Estimate(value, math.hypot(old.estimate.standard_error, new.estimate.standard_error), n)
    left, right = _alike(old.influence / len(old.influence), new.influence / len(new.influence))
    return Estimate(value, math.sqrt(float(((right - left) ** 2).sum())), n)


def _alike(one: Array, two: Array) -> tuple[Array, Array]:
    """Both as long as the longer, with zeros behind."""
    size = max(len(one), len(two))
    return np.pad(one, (0, size - len(one))), np.pad(two, (0, size - len(two)))


def _estimates(found: Mapping[str, Statistic]) -> Effects:
    return {name: each.estimate for name, each in found.items()}


def _first(found: Outcomes, n: int) -> Outcomes:
    return {name: values[:n] for name, values in found.items()}


def _changes(before: Mapping[str, Statistic], after: Mapping[str, Statistic]) -> Effects:
    return {name: contrasts.change(before[name], after[name], paired=True) for name in before}


def _sum(*parts: Estimate) -> Estimate:
    """A sum of what is told by the same paths; its error at most that of parts which move together."""
    value, error = math.fsum(p.value for p in parts), math.fsum(p.standard_error for p in parts)
    return Estimate(value, error, parts[0].n)


def _sampling(
    old: Statistic,
    one: Statistic,
    two: Statistic,
    new: Statistic,
    own: Statistic,
    first: Statistic,
    draws: bool,
) -> Estimate:
    """What the choice of paths brings: more or fewer of them at either end, and another seed between.

    A path has weight 1/n among the first n and 1/N among all; of runs that share their draws the two ends
    largely cancel.
    """
    ends = (one.estimate.value - old.estimate.value, new.estimate.value - two.estimate.value)
    seed = first.estimate.value - own.estimate.value
    n = len(one.influence)
    left, right = _alike(_leaves(old.influence, n), _leaves(new.influence, n))
    if draws:
        error = math.sqrt(float(((right - left) ** 2).sum()))
        return Estimate(math.fsum(ends), error, n)
    apart = math.hypot(own.estimate.standard_error, first.estimate.standard_error)
    squares = float((left**2).sum() + (right**2).sum())
    return Estimate(math.fsum((*ends, seed)), math.sqrt(squares + apart**2), n)


def _leaves(influence: Array, n: int) -> Array:
    """What each path does to the mean of all less that of the first n, (path,)."""
    weights = np.full(len(influence), 1.0 / len(influence))
    weights[:n] -= 1.0 / n
    return weights * influence


def coalitions(groups: Sequence[str]) -> dict[str, tuple[Weights, ...]]:
    """Weights of sets of groups whose results add up to each group's share, one set of weights a drawn pair.

    Of at most `EXACT` groups there is one set of weights, of all orders; empty for fewer than two groups.
    """
    if len(groups) < 2:
        return {}
    if len(groups) <= EXACT:
        return {group: (_every(group, groups),) for group in groups}
    generator = np.random.Generator(np.random.PCG64(0))
    orders = [[groups[i] for i in generator.permutation(len(groups))] for _ in range(PAIRS)]
    return {group: tuple(_ordered(group, (order, order[::-1])) for order in orders) for group in groups}


def _every(group: str, groups: Sequence[str]) -> Weights:
    """Shapley's weights: ``|S|! (k − |S| − 1)! / k!`` for what the group adds to a set S."""
    others, found = [each for each in groups if each != group], dict[Group, float]()
    for size in range(len(groups)):
        weight = 1.0 / (len(groups) * math.comb(len(others), size))
        for some in combinations(others, size):
            found[frozenset((*some, group))] = weight
            found[frozenset(some)] = -weight
    return found


def _ordered(group: str, orders: Sequence[Sequence[str]]) -> Weights:
    """Weights of what a group adds in some orders."""
    found = dict[Group, float]()
    for order in orders:
        place = list(order).index(group)
        for some, sign in ((order[: place + 1], 1.0), (order[:place], -1.0)):
            found[frozenset(some)] = found.get(frozenset(some), 0.0) + sign / len(orders)
    return found


def shapley(
    weights: Mapping[str, Sequence[Weights]],
    outcomes: Callable[[Group], Outcomes],
    members: Mapping[str, tuple[str, ...]],
    measures: Sequence[Measure],
) -> tuple[Step, ...]:
    """Shares of groups, as `coalitions` has their weights.

    Parameters
    ----------
    outcomes : of a set of groups that have gone over.
    members : inputs of each group.
    """
    sets = {some for each in weights.values() for pair in each for some in pair}
    found = {some: measured(outcomes(some), measures) for some in sets}
    names = [measure.name for measure in measures]
    results = {name: {some: each[name] for some, each in found.items()} for name in names}
    return tuple(
        Step(group, {name: _share(pairs, results[name]) for name in names}, members[group])
        for group, pairs in weights.items()
    )


def _share(pairs: Sequence[Weights], found: Mapping[Group, Statistic]) -> Estimate:
    values = [math.fsum(w * found[some].estimate.value for some, w in pair.items()) for pair in pairs]
    moved = np.sum([w * found[some].influence for pair in pairs for some, w in pair.items()], axis=0)
    sampled = statistics.mean(moved / len(pairs))
    drawn = statistics.mean(values).standard_error if len(pairs) > 1 else 0.0
    return Estimate(math.fsum(values) / len(values), math.hypot(sampled.standard_error, drawn), sampled.n)

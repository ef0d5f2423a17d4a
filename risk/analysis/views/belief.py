"""What one would have to believe: the least change of beliefs under which an event passes a bar.

The *nearest* change of all lifts the event itself, ``q ∝ exp(λ A)``: no other weights with that probability
are nearer to the model's, and the means of inputs under them say what such a world looks like. The *smallest
sets* (`risk.analysis.views.sets`) ask how little it takes: the means of one, two or three inputs move, each
inside the middle nine tenths of its own prior, and the model does the rest. Inputs are drawn independently of
one another, so that the priors of all others stay.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from heapq import nlargest

import numpy as np

from risk.analysis import statistics, weighted
from risk.analysis.columns import Column, quantities
from risk.analysis.contrasts import beyond_noise
from risk.analysis.estimate import THIN_TAIL, Estimate
from risk.analysis.views import cost, pooling, sets
from risk.analysis.views.moments import Array, Moment, Starved, Unreachable
from risk.analysis.views.opinion import opinions
from risk.analysis.views.pooling import Pool, Posterior
from risk.analysis.views.sets import RANGE, Event, Tilt
from risk.errors import UsageError
from risk.runs import Run
from risk.runs.remembered import once

BARS = ("P(bust) > 2/3", "P(bust) < 1/3")
"""What is asked where nobody asks for anything else."""

FLOOR = THIN_TAIL
"""Effective paths below which a change of beliefs is not told: so few tell no tail."""

SHOWN = 5
"""Inputs of the nearest change that are told."""

FIX = "say it of a probability, with > or <: P(bust) > 2/3"


@dataclass(frozen=True)
class Shift:
    """The mean of an input before and under a change of beliefs.

    Attributes
    ----------
    before, after : in `unit`.
    low, high : 5% and 95% quantile of its prior.
    deviations : after less before, in standard deviations of the prior.
    """

    name: str
    unit: str
    before: Estimate
    after: Estimate
    low: float
    high: float
    deviations: float


@dataclass(frozen=True)
class Belief:
    """A change of beliefs.

    Attributes
    ----------
    shifts : of the inputs of a set, or those that the nearest change moves most, beyond noise.
    reached : probability of the event under it.
    cost : relative entropy, nats; `effective` paths remain.
    """

    shifts: tuple[Shift, ...]
    reached: Estimate
    cost: Estimate
    effective: float


@dataclass(frozen=True)
class Believed:
    """What one would have to believe for an event to pass a bar.

    Attributes
    ----------
    words : the event; `above` the bar or below it.
    before : its probability in the model.
    nearest : the nearest change of all; None where there is none, and `why` says so.
    smallest : for each number of inputs the cheapest set, the fewest first; empty where no three do.
    why : why there is nothing to believe; else empty.
    """

    words: str
    bar: float
    above: bool
    before: Estimate
    nearest: Belief | None
    smallest: tuple[Belief, ...]
    why: str = ""


@once
def believed(run: Run, *bars: str) -> tuple[Believed, ...]:
    """What one would have to believe for each bar, such as ``P(bust) > 2/3``; by default of `BARS`.

    Raises
    ------
    UsageError : it is no bar for a probability, or names what nobody knows.
    """
    goals = [goal(run, words) for words in bars or BARS]
    found = quantities(run, run.names("parameters"))
    inputs = {n: c for n, c in found.items() if np.isfinite(c.values).all() and sets.varies(c.values)}
    return tuple(_believed(said, event, inputs) for said, event in goals)


def _believed(said: str, event: Event, inputs: Mapping[str, Column]) -> Believed:
    before = weighted.probability(event.flags > 0.5, Posterior(len(event.flags)))
    told = partial(Believed, said, event.bar, event.above, before)
    if event.beyond(before.value) >= 0.0:
        return told(None, (), "the model says so already")
    nearest = _nearest(event, inputs)
    if nearest is None:
        return told(None, (), f"fewer than {FLOOR} effective paths would remain")
    draws = {name: column.values for name, column in inputs.items()}
    found = (_of_set(event, inputs, tilt) for tilt in sets.smallest(event, draws))
    return told(nearest, tuple(belief for belief in found if belief is not None))


def goal(run: Run, words: str) -> tuple[str, Event]:
    """What a bar is about, in words and on paths; raises as `believed`."""
    read = opinions(run, words)
    if len(read) != 1 or read[0].right is not None or read[0].left.kind != "probability":
        raise UsageError(f"'{words}' is no bar for a probability", FIX)
    asked = read[0]
    if asked.relation == "=" or not asked.left.known.all():
        what = "is met at one point only" if asked.relation == "=" else "is about some of the paths only"
        raise UsageError(f"'{words}' {what}", FIX)
    term = asked.left.words
    said = term if term.casefold().startswith("p(") else f"P({term})"
    return said, Event(asked.left.values, asked.bound, asked.relation == ">=")


def _nearest(event: Event, inputs: Mapping[str, Column]) -> Belief | None:
    """The nearest change of all; None where too few paths remain."""
    paths = len(event.flags)
    try:
        found = pooling.pool([Moment(event.flags, ">=" if event.above else "<=", event.bar)], paths)
    except (Unreachable, Starved):
        return None
    posterior = Posterior(paths, ((1.0, found),))
    if weighted.effective(posterior.weights) < FLOOR:
        return None
    far = {name: abs(_moved(column.values, found.weights)) for name, column in inputs.items()}
    most = nlargest(SHOWN, far, key=far.__getitem__)
    told = (_shift(inputs[name], posterior) for name in most if _beyond(inputs[name].values, posterior))
    return _belief(event, told, posterior)


def _beyond(values: Array, posterior: Posterior) -> bool:
    """Whether weights move a mean by more than chance would on the same paths."""
    moved = float((posterior.weights * values).sum()) - float(values.mean())
    apart = posterior.influence(values) - Posterior(posterior.paths).influence(values)
    return beyond_noise(moved, statistics.mean(apart).standard_error)


def _of_set(event: Event, inputs: Mapping[str, Column], tilt: Tilt) -> Belief | None:
    """What a set comes to, as a ballot that says its means would; None where too few paths remain."""
    if weighted.effective(tilt.weights) < FLOOR:
        return None
    found = Pool.of(tilt.weights, [inputs[name].values for name in tilt.names])
    posterior = Posterior(len(event.flags), ((1.0, found),))
    shifts = [_shift(inputs[name], posterior) for name in tilt.names]
    return _belief(event, sorted(shifts, key=lambda shift: -abs(shift.deviations)), posterior)


def _moved(values: Array, weights: Array) -> float:
    """How far weights move a mean, in standard deviations."""
    return (float((weights * values).sum()) - float(values.mean())) / float(values.std())


def _shift(column: Column, posterior: Posterior) -> Shift:
    values = column.values
    low, high = np.quantile(values, RANGE)
    return Shift(
        column.name,
        column.unit,
        weighted.mean(values, Posterior(posterior.paths)),
        weighted.mean(values, posterior),
        float(low),
        float(high),
        _moved(values, posterior.weights),
    )


def _belief(event: Event, shifts: Iterable[Shift], posterior: Posterior) -> Belief:
    return Belief(
        tuple(shifts),
        weighted.probability(event.flags > 0.5, posterior),
        cost.divergence(posterior),
        weighted.effective(posterior.weights),
    )

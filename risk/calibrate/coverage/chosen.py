"""Intervals of what a run first chooses and then tells: rules, signs, ways, cells, beliefs.

A rule is drawn on one half of the paths and counted on the other; what its count estimates is how the same
rule does everywhere. So each choice of a piece is held against what it comes to on the reference, the first
64 blocks of the whole run: the same rule, the same threshold, the same centers, the same beliefs.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from risk.analysis import metrics
from risk.analysis.conditions import condition
from risk.analysis.estimate import Estimate
from risk.analysis.reverse import grid, nearest, rules, signs, ways
from risk.analysis.reverse.coordinates import Coordinate, Moved, Told, coordinates, normal_scores, told_apart
from risk.analysis.reverse.dates import Dates, dates
from risk.analysis.reverse.halves import learning
from risk.analysis.reverse.rules import Rule
from risk.analysis.views import belief, cost, pooling
from risk.analysis.views.belief import Belief
from risk.analysis.views.moments import Moment, Starved, Unreachable
from risk.analysis.views.pooling import Posterior
from risk.analysis.views.sets import Event
from risk.calibrate.coverage.asked import CONDITIONS
from risk.calibrate.coverage.kinds import KINDS
from risk.runs import Run
from risk.runs.legend import Legend
from risk.runs.piece import Piece
from risk.runs.remembered import Remembered
from risk.shocks.stream import BLOCK
from risk.units import SCALE

Array = NDArray[np.float64]
Singles = NDArray[np.float32]
Flags = NDArray[np.bool_]

Chosen = tuple[tuple[object, ...], str, Estimate, float]
"""Place of an estimate, its kind, itself, and what it estimates."""

BLOCKS: Final = 32
"""Of the reference."""


class Part(Remembered, Piece):
    """A piece whose columns are read once."""


def reference(whole: Run) -> Part:
    """The paths against which what a piece chose is held."""
    return Part(whole.store, whole.manifest, whole, 0, min(BLOCKS, whole.paths // BLOCK))


@dataclass(frozen=True)
class Asked:
    """A condition on the paths of a run, and what of them is asked backwards."""

    run: Run
    words: str

    @cached_property
    def flags(self) -> Flags:
        """Which paths meet it."""
        return condition(self.run, self.words).flags

    @cached_property
    def when(self) -> Dates:
        """When it comes true."""
        return dates(self.run, condition(self.run, self.words))

    @cached_property
    def grid(self) -> grid.Grid:
        """Its map."""
        return grid.grid(self.run, self.flags)


@dataclass(frozen=True)
class Paths:
    """What conditions share: coordinates, courses, the loss."""

    run: Run

    @cached_property
    def every(self) -> dict[str, Coordinate]:
        """Every coordinate, by its id."""
        legend, names = Legend.of(self.run.register), self.run.names("parameters")
        units = {name: legend.column("parameters", name).unit for name in names}
        found = coordinates(self.run, {name: (unit, SCALE[unit]) for name, unit in units.items()})
        return {each.id: each for each in found}

    @cached_property
    def scores(self) -> dict[str, Array]:
        """Where paths stand in each coordinate."""
        return {id: normal_scores(each.values) for id, each in self.every.items()}

    @cached_property
    def courses(self) -> Array:
        """Of every path, (path, series)."""
        return ways.courses(self.run)

    @cached_property
    def loss(self) -> Array:
        """USD bn."""
        return metrics.values(self.run, self.run.variable(metrics.HEADLINE))

    @cached_property
    def asked(self) -> dict[str, Asked]:
        """Conditions on them."""
        return {words: Asked(self.run, words) for words in CONDITIONS}

    def told(self, ids: list[str]) -> Told:
        """Coordinates that are chosen already."""
        nothing = Estimate(np.nan, np.nan, 0)
        scores = np.array([self.scores[id] for id in ids], dtype=np.float32).reshape(len(ids), -1)
        return Told(tuple(Moved(self.every[id], nothing) for id in ids), 0, 0, scores)


def chosen(run: Run, against: Paths) -> Iterator[Chosen]:
    """Every estimate of what a run chooses, with what it estimates; what a choice fixes has no error."""
    for place, kind, estimate, truth in _all(Paths(run), against):
        low, high = estimate.interval
        if low != high:
            yield place, kind, estimate, truth


def _all(own: Paths, against: Paths) -> Iterator[Chosen]:
    for words in CONDITIONS:
        yield from _reverse(own, against, words)
    yield from _beliefs(own.run, against)


def _reverse(own: Paths, against: Paths, words: str) -> Iterator[Chosen]:
    asked, other = own.asked[words], against.asked[words]
    told = told_apart(list(own.every.values()), asked.flags)
    ids = [moved.coordinate.id for moved in told.moved]
    for moved in told.moved:
        id = moved.coordinate.id
        truth = float(against.scores[id][other.flags].mean())
        yield (words, "moved", id), KINDS["coordinates.Moved.shift"], moved.shift, truth
    same = against.told(ids)
    yield from _near(told, asked.flags, same, other.flags, words)
    yield from _rules(rules.rules(told, asked.flags), against, words)
    yield from _ways(own, told, against, same, words)
    yield from _signs(asked, other, words)
    yield from _cells(asked, other, words)


def _near(told: Told, flags: Flags, same: Told, others: Flags, words: str) -> Iterator[Chosen]:
    found = nearest.nearest(told, flags)
    truth = nearest.nearest(same, others, found.near / int(flags.sum()))
    for name in ("typical", "everywhere"):
        estimate, value = getattr(found, name), getattr(truth, name).value
        yield (words, "distance", name), KINDS[f"nearest.Nearest.{name}"], estimate, value
    near = {step.moved.coordinate.id: step.near.value for step in truth.steps}
    for step in found.steps:
        id = step.moved.coordinate.id
        yield (words, "near", id), KINDS["nearest.Step.near"], step.near, near[id]


def _rules(found: tuple[Rule, ...], against: Paths, words: str) -> Iterator[Chosen]:
    flags = against.asked[words].flags
    for place, rule in enumerate(found):
        inside = np.ones(len(flags), dtype=bool)
        for bound in rule.bounds:
            values, (low, high) = against.every[bound.coordinate.id].values, (bound.low, bound.high)
            inside &= (low is None or values > low) & (high is None or values < high)
        hits = float((inside & flags).sum())
        truths = {"coverage": hits / float(flags.sum()), "density": hits / max(float(inside.sum()), 1.0)}
        for name, truth in truths.items():
            yield (words, "rule", place, name), KINDS[f"rules.Rule.{name}"], getattr(rule, name), truth


def _ways(own: Paths, told: Told, against: Paths, same: Told, words: str) -> Iterator[Chosen]:
    asked, other = own.asked[words], against.asked[words]
    learn = learning(len(asked.flags))
    middles, _ = ways.centers(own.courses[asked.flags & learn], own.run.manifest.seed)
    mine = ways.Facts(own.courses, told, asked.flags, asked.when, own.loss, ~learn)
    every = np.ones(len(other.flags), dtype=bool)
    theirs = ways.Facts(against.courses, same, other.flags, other.when, against.loss, every)
    most = len(ways.COURSE) + len(told.moved)
    pairs = zip(ways.about(mine, middles), ways.about(theirs, middles, most), strict=True)
    for place, ((_, way), (_, truth)) in enumerate(pairs):
        for name in ("share", "loss", "quarter"):
            estimate, value = getattr(way, name), getattr(truth, name)
            if estimate is not None:
                yield (words, "way", place, name), KINDS[f"ways.Way.{name}"], estimate, value.value
        scores = {mark.id: mark.score.value for mark in (*truth.course, *truth.causes)}
        for mark in (*way.course, *way.causes):
            yield (words, "way", place, mark.id), KINDS["ways.Mark.score"], mark.score, scores[mark.id]


def _signs(asked: Asked, other: Asked, words: str) -> Iterator[Chosen]:
    found = signs.signs(asked.run, asked.flags, asked.when)
    look = signs.looked(other.flags, other.when, np.ones(len(other.flags), dtype=bool))
    for sign in found.signs:
        truth = signs.again(other.run, sign, look)
        for name in ("hits", "false_alarms", "rings", "lead", "area"):
            place = (words, "sign", sign.series.name, name)
            yield place, KINDS[f"signs.Sign.{name}"], getattr(sign, name), getattr(truth, name).value


def _cells(asked: Asked, other: Asked, words: str) -> Iterator[Chosen]:
    found = asked.grid
    _, fall, spread = grid.read(other.run)
    truth = grid.divided(found.quarter, fall, spread, other.flags, found.falls, found.spreads)
    for i, (row, others) in enumerate(zip(found.cells, truth.cells, strict=True)):
        for j, (cell, value) in enumerate(zip(row, others, strict=True)):
            if cell.n >= grid.SHOWN:
                yield (words, "cell", i, j), KINDS["grid.Grid.cells"], cell, value.value


def _beliefs(run: Run, against: Paths) -> Iterator[Chosen]:
    for bar, found in zip(belief.BARS, belief.believed(run, *belief.BARS), strict=True):
        event = belief.goal(against.run, bar)[1]
        if found.nearest is not None:
            bound = Moment(event.flags, ">=" if event.above else "<=", event.bar)
            yield from _belief(found.nearest, _posterior([bound], event), event, against, (bar, "nearest"))
        for each in found.smallest:
            means = [Moment(_values(against, s.name), "=", s.after.value) for s in each.shifts]
            yield from _belief(each, _posterior(means, event), event, against, (bar, len(means)))


def _belief(
    found: Belief, truth: Posterior | None, event: Event, against: Paths, place: tuple[object, ...]
) -> Iterator[Chosen]:
    if truth is None:
        return
    reached = float((truth.weights * event.flags).sum())
    yield (*place, "reached"), KINDS["belief.Belief.reached"], found.reached, reached
    yield (*place, "cost"), KINDS["belief.Belief.cost"], found.cost, cost.divergence(truth).value
    for shift in found.shifts:
        mean = float((truth.weights * _values(against, shift.name)).sum())
        yield (*place, shift.name), KINDS["belief.Shift.after"], shift.after, mean


def _values(against: Paths, name: str) -> Array:
    return against.every[name].values


def _posterior(moments: list[Moment], event: Event) -> Posterior | None:
    """Beliefs on the paths of the reference; None where they cannot be held there."""
    paths = len(event.flags)
    try:
        return Posterior(paths, ((1.0, pooling.pool(moments, paths)),))
    except (Unreachable, Starved):
        return None

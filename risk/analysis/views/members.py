"""Ballots side by side: what a run says under each member's views, at what cost, and where members differ."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import combinations

import numpy as np

from risk.analysis import parameter_band, statistics
from risk.analysis.columns import quantities
from risk.analysis.estimate import THIN_TAIL, Estimate
from risk.analysis.loss_lines import outcome
from risk.analysis.metrics import HEADLINE, HEADLINE_TAIL
from risk.analysis.parameter_band import ParameterBand
from risk.analysis.verdict import CLASSES
from risk.analysis.views import pooling, weighted
from risk.analysis.views.ballot import Ballot, View
from risk.analysis.views.moments import Array, Starved, Unreachable
from risk.analysis.views.opinion import Opinion, Shown, opinions
from risk.analysis.views.pooling import Pool, Posterior
from risk.assumptions.problems import AssumptionErrors, Problem
from risk.errors import UsageError
from risk.runs import Run

FLOOR = THIN_TAIL
"""Effective paths below which a posterior is refused: so few tell no tail."""

MOST_PATHS = 10_000_000
"""Paths beyond which nobody is sent to simulate more."""

MODEL, TOGETHER = "model", "together"


@dataclass(frozen=True)
class Held:
    """A view, and what became of it.

    Attributes
    ----------
    place : of the view in its ballot, from 1.
    shown : as what its numbers are told (`risk.analysis.views.opinion.Shown`).
    asked : the number; `relation` to it. Of two terms compared how far the first lies above the other.
    before, after : what the model says, and the posterior; in `unit`.
    alone : what this view costs by itself, nats.
    binds : whether the ballot's posterior would be another without it.
    """

    place: int
    words: str
    unit: str
    shown: Shown
    relation: str
    asked: float
    before: Estimate
    after: Estimate
    alone: float
    binds: bool
    confidence: float
    view: View


@dataclass(frozen=True)
class Figure:
    """A number under a posterior: `unit` "1" of a probability."""

    name: str
    label: str
    unit: str
    estimate: Estimate


@dataclass(frozen=True)
class Member:
    """A run under the views of one ballot.

    Attributes
    ----------
    name : of its file; "model" without views, "together" of all members alike.
    effective : number of equally weighted paths that say as much.
    cost : relative entropy to the model, nats.
    """

    name: str
    label: str
    note: str
    views: tuple[Held, ...]
    effective: float
    cost: Estimate
    figures: tuple[Figure, ...]
    posterior: Posterior

    def figure(self, name: str) -> Estimate:
        """One of its numbers."""
        return next(each.estimate for each in self.figures if each.name == name)


@dataclass(frozen=True)
class Apart:
    """How far two members are apart.

    Attributes
    ----------
    shared : share of the probability that both give to the same paths, 1 where they agree.
    bust : P(bust) of the second less that of the first.
    """

    one: str
    other: str
    shared: float
    bust: Estimate


@dataclass(frozen=True)
class Ballots:
    """What members believe of a run, side by side.

    Attributes
    ----------
    members : the model first; where there are several, all of them together last.
    bands : of the model's classes over parameter sets, where they were measured; no view has changed them.
    """

    members: tuple[Member, ...]
    apart: tuple[Apart, ...]
    bands: Mapping[str, ParameterBand]

    @property
    def voting(self) -> tuple[Member, ...]:
        """Those who have views."""
        return tuple(member for member in self.members if member.views)


def ballots(run: Run, given: Sequence[Ballot]) -> Ballots:
    """Hold ballots against a run.

    Raises
    ------
    AssumptionErrors : a view names what nobody knows or has another unit, lies outside what the paths show,
        cannot hold together with others, or leaves fewer than 500 effective paths; by file and line.
    """
    read, problems = _read(run, given)
    pooled: list[tuple[Ballot, list[_Read], Posterior]] = []
    for ballot, views in zip(given, read, strict=True):
        posterior, refused = (None, []) if problems else _posterior(run, ballot, views)
        problems += refused
        if posterior is not None:
            pooled.append((ballot, views, posterior))
    if problems:
        raise AssumptionErrors(problems, sum(len(ballot.views) for ballot in given))
    measures = Measures(run)
    model = _member(measures, MODEL, "Model", "", (), Posterior(run.paths))
    members = [
        _member(measures, b.name, b.head.member, b.head.note, _held(run, b, views, posterior), posterior)
        for b, views, posterior in pooled
    ]
    both = [_together(measures, members)] if len(members) > 1 else []
    return Ballots((model, *members, *both), _apart(measures, members), _bands(measures))


@dataclass(frozen=True)
class _Read:
    """A comparison of a ballot: the place of its view, from 0."""

    place: int
    opinion: Opinion
    confidence: float


def _read(run: Run, given: Sequence[Ballot]) -> tuple[list[list[_Read]], list[Problem]]:
    found, problems = [], []
    for ballot in given:
        views = []
        for place, view in enumerate(ballot.views):
            try:
                read = opinions(run, view.believe)
            except UsageError as error:
                problems.append(ballot.problem("A029", place, error.reason, *error.fixes))
                continue
            views += [_Read(place, each, ballot.confidence(view)) for each in read]
        found.append(views)
    return found, problems


def _posterior(run: Run, ballot: Ballot, views: Sequence[_Read]) -> tuple[Posterior | None, list[Problem]]:
    """The posterior of a ballot, or why there is none."""
    parts: list[tuple[float, Pool]] = []
    below = 0.0
    for level in sorted({view.confidence for view in views}):
        held = [view for view in views if view.confidence >= level]
        try:
            found = pooling.pool([view.opinion.moment for view in held], run.paths)
        except Unreachable as error:
            return None, [_refused(ballot, [held[i] for i in error.which], error)]
        except Starved:
            return None, [_starved(run, ballot, 0.0)]
        parts.append((level - below, found))
        below = level
    posterior = Posterior(run.paths, tuple(parts))
    paths = weighted.effective(posterior.weights)
    if paths < FLOOR:
        return None, [_starved(run, ballot, paths)]
    return posterior, []


def _refused(ballot: Ballot, which: Sequence[_Read], error: Unreachable) -> Problem:
    *others, last = which
    opinion = last.opinion
    if not others:
        low, high = opinion.range
        reason = (
            f"'{opinion.words}' lies outside what the paths show: {opinion.about} lies on each between "
            f"{low:.4g} and {high:.4g}"
        )
        fix = "ask for less, or move the assumption behind it in a scenario"
        return ballot.problem("A032", last.place, reason, fix)
    said = "; ".join(f"'{v.opinion.words}' on line {ballot.line(v.place)}" for v in others)
    ends = opinion.between(error.low, error.high) if np.isfinite(error.low) else ""
    reason = f"'{opinion.words}' cannot hold together with {said}{f': there {ends}' if ends else ''}"
    return ballot.problem("A032", last.place, reason, "drop one of them or ask it for less")


def _starved(run: Run, ballot: Ballot, paths: float) -> Problem:
    need = int(np.ceil(run.paths * FLOOR / max(paths, 1.0) / 1_000.0) * 1_000)
    reason = (
        f"the views leave {paths:,.0f} effective paths of {run.paths:,}; "
        f"of fewer than {FLOOR} nothing is told"
    )
    more = f"simulate about {need:,} paths" if need <= MOST_PATHS else "simulate a scenario that says it"
    return ballot.problem("A033", None, reason, "soften a view, or hold it with less confidence", more)


def _held(run: Run, ballot: Ballot, views: Sequence[_Read], posterior: Posterior) -> tuple[Held, ...]:
    before = Posterior(run.paths)
    found = []
    for read in views:
        opinion = read.opinion
        alone = Posterior(run.paths, ((1.0, pooling.pool([opinion.moment], run.paths)),))
        found.append(
            Held(
                read.place + 1,
                opinion.words,
                opinion.unit,
                opinion.shown,
                opinion.relation,
                opinion.asked,
                opinion.estimate(before),
                opinion.estimate(posterior),
                max(weighted.divergence(alone).value, 0.0),
                _binds(opinion, posterior),
                read.confidence,
                ballot.views[read.place],
            )
        )
    return tuple(found)


def _binds(opinion: Opinion, posterior: Posterior) -> bool:
    """Whether a view holds with nothing to spare in a part of the posterior that has it."""
    moment = opinion.moment
    room = pooling.MET * float(moment.values.std())
    return any(
        abs(float((pool.weights * moment.values).sum()) - moment.bound) <= room for _, pool in posterior.parts
    )


@dataclass(frozen=True)
class Measures:
    """What is told of every posterior of a run."""

    run: Run

    @cached_property
    def classes(self) -> dict[str, Array]:
        """Outcome classes, 1 or 0 a path."""
        return {name: c.values for name, c in quantities(self.run, [n for n, _ in CLASSES]).items()}

    @cached_property
    def losses(self) -> dict[str, Array]:
        """Lines of credit loss, USD bn a path."""
        names = [outcome(row.id) for row in self.run.register.tables["credit.line"].rows]
        return {name: column.values for name, column in quantities(self.run, names).items()}

    @cached_property
    def labels(self) -> dict[str, str]:
        """What lines are called."""
        rows = self.run.register.tables["credit.line"].rows
        return {outcome(row.id): str(getattr(row, "label", row.id)) for row in rows}

    def figures(self, posterior: Posterior) -> Iterator[Figure]:
        """Classes, then losses."""
        for name, label in CLASSES:
            yield Figure(name, label, "1", weighted.probability(self.classes[name] > 0.5, posterior))
        for name, losses in self.losses.items():
            label = self.labels[name]
            yield Figure(f"{name}_mean", f"{label}, loss, mean", "USD bn", weighted.mean(losses, posterior))
            for key, words, measure in _TAIL if name == HEADLINE else ():
                told = f"{label}, loss, {words}"
                yield Figure(f"{name}_{key}", told, "USD bn", measure(losses, posterior=posterior))


_TAIL: tuple[tuple[str, str, Callable[..., Estimate]], ...] = (
    ("p95", "P95", partial(weighted.quantile, level=0.95)),
    ("es975", f"ES {HEADLINE_TAIL:.1%}", partial(weighted.shortfall, level=HEADLINE_TAIL)),
)


def _bands(measures: Measures) -> dict[str, ParameterBand]:
    """Of the model's classes, where they were measured beside the run."""
    found, known = parameter_band.kept(measures.run), measures.classes
    return {n: parameter_band.band(statistics.probability(known[n]), found[n]) for n in known if n in found}


def _member(
    measures: Measures, name: str, label: str, note: str, views: tuple[Held, ...], posterior: Posterior
) -> Member:
    return Member(
        name,
        label,
        note,
        views,
        weighted.effective(posterior.weights),
        weighted.divergence(posterior),
        tuple(measures.figures(posterior)),
        posterior,
    )


def _together(measures: Measures, members: Sequence[Member]) -> Member:
    """Every member alike: the mean of their weights."""
    many = len(members)
    parts = tuple((share / many, pool) for member in members for share, pool in member.posterior.parts)
    return _member(measures, TOGETHER, "All together", "", (), Posterior(measures.run.paths, parts))


def _apart(measures: Measures, members: Sequence[Member]) -> tuple[Apart, ...]:
    bust = measures.classes["bust"]
    return tuple(_pair(bust, one, other) for one, other in combinations(members, 2))


def _pair(bust: Array, one: Member, other: Member) -> Apart:
    a, b = one.posterior, other.posterior
    change = float(((b.weights - a.weights) * bust).sum())
    error = statistics.mean(b.influence(bust) - a.influence(bust)).standard_error
    paths = round(min(one.effective, other.effective))
    shared = float(np.minimum(a.weights, b.weights).sum())
    return Apart(one.label, other.label, shared, Estimate(change, error, paths))

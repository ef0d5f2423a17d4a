"""What a book loses on the paths of a run: how much, through what, in which outcome, past which limit."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from risk.analysis import statistics
from risk.analysis.book import ranges
from risk.analysis.book.book import Book, Bound, Row
from risk.analysis.book.losses import Losses, losses
from risk.analysis.book.ranges import Struck
from risk.analysis.columns import Known
from risk.analysis.conditions import names
from risk.analysis.contributions import contributions
from risk.analysis.metrics import HEADLINE_TAIL
from risk.analysis.parameter_band import ParameterBand
from risk.analysis.reverse.halves import enough, learning
from risk.analysis.reverse.ways import Mark, courses, groups_of, set_apart
from risk.analysis.statistics import Estimate, Exceedance
from risk.analysis.verdict import CLASSES
from risk.errors import StorageError, UsageError
from risk.runs import Run

Array = NDArray[np.float64]

QUANTILE = 0.95

REVERSED = "bust"
"""Condition whose ways the loss is told by."""

COURSED = 16_384
"""Paths on which ways are looked for: more tell the same groups and take seconds."""

UNITS = ((1e10, "USD bn"), (1e6, "USD m"), (0.0, "USD k"))
"""Unit in which a book of so many USD is told."""


@dataclass(frozen=True)
class Measured:
    """A loss, USD: its mean, 95% quantile and expected shortfall of the worst 2.5% of paths."""

    mean: Estimate
    p95: Estimate
    es: Estimate


@dataclass(frozen=True)
class Part:
    """What a position, or all of an issuer or an instrument, brings to the book, USD.

    Attributes
    ----------
    name : of the position, issuer or instrument; `row` of a position alone.
    amount : par, commitment or market value; below zero of what pays.
    own : 95% quantile of its loss by itself.
    mean, es : its part of the mean and of the expected shortfall of the book: both add up.
    low, high : its mean loss at either end of the plausible range of its mapping.
    """

    name: str
    row: Row | None
    amount: float
    own: Estimate
    mean: Estimate
    es: Estimate
    low: float
    high: float


@dataclass(frozen=True)
class Case:
    """The book's loss on the paths of an outcome class, or of a way to a bust.

    Attributes
    ----------
    share : of all paths, or of those that bust.
    marks : what sets a way apart.
    """

    name: str
    label: str
    share: Estimate
    mean: Estimate
    p95: Estimate
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True)
class Breach:
    """How often a limit is broken, and how far that depends on what we do not know, where that is known."""

    limit: Bound
    probability: Estimate
    band: ParameterBand | None


@dataclass(frozen=True)
class Answer:
    """A book on a run.

    Attributes
    ----------
    unit : in which it is told; numbers here are USD.
    whole, unhedged : of the book, and of it without its hedges.
    mean_range : ends of the mean over parameter sets (5 to 95%), and
    tail : band of the chance that `whole.p95` is exceeded, both where such runs are stored.
    low, high : the book at either end of the plausible range of every mapping.
    parts, issuers, instruments : what adds up to it.
    ways : None where they cannot be said, `why` not.
    """

    book: Book
    unit: str
    whole: Measured
    unhedged: Measured
    mean_range: tuple[float, float] | None
    tail: ParameterBand | None
    low: Measured
    high: Measured
    parts: tuple[Part, ...]
    issuers: tuple[Part, ...]
    instruments: tuple[Part, ...]
    classes: tuple[Case, ...]
    ways: tuple[Case, ...] | None
    why: str
    limits: tuple[Breach, ...]
    curve: Exceedance
    ranged: bool


def answer(run: Run, book: Book) -> Answer:
    """Hold a book against a run.

    Raises
    ------
    StorageError : the run lacks what a position rides on: an older version made it.
    """
    rows = book.rows
    _keeps(run, rows)
    found, low, high = losses(run, rows, ("value", "low", "high"))
    other = ranges.struck(run, rows, found)
    whole = measured(found.total)
    every = range(len(rows))
    parts = tuple(_parts(rows, found, low, high))
    ways, why = _ways(run, found.total)
    bound = whole.p95.value
    return Answer(
        book=book,
        unit=_unit(rows),
        whole=whole,
        unhedged=measured(found.several([k for k in every if not rows[k].hedge])),
        mean_range=ranges.mean_range(whole.mean, other.several(every)) if other else None,
        tail=_band(statistics.probability(found.total > bound), other, every, bound),
        low=measured(low.total),
        high=measured(high.total),
        parts=parts,
        issuers=_added(parts, found, lambda row: row.issuer),
        instruments=_added(parts, found, lambda row: row.instrument.id),
        classes=tuple(_classes(run, found.total)),
        ways=ways,
        why=why,
        limits=tuple(_breach(each, found, other) for each in book.limits),
        curve=statistics.exceedance(found.total),
        ranged=other is not None,
    )


def _keeps(run: Run, rows: Sequence[Row]) -> None:
    known = Known.of_run(run)
    ridden = (name for words in dict.fromkeys(row.words for row in rows) for name in names(words))
    missing = next((name for name in ridden if name not in known), None)
    if missing is not None:
        reason = f"run {run.id} does not keep {missing}: another version of the model made it"
        raise StorageError(reason, f"simulate it again: bubblerisk run {run.manifest.scenario}")


def measured(loss: Array) -> Measured:
    """Mean, 95% quantile and shortfall of a (path,) loss."""
    return Measured(
        statistics.mean(loss),
        statistics.quantile(loss, QUANTILE),
        statistics.expected_shortfall(loss, HEADLINE_TAIL),
    )


def _unit(rows: Sequence[Row]) -> str:
    held = sum(abs(row.amount) for row in rows)
    return next(unit for least, unit in UNITS if held >= least)


def scaled(found: Estimate, factor: float, shift: float = 0.0) -> Estimate:
    """An estimate times a factor, and more by a constant."""
    ends = sorted(factor * end + shift for end in found.interval)
    error = abs(factor) * found.standard_error
    return Estimate(factor * found.value + shift, error, found.n, (ends[0], ends[1]), tail=found.tail)


def _parts(rows: Sequence[Row], found: Losses, low: Losses, high: Losses) -> Iterator[Part]:
    """Every position: what is found of a share holds for all positions that have it."""
    means = [statistics.mean(share) for share in found.shares]
    tails = contributions(found.shares, HEADLINE_TAIL, found.total)
    ends = [statistics.quantiles(share, (1.0 - QUANTILE, QUANTILE)) for share in found.shares]
    least, most = (x.shares.mean(axis=1) for x in (low, high))
    for k, row in enumerate(rows):
        share, amount, cost = found.of[k], row.amount, row.cost
        moved = sorted(amount * x[y.of[k]] + cost for x, y in ((least, low), (most, high)))
        yield Part(
            row.id,
            row,
            amount,
            scaled(ends[share][amount > 0.0], amount, cost),
            scaled(means[share], amount, cost),
            scaled(tails[share], amount, cost),
            float(moved[0]),
            float(moved[1]),
        )


def _added(parts: Sequence[Part], found: Losses, by: Callable[[Row], str]) -> tuple[Part, ...]:
    """Positions added up under a name, the largest part of the shortfall first."""
    groups: dict[str, list[int]] = {}
    for k, part in enumerate(parts):
        assert part.row is not None
        groups.setdefault(by(part.row), []).append(k)
    added = [_together(name, [parts[k] for k in places], found, places) for name, places in groups.items()]
    return tuple(sorted(added, key=lambda part: -part.es.value))


def _together(name: str, parts: Sequence[Part], found: Losses, places: Sequence[int]) -> Part:
    if len(parts) == 1:
        one = parts[0]
        return Part(name, None, one.amount, one.own, one.mean, one.es, one.low, one.high)
    loss = found.several(places)
    (tail,) = contributions(loss[None, :], HEADLINE_TAIL, found.total)
    return Part(
        name,
        None,
        sum(part.amount for part in parts),
        statistics.quantile(loss, QUANTILE),
        statistics.mean(loss),
        tail,
        sum(part.low for part in parts),
        sum(part.high for part in parts),
    )


def _classes(run: Run, loss: Array) -> Iterator[Case]:
    came = run.outcomes([name for name, _ in CLASSES])
    for name, label in CLASSES:
        yield _case(name, label, statistics.probability(came[name]), loss[came[name] > 0.5])


def _case(name: str, label: str, share: Estimate, loss: Array, marks: tuple[Mark, ...] = ()) -> Case:
    return Case(name, label, share, statistics.mean(loss), statistics.quantile(loss, QUANTILE), marks)


def _ways(run: Run, loss: Array) -> tuple[tuple[Case, ...] | None, str]:
    """Loss by the ways to a bust, counted on the half of the paths on which they were not found."""
    paths = min(run.paths, COURSED)
    flags = run.outcome(REVERSED)[:paths] > 0.5
    try:
        enough(REVERSED, flags)
    except UsageError as error:
        return None, error.reason
    course = courses(run, paths)
    groups = groups_of(course, flags, run.manifest.seed)
    half = ~learning(paths)
    met = int((flags & half).sum())
    found = []
    for k, own in enumerate(groups.paths):
        mine = own[half[own]]
        share = statistics.proportion(len(mine), met)
        marks = set_apart(course, groups, k, flags)
        found.append(_case(f"way-{k + 1}", f"Way {k + 1}", share, loss[mine], marks))
    return tuple(found), ""


def _breach(limit: Bound, found: Losses, other: Struck | None) -> Breach:
    probability = statistics.probability(found.several(limit.places) > limit.bound)
    return Breach(limit, probability, _band(probability, other, limit.places, limit.bound))


def _band(
    probability: Estimate, other: Struck | None, places: Sequence[int], bound: float
) -> ParameterBand | None:
    if other is None:
        return None
    return ranges.chance_range(probability, other.several(places), bound)

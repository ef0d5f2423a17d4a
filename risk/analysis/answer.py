"""The answer to "is it a bubble, and what would it cost lenders?", in numbers that the first page is made of.

==========  ======  ==================================================================================
symbol      unit    meaning
==========  ======  ==================================================================================
L, B        USD bn  headline loss of a path; whether it is a bust
more        USD bn  mean of L where B less mean of L elsewhere: what a bust costs beyond a world without one
ends        USD bn  5% and 95% of L where B, less that mean elsewhere: how far one bust is from another
share       1       of the variance of B that an input explains by itself
==========  ======  ==================================================================================
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from risk.analysis import metrics, statistics
from risk.analysis.attribution import DECILE, Ranks, ranked
from risk.analysis.conditional import conditional
from risk.analysis.contrasts import NOISE
from risk.analysis.loss_lines import LossLine
from risk.analysis.shares import shares
from risk.analysis.statistics import FEWEST, Estimate
from risk.analysis.verdict import OutcomeClass, Timing, Verdict, timing
from risk.runs import Run
from risk.runs.first import first
from risk.runs.remembered import once

Array = NDArray[np.float64]

BUST = "bust"
ENDS = (0.05, 0.95)
SHOWN = 5
"""Inputs that the first page has room for."""

MEMBERS = 3
"""Outcome classes that every definition of them has, in the order of the verdict."""

Ends = tuple[float, float]


@dataclass(frozen=True)
class Standing:
    """One outcome class on the first page.

    Attributes
    ----------
    definitions : least and largest probability over all definitions of the class; None where there is one.
    scenarios : likewise over the shipped scenarios, the run's own in; None where they were not measured.
    when : quarter of the event it is named for; None where it has none.
    lines : of each line of credit its mean loss on the paths of the class, USD bn; empty of a class's part.
    beyond, rate : of the headline, what the cycle does not take, USD bn, and the loss a year over par owed.
    """

    found: OutcomeClass
    definitions: Ends | None
    scenarios: Ends | None
    when: Timing | None
    lines: Mapping[str, Estimate]
    beyond: Estimate | None
    rate: Estimate | None


@dataclass(frozen=True)
class Cost:
    """What a bust costs lenders to AI infrastructure beyond a world without one, USD bn.

    Attributes
    ----------
    more : NaN where too few paths are busts, or are none.
    ends : between which it lies on nine in ten busts; None likewise.
    """

    more: Estimate
    ends: Ends | None


@dataclass(frozen=True)
class Mover:
    """An input that moves P(bust): its share of the variance, and P in its lowest and highest tenth."""

    id: str
    share: Estimate
    low: Estimate
    high: Estimate


@dataclass(frozen=True)
class Answer:
    """What the first page says of a run.

    Attributes
    ----------
    movers : inputs whose share is told from chance, the largest first; empty where none is.
    """

    standings: tuple[Standing, ...]
    cost: Cost
    movers: tuple[Mover, ...]


def answer(run: Run, verdict: Verdict, lines: tuple[LossLine, ...]) -> Answer:
    """The answer of a run, from what was found of it already; what moves it on its first paths."""
    return Answer(
        tuple(_standings(run, verdict, lines)), cost(run.outcome(BUST), _loss(run)), _movers(first(run))
    )


def _loss(run: Run) -> Array:
    return metrics.values(run, run.variable(metrics.HEADLINE))


def _standings(run: Run, verdict: Verdict, lines: tuple[LossLine, ...]) -> Iterator[Standing]:
    said = (run.order or {}).get("said", {})
    headline = next((line for line in lines if line.loss.variable.name == metrics.HEADLINE), None)
    others = [*verdict.alternatives.values(), *verdict.before.values()]
    for place, found in enumerate(verdict.classes):
        defined = [three[place].value for three in others] if place < MEMBERS else []
        yield Standing(
            found,
            _ends(found, defined),
            _ends(found, [world[found.name] for world in said.values()]),
            _when(run, found.name),
            {line.name: line.by_class[found.name] for line in lines if found.name in line.by_class},
            headline.excess_by_class.get(found.name) if headline else None,
            headline.rate_by_class.get(found.name) if headline else None,
        )


def _ends(found: OutcomeClass, others: list[float]) -> Ends | None:
    own = found.probability.value
    return (min(own, *others), max(own, *others)) if others else None


def _when(run: Run, name: str) -> Timing | None:
    dated = f"{name}_quarter"
    if dated not in run.names("outcomes"):
        return None
    return timing(np.where(run.outcome(name) > 0.0, run.outcome(dated), np.nan), run.calendar)


def cost(bust: Array, loss: Array) -> Cost:
    """What a bust costs beyond a world without one.

    Parameters
    ----------
    bust : (path,) 1 or 0.
    loss : (path,) in the unit that is wanted.
    """
    inside = bust > 0.0
    if min(inside.sum(), (~inside).sum()) < FEWEST:
        return Cost(Estimate(np.nan, np.nan, len(loss)), None)
    here, there = (statistics.mean(loss[part]) for part in (inside, ~inside))
    error = float(np.hypot(here.standard_error, there.standard_error))
    low, high = np.quantile(loss[inside], ENDS, method=statistics.QUANTILE_METHOD) - there.value
    return Cost(Estimate(here.value - there.value, error, len(loss)), (float(low), float(high)))


@once
def _movers(run: Run) -> tuple[Mover, ...]:
    """`movers` of a run."""
    return movers(run.outcome(BUST), ranked(run))


def movers(bust: Array, places: Mapping[str, Ranks], count: int = SHOWN) -> tuple[Mover, ...]:
    """Inputs that explain most of whether a bust comes, each by itself; only what is told from chance."""
    single = shares(places, bust).single
    clear = [name for name, found in single.items() if found.value > NOISE * found.standard_error]
    return tuple(
        Mover(name, single[name], *_tenths(bust, places[name]))
        for name in sorted(clear, key=lambda name: -single[name].value)[:count]
    )


def _tenths(bust: Array, place: Ranks) -> tuple[Estimate, Estimate]:
    cut = max(int(len(place) * DECILE), 1)
    low, high = (conditional(bust, part).estimate for part in (place < cut, place >= len(place) - cut))
    return low, high

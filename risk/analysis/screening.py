"""Which judgements without a prior decide the answer: each moved over its range by itself, on the same draws.

==========  ==================================================================================================
symbol      meaning
==========  ==================================================================================================
base        a headline of the register as it is
low, high   what the headline does when the number goes to an end of its plausible range, less base
span        high less low
noise       error of a headline in a run of 20,000 paths
==========  ==================================================================================================

Notes
-----
error(low) = s(influence of a path on the headline there − on base) / √n: paths share their draws
threshold  = 2 · noise = 2 · standard error of base · √(n / 20,000)
A number decides a headline where the largest of |low|, |high|, |span| exceeds the threshold and twice its own
standard error. Its weight is the largest of these over its threshold, among headlines where it is no noise.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from risk.analysis import contrasts, metrics
from risk.analysis.amplification import Measure
from risk.analysis.contrasts import NOISE, Statistic, beyond_noise
from risk.analysis.statistics import Estimate
from risk.assumptions.judgements import Judgement
from risk.runs.trials import Trials, Tried
from risk.units import SCALE

if TYPE_CHECKING:
    from risk.assumptions import Assumptions

Array = NDArray[np.float64]

REFERENCE = 20_000
"""Paths of the run whose noise is the yardstick."""

HEADLINES = (
    Measure("bust", "P(bust)", "bust", "", contrasts.probability),
    Measure("durable", "P(durable)", "durable", "", contrasts.probability),
    Measure("mean", "Mean loss", metrics.HEADLINE, "USD bn", contrasts.mean),
    Measure("shortfall", "ES 97.5%", metrics.HEADLINE, "USD bn", contrasts.shortfall(metrics.HEADLINE_TAIL)),
)
"""Of the verdict and the headline loss; beside them stand the bear propositions."""

PROPER = re.compile(r"[A-Za-z]+\d+")
"""Ids of propositions proper; what reads one of them another way has a letter behind: B1x."""


@dataclass(frozen=True)
class Effect:
    """What a number does to a headline, in its unit; NaN where an end was refused."""

    low: Estimate
    high: Estimate
    span: Estimate

    @property
    def largest(self) -> Estimate:
        """The one that moves it most."""
        known = [e for e in (self.span, self.low, self.high) if math.isfinite(e.value)]
        return max(known, key=lambda e: abs(e.value), default=self.span)


@dataclass(frozen=True)
class Screened:
    """A number and what it does.

    Attributes
    ----------
    effects : by headline.
    reached : share of the way to the low and the high end that was gone.
    refused : why it was not the whole way, of either end; empty where it was.
    weight, peak : see the module, and the headline that it is of; zero where nothing moves beyond noise.
    decides : headlines that it decides.
    """

    judgement: Judgement
    effects: Mapping[str, Effect]
    reached: tuple[float, float]
    refused: tuple[str, str]
    weight: float
    peak: str
    decides: tuple[str, ...]

    @property
    def inert(self) -> bool:
        """Whether no headline moves by a hair, at neither end."""
        return all(e.value == 0.0 == e.standard_error for x in self.effects.values() for e in (x.low, x.high))

    @property
    def owes(self) -> bool:
        """Whether it decides something, and the register says nothing of why it is held fixed."""
        return bool(self.decides) and not self.judgement.fixed


@dataclass(frozen=True)
class Screening:
    """A screen of a register's judgements.

    Attributes
    ----------
    base, thresholds : of each headline, in its unit.
    moved : numbers that were moved to one end at least, the weightiest first.
    refused : numbers that would go nowhere, with the reason.
    left_out : numbers that are not moved, with the reason.
    """

    scenario: str
    title: str
    paths: int
    seed: int
    headlines: tuple[Measure, ...]
    base: Mapping[str, Estimate]
    thresholds: Mapping[str, float]
    moved: tuple[Screened, ...]
    refused: tuple[Screened, ...]
    left_out: tuple[Judgement, ...]

    @property
    def deciding(self) -> tuple[Screened, ...]:
        """Numbers that decide a headline, the weightiest first."""
        return tuple(found for found in self.moved if found.decides)

    @property
    def inert(self) -> tuple[Screened, ...]:
        """Numbers that move nothing."""
        return tuple(found for found in self.moved if found.inert)

    @property
    def owing(self) -> tuple[Screened, ...]:
        """Numbers that decide a headline and have neither a prior nor a reason."""
        return tuple(found for found in self.moved if found.owes)


def headlines(assumptions: Assumptions) -> tuple[Measure, ...]:
    """What is looked at: the verdict, the headline loss, and the bear propositions that the model answers."""
    bear = (p for p in assumptions.propositions.values() if p.side == "bear" and p.any and not p.pending)
    named = (Measure(p.id, f"P({p.id})", p.id, "", contrasts.probability) for p in bear)
    return (*HEADLINES, *(found for found in named if PROPER.fullmatch(found.name)))


def outcomes(found: Iterable[Measure]) -> tuple[str, ...]:
    """Outcomes that headlines are statistics of."""
    return tuple(dict.fromkeys(measure.outcome for measure in found))


def screening(trials: Trials, left_out: tuple[Judgement, ...] = ()) -> Screening:
    """Compare trials that are all kept.

    Raises
    ------
    LookupError : one is not.
    """
    looked, assumptions = headlines(trials.assumptions), trials.assumptions
    base, *ends = (_kept(trials, i) for i in range(len(trials.trials)))
    at_base = _measured(base, looked)
    scale = math.sqrt(trials.specification.paths / REFERENCE)
    thresholds = {name: NOISE * at.estimate.standard_error * scale for name, at in at_base.items()}
    numbers = [trial.judgement for trial in trials.trials[1::2]]
    pairs = zip(numbers, ends[::2], ends[1::2], strict=True)
    found = [_screened(n, low, high, looked, at_base, thresholds) for n, low, high in pairs if n is not None]
    found.sort(key=lambda each: (-each.weight, each.judgement.id))
    return Screening(
        assumptions.scenario.name,
        assumptions.scenario.title,
        trials.specification.paths,
        trials.specification.seed,
        looked,
        {name: at.estimate for name, at in at_base.items()},
        thresholds,
        tuple(each for each in found if max(each.reached) > 0.0),
        tuple(each for each in found if not max(each.reached) > 0.0),
        left_out,
    )


def _kept(trials: Trials, index: int) -> Tried:
    found = trials.kept(trials.trials[index])
    if found is None:
        raise LookupError(f"trial {index} is not kept")
    return found


def _measured(found: Tried, looked: Iterable[Measure]) -> dict[str, Statistic]:
    """Headlines of a trial; none where it was refused."""
    if not found.outcomes:
        return {}
    return {m.name: m.statistic(found.outcomes[m.outcome] / SCALE.get(m.unit, 1.0)) for m in looked}


def _screened(
    number: Judgement,
    low: Tried,
    high: Tried,
    looked: Iterable[Measure],
    base: Mapping[str, Statistic],
    thresholds: Mapping[str, float],
) -> Screened:
    at_low, at_high = _measured(low, looked), _measured(high, looked)
    effects = {
        name: Effect(
            _change(at, at_low.get(name)),
            _change(at, at_high.get(name)),
            _change(at_low.get(name), at_high.get(name)),
        )
        for name, at in base.items()
    }
    clear = {name: abs(e.largest.value) / thresholds[name] for name, e in effects.items() if _clear(e)}
    return Screened(
        number,
        effects,
        (low.reached, high.reached),
        (low.refused, high.refused),
        max(clear.values(), default=0.0),
        max(clear, key=lambda name: clear[name], default=""),
        tuple(name for name, times in clear.items() if times > 1.0),
    )


def _clear(effect: Effect) -> bool:
    found = effect.largest
    return beyond_noise(found.value, found.standard_error)


def _change(before: Statistic | None, after: Statistic | None) -> Estimate:
    if before is None or after is None:
        return Estimate(math.nan, math.nan, 0)
    return contrasts.change(before, after, paired=True)

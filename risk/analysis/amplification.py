"""How much of the loss is structure: one run a coupling, and those in which the spread is pushed.

A coupling that is cut passes the base case's median path instead of the path's own value, on the same draws.
The ratio of a loss with all couplings on to the loss with one cut is what that coupling adds; the ratio to
the loss with all cut is the amplification of the whole. What comes back of a push of the spread is measured
in `risk.analysis.loop`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from risk.analysis import contrasts, metrics, statistics
from risk.analysis.contrasts import NOISE, Statistic
from risk.analysis.loop import LOOP, PUSH, LoopGain, Paths, loop_gain
from risk.analysis.statistics import Estimate
from risk.assumptions.schema import Event
from risk.paths import COUPLINGS
from risk.units import SCALE

if TYPE_CHECKING:
    from risk.assumptions import Assumptions

Array = NDArray[np.float64]

ON, OFF = "all on", "all off"
"""Cases beside those of one coupling each, which bear its name."""

OPEN_PUSHED, PUSHED = "loop open, pushed", "all on, pushed"
"""Cases in which the spread is pushed, with the loop open and closed."""

LEAST = 1e-4
"""Share of a loss below which an effect is none, however sure."""

ADDS, DAMPENS, NOISY = "adds", "dampens", "no effect beyond noise"


@dataclass(frozen=True)
class Measure:
    """What is compared between runs.

    Attributes
    ----------
    outcome : per path, of which it is a statistic; `unit` as reports show it, empty for a probability.
    """

    name: str
    label: str
    outcome: str
    unit: str
    statistic: Callable[[Array], Statistic]


MEASURES = (
    Measure("mean", "Mean", metrics.HEADLINE, "USD bn", contrasts.mean),
    Measure("shortfall", "ES 97.5%", metrics.HEADLINE, "USD bn", contrasts.shortfall(metrics.HEADLINE_TAIL)),
    Measure("bust", "P(bust)", "bust", "", contrasts.probability),
    Measure("second_round", "Second round", "second_round", "USD bn", contrasts.mean),
)
"""Of the headline loss unless they say otherwise; one that a run does not record is left out."""


@dataclass(frozen=True)
class Effect:
    """What one coupling does, or all of them.

    Attributes
    ----------
    case : the coupling that is cut, or `OFF`.
    run : id of the run in which it is.
    levels : by measure, with the coupling cut.
    ratios : by measure, all on over cut; NaN where the loss with the coupling cut is zero.
    """

    case: str
    run: str
    levels: Mapping[str, Estimate]
    ratios: Mapping[str, Estimate]

    @property
    def words(self) -> str:
        """What it does to the mean loss."""
        return effect_in_words(self.ratios["mean"])


@dataclass(frozen=True)
class Amplification:
    """Losses with the couplings and without.

    Attributes
    ----------
    measures : that every run records.
    on : levels by measure with all couplings on.
    effects : of each coupling that was cut, the largest ratio of mean losses first.
    whole : of all couplings together.
    pilots : the noise of the medians that stand in for a cut coupling is in the errors of ratios.
    """

    measures: tuple[Measure, ...]
    on: Mapping[str, Estimate]
    effects: tuple[Effect, ...]
    whole: Effect
    loop: LoopGain
    pilots: bool = False


def cases(
    assumptions: Assumptions, quarter: str, couplings: Sequence[str] = COUPLINGS
) -> dict[str, Assumptions]:
    """What is simulated, by case: all on, each coupling cut, all cut, and the pushes of the spread.

    Parameters
    ----------
    quarter : of the push.
    couplings : those that are cut, each alone; that of the loop is always one.
    """
    on = assumptions
    if not all(assumptions.switches.values()):
        on = assumptions.derived("coupled", "all couplings on", dict.fromkeys(COUPLINGS, True))
    wanted = [c for c in COUPLINGS if c in couplings or c == LOOP]
    cut = {c: on.derived(f"without-{c.replace('->', '-')}", f"without {c}", {c: False}) for c in wanted}
    off = on.derived("without-couplings", "without couplings", dict.fromkeys(COUPLINGS, False))
    push = Event("hy_spread", quarter, quarter, PUSH, "bp", "A push of the spread, to measure what returns.")
    words = (f"pushed-{quarter.lower()}", f"spread pushed in {quarter}")
    return {
        ON: on,
        **cut,
        OFF: off,
        OPEN_PUSHED: cut[LOOP].derived(*words, events=(push,)),
        PUSHED: on.derived(*words, events=(push,)),
    }


def amplification(
    runs: Mapping[str, Paths], quarter: str, noise: Mapping[str, Mapping[str, float]] | None = None
) -> Amplification:
    """Compare the runs of `cases`, which share their draws; the spread is pushed in `quarter`.

    Parameters
    ----------
    noise : case → measure → error that the medians give its ratio; None where it was not measured.
    """
    known = noise or {}
    measures = tuple(m for m in MEASURES if m.outcome in runs[ON].names("outcomes"))
    on = _measured(runs[ON], measures)
    effects = [
        _effect(case, runs[case], on, measures, known.get(case, {})) for case in COUPLINGS if case in runs
    ]
    return Amplification(
        measures=measures,
        on={name: found.estimate for name, found in on.items()},
        effects=tuple(sorted(effects, key=_order)),
        whole=_effect(OFF, runs[OFF], on, measures, known.get(OFF, {})),
        loop=loop_gain(runs[LOOP], runs[OPEN_PUSHED], runs[ON], runs[PUSHED], quarter),
        pilots=noise is not None,
    )


def _measured(run: Paths, measures: tuple[Measure, ...]) -> dict[str, Statistic]:
    """Every measure of a run in the unit that reports show."""
    outcomes = run.outcomes({measure.outcome for measure in measures})
    return {m.name: m.statistic(outcomes[m.outcome] / SCALE.get(m.unit, 1.0)) for m in measures}


def _effect(
    case: str,
    run: Paths,
    on: Mapping[str, Statistic],
    measures: tuple[Measure, ...],
    noise: Mapping[str, float],
) -> Effect:
    cut = _measured(run, measures)
    levels = {name: found.estimate for name, found in cut.items()}
    ratios = {name: _with(ratio(on[name], cut[name]), noise.get(name, 0.0)) for name in cut}
    return Effect(case, run.id, levels, ratios)


def _with(found: Estimate, noise: float) -> Estimate:
    """A ratio whose error has that of the medians in it."""
    return replace(found, standard_error=math.hypot(found.standard_error, noise))


def _order(effect: Effect) -> float:
    value = effect.ratios["mean"].value
    return math.inf if math.isnan(value) else -value


def ratio(over: Statistic, under: Statistic) -> Estimate:
    """Ratio of two statistics of runs that share their draws, with its error path by path.

    Notes
    -----
    Delta method: a path moves ``R = a / b`` by ``(influence on a − R · influence on b) / b``.
    """
    a, b, n = over.estimate.value, under.estimate.value, under.estimate.n
    if b == 0.0:
        return Estimate(math.nan, math.nan, n)
    influence = (over.influence - a / b * under.influence) / b
    return Estimate(a / b, statistics.mean(influence).standard_error, n)


def effect_in_words(found: Estimate) -> str:
    """What a ratio of losses, all couplings on over some cut, says of those."""
    effect = found.value - 1.0
    if not abs(effect) > max(NOISE * found.standard_error, LEAST):
        return NOISY
    return ADDS if effect > 0.0 else DAMPENS

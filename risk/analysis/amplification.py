"""How much of the loss is structure: one run a coupling, and the gain of the loop that closes on the spread.

A coupling that is cut passes the base case's median path instead of the path's own value, on the same draws.
The ratio of a loss with all couplings on to the loss with one cut is what that coupling adds; the ratio to
the loss with all cut is the amplification of the whole.

The loop runs from losses to the spread, from the spread to refinancing, defaults and new capex, and from
there to losses. It is opened at its link from losses to the spread, the spread is pushed for one quarter, and
the losses that follow are priced at what the link would have added to the spread.

==============  ================  ==========================================================================
symbol          unit              meaning
==============  ================  ==========================================================================
push            fraction          what is added to the spread in one quarter
extra           USD               headline loss with the push less the loss without, in a quarter
weight          fraction per USD  spread owed to a dollar of loss (`credit.loss_impact`)
decay           share             part of the spread owed that is left after a quarter
cap             fraction          most that is owed
owed            fraction          spread owed to extra losses, up to now
==============  ================  ==========================================================================

Notes
-----
owed(t) = decay · owed(t − 1) + weight · extra(t), within ± cap
gain    = Σ owed(t) / push: quarters of spread returned for each imposed, one quarter later each
closed  = Σ (spread with the push − spread without) / push, all couplings on; 1 / (1 − gain) in a linear loop

The gain counts every extra dollar as one that the market did not expect: where losses stay below what was
expected the link is silent. Discounts of forced sales, which pass the same link, are not in it. `closed` is
what the model itself does, both in.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from risk.analysis import contrasts, metrics, statistics
from risk.analysis.contrasts import NOISE, Statistic
from risk.analysis.statistics import Estimate
from risk.assumptions.schema import Event
from risk.axes import Calendar
from risk.errors import UsageError
from risk.paths import COUPLINGS
from risk.runs import Run
from risk.units import SCALE

if TYPE_CHECKING:
    from risk.assumptions import Assumptions

Array = NDArray[np.float64]

ON, OFF = "all on", "all off"
"""Cases beside those of one coupling each, which bear its name."""

OPEN_PUSHED, PUSHED = "loop open, pushed", "all on, pushed"
"""Cases in which the spread is pushed, with the loop open and closed."""

LOOP = "losses->spread"
"""Where the loop is opened."""

PUSH, PUSHED_STEP = 100.0, 3
"""Size of the push in basis points, and its quarter unless another is wanted: the third after the base date.
They measure the model and are no part of it; in a linear loop the gain would depend on neither."""

LEAST = 1e-4
"""Share of a loss below which an effect is none, however sure."""

ADDS, DAMPENS, NOISY = "adds", "dampens", "no effect beyond noise"
DAMPED, EXPLOSIVE, UNSETTLED = "damped (< 1)", "explosive (> 1)", "not told from 1 by so few paths"
OPPOSED = "damped (below zero: what follows narrows the spread)"


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
class LoopGain:
    """The loop from losses over the spread back to losses.

    Attributes
    ----------
    quarter, push : of the push, as a label and in basis points.
    extra_loss : headline loss that follows with the loop open, USD bn.
    gain : quarters of spread that the loop returns for each imposed.
    closed : quarters of spread there are, the loop closed, for each imposed.
    """

    quarter: str
    push: float
    extra_loss: Estimate
    gain: Estimate
    closed: Estimate

    @property
    def words(self) -> str:
        """Whether a push dies out; it does where the gain lies between minus one and one."""
        size, margin = abs(self.gain.value), NOISE * self.gain.standard_error
        if size + margin < 1.0:
            return OPPOSED if self.gain.value + margin < 0.0 else DAMPED
        return EXPLOSIVE if size - margin > 1.0 else UNSETTLED


@dataclass(frozen=True)
class Amplification:
    """Losses with the couplings and without.

    Attributes
    ----------
    measures : that every run records.
    on : levels by measure with all couplings on.
    effects : of each coupling, the largest ratio of mean losses first.
    whole : of all couplings together.
    """

    measures: tuple[Measure, ...]
    on: Mapping[str, Estimate]
    effects: tuple[Effect, ...]
    whole: Effect
    loop: LoopGain


def push_quarter(calendar: Calendar, wanted: str | None = None) -> str:
    """Quarter in which the spread is pushed.

    Raises
    ------
    UsageError : the run has no such quarter.
    """
    quarters = calendar.labels[1:]
    if wanted is not None and wanted not in quarters:
        raise UsageError(f"the run has no quarter {wanted}", f"it goes from {quarters[0]} to {quarters[-1]}")
    return wanted or calendar.labels[PUSHED_STEP]


def cases(assumptions: Assumptions, quarter: str) -> dict[str, Assumptions]:
    """What is simulated, by case: all on, each coupling cut, all cut, and the pushes of the spread."""
    on = assumptions
    if not all(assumptions.switches.values()):
        on = assumptions.derived("coupled", "all couplings on", dict.fromkeys(COUPLINGS, True))
    cut = {c: on.derived(f"without-{c.replace('->', '-')}", f"without {c}", {c: False}) for c in COUPLINGS}
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


def amplification(runs: Mapping[str, Run], quarter: str) -> Amplification:
    """Compare the runs of `cases`, which share their draws; the spread is pushed in `quarter`."""
    measures = tuple(m for m in MEASURES if m.outcome in runs[ON].names("outcomes"))
    on = _measured(runs[ON], measures)
    effects = [_effect(case, runs[case], on, measures) for case in COUPLINGS]
    return Amplification(
        measures=measures,
        on={name: found.estimate for name, found in on.items()},
        effects=tuple(sorted(effects, key=_order)),
        whole=_effect(OFF, runs[OFF], on, measures),
        loop=loop_gain(runs[LOOP], runs[OPEN_PUSHED], runs[ON], runs[PUSHED], quarter),
    )


def _measured(run: Run, measures: tuple[Measure, ...]) -> dict[str, Statistic]:
    """Every measure of a run in the unit that reports show."""
    outcomes = run.outcomes({measure.outcome for measure in measures})
    return {m.name: m.statistic(outcomes[m.outcome] / SCALE.get(m.unit, 1.0)) for m in measures}


def _effect(case: str, run: Run, on: Mapping[str, Statistic], measures: tuple[Measure, ...]) -> Effect:
    cut = _measured(run, measures)
    levels = {name: found.estimate for name, found in cut.items()}
    return Effect(case, run.id, levels, {name: ratio(on[name], cut[name]) for name in cut})


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


def loop_gain(open_loop: Run, open_pushed: Run, on: Run, pushed: Run, quarter: str) -> LoopGain:
    """Gain of the loop; see the module.

    Parameters
    ----------
    open_loop, open_pushed : with the loop open, without the push and with it.
    on, pushed : with all couplings on, likewise.
    quarter : of the push.
    """
    extra = np.diff(_moved(open_loop, open_pushed, "headline_loss"), axis=0)
    owed = spread_owed(
        extra,
        _number(open_loop, "credit.loss_impact"),
        _number(open_loop, "credit.impact_persistence"),
        _number(open_loop, "credit.largest_impact"),
    )
    push = PUSH * SCALE["bp"]
    # What is owed after the last quarter would widen the spread beyond the run.
    return LoopGain(
        quarter=quarter,
        push=PUSH,
        extra_loss=statistics.mean(extra.sum(axis=0) / SCALE["USD bn"]),
        gain=statistics.mean(owed[:-1].sum(axis=0) / push),
        closed=statistics.mean(_moved(on, pushed, "hy_spread").sum(axis=0) / push),
    )


def spread_owed(extra: Array, weight: float | Array, decay: float | Array, cap: float | Array) -> Array:
    """Spread owed to extra losses after each quarter, (quarter, path).

    Parameters
    ----------
    extra : (quarter, path) USD; losses that a push moves to a later quarter count below zero, then above.
    weight, decay, cap : one number, or one a path.
    """
    owed = np.zeros_like(extra)
    carried = np.zeros(extra.shape[1])
    for t, loss in enumerate(extra):
        carried = np.clip(decay * carried + weight * loss, -cap, cap)
        owed[t] = carried
    return owed


def _moved(before: Run, after: Run, name: str) -> Array:
    """Change of a series between two runs, (quarter + 1, path)."""
    return after.series(name).astype(np.float64) - before.series(name)


def _number(run: Run, identifier: str) -> float | Array:
    """An assumption in base units: one draw a path where it is uncertain, else one number."""
    if identifier in run.names("parameters"):
        return run.parameter(identifier)
    return run.register.number(identifier)

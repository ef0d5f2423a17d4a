"""How often triggers of actions fire on a run's paths, how early before a bust, and what actions pay.

==========  =======  ===============================================================
symbol      unit     meaning
==========  =======  ===============================================================
F, B        1        on a path: the trigger fires by the day it is due; a bust comes
fires       1        P(F)
given       1        P(B | F); `rest` P(B | not F)
warned      1        P(F before B | B)
lead        quarter  median of B's quarter less F's, of busts before which it fires
==========  =======  ===============================================================
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from risk.analysis import statistics
from risk.analysis.actions import Action, Actions
from risk.analysis.conditions import amounts, conditions
from risk.analysis.estimate import Estimate
from risk.analysis.verdict import Timing, timing
from risk.errors import UsageError
from risk.runs import Run

Array = NDArray[np.float64]

BUST, COMES = "bust", "bust_quarter"


@dataclass(frozen=True)
class Fired:
    """What comes of a trigger; see the module.

    Attributes
    ----------
    when : quartiles of the quarter in which it first fires; None where it never does.
    lead : None where it fires before no bust.
    payoff : mean of the action's, in the unit of all, whether it fires or not; `acted` of paths on which it
        fires.
    """

    action: Action
    fires: Estimate
    when: Timing | None
    given: Estimate
    rest: Estimate
    warned: Estimate
    lead: Estimate | None
    payoff: Estimate
    acted: Estimate


def fired(run: Run, actions: Actions) -> tuple[Fired, ...]:
    """What comes of every trigger, in the order of the file.

    Raises
    ------
    UsageError : a payoff has no value on some path.
    """
    first, paid = quarters(run, actions), payoffs(run, actions)
    outcomes = run.outcomes((BUST, COMES))
    bust, comes = outcomes[BUST] > 0.5, outcomes[COMES]
    return tuple(
        _fired(run, action, own, bust, comes, pay)
        for action, own, pay in zip(actions.actions, first, paid, strict=True)
    )


def quarters(run: Run, actions: Actions) -> Array:
    """Index of the quarter in which each trigger first fires, (action, path); NaN where it does not."""
    readings = [action.readings(run.calendar) for action in actions.actions]
    found = iter(conditions(run, [words for each in readings for words in each.values()]))
    first = np.full((len(readings), run.paths), np.nan)
    for own, each in zip(first, readings, strict=True):
        for quarter in each:
            own[next(found).flags & np.isnan(own)] = run.calendar.index(quarter)
    return first


def payoffs(run: Run, actions: Actions) -> Array:
    """What each action pays beside doing nothing, (action, path), in the unit of all.

    Raises
    ------
    UsageError : it has no value on some path.
    """
    found = amounts(run, [action.payoff for action in actions.actions], actions.unit)
    for action, own in zip(actions.actions, found, strict=True):
        missing = int(np.count_nonzero(~np.isfinite(own)))
        if missing:
            reason = f"the payoff of '{action.id}' has no value on {missing:,} of {run.paths:,} paths"
            raise UsageError(reason, "name quantities that every path has: bust in place of bust_quarter")
    return found


def _fired(
    run: Run, action: Action, first: Array, bust: NDArray[np.bool_], comes: Array, payoff: Array
) -> Fired:
    fires = np.isfinite(first)
    early = fires & bust & (first < np.nan_to_num(comes, nan=-np.inf))
    return Fired(
        action,
        statistics.probability(fires),
        timing(first, run.calendar),
        statistics.probability(bust[fires]),
        statistics.probability(bust[~fires]),
        statistics.probability(early[bust]),
        statistics.quantile((comes - first)[early], 0.5) if early.any() else None,
        statistics.mean(payoff),
        statistics.mean(payoff[fires]),
    )

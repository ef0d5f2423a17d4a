"""The gain of the loop that closes on the spread: what a push of it returns.

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

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from risk.analysis import statistics
from risk.analysis.contrasts import NOISE
from risk.analysis.statistics import Estimate
from risk.axes import Calendar
from risk.errors import UsageError
from risk.units import SCALE

if TYPE_CHECKING:
    from risk.assumptions import Assumptions

Array = NDArray[np.float64]

LOOP = "losses->spread"
"""Where the loop is opened."""

PUSH, PUSHED_STEP = 100.0, 3
"""Size of the push in basis points, and its quarter unless another is wanted: the third after the base date.
They measure the model and are no part of it; in a linear loop the gain would depend on neither."""

DAMPED, EXPLOSIVE, UNSETTLED = "damped (< 1)", "explosive (> 1)", "not told from 1 by so few paths"
OPPOSED = "damped (below zero: what follows narrows the spread)"


class Paths(Protocol):
    """What is read of a run; a block that is not stored as one may stand in its place."""

    @property
    def id(self) -> str:
        """Run id, empty where there is none."""

    @property
    def register(self) -> Assumptions:
        """The assumptions it was made of."""

    def names(self, kind: str) -> tuple[str, ...]:
        """Names of a kind: parameters, outcomes."""

    def outcomes(self, names: Iterable[str]) -> Mapping[str, Array]:
        """Several outcomes, name → (path,), base units."""

    def series(self, name: str) -> NDArray[np.float32]:
        """One quarterly series, (quarter + 1, path), base units."""

    def parameter(self, identifier: str) -> Array:
        """Draws of one uncertain assumption, (path,), base units."""


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


def loop_gain(open_loop: Paths, open_pushed: Paths, on: Paths, pushed: Paths, quarter: str) -> LoopGain:
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


def _moved(before: Paths, after: Paths, name: str) -> Array:
    """Change of a series between two runs, (quarter + 1, path)."""
    return after.series(name).astype(np.float64) - before.series(name)


def _number(run: Paths, identifier: str) -> float | Array:
    """An assumption in base units: one draw a path where it is uncertain, else one number."""
    if identifier in run.names("parameters"):
        return run.parameter(identifier)
    return run.register.number(identifier)

"""First signs: which series crosses which threshold, how early, before a condition comes true.

An alarm rings on a path in the first quarter in which a series, or its change over a year, lies beyond a
threshold. It rings in time where that is at least a year before the condition comes true: before the quarter
of a claim that has one, else before the last quarter that the condition looks at. On paths that never meet
the condition the alarm counts as false up to a year before the same last quarter, so that it has longer to
ring there than on paths that meet it early: rates of false alarms err upwards.

==============  ====================================================================================
figure          meaning
==============  ====================================================================================
hits            share of the paths that meet the condition on which it rings in time
false alarms    share of the paths that do not on which it rings
when it rings   share of the paths on which it rings in time that meet the condition
lead            median over the hits, quarters from the alarm until the condition comes true
AUC             P(a path that meets the condition went further beyond than one that does not)
==============  ====================================================================================

Series, side and threshold are chosen on one half of the paths, by hits less false alarms (Youden, 1950), and
every figure is counted on the other. What nobody can read in a market (the loss itself, the rent that would
clear it, a regime) gives no sign.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from risk.analysis import statistics
from risk.analysis.early_warning import QUARTERS_AHEAD, auc
from risk.analysis.reverse.dates import Dates, Quarters
from risk.analysis.reverse.halves import FEWEST, learning
from risk.analysis.reverse.threads import each
from risk.analysis.statistics import Estimate
from risk.paths import SERIES, Variable
from risk.runs import Run
from risk.units import SCALE

Array = NDArray[np.float64]
Singles = NDArray[np.float32]
Flags = NDArray[np.bool_]

HIDDEN = frozenset({"headline_loss", "h100_clearing", "digestion", "power_bound"})
"""Series that nobody can read when they happen."""

SHOWN = 6
"""Signs told: the best of each series, of so many series."""

GRID = 39
"""Thresholds tried: so many quantiles of the furthest values."""

TELLING = 0.1
"""Hits less false alarms on the learning half from which a series is told (judgement)."""

YEAR = 4


@dataclass(frozen=True)
class Sign:
    """A series and its threshold.

    Attributes
    ----------
    change : it is the change over a year that crosses, a fraction of a number that is never zero.
    above : it rings above the threshold, else below it.
    threshold, today : in the series' unit, or as a fraction; today is the value at the base date, None of a
        change.
    """

    series: Variable
    change: bool
    above: bool
    threshold: float
    today: float | None
    hits: Estimate
    false_alarms: Estimate
    rings: Estimate
    lead: Estimate
    area: Estimate

    @property
    def unit(self) -> str:
        """Of the threshold."""
        return "fraction" if self.change else self.series.unit


@dataclass(frozen=True)
class Signs:
    """The best signs, the largest difference of hits and false alarms first.

    Attributes
    ----------
    ahead : quarters by which an alarm must come before.
    dated : whether the condition itself says when it comes true; else it is as of `last`.
    last : label of the last quarter in which it can.
    early : paths that meet the condition so early that nothing can ring in time; not counted.
    """

    signs: tuple[Sign, ...]
    ahead: int
    dated: bool
    last: str
    early: int


def signs(run: Run, flags: Flags, when: Dates, ahead: int = QUARTERS_AHEAD) -> Signs:
    """The first signs of a condition that these (path,) flags say is met.

    Parameters
    ----------
    when : it comes true.
    """
    look, labels = looked(flags, when, ~learning(len(flags)), ahead), run.calendar.labels
    early = int((flags & ~look.counted).sum())
    if min((look.counted & flags).sum(), (look.counted & ~flags).sum()) < FEWEST:
        return Signs((), ahead, when.dated, labels[when.last], early)
    seen = [variable for variable in SERIES if variable.name not in HIDDEN]
    best = [sign for sign in each(lambda variable: _best(run, variable, look), seen) if sign is not None]
    best.sort(key=lambda sign: -(sign.hits.value - sign.false_alarms.value))
    return Signs(tuple(best[:SHOWN]), ahead, when.dated, labels[when.last], early)


class Look(NamedTuple):
    """What a sign is held against, (path,): the condition, who counts, the last quarter in time, when.

    `half`: of the paths on which it is measured.
    """

    flags: Flags
    counted: Flags
    until: Quarters
    quarter: Quarters
    half: Flags


def looked(flags: Flags, when: Dates, half: Flags, ahead: int = QUARTERS_AHEAD) -> Look:
    """What signs of a condition are held against, measured on a half of the paths."""
    until = when.quarter - ahead
    return Look(flags, until >= 1, np.maximum(until, 1), when.quarter, half)


def again(run: Run, sign: Sign, look: Look) -> Sign:
    """A sign that is known, measured on the paths of a run."""
    values, chosen = run.series(sign.series.name), _Tried(0.0, sign.change, sign.above, sign.threshold)
    read = _changes(values) if sign.change else values[1:] / np.float32(SCALE[sign.series.unit])
    assert read is not None
    return _measured(sign.series, chosen, read, _furthest(read, look.until, sign.above), look, sign.today)


class _Tried(NamedTuple):
    gap: float
    change: bool
    above: bool
    threshold: float


def _best(run: Run, variable: Variable, look: Look) -> Sign | None:
    """The best sign of a series; None where it says nothing on the learning half."""
    values = run.series(variable.name)
    scale = SCALE[variable.unit]
    learn = learning(len(look.flags)) & look.counted
    tried: list[tuple[_Tried, Singles]] = []
    for change in (False, True):
        read = _changes(values) if change else values[1:] / np.float32(scale)
        if read is None:
            continue
        for above in (True, False):
            furthest = _furthest(read, look.until, above)
            tried.append((_threshold(furthest[learn], look.flags[learn], change, above), furthest))
    chosen, furthest = max(tried, key=lambda one: one[0].gap)
    if not chosen.gap > TELLING:
        return None
    read = _changes(values) if chosen.change else values[1:] / np.float32(scale)
    assert read is not None
    today = None if chosen.change else float(values[0].mean()) / scale
    return _measured(variable, chosen, read, furthest, look, today)


def _changes(values: Singles) -> Singles | None:
    """Change over a year as a fraction, (quarter, path) from the first quarter; None of what can be zero.

    Of quarters before the first whole year it is that since the base date.
    """
    if not (values > 0.0).all():
        return None
    before = np.concatenate([np.repeat(values[:1], YEAR - 1, axis=0), values[: len(values) - YEAR + 1]])
    return np.asarray(values[1:] / before[: len(values) - 1] - np.float32(1.0))


def _furthest(read: Singles, until: Quarters, above: bool) -> Singles:
    """Furthest value of each path up to the quarter in which it is too late, (path,)."""
    most = np.maximum if above else np.minimum
    found = read[0].copy()
    for t in range(1, len(read)):
        most(found, read[t], out=found, where=t < until)
    return np.asarray(found)


def _threshold(furthest: Singles, flags: Flags, change: bool, above: bool) -> _Tried:
    """The threshold with the largest difference of hits and false alarms, in two digits."""
    levels = np.quantile(furthest, np.linspace(0.025, 0.975, GRID))
    rounded = np.unique([float(f"{level:.2g}") for level in levels])
    hit, rest = np.sort(furthest[flags]), np.sort(furthest[~flags])
    beyond = [
        (len(part) - np.searchsorted(part, rounded, "right")) / len(part)
        if above
        else np.searchsorted(part, rounded, "left") / len(part)
        for part in (hit, rest)
    ]
    gaps = beyond[0] - beyond[1]
    best = int(np.argmax(gaps))
    return _Tried(float(gaps[best]), change, above, float(rounded[best]))


def _measured(
    variable: Variable, chosen: _Tried, read: Singles, furthest: Singles, look: Look, today: float | None
) -> Sign:
    """What a sign does on the other half of the paths."""
    half = look.half & look.counted
    rings = furthest > chosen.threshold if chosen.above else furthest < chosen.threshold
    met, rest = half & look.flags, half & ~look.flags
    hits = int((rings & met).sum())
    found = np.flatnonzero(rings & met)
    beyond = read[:, found] > chosen.threshold if chosen.above else read[:, found] < chosen.threshold
    lead = look.quarter[found] - (beyond.argmax(axis=0) + 1)
    sign = 1.0 if chosen.above else -1.0
    area, own, other = auc(sign * furthest[met], sign * furthest[rest])
    return Sign(
        variable,
        chosen.change,
        chosen.above,
        chosen.threshold,
        today,
        statistics.proportion(hits, int(met.sum())),
        statistics.proportion(int((rings & rest).sum()), int(rest.sum())),
        statistics.proportion(hits, int((rings & half).sum())),
        statistics.quantile(lead, 0.5),
        Estimate(area, float(np.sqrt(own + other)), int(half.sum())),
    )

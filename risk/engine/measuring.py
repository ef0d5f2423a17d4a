"""Measures, conditions and flags, evaluated on the path quantities of a block.

A measure makes a track of its quantity (points in time, each with its quarter), looks at a window of it and
reduces it to one number a path; a condition holds the track against a threshold.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from risk.assumptions.measures import Condition, Flag, Measure, Proposition
from risk.axes import Calendar, Span, span
from risk.engine.quantities import Quantities, Track
from risk.processes import running

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]

HOLDS: Mapping[str, Callable[[Array, Array | float], Flags]] = {
    "at_least": np.greater_equal,
    "at_most": np.less_equal,
    "above": np.greater,
    "below": np.less,
}


@dataclass(frozen=True)
class Setting:
    """What measures are read against.

    Attributes
    ----------
    numbers : entry → its value in base units; windows : entry → the window it holds.
    """

    q: Quantities
    calendar: Calendar
    numbers: Mapping[str, float]
    windows: Mapping[str, str]

    def span(self, over: str) -> Span:
        """A window as the run has it."""
        return span(self.calendar, self.windows.get(over, over))


def measured(m: Measure, s: Setting) -> Array:
    """The measure's number on every path, (path,); NaN where the run is too short for any but a sum."""
    window = s.span(m.over)
    if m.per and not m.per_over and m.by == "quarter" and m.statistic in ("sum", "mean"):
        parts = [_reduced(m, _within(x, window)) for x in _together(*_both(m, s))]
        return _complement(m, _ratio(*parts))
    found = _track(m, s)
    seen = _within(found, window)
    if m.statistic == "drift" and len(seen.values):
        years = seen.quarters[-1] / 4.0
        return np.asarray(np.log(seen.values[-1] / found.at(0)) / years)
    return _reduced(m, seen)


def evaluated(flag: Flag | Proposition, s: Setting) -> tuple[Flags, Array]:
    """Whether any of a flag's conditions holds, and the first quarter in which one does (NaN: never)."""
    found = [_condition(c, s) for c in flag.any]
    happened, first = found[0]
    for also, earlier in found[1:]:
        happened, first = happened | also, np.fmin(first, earlier)
    return happened, first


def _condition(c: Condition, s: Setting) -> tuple[Flags, Array]:
    """Whether a condition holds, and since which quarter (NaN: it does not, or no quarter makes it)."""
    ((word, threshold),) = c.thresholds.items()
    found, window = _track(c, s), s.span(c.over)
    if isinstance(threshold, str) and threshold not in s.numbers:
        found, threshold = _over(found, s.q(threshold, c.entity)), 0.0
    level = s.numbers[threshold] if isinstance(threshold, str) else threshold
    if c.statistic == "any":
        holds, first = _ever(HOLDS[word](found.values, level), found, window, c.twice)
    elif c.statistic == "level":
        until = found.only(found.quarters <= max(window.last, found.start))
        holds, first = _at_last(HOLDS[word](until.values, level), until)
    else:
        holds = HOLDS[word](_reduced(c, _within(found, window)), level)
        first = np.full(holds.shape, np.nan)
    for other in c.also:
        beside, later = _condition(other, s)
        holds, first = holds & beside, np.fmax(first, later)
    return holds, np.where(holds, first, np.nan)


def _ever(flags: Flags, found: Track, window: Span, twice: bool) -> tuple[Flags, Array]:
    """Whether a flag is up in some point of the window (two in a row), and the first such quarter."""
    inside = _inside(found, window)
    flags, quarters = flags[inside], found.quarters[inside]
    if twice:
        flags, quarters = flags[1:] & flags[:-1], quarters[1:]
    return _first(flags, quarters)


def _at_last(flags: Flags, until: Track) -> tuple[Flags, Array]:
    """Whether a flag is up in the last point, and the first quarter in which it was."""
    return flags[-1], _first(flags, until.quarters)[1]


def _first(flags: Flags, quarters: NDArray[np.int64]) -> tuple[Flags, Array]:
    if not len(flags):
        nothing = np.zeros(flags.shape[1], dtype=bool)
        return nothing, np.full(nothing.shape, np.nan)
    happened = np.asarray(flags.any(axis=0))
    return happened, np.where(happened, quarters[flags.argmax(axis=0)], np.nan)


# ─── tracks ───


def _track(m: Measure, s: Setting) -> Track:
    """A measure's quantity summed, divided and set in relation, point by point."""
    if not m.per:
        found = _summed(s.q(m.quantity, m.entity), m, s.calendar)
    elif m.per_over:
        found = _summed(s.q(m.quantity, m.entity), m, s.calendar)
        fixed = s.q(m.per, m.entity).at(s.span(m.per_over).last)
        found = Track(_ratio(found.values, fixed), found.quarters)
    else:
        above, below = _together(*_both(m, s))
        ratio = _ratio(above.values, below.values)
        if m.counts_from:
            ratio = np.where(below.values >= s.numbers[m.counts_from], ratio, 0.0)
        found = Track(ratio, above.quarters)
    found = Track(_complement(m, found.values), found.quarters)
    return _related(found, m.relative_to)


def _both(m: Measure, s: Setting) -> tuple[Track, Track]:
    """Numerator and denominator, each summed as the measure says."""
    above, below = _together(s.q(m.quantity, m.entity), s.q(m.per, m.entity))
    return _summed(above, m, s.calendar), _summed(below, m, s.calendar)


def _together(one: Track, other: Track) -> tuple[Track, Track]:
    """Two tracks on the points both have."""
    if np.array_equal(one.quarters, other.quarters):
        return one, other
    return one.only(np.isin(one.quarters, other.quarters)), other.only(np.isin(other.quarters, one.quarters))


def _over(found: Track, threshold: Track) -> Track:
    """By how much a track lies over another."""
    one, other = _together(found, threshold)
    return Track(one.values - other.values, one.quarters)


def _summed(found: Track, m: Measure, calendar: Calendar) -> Track:
    """A running total, sums of four quarters or of calendar years; or the track as it is."""
    if m.cumulative:
        return Track(running(found.values), found.quarters)
    if m.by == "four quarters":
        x = found.values
        return Track(x[3:] + x[2:-1] + x[1:-2] + x[:-3], found.quarters[3:])
    return _by_year(found, calendar) if m.by == "year" else found


def _by_year(found: Track, calendar: Calendar) -> Track:
    """Sums of calendar years that the run ends; of the first what is known of it."""
    years = (4 * calendar.base.year + (calendar.base.month - 1) // 3 + found.quarters) // 4
    ends = {int(y): calendar.offset(f"{y}Q4") for y in dict.fromkeys(years)}
    whole = [y for y, end in ends.items() if end <= calendar.quarters] or [int(years[-1])]
    sums = [found.values[years == y].sum(axis=0) for y in whole]
    return Track(np.stack(sums), np.array([min(ends[y], calendar.quarters) for y in whole]))


def _related(found: Track, to: str | int) -> Track:
    """A track over its own peak, its base-date level, or its level some quarters before."""
    x = found.values
    if to == "peak":
        return Track(x / np.maximum.accumulate(x, axis=0), found.quarters)
    if to == "base":
        return Track(x / found.at(0), found.quarters)
    apart = int(to or 0)
    return Track(x[apart:] / x[: max(len(x) - apart, 0)], found.quarters[apart:]) if apart else found


def _ratio(above: Array, below: Array) -> Array:
    """A quotient; nothing over nothing is nothing."""
    some = below > 0.0
    return np.where(some, above / np.where(some, below, 1.0), 0.0)


def _complement(m: Measure, values: Array) -> Array:
    return 1.0 - values if m.complement else values


# ─── windows and statistics ───


def _inside(found: Track, window: Span) -> NDArray[np.bool_]:
    """Points of a window; the nearest one where it has none, none where the window is empty."""
    inside = (found.quarters >= window.first) & (found.quarters <= window.last)
    if not inside.any() and len(inside) and window.first <= window.last:
        nearest = int(np.argmin(np.abs(found.quarters - window.last)))
        inside = np.arange(len(inside)) == nearest
    return np.asarray(inside)


def _within(found: Track, window: Span) -> Track:
    return found.only(_inside(found, window))


def _reduced(m: Measure, seen: Track) -> Array:
    """The statistic of the points seen, (path,)."""
    x = seen.values
    if not len(x) and m.statistic != "sum":
        return np.full(x.shape[1], np.nan)
    if m.statistic == "sum":
        known, ahead = x[seen.quarters <= 0], x[seen.quarters > 0]  # one after the other, as books add them
        return np.asarray(known.sum(axis=0) + ahead.sum(axis=0) if len(known) else ahead.sum(axis=0))
    if m.statistic == "mean":
        return np.asarray(x.mean(axis=0))
    if m.statistic == "smallest":
        return np.asarray(x.min(axis=0))
    if m.statistic == "largest":
        return np.asarray(x.max(axis=0))
    if m.statistic == "volatility":
        moves = np.log(x)
        year = np.sqrt(4.0 / float(m.relative_to or 4))
        return np.asarray(moves.std(axis=0, ddof=1) * year) if len(x) > 1 else np.zeros(x.shape[1])
    return np.asarray(x[-1])

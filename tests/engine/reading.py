"""Rows of outcomes, flags and propositions read off the stored series, a quarter of the calendar at a time.

A second opinion on the engine, which works with positions: here every number stands at its own date, and a
window is the stretch that its label names.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from risk.assumptions import Assumptions
from risk.assumptions.measures import Condition, Flag, Measure, Proposition
from risk.axes import NO_QUARTER, ordinal, span

Points = dict[int, np.ndarray]
"""Quarter, counted from year 0 → values, (path,)."""

BETTER: Mapping[str, Callable[[Any, Any], Any]] = {
    "at_least": lambda x, threshold: x >= threshold,
    "at_most": lambda x, threshold: x <= threshold,
    "above": lambda x, threshold: x > threshold,
    "below": lambda x, threshold: x < threshold,
}

STATISTICS: Mapping[str, Callable[[np.ndarray], np.ndarray]] = {
    "level": lambda x: x[-1],
    "sum": lambda x: x.sum(axis=0),
    "mean": lambda x: x.mean(axis=0),
    "smallest": lambda x: x.min(axis=0),
    "largest": lambda x: x.max(axis=0),
}


@dataclass(frozen=True)
class Reader:
    """A register and the series of one of its blocks.

    Attributes
    ----------
    points : quantity, entity → its values by quarter of the calendar.
    paths : how many.
    """

    register: Assumptions
    points: Callable[[str, str], Points]
    paths: int

    @property
    def base(self) -> int:
        """Quarter of the base date."""
        return ordinal(self.register.calendar.labels[0])

    @property
    def end(self) -> int:
        """Last quarter of the run."""
        return ordinal(self.register.calendar.labels[-1])

    def stretch(self, over: str) -> tuple[int, int]:
        """First and last quarter that a window's label names; a label of one end begins as it was written."""
        written = self.register.windows.get(over, over)
        label = str(span(self.register.calendar, written))
        if label == NO_QUARTER:
            return self.end + 1, self.end
        first, _, last = label.rpartition("-")
        until = ordinal(last if "Q" in last else f"{last}Q4")
        if first or "Q" not in last:
            begin = first or last
            return ordinal(begin if "Q" in begin else f"{begin}Q1"), until
        if written.startswith(".."):
            return -1, until
        return (self.base + 1 if written == "run" or written.startswith("+1..") else until), until

    def number(self, threshold: str) -> float:
        """An entry in base units."""
        entry = self.register.entries[threshold]
        return float(np.asarray(entry.value)) * entry.scale

    def track(self, m: Measure) -> Points:
        """A measure's quantity by date: summed, divided, set in relation."""
        above = self.points(m.quantity, m.entity)
        if not m.per:
            found = self.summed(m, above)
        elif m.per_over:
            below = self.points(m.per, m.entity)
            at = min(below, key=lambda t: abs(t - self.stretch(m.per_over)[1]))
            found = {t: ratio(x, below[at]) for t, x in self.summed(m, above).items()}
        else:
            below = self.points(m.per, m.entity)
            both = [self.summed(m, {t: one[t] for t in above if t in below}) for one in (above, below)]
            least = self.number(m.counts_from) if m.counts_from else 0.0
            found = {t: np.where(y < least, 0.0, ratio(both[0][t], y)) for t, y in both[1].items()}
        if m.complement:
            found = {t: 1.0 - x for t, x in found.items()}
        if m.relative_to == "peak":
            return {t: x / np.max([y for u, y in found.items() if u <= t], axis=0) for t, x in found.items()}
        if m.relative_to == "base":
            return {t: x / found[self.base] for t, x in found.items()}
        if m.relative_to:
            earlier = {t: found.get(t - int(m.relative_to)) for t in found}
            return {t: found[t] / x for t, x in earlier.items() if x is not None}
        return found

    def summed(self, m: Measure, x: Points) -> Points:
        """Running totals, sums of four quarters, or of calendar years, each at its last quarter."""
        if m.cumulative:
            return {t: sum(x[u] for u in x if u <= t) for t in x}  # type: ignore[misc]
        if m.by == "four quarters":
            return {t: x[t - 3] + x[t - 2] + x[t - 1] + x[t] for t in x if t - 3 in x}
        if m.by == "year":
            ends = {4 * (t // 4) + 3 for t in x}
            return {e: sum(x[t] for t in x if t // 4 == e // 4) for e in sorted(ends) if e <= self.end}  # type: ignore[misc]
        return x

    def inside(self, m: Measure, x: Points) -> np.ndarray:
        """Values at the dates that the window names, (quarter, path)."""
        first, last = self.stretch(m.over)
        found = [value for t, value in x.items() if first <= t <= last]
        assert found or first > last or not x, f"{m.quantity} has nothing in {m.over}"
        return np.array(found).reshape(len(found), self.paths)

    def measured(self, m: Measure) -> np.ndarray:
        """An outcome, (path,)."""
        if m.per and not m.per_over and m.by == "quarter" and m.statistic in ("sum", "mean"):
            above, below = (self.points(name, m.entity) for name in (m.quantity, m.per))
            both = ({t: one[t] for t in above if t in below} for one in (above, below))
            found = ratio(*(STATISTICS[m.statistic](self.inside(m, one)) for one in both))
            return 1.0 - found if m.complement else found
        x = self.track(m)
        if m.statistic == "drift":
            last = self.stretch(m.over)[1]
            return np.log(x[last] / x[self.base]) / ((last - self.base) / 4.0)
        seen = self.inside(m, x)
        if m.statistic == "volatility":
            year = np.sqrt(4.0 / float(m.relative_to))
            return np.log(seen).std(axis=0, ddof=1) * year if len(seen) > 1 else np.zeros(seen.shape[1])
        return STATISTICS[m.statistic](seen)

    def claimed(self, flag: Flag | Proposition) -> tuple[np.ndarray, np.ndarray]:
        """Whether any condition holds, and quarters from the base date to the first in which one does."""
        found = [self.condition(c) for c in flag.any]
        return np.any([h for h, _ in found], axis=0), np.fmin.reduce([first for _, first in found])

    def condition(self, c: Condition) -> tuple[np.ndarray, np.ndarray]:
        """Whether a condition holds, and the first quarter in which it does; NaN for never, or for none."""
        ((word, threshold),) = c.thresholds.items()
        x = self.track(c)
        if isinstance(threshold, str) and threshold not in self.register.entries:
            beside = self.points(threshold, c.entity)
            x, level = {t: x[t] - beside[t] for t in x if t in beside}, 0.0
        else:
            level = self.number(threshold) if isinstance(threshold, str) else threshold
        holds, first = np.zeros(self.paths, dtype=bool), np.full(self.paths, np.nan)
        begin, last = self.stretch(c.over)
        if c.statistic in ("any", "level"):
            for t in [t for t in x if t <= last and (c.statistic == "level" or t >= begin)]:
                up = BETTER[word](x[t], level)
                if c.twice:
                    up = up & (BETTER[word](x[t - 1], level) if max(begin, min(x)) < t else False)
                first = np.where(up & np.isnan(first), t - self.base, first)
                holds = up if c.statistic == "level" else holds | up
        elif x:
            holds = BETTER[word](STATISTICS[c.statistic](self.inside(c, x)), level)
        for also in c.also:
            other, later = self.condition(also)
            holds, first = holds & other, np.fmax(first, later)
        return holds, np.where(holds, first, np.nan)


def ratio(above: np.ndarray, below: np.ndarray) -> np.ndarray:
    """A quotient; of nothing, nothing."""
    return np.asarray(np.divide(above, below, out=np.zeros_like(above), where=below > 0.0))

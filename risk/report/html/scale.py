"""From numbers to places in a drawing, and round numbers for the ticks of its axes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from math import ceil, floor, log10

from risk.report.formats import named

_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
_FROM_ZERO = 5 / 6
"""An axis of positive numbers starts at zero unless all of them lie above this share of the largest."""


@dataclass(frozen=True)
class Scale:
    """A stretch of numbers, and the stretch of the drawing it covers.

    Attributes
    ----------
    low, high : numbers at its ends.
    start, end : places of the ends, in units of the drawing; `end` may be the smaller one.
    log : places go with the logarithm of the numbers, which must then be positive.
    """

    low: float
    high: float
    start: float
    end: float
    log: bool = False

    def __call__(self, value: float) -> float:
        """Place of a number."""
        low, high, at = self.low, self.high, value
        if self.log:
            low, high, at = log10(low), log10(high), log10(value)
        return self.start + (at - low) / (high - low) * (self.end - self.start)

    def ticks(self, most: int = 6) -> list[float]:
        """Round numbers within the ends, at most so many; powers of ten on a log scale."""
        if self.log:
            return [10.0**power for power in range(ceil(log10(self.low) - 1e-9), floor(log10(self.high)) + 1)]
        step = _step(self.high - self.low, most)
        first, last = ceil(self.low / step - 1e-9), floor(self.high / step + 1e-9)
        return [i * step for i in range(first, last + 1)]


def ends(values: Iterable[float], zero: bool = False, most: int = 6) -> tuple[float, float]:
    """Round ends of an axis that shows all values; `zero` = and zero."""
    found = list(values) or [0.0]
    low, high = min(found), max(found)
    if zero or 0 <= low < _FROM_ZERO * high:
        low, high = min(low, 0.0), max(high, 0.0)
    if low == high:
        return low - (1.0 if low < 0 else 0.0), high + (1.0 if high >= 0 else 0.0)
    step = _step(high - low, most)
    return floor(low / step + 1e-9) * step, ceil(high / step - 1e-9) * step


def _step(reach: float, most: int) -> float:
    """A round step of which at most `most` fit into a reach."""
    rough = reach / most
    power = 10.0 ** floor(log10(rough))
    return min(step * power for step in _STEPS if step * power >= rough * (1 - 1e-9))


def tick_labels(ticks: Sequence[float], form: str) -> list[str]:
    """Ticks as an axis writes them: zero is a number, and no two read the same."""
    spec = replace(named(form), zero="")
    if spec.kind == "number" and len(ticks) > 1:
        step = abs(ticks[1] - ticks[0]) * (100 if spec.percent else 1)
        needed = next((d for d in range(6) if abs(step * 10**d - round(step * 10**d)) < 1e-6), 6)
        linear = abs(ticks[-1] - ticks[-2]) * (100 if spec.percent else 1) < 1.5 * step
        spec = replace(spec, decimals=max(spec.decimals, needed) if linear else spec.decimals)
    return [spec.show(0.0 if abs(tick) < 1e-12 else tick) for tick in ticks]

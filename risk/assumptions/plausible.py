"""What a number plausibly is: narrower than its domain, and refused beyond it unless a reason lets it in.

The domain says what the mathematics allows. The plausible range says what an economist who knows the quantity
would not ask back about, tight enough that a unit slip or a lost sign falls out of it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from risk.assumptions.matrices import Fault
from risk.assumptions.positions import Path
from risk.assumptions.priors import Dirichlet, Normal, Prior
from risk.assumptions.problems import quoted

CODE = "A025"

KEEP = 'to keep it, add accept = "why"'

SLIPS = (0.01, 100, -1, 0.1, 10, 0.001, 1000)
"""Factors that undo the usual slips: percent for fraction, a lost sign, a thousand for a million."""

TAIL = 0.05
"""On each side of a prior, what may lie beyond its plausible range: nine draws in ten are in it."""

Z_TAIL = 1.645
"""Standard deviations to that quantile of a normal."""

NARROW = 0.02
"""Of the plausible range: a prior that spans less is as good as fixed, or its width is a slip."""

FAR = 20
"""Standard deviations from its mean at which a bound of a normal cuts nothing: a slip of the bound."""


class Range(NamedTuple):
    """Plausible bounds, both ends in; `zero` where nothing at all is plausible too."""

    low: Any
    high: Any
    zero: bool = False

    def holds(self, x: Any) -> bool:
        """Return whether a number, or a text that sorts, lies inside."""
        return bool(self.low <= x <= self.high) or (self.zero and x == 0)

    def __str__(self) -> str:
        return f"[{shown(self.low)}, {shown(self.high)}]" + (" or 0" if self.zero else "")


@dataclass(frozen=True)
class Outlier:
    """A number outside its plausible range that a reason let in.

    Attributes
    ----------
    id : entry, or ``table.row``.
    field : value, prior, or the column.
    value : what stands there; of a prior its P5 and P95.
    low, high : what is plausible, in `unit`.
    reason : why it is kept.
    file, line : where it stands.
    """

    id: str
    field: str
    value: Any
    low: Any
    high: Any
    unit: str
    reason: str
    file: str
    line: int

    def __str__(self) -> str:
        known = f"plausible is {Range(self.low, self.high)} ({self.unit})"
        return f"{self.id} {self.field} is {shown(self.value)}; {known}: {self.reason}"


def shown(value: Any) -> str:
    """Return a bound or a number in a few digits."""
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(shown(item) for item in value) + "]"
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def doubt(x: Any, plausible: Range, unit: str) -> str:
    """Return what is implausible about a number, to stand after its name, and what may have been meant."""
    meant = "" if isinstance(x, str) else next((_round(x, f) for f in SLIPS if plausible.holds(x * f)), "")
    hint = f" Did you mean {meant}?" if meant else ""
    return f"is {quoted(x)}; plausible is {plausible} ({unit}).{hint}"


def _round(x: float, factor: float) -> str:
    return f"{x * factor:.6g}"


def bound_at(bound: Any, at: Path) -> Any:
    """Return the bound of a component: of all alike, or one a component."""
    for i in at:
        if isinstance(bound, (list, tuple)):
            bound = bound[int(i)]
    return bound


def bound_faults(raw: Any, value: Any) -> Iterator[Fault]:
    """Yield what keeps `low` and `high` from being bounds of a value: type, length, order."""
    sound = True
    for key in ("low", "high"):
        bound = raw.get(key)
        if bound is not None and not _fits(bound, value):
            sound = False
            kind = "a text" if isinstance(value, str) else "a number"
            many = f", or a list of {len(value)}" if isinstance(value, list) else ""
            yield Fault((key,), "A005", f"{key} is {quoted(bound)}; it must be {kind}{many}")
    low, high = raw.get("low"), raw.get("high")
    if sound and low is not None and high is not None and not _ordered(low, high):
        yield Fault(("low",), "A011", f"low = {shown(low)} must not lie above high = {shown(high)}")


def _fits(bound: Any, value: Any) -> bool:
    if isinstance(bound, list):
        alike = isinstance(value, list) and len(bound) == len(value)
        return alike and all(map(_fits, bound, value))
    if isinstance(value, str):
        return isinstance(bound, (str, dt.date))
    return isinstance(bound, (int, float)) and not isinstance(bound, bool) and abs(bound) < 1e300


def _ordered(low: Any, high: Any) -> bool:
    if isinstance(low, list) or isinstance(high, list):
        count = len(low if isinstance(low, list) else high)
        return all(_ordered(bound_at(low, (i,)), bound_at(high, (i,))) for i in range(count))
    return bool(text(low) <= text(high))


def text(bound: Any) -> Any:
    """Return a bound so that it compares with a setting in words: a date as it is written."""
    return str(bound) if isinstance(bound, dt.date) else bound


def prior_doubts(prior: Prior, value: Any, low: Any, high: Any, unit: str) -> Iterator[str]:
    """Yield what is implausible about a prior, to stand after its name."""
    for i, (p5, p95) in enumerate(_spans(prior, value)):
        plausible = Range(bound_at(low, (i,)), bound_at(high, (i,)))
        if not (plausible.holds(p5) and plausible.holds(p95)):
            meant = next((f for f in SLIPS if all(plausible.holds(x * f) for x in (p5, p95))), None)
            ends = sorted((p5 * meant, p95 * meant)) if meant else []
            hint = f" Did you mean {ends[0]:.3g} to {ends[1]:.3g}?" if ends else ""
            span = f"draws nine times in ten from [{p5:.3g}, {p95:.3g}]"
            yield f"{span}; plausible is {plausible} ({unit}).{hint}"
        elif p95 - p5 < NARROW * (plausible.high - plausible.low):
            span = f"draws nine times in ten from [{p5:.6g}, {p95:.6g}]"
            yield f"{span}, less than a fiftieth of the plausible {plausible} ({unit}): as good as fixed"
    if isinstance(prior, Normal):
        yield from _cut(prior)


def _cut(prior: Normal) -> Iterator[str]:
    """Yield where the bounds of a normal and its standard deviation cannot both be meant."""
    ends = {"low": prior.low, "high": prior.high}
    for key, end in ends.items():
        far = abs((prior.mean if end is None else end) - prior.mean) / prior.sd
        if far > FAR:
            yield f"has {key} = {end:g}, {far:.0f} standard deviations from its mean, where it cuts nothing"
    low, high = prior.support
    if high - low < prior.sd:
        yield f"has sd = {prior.sd:g}, more than the whole way from low = {low:g} to high = {high:g}"


def _spans(prior: Prior, value: Any) -> Iterator[tuple[float, float]]:
    """Yield P5 and P95 of what a prior draws; of each weight by its standard deviation."""
    if not isinstance(prior, Dirichlet):
        yield prior.quantile(TAIL), prior.quantile(1 - TAIL)
        return
    for weight in value:
        width = Z_TAIL * (weight * (1 - weight) / (prior.concentration + 1)) ** 0.5
        yield weight - width, weight + width

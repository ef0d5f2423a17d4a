"""Waterfalls: how one level becomes another, step by step, upright or lying."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from math import floor

from risk.report.charts.chart import Chart, Part
from risk.report.charts.kinds import nice
from risk.report.content import Content, ReportError

THIN = 0.5
"""Reach of the levels, as a share of the lowest, below which the axis of a bridge leaves zero out."""


@dataclass(frozen=True, kw_only=True)
class Step:
    """A bar of a waterfall: a level (`total`) or a change added to the level before."""

    label: str
    amount: float
    total: bool = False


@dataclass(frozen=True, kw_only=True)
class Waterfall(Chart):
    """How one level becomes another. Levels must not be negative.

    Attributes
    ----------
    rise_is_bad : a rise is drawn as the worse direction (losses, probabilities of the thesis).
    """

    steps: Sequence[Step]
    rise_is_bad: bool = True
    stacked = True
    gap = 45

    @property
    def ends(self) -> tuple[float, float | None]:
        """From zero."""
        return 0.0, None

    @cached_property
    def levels(self) -> tuple[float, ...]:
        """The level after each step."""
        found = list[float]()
        for step in self.steps:
            before = found[-1] if found and not step.total else 0.0
            found.append(before + step.amount)
        return tuple(found)

    def parts(self) -> Iterator[Part]:
        """Invisible base, totals, rises and falls; blank where a bar has no such part."""
        heights: dict[str, list[Content]] = {"base": [], "total": [], "rise": [], "fall": []}
        for step, before, level in zip(self.steps, (0.0, *self.levels), self.levels, strict=False):
            if level < -1e-9:
                raise ReportError(f"chart {self.id}: the waterfall falls below zero at {step.label!r}")
            kind = "total" if step.total else "rise" if step.amount >= 0 else "fall"
            for key, cells in heights.items():
                cells.append(abs(step.amount) if key == kind else None)
            if kind != "total":
                heights["base"][-1] = min(before, level)
        yield self.names([s.label for s in self.steps])
        rise, fall = ("bad", "good") if self.rise_is_bad else ("good", "bad")
        yield self.part("base", "Base", heights["base"], shape="bar")
        for key, name, tone, sign in (
            ("total", "Level", "main", ""), ("rise", "Rise", rise, "+"), ("fall", "Fall", fall, "-")
        ):  # fmt: skip
            yield self.part(key, name, heights[key], shape="bar", tone=tone, sign=sign, legend=False)


@dataclass(frozen=True, kw_only=True)
class Bridge(Waterfall):
    """The same lying, for steps with long names; the first is the highest.

    Where all levels lie close together the axis starts below them, and its title says where.
    """

    lying = True
    upwards = True

    @property
    def ends(self) -> tuple[float, float | None]:
        """From zero, or from a round number below the lowest level where steps would else be too thin."""
        low, reach = min(self.levels), max(self.levels) - min(self.levels)
        if not 0.0 < reach < THIN * low:
            return 0.0, None
        step = nice(reach / 2.0)
        return max(floor((low - reach / 2.0) / step) * step, 0.0), None

    def parts(self) -> Iterator[Part]:
        """Bottom-up, as lying bars are drawn."""
        for part in super().parts():
            yield replace(part, values=part.values[::-1])

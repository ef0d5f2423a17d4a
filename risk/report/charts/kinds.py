"""Kinds of charts: what each is made of, and the parts by which it is drawn."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import floor, log10
from typing import Any

from risk.report.charts.chart import Chart, Part, Series, Tone, Values
from risk.report.content import Content, Formula, number_of
from risk.report.table import Column

STACK: tuple[Tone, ...] = ("main", "light", "deep", "pale", "grey", "faint", "soft")
"""Tones of stacked bars from the bottom: no two are equally bright, neighbors least of all."""

LINES: tuple[Tone, ...] = ("main", "blue", "light", "orange", "grey", "bad", "good")
"""Tones of lines, every second one dashed: of either kind no two are equally bright; a seventh is thin."""

BANDS: tuple[tuple[str, Tone, bool], ...] = (
    ("P5–P95", "pale", True),
    ("P25–P75", "light", True),
    ("P50–P75", "light", False),
    ("P75–P95", "pale", False),
)
"""Names of the steps between a fan's quantiles; the legend names what both steps of a tone cover."""


@dataclass(frozen=True, kw_only=True)
class Fan(Chart):
    """Quantiles over time: P5–P95 and P25–P75 bands, the median, the prior run's, and other lines."""

    labels: Sequence[str]
    p5: Values
    p25: Values
    p50: Values
    p75: Values
    p95: Values
    prior: Values | None = None
    lines: Sequence[Series] = ()
    every: int = 4
    first: int = 0
    stacked = True

    def parts(self) -> Iterator[Part]:
        """Quantiles, then the steps between them, which are what is stacked."""
        quantiles = {"p5": self.p5, "p25": self.p25, "p50": self.p50, "p75": self.p75, "p95": self.p95}
        yield Part(column=Column("quarter", "Quarter", width=22), values=self.labels)
        yield from (self.part(key, key.upper(), values) for key, values in quantiles.items())
        yield _thinned(self.labels, self.every, self.first)
        yield self.part("base", "Base", _same("p5", self.p5), shape="area")
        for (low, high), (name, tone, legend) in zip(pairwise(quantiles), BANDS, strict=True):
            steps = _steps(low, high, quantiles)
            yield self.part(f"{low}_{high}", name, steps, shape="area", tone=tone, legend=legend)
        yield self.line("median", Series(name="Median", values=_same("p50", self.p50)), 2.5)
        if self.prior is not None:
            prior = Series(name="Median, prior run", values=self.prior, tone="prior", dashed=True)
            yield self.line("prior", prior, 1.75)
        for i, line in enumerate(self.lines):
            yield self.line(f"s{i}", line, 1.75)


def _thinned(labels: Sequence[str], every: int, first: int) -> Part:
    """Every n-th label from the `first` on; the others blank, for programs that ignore skipped labels."""
    shown = [label if i % every == first % every else "" for i, label in enumerate(labels)]
    return Part(column=Column("label", "Axis label", width=12), values=shown)


def _same(key: str, values: Values) -> list[Content]:
    return [Formula(f"{{row.{key}}}", number_of(v)) for v in values]


def _steps(low: str, high: str, quantiles: dict[str, Values]) -> list[Content]:
    text = f"{{row.{high}}}-{{row.{low}}}"
    pairs = zip(quantiles[low], quantiles[high], strict=True)
    return [Formula(text, number_of(b) - number_of(a)) for a, b in pairs]


@dataclass(frozen=True, kw_only=True)
class Marker:
    """A level on the loss axis, drawn up to its probability."""

    label: str
    loss: float
    probability: float


@dataclass(frozen=True, kw_only=True)
class Exceedance(Chart):
    """Probability that a loss exceeds x, on a log axis, with Monte Carlo limits and marked levels.

    Other losses (`lines`) may be drawn over the same x; a probability of zero is left blank.
    """

    loss: Values
    probability: Values
    lower: Values | None = None
    upper: Values | None = None
    prior: Values | None = None
    markers: Sequence[Marker] = ()
    floor: float = 0.001
    name: str = "This run"
    lines: Sequence[Series] = ()

    @property
    def value_format(self) -> str:
        """Probabilities, while `format` is that of losses."""
        return "rate"

    @property
    def ends(self) -> tuple[float, float]:
        """Probabilities from the floor on."""
        return self.floor, 1.0

    @property
    def across(self) -> tuple[float, float]:
        """Losses of the curve, and zero."""
        return min(0.0, number_of(self.loss[0])), number_of(self.loss[-1])

    def parts(self) -> Iterator[Part]:
        """Loss, probability, limits, prior run; markers fill two rows each."""
        yield Part(column=Column("loss", self.x_title, self.format, width=22), values=self.loss)
        curves: tuple[tuple[str, str, Values | None, dict[str, Any]], ...] = (
            ("probability", self.name, self.probability, {"tone": "main", "points": 2.5}),
            ("lower", "95% MC limits", self.lower, {"tone": "soft", "points": 1.0}),
            ("upper", "95% MC, high", self.upper, {"tone": "soft", "points": 1.0, "legend": False}),
            ("prior", "Prior run", self.prior, {"tone": "prior", "points": 1.75, "dash": "dash"}),
        )
        for key, name, values, look in curves:
            if values is not None:
                yield self.part(key, name, values, "rate.2", shape="line", x="loss", **look)
        for i, line in enumerate(self.lines):
            yield self.line(f"s{i}", line, form="rate.2", x="loss")
        for i, mark in enumerate(self.markers):
            rest: list[Content] = [None] * (len(self.loss) - 2)
            yield self.part(f"x{i}", f"{mark.label} at", [mark.loss, mark.loss, *rest])
            look = {"tone": ("orange", "grey")[i % 2], "points": 1.75, "dash": "dots", "x": f"x{i}"}
            heights = [self.floor, mark.probability, *rest]
            yield self.part(f"y{i}", mark.label, heights, "rate.2", shape="line", **look)


@dataclass(frozen=True, kw_only=True)
class Tornado(Chart):
    """Change of a result when a driver is at its low or its high end; sorted by the caller."""

    labels: Sequence[str]
    low: Values
    high: Values
    low_name: str = "Driver at P10"
    high_name: str = "Driver at P90"
    lying = True
    gap = 40

    @property
    def ends(self) -> tuple[float, float]:
        """As far to both sides of zero as the longest bar with its number needs."""
        reach = nice(1.15 * max(abs(number_of(v)) for v in (*self.low, *self.high)))
        return -reach, reach

    def parts(self) -> Iterator[Part]:
        """One row per driver; dark and light, in grey too."""
        yield self.names(self.labels, 36)
        yield self.part("low", self.low_name, self.low, shape="bar", tone="main", sign="")
        yield self.part("high", self.high_name, self.high, shape="bar", tone="orange", sign="")


def nice(value: float) -> float:
    """Round up to a number that divides into four even steps."""
    if value <= 0:
        return 1.0
    power = 10.0 ** floor(log10(value))
    return min(step * power for step in (1, 2, 4, 6, 8, 10) if step * power >= value)


@dataclass(frozen=True, kw_only=True)
class Ranges(Chart):
    """P5 to P95 of several scenarios as floating bars; the color changes at the median. First = top.

    `most` ends the axis, as 1 does for shares.
    """

    labels: Sequence[str]
    p5: Values
    p50: Values
    p95: Values
    most: float | None = None
    stacked = True
    lying = True
    upwards = True

    @property
    def ends(self) -> tuple[float | None, float | None]:
        """From zero where the end is known."""
        return None if self.most is None else 0.0, self.most

    def parts(self) -> Iterator[Part]:
        """Bottom-up, as horizontal bars are drawn."""
        quantiles: dict[str, Values] = {"p5": self.p5[::-1], "p50": self.p50[::-1], "p95": self.p95[::-1]}
        yield self.names(self.labels[::-1])
        yield from (self.part(key, key.upper(), values) for key, values in quantiles.items())
        yield self.part("base", "Base", _same("p5", quantiles["p5"]), shape="bar")
        lower, upper = _steps("p5", "p50", quantiles), _steps("p50", "p95", quantiles)
        yield self.part("lower", "P5 to median", lower, shape="bar", tone="light")
        yield self.part("upper", "Median to P95", upper, shape="bar", tone="pale")


@dataclass(frozen=True, kw_only=True)
class Lines(Chart):
    """Lines over time or over categories."""

    labels: Sequence[str]
    series: Sequence[Series]
    every: int = 4
    first: int = 0

    def parts(self) -> Iterator[Part]:
        """One column per line; labels thinned to every n-th."""
        yield Part(column=Column("row", self.x_title, width=22), values=self.labels)
        yield _thinned(self.labels, self.every, self.first)
        for i, line in enumerate(self.series):
            yield self.line(f"s{i}", line)


@dataclass(frozen=True, kw_only=True)
class Bars(Chart):
    """Columns side by side, or stacked; the axis ends at `y_max` where one is given."""

    labels: Sequence[str]
    series: Sequence[Series]
    stacked: bool = False
    y_max: float | None = None

    @property
    def ends(self) -> tuple[float | None, float | None]:
        """From zero where the end is known."""
        return None if self.y_max is None else 0.0, self.y_max

    def parts(self) -> Iterator[Part]:
        """One column per series; one alone needs no legend."""
        yield self.names(self.labels)
        several = len(self.series) > 1
        for i, s in enumerate(self.series):
            yield self.part(f"s{i}", s.name, s.values, shape="bar", tone=s.tone, legend=several)

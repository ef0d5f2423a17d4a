"""Charts as data: what is drawn, what the axes mean, and the finding in words (`alt`).

Every chart can state its numbers as a table; the workbook keeps that table on the sheet `ChartData`
and draws from it. Values may be numbers or formulas that point at a table shown elsewhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from risk.report.formats import show
from risk.report.table import Column, Content, Formula, ReportError, Table, number_of

Values = Sequence[Content]
Columns = list[tuple[Column, Values]]
Tone = Literal["main", "prior", "good", "bad", "light", "grey", "orange", "blue", "pale"]
"""What a line or bar stands for; renderers choose color and dash."""

STACK: tuple[Tone, ...] = ("main", "light", "blue", "pale", "grey", "orange", "good")
"""Tones of stacked bars from the bottom: neighbors differ in brightness, for print without color."""

LINES: tuple[Tone, ...] = ("main", "blue", "light", "orange", "grey", "bad", "good")
"""Tones of lines, every second one dashed: of either kind no two are equally bright; a seventh is thin."""


@dataclass(frozen=True, kw_only=True)
class Chart:
    """What all charts have.

    Attributes
    ----------
    id : unique in the workbook.
    alt : the finding, in a sentence; read out by screen readers and printed by the terminal.
    x_title, y_title : what the axes measure, with the unit.
    format : number format of the values.
    height : in rows of the sheet.
    """

    id: str
    title: str
    alt: str
    x_title: str
    y_title: str
    format: str = "number"
    height: int = 16

    def __post_init__(self) -> None:
        if not (self.alt.strip() and self.title and self.x_title and self.y_title):
            raise ReportError(f"chart {self.id}: title, alt text and both axis titles are needed")

    def table(self) -> Table:
        """The numbers behind the chart."""
        raise NotImplementedError

    def _data(self, columns: Columns) -> Table:
        cells = tuple(zip(*(values for _, values in columns), strict=True))
        return Table(f"chart-{self.id}", tuple(c for c, _ in columns), cells, self.title)

    def _column(self, key: str, header: str, form: str = "") -> Column:
        return Column(key, header, form or self.format, width=12)

    def _labels(self, labels: Sequence[str]) -> tuple[Column, Values]:
        return Column("label", self.x_title, width=24, wrap=False), labels


@dataclass(frozen=True, kw_only=True)
class Series:
    """A named line or set of bars. `legend` = False for the many thin lines of sample paths."""

    name: str
    values: Values
    tone: Tone = "main"
    dashed: bool = False
    thin: bool = False
    legend: bool = True


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

    def table(self) -> Table:
        """Quantiles, then the steps between them, which are what is stacked."""
        quantiles = {"p5": self.p5, "p25": self.p25, "p50": self.p50, "p75": self.p75, "p95": self.p95}
        columns: Columns = [(Column("quarter", "Quarter", width=22), self.labels)]
        columns += [(self._column(key, key.upper()), values) for key, values in quantiles.items()]
        shown = _thinned(self.labels, self.every, self.first)
        columns += [(Column("label", "Axis label", width=12), shown)]
        columns += [(self._column("base", "Base"), _same("p5", self.p5))]
        names = ("P5–P95", "P25–P75", "P50–P75", "P75–P95")
        edges = list(quantiles)
        for name, low, high in zip(names, edges[:-1], edges[1:], strict=True):
            columns += [(self._column(f"{low}_{high}", name), _steps(low, high, quantiles))]
        columns += [(self._column("median", "Median"), _same("p50", self.p50))]
        if self.prior is not None:
            columns += [(self._column("prior", "Median, prior run"), self.prior)]
        columns += [(self._column(f"s{i}", line.name), line.values) for i, line in enumerate(self.lines)]
        return self._data(columns)


def _thinned(labels: Sequence[str], every: int, first: int) -> list[str]:
    """Every n-th label from the `first` on; the others blank, for programs that ignore skipped labels."""
    return [label if i % every == first % every else "" for i, label in enumerate(labels)]


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

    def table(self) -> Table:
        """Loss, probability, limits, prior run; markers fill two rows each."""
        columns: Columns = [(Column("loss", self.x_title, self.format, width=22), self.loss)]
        named = {"lower": "95% MC limits", "upper": "95% MC, high", "prior": "Prior run"}
        columns += [(self._column("probability", self.name, "rate.2"), self.probability)]
        for key, header in named.items():
            values: Values | None = getattr(self, key)
            if values is not None:
                columns += [(self._column(key, header, "rate.2"), values)]
        columns += [(self._column(f"s{i}", s.name, "rate.2"), s.values) for i, s in enumerate(self.lines)]
        for i, mark in enumerate(self.markers):
            rest: list[Content] = [None] * (len(self.loss) - 2)
            columns += [(self._column(f"x{i}", f"{mark.label} at"), [mark.loss, mark.loss, *rest])]
            heights = [self.floor, mark.probability, *rest]
            columns += [(self._column(f"y{i}", mark.label, "rate.2"), heights)]
        return self._data(columns)


@dataclass(frozen=True, kw_only=True)
class Tornado(Chart):
    """Change of a result when a driver is at its low or its high end; sorted by the caller."""

    labels: Sequence[str]
    low: Values
    high: Values
    low_name: str = "Driver at P10"
    high_name: str = "Driver at P90"

    def table(self) -> Table:
        """One row per driver."""
        low, high = self._column("low", self.low_name), self._column("high", self.high_name)
        names = Column("label", self.x_title, width=36, wrap=False)
        return self._data([(names, self.labels), (low, self.low), (high, self.high)])


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

    def table(self) -> Table:
        """Invisible base, totals, rises and falls; blank where a bar has no such part."""
        parts: dict[str, list[Content]] = {"base": [], "total": [], "rise": [], "fall": []}
        level = 0.0
        for step in self.steps:
            before, level = level, step.amount if step.total else level + step.amount
            if level < -1e-9:
                raise ReportError(f"chart {self.id}: the waterfall falls below zero at {step.label!r}")
            kind = "total" if step.total else "rise" if step.amount >= 0 else "fall"
            for key, cells in parts.items():
                cells.append(abs(step.amount) if key == kind else None)
            if kind != "total":
                parts["base"][-1] = min(before, level)
        headers = {"base": "Base", "total": "Level", "rise": "Rise", "fall": "Fall"}
        columns: Columns = [(self._column(key, headers[key]), cells) for key, cells in parts.items()]
        return self._data([self._labels([s.label for s in self.steps]), *columns])


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

    def table(self) -> Table:
        """Bottom-up, as horizontal bars are drawn."""
        quantiles: dict[str, Values] = {"p5": self.p5[::-1], "p50": self.p50[::-1], "p95": self.p95[::-1]}
        columns: Columns = [self._labels(self.labels[::-1])]
        columns += [(self._column(key, key.upper()), values) for key, values in quantiles.items()]
        columns += [(self._column("base", "Base"), _same("p5", self.p5[::-1]))]
        columns += [(self._column("lower", "P5 to median"), _steps("p5", "p50", quantiles))]
        columns += [(self._column("upper", "Median to P95"), _steps("p50", "p95", quantiles))]
        return self._data(columns)


@dataclass(frozen=True, kw_only=True)
class Lines(Chart):
    """Lines over time or over categories; above `y_max` they leave the chart."""

    labels: Sequence[str]
    series: Sequence[Series]
    every: int = 4
    first: int = 0
    y_max: float | None = None

    def table(self) -> Table:
        """One column per line; labels thinned to every n-th."""
        shown = _thinned(self.labels, self.every, self.first)
        columns: Columns = [(Column("row", self.x_title, width=22), self.labels)]
        columns += [(Column("label", "Axis label", width=12), shown)]
        columns += [(self._column(f"s{i}", s.name), s.values) for i, s in enumerate(self.series)]
        return self._data(columns)


@dataclass(frozen=True, kw_only=True)
class Bars(Chart):
    """Columns side by side, or stacked; the axis ends at `y_max` where one is given."""

    labels: Sequence[str]
    series: Sequence[Series]
    stacked: bool = False
    show_values: bool = False
    y_max: float | None = None

    def table(self) -> Table:
        """One column per series."""
        columns: Columns = [(self._column(f"s{i}", s.name), s.values) for i, s in enumerate(self.series)]
        return self._data([self._labels(self.labels), *columns])


@dataclass(frozen=True, kw_only=True)
class Histogram(Chart):
    """Share of paths per bin; bins from `threshold` on are the bad tail. Edges: one more than bins."""

    edges: Sequence[float]
    shares: Values
    threshold: float
    below_name: str = "Below the threshold"
    beyond_name: str = "Beyond the threshold"
    edge_format: str = "count"
    every: int = 1

    def table(self) -> Table:
        """Lower edge of each bin, and its share as below or beyond."""
        starts = self.edges[:-1]
        names = [show(edge, self.edge_format) for edge in starts]
        labels = [name if i % self.every == 0 else "" for i, name in enumerate(names)]
        beyond = [edge >= self.threshold for edge in starts]
        low = [None if b else v for v, b in zip(self.shares, beyond, strict=True)]
        high = [v if b else None for v, b in zip(self.shares, beyond, strict=True)]
        columns: Columns = [self._labels(labels)]
        columns += [(self._column("edge", "Lower edge", self.edge_format), starts)]
        columns += [(self._column("below", self.below_name), low)]
        columns += [(self._column("beyond", self.beyond_name), high)]
        return self._data(columns)

"""What a chart is: columns of numbers, of which some are drawn; what the axes mean; the finding in words.

A kind of chart says its parts once. The workbook keeps them as a table on the sheet `ChartData` and draws
from it, the page draws the same parts. Values may be numbers, or formulas that point at a table shown
elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from risk.report.content import Content, ReportError
from risk.report.table import Column, Table

Values = Sequence[Content]
Tone = Literal[
    "main", "prior", "good", "bad", "deep", "light", "soft", "pale", "faint", "grey", "orange", "blue",
    "sample",
]  # fmt: skip
"""What a line or bar stands for; renderers choose the color."""


@dataclass(frozen=True, kw_only=True)
class Part:
    """A column of the numbers behind a chart, and how it is drawn.

    Attributes
    ----------
    shape : "" = not drawn: labels, and numbers from which others are computed.
    tone : None = without color, so that what is stacked on it floats.
    points : width of a line.
    legend : whether the legend names it.
    x : key of the column with its places along the axis: names, or numbers.
    sign : stands before the number written at a bar; None = no number is.
    """

    column: Column
    values: Values
    shape: Literal["", "line", "area", "bar"] = ""
    tone: Tone | None = None
    points: float = 2.25
    dash: Literal["", "dash", "dots"] = ""
    legend: bool = True
    x: str = "label"
    sign: str | None = None

    @property
    def named(self) -> bool:
        """Whether it has an entry in the legend."""
        return self.legend and self.tone is not None


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
class Chart:
    """What all charts have.

    Attributes
    ----------
    id : unique in the workbook.
    alt : the finding, in a sentence; read out by screen readers and printed by the terminal.
    x_title, y_title : what the axes measure, with the unit.
    format : number format of the values.
    height : in rows of the sheet.
    stacked : bars and areas stand on one another.
    lying : bars lie, under one another.
    upwards : of lying bars the first is the lowest.
    gap : between bars, in percent of their width.
    ends : of the axis of values; None = as the values ask for.
    across : ends of the other axis where it is one of numbers; the values then go on a log scale.
    """

    id: str
    title: str
    alt: str
    x_title: str
    y_title: str
    format: str = "number"
    height: int = 16
    stacked = False
    lying = False
    upwards = False
    gap = 60

    def __post_init__(self) -> None:
        if not (self.alt.strip() and self.title and self.x_title and self.y_title):
            raise ReportError(f"chart {self.id}: title, alt text and both axis titles are needed")

    def parts(self) -> Iterable[Part]:
        """The numbers behind the chart, column by column, and how they are drawn."""
        raise NotImplementedError

    @property
    def value_format(self) -> str:
        """Number format of the axis of values."""
        return self.format

    @property
    def ends(self) -> tuple[float | None, float | None]:
        """Ends of the axis of values."""
        return None, None

    @property
    def across(self) -> tuple[float, float] | None:
        """Ends of the other axis."""
        return None

    @cached_property
    def columns(self) -> tuple[Part, ...]:
        """Its parts, made once."""
        return tuple(self.parts())

    @cached_property
    def drawn(self) -> tuple[Part, ...]:
        """What is drawn, from the bottom up."""
        return tuple(part for part in self.columns if part.shape)

    @property
    def floats(self) -> bool:
        """Whether what is stacked stands on a base that is not seen."""
        return self.drawn[0].tone is None

    def values(self, key: str) -> Values:
        """The numbers or names of a part."""
        return next(part.values for part in self.columns if part.column.key == key)

    def table(self) -> Table:
        """The numbers behind the chart."""
        rows = tuple(zip(*(part.values for part in self.columns), strict=True))
        return Table(f"chart-{self.id}", tuple(part.column for part in self.columns), rows, self.title)

    def part(self, key: str, name: str, values: Values, form: str = "", **look: Any) -> Part:
        """A column of numbers in the format of the chart or another one; `look` as in `Part`."""
        return Part(column=Column(key, name, form or self.format, width=12), values=values, **look)

    def line(self, key: str, line: Series, points: float = 2.25, **look: Any) -> Part:
        """A series as a line; thin grey ones are sample paths."""
        look["tone"] = "sample" if line.thin and line.tone == "grey" else line.tone
        look["points"], look["dash"] = 0.75 if line.thin else points, "dash" if line.dashed else ""
        return self.part(key, line.name, line.values, shape="line", legend=line.legend, **look)

    def names(self, labels: Sequence[str], width: float = 24) -> Part:
        """The column of what bars stand for."""
        return Part(column=Column("label", self.x_title, width=width, wrap=False), values=labels)

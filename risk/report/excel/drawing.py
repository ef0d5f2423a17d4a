"""Parts that all charts share: references with their cached values, axes, titles, legends, outlines."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from openpyxl.chart.axis import ChartLines
from openpyxl.chart.data_source import (
    AxDataSource,
    NumData,
    NumDataSource,
    NumRef,
    NumVal,
    StrData,
    StrRef,
    StrVal,
)
from openpyxl.chart.label import DataLabelList
from openpyxl.chart.legend import Legend, LegendEntry
from openpyxl.chart.marker import Marker
from openpyxl.chart.series import Series, SeriesLabel, XYSeries
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.chart.text import RichText, Text
from openpyxl.chart.title import Title
from openpyxl.drawing.line import LineProperties
from openpyxl.drawing.text import (
    CharacterProperties,
    Paragraph,
    ParagraphProperties,
    RegularTextRun,
    RichTextProperties,
)
from openpyxl.utils import quote_sheetname

from risk.report.content import value_of
from risk.report.excel.places import TablePlace
from risk.report.formats import named
from risk.report.palette import RULE

POINT = 12_700
"""English Metric Units in a point."""

ParentChart = Any  # openpyxl's chart classes; its stubs do not cover what is set here


@dataclass(frozen=True)
class Source:
    """The table behind a chart, as references with their cached values."""

    place: TablePlace

    def _reference(self, address: str) -> str:
        return f"{quote_sheetname(self.place.sheet)}!{address}"

    def numbers(self, key: str, rows: int | None = None) -> NumRef:
        """Numbers of a column; blanks stay blank. `rows` = only the first ones."""
        values = [value_of(c) for c in self.place.table.column(key)][:rows]
        points = [NumVal(idx=i, v=repr(float(v))) for i, v in enumerate(values) if isinstance(v, int | float)]
        column = self.place.table.columns[self.place.table.index(key)]
        cache = NumData(formatCode=axis_format(column.format), ptCount=len(values), pt=points)
        area = f"{self.place.cell(0, key)}:{self.place.cell(len(values) - 1, key)}"
        return NumRef(f=self._reference(area), numCache=cache)

    def labels(self, key: str = "label") -> AxDataSource:
        """Texts of a column, for an axis of categories."""
        values = [str(value_of(c) or "") for c in self.place.table.column(key)]
        points = [StrVal(idx=i, v=v) for i, v in enumerate(values)]
        cache = StrData(ptCount=len(values), pt=points)
        return AxDataSource(strRef=StrRef(f=self._reference(self.place.range(key)), strCache=cache))

    def name(self, key: str) -> SeriesLabel:
        """Header of a column, for the legend."""
        header = self.place.table.columns[self.place.table.index(key)].label
        cache = StrData(ptCount=1, pt=[StrVal(idx=0, v=header)])
        address = f"${self.place.letter(key)}${self.place.header}"
        return SeriesLabel(strRef=StrRef(f=self._reference(address), strCache=cache))

    def series(self, index: int, key: str) -> Series:
        """A series over categories."""
        values = NumDataSource(numRef=self.numbers(key))
        series = Series(idx=index, order=index, tx=self.name(key), val=values)
        series.cat = self.labels()
        return series

    def xy(self, index: int, x: str, y: str) -> XYSeries:
        """A series of points, as many as there are places."""
        points = sum(value_of(place) is not None for place in self.place.table.column(x))
        series = XYSeries(idx=index, order=index, tx=self.name(y))
        series.xVal = AxDataSource(numRef=self.numbers(x, points))
        series.yVal = NumDataSource(numRef=self.numbers(y, points))
        return series


def axis_format(name: str) -> str:
    """A number format as axes and labels use it: no color, and zero is a number."""
    return replace(named(name), red=False, zero="").excel


def line(color: str | None, points: float, dash: Any = None) -> GraphicalProperties:
    """Outline of a line."""
    return GraphicalProperties(ln=LineProperties(solidFill=color, w=round(points * POINT), prstDash=dash))


def fill(color: str | None, edged: bool = False) -> GraphicalProperties:
    """Fill of an area or bar; None = invisible. `edged` = a thin white outline, else none."""
    edge = LineProperties(solidFill="FFFFFF", w=round(0.75 * POINT)) if edged else LineProperties(noFill=True)
    if color is None:
        return GraphicalProperties(noFill=True, ln=LineProperties(noFill=True))
    return GraphicalProperties(solidFill=color, ln=edge)


def plain_line(series: Any, color: str | None, points: float, dash: str | None) -> None:
    """Make a series a plain line without markers."""
    series.graphicalProperties = line(color, points, dash)
    series.smooth = False
    series.marker = Marker(symbol="none")


def _characters(size: float, bold: bool, color: str) -> CharacterProperties:
    return CharacterProperties(sz=round(size * 100), b=bold, solidFill=color)


def title(text: str, size: float, bold: bool) -> Title:
    """A title that takes its own room instead of lying over the plot."""
    properties = _characters(size, bold, "262626")
    run = RegularTextRun(rPr=properties, t=text)
    paragraph = Paragraph(pPr=ParagraphProperties(defRPr=properties), r=[run])
    rich = RichText(bodyPr=RichTextProperties(), p=[paragraph])
    return Title(tx=Text(rich=rich), overlay=False)


def small_text(size: float = 10, color: str = "404040", bold: bool = False, every: bool = False) -> RichText:
    """Text properties of axes, labels and legends; `every` keeps labels LibreOffice would drop."""
    properties = ParagraphProperties(defRPr=_characters(size, bold, color))
    paragraph = Paragraph(pPr=properties, endParaRPr=CharacterProperties())
    return RichText(bodyPr=RichTextProperties(rot=0 if every else None), p=[paragraph])


def dress(chart: ParentChart, text: str, x_title: str, y_title: str, form: str) -> None:
    """Title, axes, legend and frame as every chart has them."""
    chart.title = title(text, 12, True)
    chart.legend = Legend()
    chart.legend.position, chart.legend.overlay = "b", False
    chart.legend.txPr = small_text()
    chart.roundedCorners, chart.visible_cells_only = False, False
    chart.graphical_properties = GraphicalProperties(ln=LineProperties(noFill=True))
    for axis, name in ((chart.x_axis, x_title), (chart.y_axis, y_title)):
        axis.delete = False
        axis.title = title(name, 10, False)
        axis.txPr = small_text()
        axis.graphicalProperties = line("A6A6A6", 0.75)
    chart.x_axis.tickLblPos = "low"
    chart.x_axis.majorGridlines = None
    chart.y_axis.majorGridlines = ChartLines(spPr=line(RULE, 0.5))
    chart.y_axis.number_format = axis_format(form)
    chart.y_axis.numFmt.sourceLinked = False


def hide_from_legend(chart: ParentChart, *series: int) -> None:
    """Leave some series out of the legend."""
    chart.legend.legendEntry = [LegendEntry(idx=i, delete=True) for i in series]


def value_labels(position: str, color: str, bold: bool, form: str) -> DataLabelList:
    """Values written at the bars."""
    labels = DataLabelList(numFmt=form, txPr=small_text(10, color, bold))
    labels.position = position
    labels.showVal = True
    for part in ("showSerName", "showCatName", "showLegendKey", "showPercent", "showLeaderLines"):
        setattr(labels, part, False)
    return labels

"""One recipe per kind of chart, as native Excel charts that LibreOffice draws alike."""

from __future__ import annotations

from functools import singledispatch
from math import floor, log10

from openpyxl.chart import AreaChart, BarChart, LineChart, ScatterChart

from risk.report.charts import Bars, Chart, Exceedance, Fan, Histogram, Lines, Ranges, Tornado, Waterfall
from risk.report.excel.drawing import (
    ParentChart,
    Source,
    axis_format,
    draw_line,
    dress,
    fill,
    hide_from_legend,
    small_text,
    value_labels,
)
from risk.report.palette import GREEN, GREY, INK, LIMIT, ORANGE, PALE, SAMPLE, SKY, TONES, VERMILLION
from risk.report.table import number_of

LABELS = 8
"""Points of the labels of a chart of ranges, which has many of them."""


@singledispatch
def draw(chart: Chart, source: Source) -> ParentChart:
    """Draw a chart from its table."""
    raise NotImplementedError(type(chart).__name__)


@draw.register
def _fan(chart: Fan, source: Source) -> ParentChart:
    """Stacked areas on an invisible base; the base may be negative, areas add algebraically."""
    area = AreaChart()
    area.grouping = "stacked"
    keys = ("base", "p5_p25", "p25_p50", "p50_p75", "p75_p95")
    for i, (key, color) in enumerate(zip(keys, (None, PALE, SKY, SKY, PALE), strict=True)):
        series = source.series(i, key)
        series.graphicalProperties = fill(color)
        area.series.append(series)
    lines = LineChart()
    median = source.series(5, "median")
    draw_line(median, INK, 2.5)
    lines.series.append(median)
    if chart.prior is not None:
        prior = source.series(6, "prior")
        draw_line(prior, VERMILLION, 1.75, "dash")
        lines.series.append(prior)
    for i, spec in enumerate(chart.lines):
        series = source.series(len(lines.series) + 5, f"s{i}")
        draw_line(series, TONES[spec.tone], 1.75, "dash" if spec.dashed else None)
        lines.series.append(series)
    dress(area, chart.title, chart.x_title, chart.y_title, chart.format)
    area.y_axis.crossBetween = "midCat"  # or half a category stays white at both ends
    hide_from_legend(area, 0, 3, 4)
    area += lines  # not `area + lines`, which is another chart
    return area


@draw.register
def _exceedance(chart: Exceedance, source: Source) -> ParentChart:
    """Points on a log axis; a line chart would space them by category."""
    scatter = ScatterChart(scatterStyle="lineMarker")
    lines = (
        ("probability", INK, 2.5, None),
        ("lower", LIMIT, 1.0, None),
        ("upper", LIMIT, 1.0, None),
        ("prior", VERMILLION, 1.75, "dash"),
    )
    present = {c.key for c in source.place.table.columns}
    for key, color, points, dash in lines:
        if key in present:
            series = source.xy(len(scatter.series), "loss", key)
            draw_line(series, color, points, dash)
            scatter.series.append(series)
    for i, spec in enumerate(chart.lines):
        series = source.xy(len(scatter.series), "loss", f"s{i}")
        draw_line(series, TONES[spec.tone], 2.25, "dash" if spec.dashed else None)
        scatter.series.append(series)
    for i in range(len(chart.markers)):
        series = source.xy(len(scatter.series), f"x{i}", f"y{i}", 2)
        draw_line(series, (ORANGE, GREY)[i % 2], 1.75, "sysDash")
        scatter.series.append(series)
    dress(scatter, chart.title, chart.x_title, chart.y_title, "rate")
    scale = scatter.y_axis.scaling
    scale.logBase, scale.min, scale.max = 10, chart.floor, 1
    losses = [number_of(v) for v in chart.loss]
    scatter.x_axis.scaling.min, scatter.x_axis.scaling.max = min(0.0, losses[0]), losses[-1]
    scatter.x_axis.number_format = axis_format(chart.format)
    scatter.x_axis.crosses = scatter.y_axis.crosses = "min"  # else the x axis sits at probability 1
    if "upper" in present:
        hide_from_legend(scatter, 2)
    return scatter


@draw.register
def _tornado(chart: Tornado, source: Source) -> ParentChart:
    """Changes to both sides of zero; driver names stand left of the longest bar."""
    bars = _bar_chart("bar", "clustered", 40)
    for i, (key, color) in enumerate((("low", INK), ("high", ORANGE))):  # dark and light, in grey too
        series = source.series(i, key)
        series.graphicalProperties, series.invertIfNegative = fill(color), False
        series.dLbls = value_labels("outEnd", chart.format)
        bars.series.append(series)
    dress(bars, chart.title, chart.x_title, chart.y_title, chart.format)
    bars.x_axis.scaling.orientation = "maxMin"
    bars.y_axis.crosses = "max"
    reach = _nice(1.15 * max(abs(number_of(v)) for v in (*chart.low, *chart.high)))
    bars.y_axis.scaling.min, bars.y_axis.scaling.max, bars.y_axis.majorUnit = -reach, reach, reach / 4
    return bars


@draw.register
def _waterfall(chart: Waterfall, source: Source) -> ParentChart:
    """Stacked columns on an invisible base; parts that a bar lacks are blank, not zero."""
    bars = _bar_chart("col", "stacked", 45)
    rise, fall = (VERMILLION, GREEN) if chart.rise_is_bad else (GREEN, VERMILLION)
    parts = (("base", None, ""), ("total", INK, ""), ("rise", rise, '"+"'), ("fall", fall, '"-"'))
    for i, (key, color, sign) in enumerate(parts):
        series = source.series(i, key)
        series.graphicalProperties = fill(color)
        if color:
            series.dLbls = value_labels("ctr", chart.format, "FFFFFF", True, sign)
        bars.series.append(series)
    dress(bars, chart.title, chart.x_title, chart.y_title, chart.format)
    bars.legend = None
    bars.y_axis.scaling.min = 0
    return bars


@draw.register
def _ranges(chart: Ranges, source: Source) -> ParentChart:
    """Floating bars; no legend, the title says what the colors are."""
    bars = _bar_chart("bar", "stacked", 60)
    for i, (key, color) in enumerate((("base", None), ("lower", SKY), ("upper", PALE))):
        series = source.series(i, key)
        series.graphicalProperties, series.invertIfNegative = fill(color), False
        bars.series.append(series)
    dress(bars, chart.title, chart.x_title, chart.y_title, chart.format)
    bars.legend = None
    bars.x_axis.txPr, bars.x_axis.tickLblSkip = small_text(LABELS, every=True), 1
    if chart.most is not None:
        bars.y_axis.scaling.min, bars.y_axis.scaling.max = 0.0, chart.most
    return bars


@draw.register
def _lines(chart: Lines, source: Source) -> ParentChart:
    """Lines; sample paths are thin, grey and not in the legend."""
    lines = LineChart()
    for i, spec in enumerate(chart.series):
        series = source.series(i, f"s{i}")
        color = SAMPLE if spec.thin and spec.tone == "grey" else TONES[spec.tone]
        draw_line(series, color, 0.75 if spec.thin else 2.25, "dash" if spec.dashed else None)
        lines.series.append(series)
    dress(lines, chart.title, chart.x_title, chart.y_title, chart.format)
    lines.y_axis.crossBetween = "midCat"
    if chart.y_max is not None:
        lines.y_axis.scaling.min, lines.y_axis.scaling.max = 0.0, chart.y_max
    hide_from_legend(lines, *(i for i, spec in enumerate(chart.series) if not spec.legend))
    return lines


@draw.register
def _bars(chart: Bars, source: Source) -> ParentChart:
    """Columns side by side or stacked."""
    bars = _bar_chart("col", "stacked" if chart.stacked else "clustered", 60)
    bars.overlap = 100 if chart.stacked else 0
    for i, spec in enumerate(chart.series):
        series = source.series(i, f"s{i}")
        series.graphicalProperties, series.invertIfNegative = fill(TONES[spec.tone], chart.stacked), False
        if chart.show_values:
            series.dLbls = value_labels("ctr" if chart.stacked else "outEnd", chart.format)
        bars.series.append(series)
    dress(bars, chart.title, chart.x_title, chart.y_title, chart.format)
    if chart.y_max is not None:
        bars.y_axis.scaling.min, bars.y_axis.scaling.max = 0.0, chart.y_max
    if len(chart.series) == 1:
        bars.legend = None
    return bars


@draw.register
def _histogram(chart: Histogram, source: Source) -> ParentChart:
    """Two stacked series for the two colors; bins are named by their lower edge."""
    bars = _bar_chart("col", "stacked", 4)
    for i, (key, color) in enumerate((("below", SKY), ("beyond", VERMILLION))):
        series = source.series(i, key)
        series.graphicalProperties = fill(color)
        bars.series.append(series)
    dress(bars, chart.title, chart.x_title, chart.y_title, chart.format)
    return bars


def _bar_chart(direction: str, grouping: str, gap: int) -> ParentChart:
    bars = BarChart()
    bars.type, bars.grouping, bars.overlap, bars.gapWidth = direction, grouping, 100, gap  # type: ignore[assignment]
    return bars


def _nice(value: float) -> float:
    """Round up to a number that divides into four even steps."""
    if value <= 0:
        return 1.0
    power = 10.0 ** floor(log10(value))
    return min(step * power for step in (1, 2, 4, 6, 8, 10) if step * power >= value)

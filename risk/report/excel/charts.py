"""Charts as native Excel charts that LibreOffice draws alike: each from the table behind it."""

from __future__ import annotations

from openpyxl.chart import AreaChart, BarChart, LineChart, ScatterChart

from risk.report.charts import Chart, Part
from risk.report.excel.drawing import (
    ParentChart,
    Source,
    axis_format,
    dress,
    fill,
    hide_from_legend,
    plain_line,
    small_text,
    value_labels,
)
from risk.report.palette import TONES


def draw(chart: Chart, source: Source) -> ParentChart:
    """Draw a chart from its table, areas before the lines over them."""
    groups: dict[str, ParentChart] = {}
    for i, part in enumerate(chart.drawn):
        if part.shape not in groups:
            groups[part.shape] = _empty(chart, part.shape)
        groups[part.shape].series.append(_series(chart, source, i, part))
    first, *others = groups.values()
    dress(first, chart.title, chart.x_title, chart.y_title, chart.value_format)
    _set_axes(chart, first)
    _set_legend(chart, first)
    for other in others:
        first += other  # not `first + other`, which is another chart
    return first


def _empty(chart: Chart, shape: str) -> ParentChart:
    grouping = "stacked" if chart.stacked else "clustered"
    match shape:
        case "bar":
            overlap = 100 if chart.stacked or chart.lying else 0
            direction = "bar" if chart.lying else "col"
            return BarChart(barDir=direction, grouping=grouping, overlap=overlap, gapWidth=chart.gap)
        case "area":
            return AreaChart(grouping=grouping)
        case _ if chart.across:  # a line chart would space points by category
            return ScatterChart(scatterStyle="lineMarker")
        case _:
            return LineChart()


def _series(chart: Chart, source: Source, index: int, part: Part) -> ParentChart:
    key, color = part.column.key, None if part.tone is None else TONES[part.tone]
    series = source.xy(index, part.x, key) if chart.across else source.series(index, key)
    if part.shape == "line":
        plain_line(series, color, part.points, {"dots": "sysDash"}.get(part.dash, part.dash or None))
        return series
    bars = part.shape == "bar"
    series.graphicalProperties = fill(color, edged=bars and chart.stacked and not chart.floats)
    series.invertIfNegative = False if bars else None
    if part.sign is not None:
        sign = f'"{part.sign}"' if part.sign else ""
        within = (
            "FFFFFF" if part.tone == "main" else "202020"
        )  # legible where a thin bar leaves it on the page
        looks = ("ctr", within, True) if chart.stacked else ("outEnd", "404040", False)
        series.dLbls = value_labels(*looks, form=sign + axis_format(chart.format))
    return series


def _set_axes(chart: Chart, made: ParentChart) -> None:
    low, high = chart.ends
    made.y_axis.scaling.min, made.y_axis.scaling.max = low, high
    if chart.across:
        made.y_axis.scaling.logBase = 10
        made.x_axis.scaling.min, made.x_axis.scaling.max = chart.across
        made.x_axis.number_format = axis_format(chart.format)
        made.x_axis.crosses = made.y_axis.crosses = "min"  # else the x axis sits at probability 1
    elif chart.drawn[0].shape != "bar":
        made.y_axis.crossBetween = "midCat"  # or half a category stays white at both ends
    if chart.lying and chart.floats:
        made.x_axis.txPr, made.x_axis.tickLblSkip = small_text(every=True), 1
    elif chart.lying:
        made.x_axis.scaling.orientation, made.y_axis.crosses = "maxMin", "max"
        made.y_axis.majorUnit = None if high is None else high / 4


def _set_legend(chart: Chart, made: ParentChart) -> None:
    """Floating bars have none: their title says what the colors are."""
    unnamed = [i for i, part in enumerate(chart.drawn) if not part.named]
    if len(unnamed) == len(chart.drawn) or (chart.lying and chart.floats):
        made.legend = None
    else:
        hide_from_legend(made, *unnamed)

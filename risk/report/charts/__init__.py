"""Charts as data: kinds of charts, and the parts of which workbook and page draw them all."""

from risk.report.charts.chart import Chart, Part, Series, Tone, Values
from risk.report.charts.kinds import (
    LINES,
    STACK,
    Bars,
    Exceedance,
    Fan,
    Lines,
    Marker,
    Ranges,
    Tornado,
)
from risk.report.charts.waterfalls import Bridge, Step, Waterfall

__all__ = [
    "LINES",
    "STACK",
    "Bars",
    "Bridge",
    "Chart",
    "Exceedance",
    "Fan",
    "Lines",
    "Marker",
    "Part",
    "Ranges",
    "Series",
    "Step",
    "Tone",
    "Tornado",
    "Values",
    "Waterfall",
]

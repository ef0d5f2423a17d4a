"""Pictures of the page: each with its title and finding above it, its legend and note below."""

from __future__ import annotations

from risk.report.charts import Chart
from risk.report.html import charts, heat, network
from risk.report.html.drawing import WIDTH, Drawing
from risk.report.html.markup import Markup, identifier, tag
from risk.report.sheet import HeatMap, Network

Picture = Chart | HeatMap
"""What is drawn, rather than set as a table; a network is a map of who owes whom."""


def drawing(block: Picture) -> Drawing:
    """The drawing of any picture, 400 units wide."""
    match block:
        case Chart():
            return charts.drawing(block)
        case Network():
            return network.drawing(block)
        case HeatMap():
            return heat.drawing(block)


def figure(block: Picture) -> Markup:
    """A picture as it stands on the page."""
    drawn = drawing(block)
    box = f"0 0 {WIDTH:.0f} {drawn.height:.0f}"
    picture = tag("svg", tag("title", block.alt), drawn.markup, role="img", viewBox=box)
    caption = tag("figcaption", tag("b", block.title), " ", block.alt)
    keys = [tag("li", tag("i", class_=key.look), key.name) for key in drawn.keys]
    legend = tag("ul", *keys, class_="legend") if keys else Markup()
    said = block.note if isinstance(block, HeatMap) else ""
    note = tag("p", said, class_="note") if said else Markup()
    return tag("figure", caption, picture, legend, note, id=identifier(block.id))

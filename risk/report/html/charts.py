"""Charts as drawings within the page: what every part of a chart covers, over upright or lying axes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from risk.report.charts import Chart, Part
from risk.report.content import number_of, value_of
from risk.report.formats import show
from risk.report.html.drawing import (
    EDGE,
    FOOT,
    HEAD,
    HEIGHT,
    LINE,
    WIDTH,
    Box,
    Drawing,
    Key,
    Plot,
    area,
    bars,
    label,
    line,
    names_along,
    pair,
    plot,
    values_across,
    values_up,
)
from risk.report.html.markup import Markup, identifier, join, number, tag
from risk.report.html.scale import Scale, ends, tick_labels

ROOM = 1.08
"""Length of the axis over the longest column, where numbers stand above columns."""

THICK, GAP = 11.0, 7.0
"""Height of a lying bar, and of the room below a row of them."""

Span = tuple[float, float] | None
"""From one number to another; None = blank."""


@dataclass(frozen=True)
class Layer:
    """A part of a chart and the span that it covers at each place; a line is where both ends are."""

    part: Part
    spans: Sequence[Span]

    @property
    def look(self) -> str:
        """Classes of its line ("line …") or fill ("fill …")."""
        if self.part.shape != "line":
            return f"fill {self.part.tone}"
        thin = "thin" if self.part.points <= 1.0 else ""
        return " ".join(filter(None, ("line", self.part.tone, self.part.dash, thin)))


def drawing(chart: Chart) -> Drawing:
    """The drawing of a chart, 400 units wide; its legend names what it shows from the bottom up."""
    found = _layers(chart)
    upright = _columns if chart.drawn[0].shape == "bar" else _curves
    drawn, height = (_lying if chart.lying else upright)(chart, found)
    keys = [Key(layer.look, layer.part.column.label) for layer in found if layer.part.named]
    return Drawing(drawn, height, keys)


def _layers(chart: Chart) -> list[Layer]:
    """What is seen of a chart, from the bottom up; areas of a tone are one band, which others lie upon."""
    places = len(chart.drawn[0].values)
    up, down = [0.0] * places, [0.0] * places
    found = dict[str | None, Layer]()
    for part in chart.drawn:
        values = [None if value_of(value) is None else number_of(value) for value in part.values]
        if part.shape == "line":
            spans: list[Span] = [None if v is None else (v, v) for v in values]
        elif not chart.stacked:
            spans = [None if v is None else (0.0, v) for v in values]
        else:  # below zero parts hang, unless they stand on a base that is not seen
            sides = (up if chart.floats or (v or 0.0) >= 0.0 else down for v in values)
            spans = [_stacked(v, i, side) for i, (v, side) in enumerate(zip(values, sides, strict=True))]
        key = part.tone if part.shape == "area" else part.column.key
        if key in found:
            band = zip(found[key].spans, spans, strict=True)
            found[key] = replace(found[key], spans=[low and high and (low[0], high[1]) for low, high in band])
        elif part.tone is not None:
            found[key] = Layer(part, spans)
    return list(found.values())


def _stacked(value: float | None, place: int, heights: list[float]) -> Span:
    """Put a part on what is stacked at a place."""
    if value is None:
        return None
    start, heights[place] = heights[place], heights[place] + value
    return start, heights[place]


def _values(chart: Chart, found: Sequence[Layer]) -> Scale:
    """The axis of values, not yet placed: as the chart says, else with round ends around what is seen."""
    extra = ROOM if any(layer.part.sign is not None for layer in found) else 1.0
    seen = [extra * end for layer in found for span in layer.spans if span for end in span]
    around = ends(seen, zero=found[0].part.shape == "bar")
    low, high = (seen if given is None else given for given, seen in zip(chart.ends, around, strict=True))
    return Scale(low, high, 0.0, 1.0, log=chart.across is not None)


def _up(chart: Chart, found: Sequence[Layer]) -> tuple[Plot, Scale, Markup]:
    """Plot, placed scale of the values, and their axis."""
    scale = _values(chart, found)
    ticks = scale.ticks()
    room = plot(HEIGHT, tick_labels(ticks, chart.value_format))
    scale = replace(scale, start=room.bottom, end=room.top)
    return room, scale, values_up(scale, ticks, chart.value_format, room, chart.y_title)


def _curves(chart: Chart, found: Sequence[Layer]) -> tuple[Markup, float]:
    """Areas, and lines before them; on a log scale there is no zero, and what falls below leaves the plot."""
    room, y, axis = _up(chart, found)
    clip = identifier(chart.id) if y.log else None
    if chart.across:
        x = Scale(*chart.across, room.left, room.right)
        foot = values_across(x, x.ticks(), chart.format, room, chart.x_title)
    else:
        names = [str(value_of(name) or "") for name in chart.values("label")]
        x = Scale(0.0, max(len(names) - 1.0, 1.0), room.left, room.right)
        foot, _ = names_along(names, [x(i) for i in range(len(names))], room, chart.x_title)
    areas, lines = list[Markup](), list[Markup]()
    for layer in found:
        places = chart.values(layer.part.x) if chart.across else range(len(layer.spans))
        spans = zip(places, layer.spans, strict=True)
        points = [
            (x(number_of(at)), y(s[0]), y(s[1])) if s and (s[1] or not y.log) else None for at, s in spans
        ]
        if layer.part.shape == "area":
            areas.append(area([point for point in points if point], layer.look))
        else:
            lines.append(line([point and point[:2] for point in points], layer.look, clip))
    return join([room.clip(clip) if clip else "", *areas, axis, foot, *lines]), room.bottom + FOOT


@dataclass(frozen=True)
class Bar:
    """A bar: its place, ends, look, the share of its place's width that it fills, and the number it says."""

    place: int
    low: float
    high: float
    look: str
    first: float
    share: float
    said: str


def _bars(chart: Chart, found: Sequence[Layer]) -> Iterator[Bar]:
    share = 1.0 if chart.stacked else 1.0 / len(found)
    edged = " edged" if chart.stacked and not chart.floats else ""
    for k, layer in enumerate(found):
        first = 0.0 if chart.stacked else k * share
        sign, values = layer.part.sign, layer.part.values
        for place, span in enumerate(layer.spans):
            if span:
                said = "" if sign is None else sign + show(value_of(values[place]), chart.format)
                yield Bar(place, *span, layer.look + edged, first, share, said)


def _columns(chart: Chart, found: Sequence[Layer]) -> tuple[Markup, float]:
    """Columns over their names, with numbers above them."""
    room, y, axis = _up(chart, found)
    names = [str(value_of(name) or "") for name in chart.values("label")]
    slot = (room.right - room.left) / len(names)
    width = slot / (1.0 + chart.gap / 100.0)
    middles = [room.left + (i + 0.5) * slot for i in range(len(names))]
    boxes, said = list[tuple[str, Box]](), list[Markup]()
    for bar in _bars(chart, found):
        left, wide = middles[bar.place] + (bar.first - 0.5) * width, bar.share * width
        boxes.append((bar.look, (left, y(bar.high), wide, y(bar.low) - y(bar.high))))
        if bar.said:
            said.append(label(bar.said, left + wide / 2, y(max(bar.low, bar.high)) - 4, "middle"))
    foot, deep = names_along(names, middles, room, chart.x_title, slot)
    return join([axis, bars(boxes), *said, foot]), room.bottom + FOOT + LINE * (deep - 1)


def _lying(chart: Chart, found: Sequence[Layer]) -> tuple[Markup, float]:
    """Rows of bars one below the other, each under its name, with numbers at their ends, over a common axis.

    Where bars of a row touch, as at a median, is marked.
    """
    names = list(map(str, chart.values("label")))
    thick = THICK if chart.stacked else THICK * len(found)
    tops = [HEAD + i * (LINE + thick + GAP) + LINE + 2 for i in range(len(names))]
    tops = tops[::-1] if chart.upwards else tops
    x = replace(_values(chart, found), start=2 * EDGE, end=WIDTH - 3 * EDGE)
    room = Plot(x.start, x.end, HEAD, HEAD + (LINE + thick + GAP) * len(names))
    boxes, said, seams = list[tuple[str, Box]](), list[Markup](), ""
    reached = dict[int, float]()
    for bar in _bars(chart, found):
        top, deep = tops[bar.place] + bar.first * thick, bar.share * thick
        start = x(max(bar.low, x.low))
        boxes.append((bar.look, (start, top, x(bar.high) - start, deep - 1)))
        if bar.said:
            side, anchor = (4, None) if bar.high >= 0 else (-4, "end")
            said.append(label(bar.said, x(bar.high) + side, top + deep - 2, anchor, "small"))
        if chart.stacked and reached.get(bar.place) == bar.low:
            seams += f"M{pair(start, top - 1)}v{number(deep + 1)}"
        reached[bar.place] = bar.high
    ticks = x.ticks()
    grid = tag(
        "path", class_="grid", d="".join(f"M{pair(x(t), room.top)}V{number(room.bottom)}" for t in ticks)
    )
    labels = [label(name, EDGE, top - 4) for name, top in zip(names, tops, strict=True)]
    labels.append(label(chart.x_title, EDGE, 12, class_="axis"))
    seam = tag("path", class_="line main", d=seams) if seams else Markup()
    axis = values_across(x, ticks, chart.format, room, chart.y_title)
    return join([grid, bars(boxes), seam, *said, *labels, axis]), room.bottom + FOOT

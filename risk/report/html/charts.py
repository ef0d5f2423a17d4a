"""Charts as drawings within the page: fans, exceedance curves and lines here, bars in `bars`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import singledispatch

from risk.report.charts import (
    Bars,
    Chart,
    Exceedance,
    Fan,
    Histogram,
    Lines,
    Ranges,
    Series,
    Tornado,
    Waterfall,
)
from risk.report.html import bars
from risk.report.html.drawing import (
    Drawing,
    Key,
    Plot,
    area,
    categories,
    known,
    legend,
    line,
    numbers,
    plot,
    values_across,
    values_up,
)
from risk.report.html.markup import Markup, identifier, join, tag
from risk.report.html.scale import Scale, ends, tick_labels
from risk.report.table import number_of

HEIGHT = 260.0


def figure(chart: Chart) -> Markup:
    """A chart with its title, finding and legend."""
    drawing = draw(chart)
    picture = tag(
        "svg",
        tag("title", chart.alt),
        drawing.body,
        role="img",
        viewBox=f"0 0 400 {drawing.height:.0f}",
    )
    caption = tag("figcaption", tag("b", chart.title), " ", chart.alt)
    return tag("figure", caption, picture, legend(drawing.keys), id=identifier(chart.id))


@singledispatch
def draw(chart: Chart) -> Drawing:
    """Draw a chart."""
    raise NotImplementedError(type(chart).__name__)


draw.register(Bars, bars.columns)
draw.register(Histogram, bars.histogram)
draw.register(Waterfall, bars.waterfall)
draw.register(Tornado, bars.tornado)
draw.register(Ranges, bars.ranges)


@draw.register
def _fan(chart: Fan) -> Drawing:
    """Bands, then the median and other lines."""
    quantiles = [list(map(number_of, q)) for q in (chart.p5, chart.p25, chart.p50, chart.p75, chart.p95)]
    drawn = [(Key("Median", "line main"), numbers(chart.p50))]
    if chart.prior is not None:
        drawn.append((Key("Median, prior run", "line prior dash"), numbers(chart.prior)))
    drawn += [(Key(s.name, _look(s)), numbers(s.values)) for s in chart.lines]
    every = [v for q in quantiles for v in q] + [v for _, values in drawn for v in known(values)]
    room, y, axes = _over_time(chart, chart.labels, chart.every, chart.first, ends(every))
    xs = _places(len(chart.labels), room)
    heights = [[y(v) for v in q] for q in quantiles]
    bands = [area(xs, heights[0], heights[4], "fill pale"), area(xs, heights[1], heights[3], "fill light")]
    keys = (Key("P5–P95", "fill pale"), Key("P25–P75", "fill light"), *(key for key, _ in drawn))
    strokes = [_stroke(xs, values, y, key.look) for key, values in drawn]
    return Drawing(join([*bands, axes, *strokes]), HEIGHT, keys)


@draw.register
def _lines(chart: Lines) -> Drawing:
    """Lines; what exceeds the top of a limited axis leaves the plot."""
    series = [(spec, numbers(spec.values)) for spec in chart.series]
    every = [v for _, values in series for v in known(values)]
    reach = ends(every) if chart.y_max is None else (0.0, chart.y_max)
    room, y, axes = _over_time(chart, chart.labels, chart.every, chart.first, reach)
    clip = None if chart.y_max is None else identifier(chart.id)
    xs = _places(len(chart.labels), room)
    strokes = [_stroke(xs, values, y, _look(spec), clip) for spec, values in series]
    keys = tuple(Key(spec.name, _look(spec)) for spec in chart.series if spec.legend)
    return Drawing(join([room.clip(clip) if clip else "", axes, *strokes]), HEIGHT, keys)


@draw.register
def _exceedance(chart: Exceedance) -> Drawing:
    """Probability on a log scale over the loss; limits thin, marked levels dotted up to their probability."""
    losses = list(map(number_of, chart.loss))
    named = (
        (Key(chart.name, "line main"), chart.probability),
        (Key("95% MC limits", "line limit"), chart.lower),
        (Key("", "line limit"), chart.upper),
        (Key("Prior run", "line prior dash"), chart.prior),
    )
    drawn = [(key, numbers(values)) for key, values in named if values is not None]
    drawn += [(Key(spec.name, _look(spec)), numbers(spec.values)) for spec in chart.lines]
    y = Scale(chart.floor, 1.0, 0, 0, log=True)
    room = plot(HEIGHT, tick_labels(y.ticks(), "rate"))
    y = Scale(chart.floor, 1.0, room.bottom, room.top, log=True)
    x = Scale(min(0.0, losses[0]), losses[-1], room.left, room.right)
    clip, xs = identifier(chart.id), [x(loss) for loss in losses]
    strokes = [_stroke(xs, [v or None for v in values], y, key.look, clip) for key, values in drawn]
    looks = ("line orange dots", "line grey dots")
    marks = [(Key(m.label, looks[i % 2]), m) for i, m in enumerate(chart.markers)]
    strokes += [_stroke([x(m.loss)] * 2, [chart.floor, m.probability], y, key.look, clip) for key, m in marks]
    axes = (
        values_up(y, y.ticks(), "rate", room, chart.y_title),
        values_across(x, x.ticks(), chart.format, room, chart.x_title),
    )
    keys = tuple(key for key, _ in (*drawn, *marks) if key.name)
    return Drawing(join([room.clip(clip), *axes, *strokes]), HEIGHT, keys)


def _over_time(
    chart: Chart, labels: Sequence[str], every: int, first: int, reach: tuple[float, float]
) -> tuple[Plot, Scale, Markup]:
    """Plot, scale of the values and both axes of a chart over time."""
    ticks = Scale(*reach, 0, 1).ticks()
    room = plot(HEIGHT, tick_labels(ticks, chart.format))
    y = Scale(*reach, room.bottom, room.top)
    shown = [said if i % every == first % every else "" for i, said in enumerate(labels)]
    places = _places(len(labels), room)
    foot = categories(shown, places, room, chart.x_title)
    return room, y, join([values_up(y, ticks, chart.format, room, chart.y_title), foot])


def _places(count: int, room: Plot) -> list[float]:
    """Even steps from the left edge to the right one."""
    step = (room.right - room.left) / max(count - 1, 1)
    return [room.left + i * step for i in range(count)]


def _stroke(
    xs: Iterable[float], values: Iterable[float | None], y: Scale, look: str, clip: str | None = None
) -> Markup:
    heights = ((x, None if v is None else y(v)) for x, v in zip(xs, values, strict=True))
    return line(heights, look, clip)


def _look(spec: Series) -> str:
    thin = " thin" if spec.thin else ""
    return f"line {spec.tone}{' dash' if spec.dashed else ''}{thin}"

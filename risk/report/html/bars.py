"""Bars: upright columns, stacked, side by side or floating, and lying bars with their names above them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from risk.report.charts import Bars, Chart, Histogram, Ranges, Tone, Tornado, Waterfall
from risk.report.formats import show
from risk.report.html.drawing import (
    EDGE,
    FOOT,
    HEAD,
    LINE,
    WIDTH,
    Box,
    Drawing,
    Key,
    Plot,
    bars,
    categories,
    foot_title,
    label,
    numbers,
    pair,
    plot,
    values_across,
    values_up,
    wrapped,
)
from risk.report.html.markup import Markup, join, number, tag
from risk.report.html.scale import Scale, ends, tick_labels
from risk.report.table import number_of

HEIGHT = 260.0
FILLED = 0.68
"""Share of a column's slot that is filled."""

ROOM = 1.08
"""Length of the axis over the longest column, where numbers stand above columns."""

THICK, THIN, GAP = 12.0, 10.0, 7.0
"""Height of a lying bar, of one of two in a row, and of the room below a row."""


@dataclass(frozen=True)
class Part:
    """A piece of a column: from one number to another, over a share of its width."""

    low: float
    high: float
    look: str
    first: float = 0.0
    last: float = 1.0
    said: str = ""


def columns(chart: Bars) -> Drawing:
    """Columns side by side, or stacked away from zero."""
    values = [numbers(spec.values) for spec in chart.series]
    tones = [spec.tone for spec in chart.series]
    slots = []
    for i in range(len(chart.labels)):
        heights = [row[i] or 0.0 for row in values]
        said = [show(h, chart.format) if chart.show_values else "" for h in heights]
        slots.append(_stacked(heights, tones, said) if chart.stacked else _beside(heights, tones, said))
    reach = None if chart.y_max is None else (0.0, chart.y_max)
    keys = [Key(spec.name, f"fill {spec.tone}") for spec in chart.series]
    return _upright(chart, slots, chart.labels, keys if len(keys) > 1 else [], reach)


def histogram(chart: Histogram) -> Drawing:
    """One column a bin, in another color from the threshold on."""
    slots = []
    for edge, share in zip(chart.edges, map(number_of, chart.shares), strict=False):
        slots.append([Part(0.0, share, "fill bad" if edge >= chart.threshold else "fill light")])
    names = [show(edge, chart.edge_format) for edge in chart.edges[:-1]]
    names = [name if i % chart.every == 0 else "" for i, name in enumerate(names)]
    keys = [Key(chart.below_name, "fill light"), Key(chart.beyond_name, "fill bad")]
    return _upright(chart, slots, names, keys, filled=0.96)


def waterfall(chart: Waterfall) -> Drawing:
    """Levels from zero, changes floating between them; each says its amount with its sign."""
    rise, fall = ("bad", "good") if chart.rise_is_bad else ("good", "bad")
    slots, level = [], 0.0
    for step in chart.steps:
        before, level = level, step.amount if step.total else level + step.amount
        amount = show(abs(step.amount), chart.format)
        if step.total:
            slots.append([Part(0.0, level, "fill main", said=amount)])
        else:
            said, tone = (f"+{amount}", rise) if step.amount >= 0 else (f"-{amount}", fall)
            slots.append([Part(before, level, f"fill {tone}", said=said)])
    return _upright(chart, slots, [step.label for step in chart.steps], [])


def _stacked(heights: Iterable[float], tones: Iterable[Tone], said: Iterable[str]) -> list[Part]:
    parts, up, down = list[Part](), 0.0, 0.0
    for height, tone, text in zip(heights, tones, said, strict=True):
        start = up if height >= 0 else down
        parts.append(Part(start, start + height, f"fill edged {tone}", said=text))
        up, down = (start + height, down) if height >= 0 else (up, start + height)
    return parts


def _beside(heights: Sequence[float], tones: Iterable[Tone], said: Iterable[str]) -> list[Part]:
    width = 1 / len(heights)
    return [
        Part(0.0, height, f"fill {tone}", i * width, (i + 1) * width, text)
        for i, (height, tone, text) in enumerate(zip(heights, tones, said, strict=True))
    ]


def _upright(
    chart: Chart,
    slots: Sequence[Sequence[Part]],
    names: Sequence[str],
    keys: Sequence[Key],
    reach: tuple[float, float] | None = None,
    filled: float = FILLED,
) -> Drawing:
    """Columns over their names; a stretch of the axis may be given as `reach`."""
    inside = isinstance(chart, Bars) and chart.stacked
    extra = 1.0 if inside or not any(part.said for parts in slots for part in parts) else ROOM
    every = (v for parts in slots for part in parts for v in (part.low, part.high))
    low, high = reach or ends((extra * v for v in every), zero=True)
    ticks = Scale(low, high, 0, 1).ticks()
    room = plot(HEIGHT, tick_labels(ticks, chart.format))
    slot = (room.right - room.left) / len(slots)
    middles = [room.left + (i + 0.5) * slot for i in range(len(slots))]
    broken = [wrapped(name, slot) for name in names]
    lines = max(map(len, broken), default=1)
    y = Scale(low, high, room.bottom, room.top)
    width = filled * slot
    placed = [
        (part, _box(part, middle - width / 2, width, y))
        for parts, middle in zip(slots, middles, strict=True)
        for part in parts
    ]
    said = [
        label(part.said, left + wide / 2, top + (deep / 2 + 4 if inside else -4), "middle")
        for part, (left, top, wide, deep) in placed
        if part.said
    ]
    boxes = ((part.look, box) for part, box in placed)
    axes = values_up(y, ticks, chart.format, room, chart.y_title)
    foot = (
        categories(names, middles, room, chart.x_title)
        if lines == 1
        else _broken_names(broken, middles, lines, room, chart.x_title)
    )
    return Drawing(join([axes, bars(boxes), *said, foot]), HEIGHT + LINE * (lines - 1), tuple(keys))


def _box(part: Part, left: float, width: float, y: Scale) -> Box:
    """Where a part stands, from its upper end down."""
    top, bottom = y(max(part.low, part.high)), y(min(part.low, part.high))
    return left + part.first * width, top, (part.last - part.first) * width, bottom - top


def _broken_names(
    broken: Sequence[Sequence[str]], middles: Sequence[float], deep: int, room: Plot, title: str
) -> Markup:
    labels = [
        label(said, middle, room.bottom + LINE * (i + 1) + 2)
        for lines, middle in zip(broken, middles, strict=True)
        for i, said in enumerate(lines)
    ]
    base = tag("path", class_="tick", d=f"M{pair(room.left, room.bottom)}H{number(room.right)}")
    return join([base, tag("g", *labels, text_anchor="middle"), foot_title(room, title, deep)])


def tornado(chart: Tornado) -> Drawing:
    """Two thin bars a driver, from zero, each with its number at its end."""
    lows, highs = (list(map(number_of, values)) for values in (chart.low, chart.high))
    reach = 1.3 * max((abs(v) for v in (*lows, *highs)), default=1.0) or 1.0
    x = Scale(-reach, reach, EDGE, WIDTH - EDGE)
    boxes, said = list[tuple[str, Box]](), list[Markup]()
    for i, both in enumerate(zip(lows, highs, strict=True)):
        top = _top(i, 2 * THIN)
        for j, (value, tone) in enumerate(zip(both, ("main", "orange"), strict=True)):
            boxes.append((f"fill {tone}", (x(0.0), top + THIN * j, x(value) - x(0.0), THIN - 1)))
            side, anchor = (4, None) if value >= 0 else (-4, "end")
            text = show(value, chart.format)
            said.append(label(text, x(value) + side, top + THIN * (j + 1) - 2, anchor, "small"))
    keys = (Key(chart.low_name, "fill main"), Key(chart.high_name, "fill orange"))
    return _lying(chart, join([bars(boxes), *said]), chart.labels, 2 * THIN, x, keys)


def ranges(chart: Ranges) -> Drawing:
    """Bars from P5 to P95; the color changes at the median."""
    quantiles = [list(map(number_of, values)) for values in (chart.p5, chart.p50, chart.p95)]
    low, high = ends((v for values in quantiles for v in values), zero=True)
    x = Scale(low, high if chart.most is None else chart.most, 2 * EDGE, WIDTH - 3 * EDGE)
    boxes, medians = list[tuple[str, Box]](), []
    for i, (p5, p50, p95) in enumerate(zip(*quantiles, strict=True)):
        top = _top(i, THICK)
        boxes.append(("fill light", (x(p5), top, x(p50) - x(p5), THICK)))
        boxes.append(("fill pale", (x(p50), top, x(p95) - x(p50), THICK)))
        medians.append(f"M{pair(x(p50), top - 1)}v{number(THICK + 2)}")
    keys = (Key("P5 to median", "fill light"), Key("Median to P95", "fill pale"))
    drawn = join([bars(boxes), tag("path", class_="line main", d="".join(medians))])
    return _lying(chart, drawn, chart.labels, THICK, x, keys)


def _top(row: int, thick: float) -> float:
    """Where the bars of a row begin, below their name."""
    return HEAD + row * (LINE + thick + GAP) + LINE + 2


def _lying(
    chart: Chart, drawn: Markup, names: Sequence[str], thick: float, x: Scale, keys: tuple[Key, ...]
) -> Drawing:
    """Rows of bars one below the other, each under its name, over a common axis."""
    room = Plot(x.start, x.end, HEAD, HEAD + (LINE + thick + GAP) * len(names))
    ticks = x.ticks()
    lines = "".join(f"M{pair(x(t), room.top)}V{number(room.bottom)}" for t in ticks)
    labels = [label(name, EDGE, _top(i, thick) - 4) for i, name in enumerate(names)]
    axes = values_across(x, ticks, chart.format, room, chart.y_title)
    title = label(chart.x_title, EDGE, 12, class_="axis")
    grid = tag("path", class_="grid", d=lines)
    return Drawing(join([grid, drawn, *labels, axes, title]), room.bottom + FOOT, keys)

"""Heat maps as drawings: a box a cell with its number, if it fits; hatched where few paths stand behind."""

from __future__ import annotations

from collections.abc import Iterator

from risk.report.formats import show
from risk.report.html.drawing import (
    EDGE,
    FOOT,
    HEAD,
    LETTER,
    LINE,
    WIDTH,
    Box,
    Plot,
    bars,
    label,
    names_along,
)
from risk.report.html.figure import Keys, framed
from risk.report.html.markup import Markup, identifier, join, tag
from risk.report.html.tables import whole
from risk.report.sheet import HeatMap

TALL, LOW = 18.0, LINE
"""Height of a row with numbers in it, and of one without."""

STEP = 5
"""Colors lie so many steps of a hundred apart: neighbors of one color are one box."""

FEW, NONE = "few", "fill faint"
"""Looks of a cell that rests on too few paths, and of one without a number."""

HATCH = 4.0
"""Between the lines of the pattern of few paths."""

CAPITAL = 7.2
"""Mean width of a character in a name, which may be all capitals."""


def figure(block: HeatMap) -> Markup:
    """A heat map with its title, finding, scale and note."""
    drawn, height = drawing(block)
    return framed(block.id, block.title, block.alt, drawn, height, keys(block), block.note)


def keys(block: HeatMap) -> Keys:
    """What the colors mean: ends and middle of the scale, and cells of too few paths."""
    for value in (block.low, block.middle, block.high):
        beyond = " or more" if value == block.high and _most(block) > block.high else ""
        yield look(block, value), show(value, block.format) + beyond
    if any(block.thin(r, c) for r, row in enumerate(block.values) for c, _ in enumerate(row)):
        yield FEW, f"fewer than {block.fewest} paths"


def _most(block: HeatMap) -> float:
    return max((value for row in block.values for value in row if value is not None), default=0.0)


def drawing(block: HeatMap) -> tuple[Markup, float]:
    """The drawing of a heat map, 400 units wide, and its height."""
    rows, columns = len(block.row_labels), [whole(name.replace("\n", "")) for name in block.column_labels]
    left = 2 * EDGE + CAPITAL * max(map(len, block.row_labels))
    slot = (WIDTH - EDGE - left) / len(columns)
    tall = TALL if _written(block, slot) else LOW
    room = Plot(left, WIDTH - EDGE, HEAD, HEAD + tall * rows)
    middles = [left + (i + 0.5) * slot for i in range(len(columns))]
    foot, deep = names_along(columns, middles, room, block.column_title, slot)
    names = [label(name, left - EDGE, HEAD + (r + 0.5) * tall + 4) for r, name in enumerate(block.row_labels)]
    pattern = _hatch(block.id)
    boxes = bars(_boxes(block, room, slot, tall))
    few = tag("g", bars(_few(block, room, slot, tall)), fill=f"url(#{_hatched(block.id)})")
    parts = [pattern, boxes, few, *_numbers(block, room, slot, tall), tag("g", *names, text_anchor="end")]
    head = label(block.row_title, EDGE, 12, class_="axis")
    return join([*parts, foot, head]), room.bottom + FOOT + LINE * (deep - 1)


def _written(block: HeatMap, slot: float) -> bool:
    """Whether every number fits its cell."""
    said = (show(value, block.format) for row in block.values for value in row)
    return LETTER * max(map(len, said), default=0) + 2 <= slot


def _boxes(block: HeatMap, room: Plot, slot: float, tall: float) -> Iterator[tuple[str, Box]]:
    """Boxes of the colors; without numbers, cells of one color in a row are one."""
    apart = " edged" if tall == TALL else ""
    for r, row in enumerate(block.values):
        looks = [None if block.thin(r, c) else look(block, value) for c, value in enumerate(row)]
        for first, last, own in _runs(looks, together=not apart):
            if own is not None:
                yield own + apart, _box(room, slot, tall, r, first, last)


def _few(block: HeatMap, room: Plot, slot: float, tall: float) -> Iterator[tuple[str, Box]]:
    for r, row in enumerate(block.values):
        flags = [FEW if block.thin(r, c) else None for c, _ in enumerate(row)]
        for first, last, own in _runs(flags, together=tall == LOW):
            if own is not None:
                yield "edged", _box(room, slot, tall, r, first, last)


def _runs(looks: list[str | None], together: bool) -> Iterator[tuple[int, int, str | None]]:
    """First and last place of cells that are drawn as one, and their look."""
    first = 0
    for c, own in enumerate(looks):
        if not together or c + 1 == len(looks) or looks[c + 1] != own:
            yield first, c, own
            first = c + 1


def _box(room: Plot, slot: float, tall: float, row: int, first: int, last: int) -> Box:
    return room.left + first * slot, room.top + row * tall, (last + 1 - first) * slot, tall - 1


def _numbers(block: HeatMap, room: Plot, slot: float, tall: float) -> Iterator[Markup]:
    """The numbers in their cells, those of too few paths set off."""
    if tall == LOW:
        return
    for thin in (False, True):
        said = [
            label(show(value, block.format), room.left + (c + 0.5) * slot, room.top + (r + 0.5) * tall + 4)
            for r, row in enumerate(block.values)
            for c, value in enumerate(row)
            if value is not None and block.thin(r, c) is thin
        ]
        if said:
            yield tag("g", *said, text_anchor="middle", font_style="italic" if thin else None)


def _hatched(name: str) -> str:
    return f"few-{identifier(name)}"


def _hatch(name: str) -> Markup:
    """The pattern of cells that rest on too few paths: it prints without color."""
    line = tag("path", class_="grid", d=f"M0 0v{HATCH:.0f}")
    ground = tag("rect", width=HATCH, height=HATCH, class_="fill faint")
    return tag(
        "pattern", ground, line, id=_hatched(name), width=HATCH, height=HATCH,
        patternUnits="userSpaceOnUse", patternTransform="rotate(45)",
    )  # fmt: skip


def look(block: HeatMap, value: float | None) -> str:
    """Class of a number's color."""
    return NONE if value is None else f"h{STEP * round(heat(block, value) / STEP)}"


def heat(block: HeatMap, value: float) -> int:
    """Step of the color scale, 0 to 100; the middle of the scale is 50."""
    low, high = (block.low, block.middle) if value < block.middle else (block.middle, block.high)
    share = min(max((value - low) / (high - low), 0.0), 1.0) if high > low else 1.0
    return round(50 * share + (0 if value < block.middle else 50))

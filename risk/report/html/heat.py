"""Heat maps as drawings: a box a cell with its number, if it fits; hatched where few paths stand behind."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from risk.report.formats import show
from risk.report.html.drawing import (
    EDGE,
    FOOT,
    HEAD,
    LETTER,
    LINE,
    WIDTH,
    Box,
    Drawing,
    Key,
    Plot,
    bars,
    label,
    names_along,
)
from risk.report.html.markup import Markup, identifier, join, tag
from risk.report.html.tables import whole
from risk.report.sheet import HeatMap

TALL, LOW = 18.0, LINE
"""Height of a row with numbers in it, and of one without."""

CAPITAL = 7.2
"""Mean width of a character in a name, which may be all capitals."""

STEP = 5
"""Colors lie so many steps of a hundred apart: neighbors of one color are one box."""

FEW, NONE = "few", "fill faint"
"""Looks of a cell that rests on too few paths, and of one without a number."""

HATCH = 4.0
"""Between the lines of the pattern of few paths."""


@dataclass(frozen=True)
class Cells:
    """Where the cells of a map lie."""

    block: HeatMap

    @property
    def left(self) -> float:
        """Where the first column begins, right of the names."""
        return 2 * EDGE + CAPITAL * max(map(len, self.block.row_labels))

    @property
    def wide(self) -> float:
        """Width of a column."""
        return (WIDTH - EDGE - self.left) / len(self.block.column_labels)

    @cached_property
    def written(self) -> bool:
        """Whether there is room for the numbers."""
        said = (show(value, self.block.format) for row in self.block.values for value in row)
        return LETTER * max(map(len, said), default=0) + 2 <= self.wide

    @property
    def tall(self) -> float:
        """Height of a row."""
        return TALL if self.written else LOW

    def middle(self, row: int, column: int) -> tuple[float, float]:
        """Where the text of a cell stands."""
        return self.left + (column + 0.5) * self.wide, HEAD + (row + 0.5) * self.tall + 4

    def box(self, row: int, first: int, last: int) -> Box:
        """Cells of a row that are drawn as one."""
        return (
            self.left + first * self.wide,
            HEAD + row * self.tall,
            (last + 1 - first) * self.wide,
            self.tall - 1,
        )


def drawing(block: HeatMap) -> Drawing:
    """The drawing of a heat map, 400 units wide; its legend is its scale."""
    cells = Cells(block)
    places = [cells.middle(0, column)[0] for column, _ in enumerate(block.column_labels)]
    room = Plot(cells.left, WIDTH - EDGE, HEAD, HEAD + cells.tall * len(block.row_labels))
    columns = [whole(name.replace("\n", "")) for name in block.column_labels]
    foot, deep = names_along(columns, places, room, block.column_title, cells.wide)
    rows = [label(name, cells.left - EDGE, cells.middle(r, 0)[1]) for r, name in enumerate(block.row_labels)]
    parts = (
        pattern(block.id),
        bars(_boxes(cells)),
        tag("g", bars(_few(cells)), fill=hatched(block.id)),
        *(_numbers(cells) if cells.written else ()),
        tag("g", *rows, text_anchor="end"),
        foot,
        label(block.row_title, EDGE, 12, class_="axis"),
    )
    return Drawing(join(parts), room.bottom + FOOT + LINE * (deep - 1), [*_keys(block)])


def _keys(block: HeatMap) -> Iterator[Key]:
    """What the colors mean: ends and middle of the scale, and cells of too few paths."""
    most = max((value for row in block.values for value in row if value is not None), default=0.0)
    for value in (block.low, block.middle, block.high):
        beyond = " or more" if value == block.high < most else ""
        yield Key(look(block, value), show(value, block.format) + beyond)
    if any(block.thin(r, c) for r, row in enumerate(block.values) for c, _ in enumerate(row)):
        yield Key(FEW, f"fewer than {block.fewest} paths")


def _boxes(cells: Cells) -> Iterator[tuple[str, Box]]:
    """Boxes of the colors, with edges where they have numbers."""
    edged = " edged" if cells.written else ""
    for r, row in enumerate(cells.block.values):
        looks = [None if cells.block.thin(r, c) else look(cells.block, value) for c, value in enumerate(row)]
        yield from ((own + edged, cells.box(r, *run)) for own, *run in _runs(looks, cells.written))


def _few(cells: Cells) -> Iterator[tuple[str, Box]]:
    """Boxes of too few paths."""
    for r, row in enumerate(cells.block.values):
        looks = [FEW if cells.block.thin(r, c) else None for c, _ in enumerate(row)]
        yield from (("edged", cells.box(r, first, last)) for _, first, last in _runs(looks, cells.written))


def _runs(looks: Sequence[str | None], apart: bool) -> Iterable[tuple[str, int, int]]:
    """Look, first and last place of cells that are drawn as one: neighbors of one look, unless `apart`."""
    first = 0
    for c, own in enumerate(looks):
        if apart or c + 1 == len(looks) or looks[c + 1] != own:
            if own is not None:
                yield own, first, c
            first = c + 1


def _numbers(cells: Cells) -> Iterator[Markup]:
    """The numbers in their cells, those of too few paths set off."""
    block = cells.block
    for thin in (False, True):
        said = [
            label(show(value, block.format), *cells.middle(r, c))
            for r, row in enumerate(block.values)
            for c, value in enumerate(row)
            if value is not None and block.thin(r, c) is thin
        ]
        if said:
            slant = "italic" if thin else None
            yield tag("g", *said, text_anchor="middle", font_style=slant, class_="axis")


def hatched(name: str) -> str:
    """The fill of cells that rest on too few paths."""
    return f"url(#few-{identifier(name)})"


def pattern(name: str) -> Markup:
    """The pattern of that fill: grey, and hatched so that it prints without color."""
    size = {"width": HATCH, "height": HATCH}
    ground = tag("rect", **size, class_="fill faint")
    line = tag("path", class_="grid", d=f"M0 0v{HATCH:.0f}")
    turned = {"patternUnits": "userSpaceOnUse", "patternTransform": "rotate(45)"}
    return tag("pattern", ground, line, id=f"few-{identifier(name)}", **size, **turned)


def look(block: HeatMap, value: float | None) -> str:
    """Class of a number's color."""
    return NONE if value is None else f"h{STEP * round(heat(block, value) / STEP)}"


def heat(block: HeatMap, value: float) -> int:
    """Step of the color scale, 0 to 100; the middle of the scale is 50."""
    low, high = (block.low, block.middle) if value < block.middle else (block.middle, block.high)
    share = min(max((value - low) / (high - low), 0.0), 1.0) if high > low else 1.0
    return round(50 * share + (0 if value < block.middle else 50))

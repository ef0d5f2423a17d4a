"""Parts that all drawings share: the frame with its axes, lines, bars and labels.

A drawing is 400 units wide and about that many pixels on a phone, so its letters stay readable there. Colors
and dashes are classes of the style sheet.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from math import ceil
from typing import NamedTuple

from risk.report.html.markup import Markup, join, number, tag
from risk.report.html.scale import Scale, tick_labels

WIDTH, HEIGHT = 400.0, 260.0
LETTER, LINE = 6.4, 13.0
"""Mean width of a character and height of a line of labels."""

EDGE, HEAD, FOOT = 6.0, 24.0, 36.0
"""Room at the sides, above the plot for the title of the values, and below it for labels and title."""

Box = tuple[float, float, float, float]
"""Left, top, width and height; width and height may be negative."""


class Key(NamedTuple):
    """What a legend names: classes of a line ("line …"), a fill or a color, and its name."""

    look: str
    name: str


class Drawing(NamedTuple):
    """What is drawn, its height, and what its legend names."""

    markup: Markup
    height: float
    keys: Sequence[Key]


@dataclass(frozen=True)
class Plot:
    """The room between the axes."""

    left: float
    right: float
    top: float
    bottom: float

    def clip(self, name: str) -> Markup:
        """A mask of this name that hides what leaves the plot."""
        width, height = self.right - self.left, self.bottom - self.top
        box = tag("rect", x=self.left, y=self.top, width=width, height=height)
        return tag("clipPath", box, id=f"in-{name}")


def plot(height: float, y_labels: Iterable[str]) -> Plot:
    """The plot of a drawing, right of the labels of its values."""
    left = EDGE + LETTER * max(map(len, y_labels), default=0)
    return Plot(left + 5, WIDTH - 3 * EDGE, HEAD, height - FOOT)


def label(content: str, x: float, y: float, anchor: str | None = None, class_: str | None = None) -> Markup:
    """A line of text."""
    return tag("text", content, x=x, y=y, text_anchor=anchor, class_=class_)


def values_up(scale: Scale, ticks: Sequence[float], form: str, room: Plot, title: str) -> Markup:
    """Grid lines and labels of an upright axis of values, and its title above."""
    lines = "".join(f"M{pair(room.left, scale(t))}H{number(room.right)}" for t in ticks)
    labels = [
        label(said, room.left - 5, scale(t) + 4)
        for t, said in zip(ticks, tick_labels(ticks, form), strict=True)
    ]
    head = label(title, EDGE, 12, class_="axis")
    return join([tag("path", class_="grid", d=lines), tag("g", *labels, text_anchor="end"), head])


def values_across(scale: Scale, ticks: Sequence[float], form: str, room: Plot, title: str) -> Markup:
    """Line, ticks and labels of an axis of values along the foot, and its title below."""
    base = f"M{pair(room.left, room.bottom)}H{number(room.right)}"
    lines = base + "".join(f"M{pair(scale(t), room.bottom)}v4" for t in ticks)
    labels = [
        label(said, _within(scale(t), said), room.bottom + LINE + 2)
        for t, said in zip(ticks, tick_labels(ticks, form), strict=True)
    ]
    marks = tag("path", class_="tick", d=lines)
    return join([marks, tag("g", *labels, text_anchor="middle"), _foot_title(room, title)])


def _within(place: float, said: str) -> float:
    """The middle of a label, moved in where the edge of the drawing would cut it."""
    half = LETTER * len(said) / 2 + 2
    return min(max(place, half), WIDTH - half)


def _foot_title(room: Plot, title: str, lines: int = 1) -> Markup:
    """The title of the lower axis."""
    return label(title, (room.left + room.right) / 2, room.bottom + LINE * (lines + 1) + 4, "middle", "axis")


def names_along(
    names: Sequence[str], places: Sequence[float], room: Plot, title: str, slot: float = WIDTH
) -> tuple[Markup, int]:
    """Names along the foot, broken into lines that fit a slot, as many as there is room for; and their lines.

    The axis' title stands below them.
    """
    named = [(wrapped(name, slot), place) for name, place in zip(names, places, strict=True) if name]
    deep = max((len(lines) for lines, _ in named), default=1)
    every = 1
    if deep == 1 and len(named) > 1:
        widest = LETTER * max(len(lines[0]) for lines, _ in named) + 4
        apart = (named[-1][1] - named[0][1]) / (len(named) - 1)
        every = max(1, ceil(widest / apart - 1e-9))
    labels = [
        label(said, _within(place, said), room.bottom + LINE * (i + 1) + 2)
        for lines, place in named[::every]
        for i, said in enumerate(lines)
    ]
    base = tag("path", class_="tick", d=f"M{pair(room.left, room.bottom)}H{number(room.right)}")
    return join([base, tag("g", *labels, text_anchor="middle"), _foot_title(room, title, deep)]), deep


def line(points: Iterable[tuple[float, float] | None], look: str, clip: str | None = None) -> Markup:
    """A line through points, interrupted where there is none."""
    pieces = (list(piece) for known, piece in groupby(points, bool) if known)
    steps = "".join(_steps([point for point in piece if point]) for piece in pieces)
    mask = f"url(#in-{clip})" if clip else None
    return tag("path", class_=look, d=steps, clip_path=mask) if steps else Markup()


def area(points: Sequence[tuple[float, float, float]], look: str) -> Markup:
    """The band between two lines: place, lower and upper end."""
    edge = [(x, high) for x, _, high in points] + [(x, low) for x, low, _ in reversed(points)]
    return tag("path", class_=look, d=f"{_steps(edge)}z")


def _steps(points: Sequence[tuple[float, float]]) -> str:
    """A path in steps from point to point, which is shorter than one of places."""
    places = [(round(10 * x), round(10 * y)) for x, y in points]
    (x, y), moves = places[0], []
    for (x0, y0), (x1, y1) in pairwise(places):
        moves.append(pair((x1 - x0) / 10, (y1 - y0) / 10))
    return f"M{pair(x / 10, y / 10)}" + (f"l{' '.join(moves)}" if moves else "")


def pair(x: float, y: float) -> str:
    """Two coordinates of a path; a minus sets them apart as well as a blank."""
    first, second = (number(v).replace("0.", ".", 1) if abs(v) < 1 else number(v) for v in (x, y))
    return f"{first}{'' if second.startswith('-') else ' '}{second}"


def bars(boxes: Iterable[tuple[str, Box]]) -> Markup:
    """Filled boxes with their looks; those of one look are one path."""
    looks: dict[str, list[str]] = {}
    for look, (x, y, width, height) in boxes:
        if width and height:
            sides = f"h{number(width)}v{number(height)}h{number(-width)}z"
            looks.setdefault(look, []).append(f"M{pair(x, y)}{sides}")
    return join(tag("path", class_=look, d="".join(drawn)) for look, drawn in looks.items())


def wrapped(text: str, width: float) -> list[str]:
    """Break a label at its blanks so that its lines fit a width, if its words do."""
    lines: list[str] = []
    for word in text.split():
        if lines and LETTER * len(f"{lines[-1]} {word}") <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines

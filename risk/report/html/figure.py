"""What every drawing stands in: its title and finding above it, its legend below."""

from __future__ import annotations

from collections.abc import Iterable

from risk.report.html.drawing import WIDTH
from risk.report.html.markup import Markup, identifier, tag

Keys = Iterable[tuple[str, str]]
"""Look and name of what a legend names."""


def framed(
    name: str, title: str, alt: str, drawn: Markup, height: float, keys: Keys, note: str = ""
) -> Markup:
    """A drawing with what it is called, what it says, and what its looks mean."""
    box = f"0 0 {WIDTH:.0f} {height:.0f}"
    picture = tag("svg", tag("title", alt), drawn, role="img", viewBox=box)
    caption = tag("figcaption", tag("b", title), " ", alt)
    items = [tag("li", tag("i", class_=look), called) for look, called in keys]
    legend = tag("ul", *items, class_="legend") if items else Markup()
    below = tag("p", note, class_="note") if note else Markup()
    return tag("figure", caption, picture, legend, below, id=identifier(name))

"""Pictures made of characters: bars, lines and histograms."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from rich.text import Text

from risk.analysis.statistics import Histogram
from risk.report.terminal.page import FILL, Page

EIGHTHS = " ▁▂▃▄▅▆▇█"
SPARKS = "▁▂▃▄▅▆▇█"
ASCII_SPARKS = "._-=*#"

TAIL = "yellow"
"""Color of what lies beyond P95."""


def sparkline(values: Sequence[float], top: float, page: Page) -> str:
    """One character a value, from zero to `top`."""
    ramp = SPARKS if page.unicode else ASCII_SPARKS
    scaled = (min(max(value / top, 0.0), 1.0) if top > 0 else 0.0 for value in values)
    return "".join(ramp[min(int(share * len(ramp)), len(ramp) - 1)] for share in scaled)


def columns(histogram: Histogram, height: int, page: Page, tail_from: float = math.inf) -> list[Text]:
    """Lines of a histogram, one column a bin; bins above `tail_from` in another color."""
    largest = max(int(histogram.counts.max()), 1)
    steps = 8 if page.unicode else 1
    # Ceiling: a bin with a single path shows.
    levels = [math.ceil(int(count) * height * steps / largest) for count in histogram.counts]
    lines = []
    for row in range(height - 1, -1, -1):
        line = Text()
        for level, right in zip(levels, histogram.edges[1:], strict=True):
            filled = min(max(level - row * steps, 0), steps)
            character = EIGHTHS[filled] if page.unicode else " #"[filled]
            line.append(character, style=TAIL if right > tail_from else FILL)
        lines.append(line)
    return lines


def axis(histogram: Histogram, marks: Mapping[str, float]) -> str:
    """Line below a histogram with a caret under the bin of each mark that does not touch the one before."""
    low, high = float(histogram.edges[0]), float(histogram.edges[-1])
    width = len(histogram.counts)
    line = ""
    for name, value in marks.items():
        place = int((value - low) / (high - low) * width) if high > low else 0
        start = min(max(place, 0), width - 1)
        if start >= len(line) + bool(line):
            line = f"{line:<{start}}^{name}"
    return line

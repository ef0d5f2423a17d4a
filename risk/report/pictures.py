"""Pictures of the docs: estimates against priors; `python -m risk.report.pictures FOLDER DATA` draws them.

One a module: a line a number, in standard errors from the estimate. Dark: the estimate's 90%; pale: the
prior's; the mark is what the register holds.
"""

from __future__ import annotations

import math
import re
import sys
from collections.abc import Sequence
from pathlib import Path

from risk.assumptions import load, locate
from risk.calibrate.estimate import Answer, Estimate, ask, chosen
from risk.report.html.markup import Markup, join, tag
from risk.report.html.scale import Scale

WIDTH, LEFT, ROW, HEAD, FOOT = 720.0, 250.0, 22.0, 44.0, 40.0
REACH = 6.0
"""Standard errors to either side; what lies beyond is drawn at the edge."""

BARE = re.compile(r" ([\w-]+)=([\w.#-]+)")
"""Attributes that a page may leave without quotes, and a file of its own may not."""

INK, PALE, MARK = "#1f3b57", "#c9d7e4", "#c0392b"


def picture(answer: Answer) -> str:
    """The drawing of one module as a file of its own."""
    rows = [e for e in answer.estimates if not e.finding.second and math.isfinite(e.finding.error)]
    height = HEAD + ROW * len(rows) + FOOT
    scale = Scale(-REACH, REACH, LEFT, WIDTH - 20.0)
    title = tag("text", f"{answer.module.title}: estimate and prior, 90% each", x=12, y=22, font_size=14)
    lines = [_row(each, HEAD + ROW * (i + 0.5), scale) for i, each in enumerate(rows)]
    drawn = tag("svg", title, _axis(scale, height - FOOT), *lines, **_frame(height))
    return BARE.sub(r' \1="\2"', drawn) + "\n"


def _frame(height: float) -> dict[str, str | float | None]:
    return {
        "xmlns": "http://www.w3.org/2000/svg",
        "viewBox": f"0 0 {WIDTH:.0f} {height:.0f}",
        "font_family": "sans-serif",
        "font_size": 11,
        "role": "img",
    }


def _row(each: Estimate, y: float, scale: Scale) -> Markup:
    found = each.finding

    def place(value: float) -> float:
        return scale(min(max((value - found.estimate) / found.error, -REACH), REACH))

    prior = [_bar(place(each.prior[0]), place(each.prior[1]), y, 10.0, PALE)] if each.prior else []
    mark = tag("rect", x=place(each.value) - 1.5, y=y - 8, width=3, height=16, fill=MARK)
    return join(
        [
            tag("text", found.entry, x=LEFT - 10, y=y + 4, text_anchor="end"),
            *prior,
            _bar(place(found.limits[0]), place(found.limits[1]), y, 4.0, INK),
            tag("circle", cx=scale(0.0), cy=y, r=4, fill=INK),
            mark,
        ]
    )


def _bar(low: float, high: float, y: float, thick: float, fill: str) -> Markup:
    return tag("rect", x=low, y=y - thick / 2, width=max(high - low, 1.0), height=thick, fill=fill)


def _axis(scale: Scale, y: float) -> Markup:
    ticks: Sequence[float] = (-6.0, -4.0, -2.0, 0.0, 2.0, 4.0, 6.0)
    lines = [tag("path", d=f"M{scale(t):.1f} {HEAD:.1f}V{y:.1f}", stroke="#e5e5e5") for t in ticks]
    said = [tag("text", f"{t:+.0f}", x=scale(t), y=y + 14, text_anchor="middle") for t in ticks]
    words = "standard errors from the estimate; the red mark is the register's value"
    return join([*lines, *said, tag("text", words, x=scale(0.0), y=y + 30, text_anchor="middle")])


def main(folder: Path, data: Path) -> None:
    """Draw every module whose data are there."""
    register, home = load(), locate.register()
    for module in chosen([]):
        answer = ask(module, register, home, data)
        if answer.estimates:
            (folder / f"estimate-{module.name}.svg").write_text(picture(answer), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))

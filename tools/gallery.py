"""Pictures of the gallery; `python -m tools.gallery FOLDER` draws them from a run of the base case.

A picture is a chart of the pack, as the page of the pack draws it, with its legend, as a file of its own.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import risk
from risk.report.charts import Chart
from risk.report.html.charts import Layer, drawing
from risk.report.html.drawing import LETTER, LINE
from risk.report.html.markup import Markup, tag
from risk.report.html.style import of_drawings
from risk.report.pack import pack
from risk.report.pictures import BARE
from risk.runs import Run

PATHS = 4_096
"""Enough for a curve to look as it does on 20,000."""

CHARTS = (
    "exceedance-curve",
    "h100_contract-fan",
    "fleet-chart",
    "capex-fan",
    "gap-lenses",
    "compute-demand",
    "drivers-tornado",
    "stages",
    "wall",
    "ladder-chart",
    "chart-recoveries",
    "chart-waterfall-worst",
    "chart-losses-ultimate",
)
"""Charts of the pack by id, in the order of the page."""

WIDTH, MARGIN, SWATCH = 400.0, 8.0, 26.0


def pictures(run: Run) -> dict[str, str]:
    """Every picture of the gallery by name of its file."""
    charts = {
        block.id: block for sheet in pack(run).sheets for block in sheet.blocks() if isinstance(block, Chart)
    }
    where = f"{run.manifest.scenario} · run {run.id} · {run.paths:,} paths"
    return {f"{name}.svg": picture(charts[name], where) for name in CHARTS}


def picture(chart: Chart, where: str) -> str:
    """One chart as a file of its own.

    Parameters
    ----------
    where : the run it is of, in small letters below.
    """
    drawn, height, layers = drawing(chart)
    keys, below = _legend([layer for layer in layers if layer.part.named], height + LINE)
    svg = tag(
        "svg",
        tag("title", chart.alt),
        tag("style", Markup(of_drawings())),
        tag("rect", width=WIDTH, height=below + 2 * LINE, fill="white"),
        drawn,
        *keys,
        tag("text", where, x=MARGIN, y=below + LINE, class_="small"),
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {WIDTH:.0f} {below + 2 * LINE:.0f}",
        width=2 * WIDTH,
        font_family="sans-serif",
        role="img",
    )
    return BARE.sub(r' \1="\2"', svg) + "\n"


def _legend(layers: Sequence[Layer], y: float) -> tuple[list[Markup], float]:
    """What stands for each layer, in lines, and where the last one ends."""
    x, found = MARGIN, list[Markup]()
    for layer in layers:
        said = layer.part.column.label
        wide = SWATCH + 6 + LETTER * len(said) + 2 * MARGIN
        if x > MARGIN and x + wide > WIDTH:
            x, y = MARGIN, y + LINE + 2
        middle = y - 4
        if layer.part.shape == "line":
            found.append(tag("path", d=f"M{x:.0f} {middle:.0f}H{x + SWATCH:.0f}", class_=layer.look))
        else:
            found.append(tag("rect", x=x, y=middle - 5, width=SWATCH, height=10, class_=layer.look))
        found.append(tag("text", said, x=x + SWATCH + 6, y=y))
        x += wide
    return found, y + (LINE if layers else 0.0)


def main(folder: Path) -> None:
    """Draw all of them; what is no picture of today's goes."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.svg"):
        old.unlink()
    for name, text in pictures(risk.run("base", paths=PATHS).stored).items():
        (folder / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))

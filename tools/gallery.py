"""Pictures of the gallery; `python -m tools.gallery FOLDER` draws them from a run of the base case.

A picture is a chart, a heat map or a network of the pack, as the page draws it, with its legend, as a file
of its own. The bridge leads from that run to one of another scenario.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

import risk
from risk.report.charts import Chart
from risk.report.html.drawing import LETTER, LINE, Key
from risk.report.html.figure import Picture, drawing
from risk.report.html.heat import FEW, hatched
from risk.report.html.markup import Markup, tag
from risk.report.html.style import of_drawings
from risk.report.html.tables import classes
from risk.report.pack import pack
from risk.report.pack.base.results import Results
from risk.report.pack.scenarios import changes
from risk.report.pictures import BARE
from risk.report.sheet import HeatMap, Sheet
from risk.runs import Run

PATHS = 4_096
"""Enough for a curve to look as it does on 20,000."""

BRIDGED, BETWEEN = "bull", 1_024
"""Scenario to whose run the bridge leads, and paths of every register in between."""

PICTURES = (
    "exceedance-curve",
    "who-owes-whom",
    "h100_contract-fan",
    "spaghetti",
    "fleet-chart",
    "capex-fan",
    "gap-lenses",
    "compute-demand",
    "drivers-tornado",
    "reverse-map",
    "chart-change-bust",
    "stages",
    "wall",
    "maturities-chart",
    "facility-events",
    "ladder-chart",
    "chart-recoveries",
    "chart-waterfall-worst",
    "chart-losses-ultimate",
)
"""Pictures of the pack by id."""

WIDTH, MARGIN, SWATCH = 400.0, 8.0, 26.0


def pictures(run: Run, later: Run) -> dict[str, str]:
    """Every picture of the gallery by name of its file.

    Parameters
    ----------
    later : a run to which a bridge from the other was computed.
    """
    bridge = changes.sheet(Results.of(later, run))
    found = {**_of(pack(run).sheets, run), **_of([bridge] if bridge else [], later)}
    return {f"{name}.svg": picture(*found[name]) for name in PICTURES}


def _of(sheets: Iterable[Sheet], run: Run) -> dict[str, tuple[Picture, str]]:
    """Pictures of some sheets by id, and the run each is of."""
    where = f"{run.manifest.scenario} · run {run.id} · {run.paths:,} paths"
    blocks = (block for sheet in sheets for block in sheet.blocks() if isinstance(block, Chart | HeatMap))
    return {block.id: (block, where) for block in blocks}


def picture(block: Picture, where: str) -> str:
    """A picture as a file of its own.

    Parameters
    ----------
    where : the run it is of, in small letters below.
    """
    drawn, height, named = drawing(block)
    keys, below = _legend(named, height + LINE, block.id)
    svg = tag(
        "svg",
        tag("title", block.alt),
        tag("style", Markup(of_drawings(classes("".join((drawn, *keys)))))),
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


def _legend(named: Sequence[Key], y: float, name: str) -> tuple[list[Markup], float]:
    """What stands for each look, in lines, and where the last one ends."""
    x, found = MARGIN, list[Markup]()
    for look, said in named:
        wide = SWATCH + 6 + LETTER * len(said) + 2 * MARGIN
        if x > MARGIN and x + wide > WIDTH:
            x, y = MARGIN, y + LINE + 2
        middle = y - 4
        if look.startswith("line"):
            found.append(tag("path", d=f"M{x:.0f} {middle:.0f}H{x + SWATCH:.0f}", class_=look))
        else:
            own = {"fill": hatched(name)} if look == FEW else {"class_": look}
            found.append(tag("rect", x=x, y=middle - 5, width=SWATCH, height=10, **own))
        found.append(tag("text", said, x=x + SWATCH + 6, y=y))
        x += wide
    return found, y + (LINE if named else 0.0)


def main(folder: Path) -> None:
    """Draw all of them; what is no picture of today's goes."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.svg"):
        old.unlink()
    base, later = risk.run("base", paths=PATHS), risk.run(BRIDGED, paths=PATHS)
    later.bridge(base, paths=BETWEEN)
    for name, text in pictures(base.stored, later.stored).items():
        (folder / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))

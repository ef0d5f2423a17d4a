"""The picture of imports in the architecture page; `python -m tools.imports FILE` draws it.

One row and one column a package of `risk`, in the order of its layers (pyproject.toml): a dot says that the
row imports the column. What runs downwards only has all of its dots on one side of the diagonal.
"""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

from risk.report.html.markup import Markup, tag
from risk.report.pictures import BARE

ROOT = Path(__file__).parents[1]
CELL, LEFT, HEAD = 26.0, 110.0, 96.0
INK, PALE = "#1f3b57", "#e5e5e5"

Arrow = tuple[str, str]
"""Who imports, who is imported."""


def layers() -> list[list[str]]:
    """Packages of `risk` from the top down, as import-linter holds them; one layer may have several."""
    told = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
    (declared,) = (contract["layers"] for contract in told if contract["type"] == "layers")
    return [re.findall(r"\w+", layer) for layer in declared]


def imports(known: Collection[str]) -> set[Arrow]:
    """Which of these packages of `risk` imports which other one, anywhere in its files."""
    return {
        (package, found)
        for file in sorted((ROOT / "risk").rglob("*.py"))
        if (package := file.relative_to(ROOT / "risk").with_suffix("").parts[0]) in known
        for name in _imported(ast.parse(file.read_text("utf-8")))
        if (found := name.partition(".")[2].partition(".")[0]) in known and found != package
    }


def _imported(tree: ast.Module) -> Iterator[str]:
    """Names of modules that a file imports; none is relative."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name.startswith("risk."))
        elif isinstance(node, ast.ImportFrom) and node.module == "risk":
            yield from (f"risk.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("risk."):
            yield str(node.module)


def drawn() -> str:
    """The picture of the source at hand, as a file of its own."""
    above = layers()
    arrows = imports([name for layer in above for name in layer])
    return picture([name for layer in above for name in _users_first(layer, arrows)], arrows)


def _users_first(layer: list[str], arrows: set[Arrow]) -> list[str]:
    return sorted(layer, key=lambda name: -sum((name, other) in arrows for other in layer))


def picture(order: Sequence[str], arrows: set[Arrow]) -> str:
    """Packages in this order, a dot an arrow."""
    place = {name: i for i, name in enumerate(order)}
    size = CELL * len(order)
    parts = [Markup(part) for i, name in enumerate(order) for part in _line(i, name, size)]
    parts += [
        tag("circle", tag("title", f"{a} imports {b}"), cx=_at(LEFT, place[b]), cy=_at(HEAD, place[a]), r=6)
        for a, b in sorted(arrows, key=lambda arrow: (place[arrow[0]], place[arrow[1]]))
    ]
    svg = tag(
        "svg",
        tag("title", "A dot: the row imports the column. All lie above the diagonal."),
        *parts,
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {LEFT + size + 60:.0f} {HEAD + size + 10:.0f}",
        font_family="sans-serif",
        font_size=12,
        fill=INK,
        role="img",
    )
    return BARE.sub(r' \1="\2"', svg) + "\n"


def _at(start: float, i: int) -> float:
    return start + CELL * (i + 0.5)


def _line(i: int, name: str, size: float) -> Iterator[Markup]:
    """What stands in the row and the column of a package, and its place on the diagonal."""
    x, y = _at(LEFT, i), _at(HEAD, i)
    yield tag(
        "path", d=f"M{LEFT:.0f} {y:.0f}H{LEFT + size:.0f}M{x:.0f} {HEAD:.0f}V{HEAD + size:.0f}", stroke=PALE
    )
    yield tag("rect", x=x - 7, y=y - 7, width=14, height=14, fill=PALE)
    yield tag("text", name, x=LEFT - 8, y=y + 4, text_anchor="end")
    yield tag("text", name, x=x + 4, y=HEAD - 8, transform=f"rotate(-60 {x + 4:.0f} {HEAD - 8:.0f})")


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(drawn(), encoding="utf-8")

"""Networks as drawings: debtors to the left, those who are owed in the end to the right.

Bands are as wide as what is owed. Whoever is owed and owes stands in between.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from risk.report.formats import show
from risk.report.html.drawing import EDGE, LINE, WIDTH, Box, Drawing, Key, bars, label, pair
from risk.report.html.markup import Markup, join, tag
from risk.report.html.tables import whole
from risk.report.sheet import Network

BAR, GAP, LENGTH, TOP = 7.0, 4.0, 230.0, 8.0
"""Width of a node, least room between two, height of all that is owed, and room above."""

PLACES = (0.0, 0.37, 1.0)
"""Where the three layers stand across the drawing: names fit to the right of the first two."""

THINNEST = 0.3
"""Width of the thinnest band, so that it is seen."""

FIRST, REST = "fill orange flow", "fill soft flow"
"""Looks of what is owed to whom most is owed in the end, and of all else."""


@dataclass(frozen=True)
class Node:
    """Who owes or is owed: its layer, top, height, and the amount that goes through it."""

    layer: int
    top: float
    tall: float
    amount: float

    @property
    def left(self) -> float:
        """Where its bar begins."""
        return EDGE + PLACES[self.layer] * (WIDTH - 2 * EDGE - BAR)


@dataclass(frozen=True)
class Claim:
    """What a debtor owes a creditor."""

    debtor: str
    creditor: str
    amount: float


def claims(block: Network) -> list[Claim]:
    """What is owed, row by row; blanks and zeros are none."""
    return [
        Claim(whole(debtor), whole(creditor), amount)
        for debtor, row in zip(block.row_labels, block.values, strict=True)
        for creditor, amount in zip(block.column_labels, row, strict=True)
        if amount
    ]


def largest(block: Network) -> str:
    """To whom most is owed of those who owe nothing on."""
    owed = claims(block)
    debtors, found = {claim.debtor for claim in owed}, dict[str, float]()
    for claim in owed:
        if claim.creditor not in debtors:
            found[claim.creditor] = found.get(claim.creditor, 0.0) + claim.amount
    return max(found, key=found.__getitem__)


def drawing(block: Network) -> Drawing:
    """The drawing of a network, 400 units wide; its legend says who is owed most in the end."""
    owed = claims(block)
    nodes = _nodes(owed)
    unit = LENGTH / sum(node.amount for node in nodes.values() if node.layer == 0)
    first = largest(block)
    bands: dict[str, list[str]] = {REST: [], FIRST: []}
    for claim, start, end in _ends(owed, nodes, unit):
        thick = max(unit * claim.amount, THINNEST)
        bands[FIRST if claim.creditor == first else REST].append(
            _band(nodes[claim.debtor], nodes[claim.creditor], start, end, thick)
        )
    drawn = [tag("path", class_=own, d="".join(paths)) for own, paths in bands.items() if paths]
    names = (_name(name, node, block.format) for name, node in nodes.items())
    boxes = bars(("fill main", _box(node)) for node in nodes.values())
    height = max(node.top + max(node.tall, LINE) for node in nodes.values()) + TOP
    keys = [Key(FIRST, f"owed to {first}"), Key(REST, "owed to others")]
    return Drawing(join([*drawn, boxes, *names]), height, keys)


def _nodes(owed: list[Claim]) -> Mapping[str, Node]:
    """Everybody in the network, layer by layer, the largest on top."""
    given, taken = (
        {
            name: sum(c.amount for c in owed if getattr(c, side) == name)
            for c in owed
            for name in (getattr(c, side),)
        }
        for side in ("debtor", "creditor")
    )
    layers: tuple[list[str], ...] = ([], [], [])
    for name in dict.fromkeys((*given, *taken)):
        layers[0 if name not in taken else 1 if name in given else 2].append(name)
    unit = LENGTH / sum(given[name] for name in layers[0])
    found = dict[str, Node]()
    for layer, names in enumerate(layers):
        top = TOP
        amounts = {name: max(given.get(name, 0.0), taken.get(name, 0.0)) for name in names}
        for name in sorted(names, key=lambda name: -amounts[name]):
            tall = max(unit * amounts[name], 1.0)
            room = max(tall + GAP, LINE)
            found[name] = Node(layer, top + (room - GAP - tall) / 2, tall, amounts[name])
            top += room
    return found


def _ends(owed: list[Claim], nodes: Mapping[str, Node], unit: float) -> Iterator[tuple[Claim, float, float]]:
    """Where each band leaves its debtor and reaches its creditor: in the order of those at the other end."""
    order = {name: place for place, name in enumerate(nodes)}
    leaves, reaches = ({name: node.top for name, node in nodes.items()} for _ in range(2))
    starts = dict[tuple[str, str], float]()
    for claim in sorted(owed, key=lambda c: (order[c.debtor], nodes[c.creditor].top)):
        starts[claim.debtor, claim.creditor] = leaves[claim.debtor]
        leaves[claim.debtor] += unit * claim.amount
    for claim in sorted(owed, key=lambda c: (order[c.creditor], order[c.debtor])):
        yield claim, starts[claim.debtor, claim.creditor], reaches[claim.creditor]
        reaches[claim.creditor] += unit * claim.amount


def _band(debtor: Node, creditor: Node, start: float, end: float, thick: float) -> str:
    """A band between two nodes, bent so that it leaves and arrives level."""
    left, right = debtor.left + BAR, creditor.left
    middle = (left + right) / 2
    there = f"C{pair(middle, start)} {pair(middle, end)} {pair(right, end)}"
    back = f"C{pair(middle, end + thick)} {pair(middle, start + thick)} {pair(left, start + thick)}"
    return f"M{pair(left, start)}{there}V{end + thick:.1f}{back}z"


def _box(node: Node) -> Box:
    return node.left, node.top, BAR, node.tall


def _name(name: str, node: Node, form: str) -> Markup:
    """A node's name and amount beside it, to the left of the last ones."""
    said, y = f"{name} {show(node.amount, form)}", node.top + node.tall / 2 + 4
    if node.layer + 1 == len(PLACES):
        return label(said, node.left - 4, y, "end", "axis halo")
    return label(said, node.left + BAR + 4, y, None, "axis halo")

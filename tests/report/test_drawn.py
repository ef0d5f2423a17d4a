"""Heat maps and networks as drawings: cells, hatches, bands and names are those of the block."""

from __future__ import annotations

import re

import pytest

from risk.report.html import heat, network
from risk.report.html.figure import figure
from risk.report.sheet import HeatMap, Network

MAP = HeatMap(
    "m", "Map", "Row", "Column", ("a", "b"), ("x", "y", "z"),
    ((0.1, 0.5, None), (0.9, 0.2, 0.2)), ((500, 99, 0), (100, 3, 200)), alt="Most at b and x: 90%.",
)  # fmt: skip
WEB = Network(
    "w", "Web", "Owed by", "Owed to", ("Loans", "Notes", "Fund"), ("Fund", "Bank", "House- holds"),
    ((6.0, 4.0, None), (None, 10.0, None), (None, 1.0, 5.0)), format="usd_bn.1", alt="Half ends at a bank.",
)  # fmt: skip


def boxes(markup: str, look: str) -> int:
    """How many boxes of a look there are."""
    drawn = re.findall(r'<path class="?([^">]*?)"? d="?([^">]*)"?>', markup)
    return sum(d.count("z") for own, d in drawn if own == look)


def test_cells_of_few_paths_are_hatched_and_set_off() -> None:
    made = heat.drawing(MAP).markup
    few = made[made.index("<g fill=") :]
    few = few[: few.index("</g>")]
    assert few.count("z") == 3
    assert "url(#few-m)" in few
    assert sum(boxes(made, f"h{step} edged") for step in range(0, 101, 5)) == 3
    slanted = re.search(r"<g text-anchor=middle font-style=italic>(.*?)</g>", made)
    upright = re.search(r"<g text-anchor=middle>(.*?)</g>", made)
    assert slanted
    assert re.findall(r">([^<]+)</text>", slanted[1]) == ["50%", "20%"]
    assert upright
    assert re.findall(r">([^<]+)</text>", upright[1]) == ["10%", "90%", "20%"]


def test_a_map_says_its_finding_and_its_scale() -> None:
    made = figure(MAP)
    assert "<title>Most at b and x: 90%.</title>" in made
    assert [key.name for key in heat.drawing(MAP).keys] == ["0%", "50%", "100%", "fewer than 100 paths"]
    assert heat.look(MAP, 1.0) == "h100"
    assert heat.look(MAP, None) == heat.NONE


def test_a_wide_map_has_no_numbers_and_joins_cells_of_a_color() -> None:
    names = tuple(f"{2026 + k // 4}\nQ{k % 4 + 1}" for k in range(26))
    wide = HeatMap("m", "M", "R", "C", ("a",), names, ((0.1,) * 10 + (0.9,) * (len(names) - 10),))
    made = heat.drawing(wide).markup
    assert boxes(made, "h10") == boxes(made, "h90") == 1
    assert "%" not in made
    assert "2026Q1" in made


def test_bands_are_as_many_and_as_wide_as_what_is_owed() -> None:
    owed = network.claims(WEB)
    assert [(c.debtor, c.creditor, c.amount) for c in owed] == [
        ("Loans", "Fund", 6.0), ("Loans", "Bank", 4.0), ("Notes", "Bank", 10.0),
        ("Fund", "Bank", 1.0), ("Fund", "Households", 5.0),
    ]  # fmt: skip
    assert network.largest(WEB) == "Bank"
    made, height, _ = network.drawing(WEB)
    bands = {own: d.split("z")[:-1] for own, d in re.findall(r'<path class="([^"]*flow)" d="([^"]*)"', made)}
    assert {own: len(d) for own, d in bands.items()} == {network.FIRST: 3, network.REST: 2}
    wide = [_thick(band) for band in (*bands[network.FIRST], *bands[network.REST])]
    unit = network.LENGTH / 20.0
    assert sorted(wide) == pytest.approx(sorted(unit * c.amount for c in owed), abs=0.11)
    assert height < network.LENGTH + 60.0


def _thick(band: str) -> float:
    """Height of the end of a band: the difference of the last two heights on its right side."""
    arrival, then = re.search(r"C\S+ \S+ \S+ \S+ \S+ (\S+?)V([\d.]+)C", band.replace("-", " -")).groups()  # type: ignore[union-attr]
    return float(then) - float(arrival)


def test_names_stand_with_their_amounts() -> None:
    made, _, keys = network.drawing(WEB)
    said = re.findall(r">([^<]+)</text>", made)
    assert sorted(said) == ["Bank 15.0", "Fund 6.0", "Households 5.0", "Loans 10.0", "Notes 10.0"]
    assert [key.name for key in keys] == ["owed to Bank", "owed to others"]

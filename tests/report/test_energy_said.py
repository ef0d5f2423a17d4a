"""What the screen and the sheet say of energy follows from its numbers."""

from __future__ import annotations

from dataclasses import replace

from risk.report.energy import lost
from tests.report.energy_results import ENERGY


def test_what_stands_idle_is_told_with_a_bust_and_without_one() -> None:
    said = lost(ENERGY)
    assert "56 without one, most of it grid that found no units." in said
    assert "7 GW stand idle, 10 without one" in said


def test_what_is_stranded_is_called_grid_only_where_it_is() -> None:
    rows = {row.id: row for row in ENERGY.stranded}
    idle = replace(rows["idle"], bust=rows["stranded"].bust)
    assert "grid" not in lost(replace(ENERGY, stranded=(*(rows | {"idle": idle}).values(),)))

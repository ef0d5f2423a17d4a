"""`assumptions/groups.toml`: every uncertain input in one group, and refused by line where it is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from risk.assumptions import load, locate
from risk.assumptions.problems import AssumptionErrors
from risk.calibrate.groups import FILE, read

SHIPPED = locate.register(None)


def uncertain() -> list[str]:
    return [entry.id for entry in load().entries.values() if entry.prior is not None]


def test_the_file_that_ships_has_every_uncertain_input_once() -> None:
    found = read(SHIPPED, uncertain())
    members = [id for group in found.values() for id in group.ids]
    assert sorted(members) == sorted(uncertain())
    assert 10 <= len(found) <= 12
    assert all(group.label and group.ids for group in found.values())


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ('["gpu.power_*"]', '["gpu.powr_growth"]', "no uncertain input is called 'gpu.powr_growth'"),
        ('["gpu.power_*"]', '["gpu.power_*", "gpu.memory_cost"]', "'gpu.memory_cost' is in [chips] already"),
        ('["gpu.power_*"]', '["gpu.power_growth"]', "'gpu.power_capacity' is uncertain and in no group"),
        ('["gpu.power_*"]', '"gpu.power_*"', "members"),
        ('label = "Power', 'lable = "Power', "lable"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(before: str, after: str, told: str, tmp_path: Path) -> None:
    text = (SHIPPED / FILE).read_text(encoding="utf-8")
    assert before in text
    (tmp_path / FILE).write_text(text.replace(before, after), encoding="utf-8")
    with pytest.raises(AssumptionErrors) as refused:
        read(tmp_path, uncertain())
    assert told in str(refused.value)
    assert f"{FILE}:" in str(refused.value)

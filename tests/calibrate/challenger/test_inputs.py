"""`assumptions/challenger.toml`: read, and refused by line where it is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from risk.assumptions import load, locate
from risk.assumptions.problems import AssumptionErrors
from risk.calibrate.challenger.inputs import FILE, UNITS, read

SHIPPED = locate.register(None) / FILE


def test_the_file_that_ships_is_sound_and_cited() -> None:
    found = read(SHIPPED.parent, load().sources.keys())
    assert found.cds == 855
    assert found.as_of["cds"].isoformat() == "2026-10-01"
    assert all(getattr(found, name) > 0 for name in UNITS)


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("value = 0.4\n", "value = 40\n", "lies between 0 and 1"),
        ("value = 855", "value = -855", "above 0"),
        ('unit = "bp"', 'unit = "fraction"', "cds is in bp"),
        ('source = "crwv-cds"', 'source = "crwv-cd"', "did you mean 'crwv-cds'"),
        ("[reward]", "[rewards]", "rewards"),
        ("as_of = 2026-10-01\n", "", "as_of"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(before: str, after: str, told: str, tmp_path: Path) -> None:
    text = SHIPPED.read_text(encoding="utf-8")
    assert text.count(before) >= 1
    (tmp_path / FILE).write_text(text.replace(before, after, 1), encoding="utf-8")
    with pytest.raises(AssumptionErrors) as refused:
        read(tmp_path, load().sources.keys())
    assert told in str(refused.value)
    assert FILE in str(refused.value)


def test_a_number_that_is_missing_is_named(tmp_path: Path) -> None:
    head, _, _ = SHIPPED.read_text(encoding="utf-8").partition("[lgd_unsecured]")
    (tmp_path / FILE).write_text(head, encoding="utf-8")
    with pytest.raises(AssumptionErrors, match="lgd_unsecured"):
        read(tmp_path, load().sources.keys())

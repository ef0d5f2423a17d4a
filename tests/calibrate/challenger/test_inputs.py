"""`assumptions/challenger.toml`: read, and refused by line where it is wrong."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest

from risk.assumptions import load, locate
from risk.assumptions.problems import AssumptionErrors
from risk.calibrate.challenger.inputs import FILE, UNITS, Numbers, read

SHIPPED = locate.register(None) / FILE


def test_the_file_that_ships_is_sound_and_cited() -> None:
    found = read(SHIPPED.parent, load().sources.keys())
    assert found.numbers.cds == 855
    assert found.rows["cds"].as_of.isoformat() == "2026-10-01"
    assert set(found.rows) == set(UNITS) == {field.name for field in fields(Numbers)}
    assert all(row.low < row.value < row.high for row in found.rows.values())


def test_draws_lie_evenly_between_the_ends_and_a_seed_repeats_them() -> None:
    found = read(SHIPPED.parent, load().sources.keys())
    drawn, again = found.drawn(1, 4_000), found.drawn(1, 4_000)
    for name, row in found.rows.items():
        values = np.asarray(getattr(drawn, name))
        width = row.high - row.low
        assert row.low <= values.min() < values.max() <= row.high
        assert values.mean() == pytest.approx((row.low + row.high) / 2, abs=4 * width / np.sqrt(12 * 4_000))
        assert np.array_equal(values, np.asarray(getattr(again, name)))
    corr = np.corrcoef(drawn.cds, drawn.reward)[0, 1]
    assert abs(corr) < 4 / np.sqrt(4_000)


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("value = 0.4\n", "value = 40\n", "lies between 0 and 1"),
        ("value = 0.4\n", "value = 0.6\n", "outside its own range of 0.25 to 0.5"),
        ("low = 0.8\n", "low = 0\n", "low is 0; must be above 0"),
        ("low = 0.8\n", "", "'low' is missing"),
        ("high = 881\n", "high = 8810\n", "1.8 defaults a year"),
        ("value = 42.0\n", "value = nan\n", "finite"),
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
    assert re.search(rf"{FILE}:\d+", str(refused.value)), "file and line"


def test_a_number_that_is_missing_is_named(tmp_path: Path) -> None:
    head, _, _ = SHIPPED.read_text(encoding="utf-8").partition("[lgd_unsecured]")
    (tmp_path / FILE).write_text(head, encoding="utf-8")
    with pytest.raises(AssumptionErrors, match="lgd_unsecured"):
        read(tmp_path, load().sources.keys())

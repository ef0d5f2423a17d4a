"""Every earlier state that the register keeps, and the priors of its day, make a valid register."""

from pathlib import Path

import pytest

from risk.assumptions import load
from risk.assumptions.tables import CapexActual
from risk.axes import ordinal

REGISTER = Path(__file__).parents[2] / "assumptions"
VINTAGES = sorted(path.stem for path in (REGISTER / "vintages").glob("*.toml"))


def test_there_are_the_six() -> None:
    assert VINTAGES == ["2023Q4", "2024Q2", "2024Q4", "2025Q2", "2025Q4", "2026Q2"]


@pytest.mark.parametrize("quarter", VINTAGES)
def test_a_vintage_begins_at_its_quarter_and_reaches_the_last_reading(quarter: str) -> None:
    register = load(REGISTER, f"base@{quarter}")
    assert register.calendar.labels[0] == quarter
    assert ordinal(register.calendar.labels[-1]) >= ordinal("2026Q4")
    assert str(register.entry("neoclouds.first_cohort").value) in register.calendar.labels
    reported = [ordinal(row.quarter) for row in register.rows(CapexActual)]
    assert max(reported) <= ordinal(quarter)


@pytest.mark.parametrize("quarter", VINTAGES)
def test_the_priors_of_the_day_move_beliefs_and_no_state(quarter: str) -> None:
    plain = load(REGISTER, f"base@{quarter}")
    own = load(REGISTER, f"{REGISTER / 'vintages' / 'own' / quarter}.toml@{quarter}")
    moved = {id for id in plain.entries if own.entries[id].value != plain.entries[id].value}
    assert {"capex.guidance_bias", "revenue.imitation", "revenue.log_ceiling"} <= moved
    assert not any(plain.entries[id].state for id in moved)
    assert {name: table.rows for name, table in own.tables.items()} == {
        name: table.rows for name, table in plain.tables.items()
    }

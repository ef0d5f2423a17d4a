"""The page of the base date is made from the register, and its balances close."""

from pathlib import Path

import pytest

from risk.analysis.opening import opening
from risk.assumptions import load
from risk.cli.states import written

PAGE = Path(__file__).parents[2] / "docs" / "model" / "states.md"


def test_the_page_is_what_the_register_says() -> None:
    assert PAGE.read_text(encoding="utf-8") == written(), f"python -m risk.cli.states {PAGE.name}"


def test_who_pays_adds_up_to_the_rent_bill() -> None:
    register = load()
    state = opening(register)
    bill = sum(line.bill for line in state.fleet)
    assert sum(line.amount for line in state.bids) == pytest.approx(bill)
    assert min(line.amount for line in state.bids) > 0.0
    assert sum(line.amount for line in state.revenue) == pytest.approx(register.number("revenue.run_rate"))


def test_debt_is_the_registers_and_every_reading_within_its_bounds() -> None:
    register = load()
    state, tables = opening(register), register.tables
    owed = sum(line.amount for line in state.debt if "undrawn" not in line.name)
    lent = (
        tables["neoclouds.facility"].numbers("debt").sum() + tables["neoclouds.note"].numbers("amount").sum()
    )
    assert owed == pytest.approx(lent)
    for a in state.agreements:
        assert a.left <= a.right * a.most, a
        assert a.at_most or a.right <= a.left * a.most, a

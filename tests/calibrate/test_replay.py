import copy
from typing import Any

import pytest

from risk.assumptions import load
from risk.calibrate.replay import gross_issuance


@pytest.fixture(scope="module")
def register() -> dict[str, Any]:
    return load().normalised()


def changed(register: dict[str, Any], identifier: str, value: float) -> float:
    other = copy.deepcopy(register)
    other["entries"][identifier]["value"] = value
    return gross_issuance(other)


def test_the_replay_issues_what_2025_saw(register: dict[str, Any]) -> None:
    assert 121e9 <= gross_issuance(register) <= 150e9


def test_firms_that_pay_out_more_issue_more(register: dict[str, Any]) -> None:
    assert changed(register, "capex.payout", 0.30) > gross_issuance(register)


def test_firms_that_plan_ahead_issue_more(register: dict[str, Any]) -> None:
    assert changed(register, "capex.prefunding", 0.8) > gross_issuance(register)


def test_without_prefunding_only_the_shortfall_of_the_quarter_is_raised(register: dict[str, Any]) -> None:
    assert changed(register, "capex.prefunding", 0.0) < 0.6 * gross_issuance(register)


def test_cash_rich_firms_issue_nothing(register: dict[str, Any]) -> None:
    other = copy.deepcopy(register)
    for row in other["tables"]["capex.actual"]["rows"]:
        row["cfo"] *= 4.0
    for row in other["tables"]["capex.firm"]["rows"]:
        row["cfo"] *= 4.0
    assert gross_issuance(other) == 0.0

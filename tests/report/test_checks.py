"""Conditions of the sheet of checks: what passes, and how differences are rounded."""

from __future__ import annotations

import pytest

from risk.report.guards import Condition
from risk.report.pack.control.checks import count
from risk.report.table import Formula


@pytest.mark.parametrize(
    ("value", "other", "rule", "passed"),
    [(1.0, 1.05, "=", True), (1.0, 1.2, "=", False), (1.2, 1.0, "≤", False), (0.1, 1.0, "≤", True)],
)
def test_two_numbers_agree_or_are_in_order(value: float, other: float, rule: str, passed: bool) -> None:
    assert Condition("x", value, other, 0.1, "", rule).passed is passed


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_a_difference_is_rounded_half_away_from_zero(sign: float) -> None:
    """85/2048 = 0.04150390625 lies between two numbers of ten decimals; workbooks take the larger."""
    assert Condition("x", sign * 85.0 / 2048.0, 0.0, 1.0, "").difference == sign * 0.0415039063


def test_a_count_must_be_zero() -> None:
    found = count("blanks", "COUNTBLANK({a.b})", "how")
    assert found.passed
    assert found.value == Formula("COUNTBLANK({a.b})", 0)

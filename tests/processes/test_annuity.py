"""Level payments against the printed closed forms and by re-playing the loan."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from risk.processes.annuity import (
    blended_capital_charge,
    capital_recovery_factor,
    level_pay_balance,
    level_payment,
)

rates = st.floats(0.0, 0.5)
periods = st.integers(1, 120)
money = st.floats(0.0, 1e12)


@pytest.mark.parametrize(
    ("hurdle", "compute_life", "charge"),
    [(0.10, 5, 0.204), (0.10, 4, 0.235), (0.10, 6, 0.184), (0.08, 5, 0.190), (0.12, 5, 0.219)],
)
def test_capital_charge_of_a_data_center_dollar(hurdle: float, compute_life: float, charge: float) -> None:
    """60/25/15 of the dollar over 5/20/25 years."""
    found = blended_capital_charge(hurdle, (0.60, 0.25, 0.15), (compute_life, 20, 25))
    assert found == pytest.approx(charge, abs=5e-4)


def test_level_pay_loan_of_100_at_11_percent_over_20_quarters() -> None:
    assert level_payment(100, 0.11 / 4, 20) == pytest.approx(6.5672, abs=5e-5)
    balance = level_pay_balance(100, 0.11 / 4, 20, np.array([0, 4, 8, 12, 16, 20]))
    np.testing.assert_allclose(balance, [100, 84.09, 66.36, 46.59, 24.56, 0], atol=5e-3)


@given(money, rates, periods, st.floats(0.0, 1.0))
def test_replayed_loan_ends_at_its_balloon(
    principal: float, rate: float, term: int, balloon_share: float
) -> None:
    balloon = balloon_share * principal
    payment = float(level_payment(principal, rate, term, balloon))
    balance = principal
    for quarter in range(1, term + 1):
        balance = balance * (1 + rate) - payment
        # The rounding of each payment compounds at the rate.
        tolerance = 1e-12 * principal * (1 + rate) ** quarter * term + 1e-9
        assert balance == pytest.approx(
            float(level_pay_balance(principal, rate, term, quarter, balloon)), abs=tolerance
        )


@given(rates, periods)
def test_recovery_factor_repays_one(rate: float, term: int) -> None:
    worth = np.sum((1 + rate) ** -np.arange(1.0, term + 1))
    assert capital_recovery_factor(rate, term) * worth == pytest.approx(1.0, rel=1e-10)


def test_interest_free_limit_is_reached_smoothly() -> None:
    np.testing.assert_allclose(capital_recovery_factor(np.array([0.0, 1e-14, 1e-9]), 8), 1 / 8, rtol=1e-8)


def test_balance_broadcasts_over_paths_and_loans() -> None:
    balance = level_pay_balance(
        np.ones((4, 3)), 0.02, np.array([4, 8, 12]), 6 * np.ones((4, 1)).clip(max=0.5)
    )
    assert balance.shape == (4, 3)

import numpy as np
import pytest

from risk.errors import AssumptionError
from risk.mechanisms.neocloud import book
from tests.mechanisms.neocloud.books import assemble, facility


def test_level_payments_repay_a_loan_as_published() -> None:
    """100 at 11% over 20 quarters: 84.09, 66.36, 46.59, 24.56, 0 at 4, 8, 12, 16, 20."""
    repaid = np.cumsum(book.amortization(facility(coupon=0.11), 26))
    assert 100 * (1.0 - repaid[[4, 8, 12, 16]]) == pytest.approx([84.09, 66.36, 46.59, 24.56], abs=5e-3)
    assert repaid[20] == pytest.approx(1.0)
    assert repaid[26] == pytest.approx(1.0)
    payment = book.amortization(facility(coupon=0.11), 26)[1] + 0.11 / 4
    assert 100 * payment == pytest.approx(6.5672, abs=5e-5)


def test_a_balloon_is_left_out_of_the_schedule() -> None:
    assert book.amortization(facility(balloon=0.2), 26).sum() == pytest.approx(0.8)
    straight = book.amortization(facility(amortization="equal", origination=2, due=22), 26)
    np.testing.assert_allclose(straight[3:23], 0.05)
    assert straight[:3].sum() == straight[23:].sum() == 0.0


def test_a_schedule_is_cut_at_the_horizon() -> None:
    late = facility(amortization="equal", origination=20, due=40)
    assert book.amortization(late, 26).sum() == pytest.approx(6 * 0.05)
    assert len(book.amortization(late, 26)) == 27
    assert book.amortization(facility(origination=30, due=50), 26).sum() == 0.0


def test_balances_ahead_price_the_interest_still_to_come() -> None:
    """Level payments: interest still to come is payments less balance."""
    loan = facility(coupon=0.08)
    payment = book.amortization(loan, 26)[1] + 0.02
    ahead = book.balances_ahead(loan, 26)
    balance = 1.0 - np.cumsum(book.amortization(loan, 26))
    left = np.maximum(20 - np.arange(27), 0)
    np.testing.assert_allclose(0.02 * ahead, payment * left - balance, atol=1e-12)
    assert book.balances_ahead(facility(balloon=1.0), 26)[0] == pytest.approx(20.0)


def test_columns_stand_in_the_order_in_which_facilities_come_to_life() -> None:
    b = assemble(
        facility(name="b1", firm=1),
        facility(name="a2", firm=0, origination=2, payer=4),
        facility(name="b2", firm=1, origination=2, payer=0),
        facility(name="a1", firm=0),
        facility(name="a3", firm=0, origination=6),
        firms=2,
    )
    assert b.names == ("a1", "b1", "a2", "b2", "a3")
    np.testing.assert_array_equal(b.columns(4), [2])
    np.testing.assert_array_equal(b.by_firm(np.array([[1.0, 2.0, 4.0, 8.0, 16.0]])), [[21.0, 10.0]])
    assert b.until(0).names == ("a1", "b1")
    early = b.until(5)
    assert early.names == ("a1", "b1", "a2", "b2")
    np.testing.assert_array_equal(early.by_firm(np.array([[1.0, 2.0, 4.0, 8.0]])), [[5.0, 10.0]])
    assert early.amortization.shape == (27, 4)


def test_widen_adds_columns_of_nothing() -> None:
    np.testing.assert_array_equal(book.widen(np.ones((2, 1)), 3), [[1, 0, 0], [1, 0, 0]])
    ones = np.ones((2, 3))
    assert book.widen(ones, 3) is ones


def test_a_firm_may_have_no_columns() -> None:
    amounts = assemble(facility(), firms=2).by_firm(np.ones((1, 1)))
    np.testing.assert_array_equal(amounts, [[1.0, 0.0]])


def test_a_sculpted_loan_serves_in_proportion_to_its_profile() -> None:
    """100 at 8% over four quarters on 3, 2, 1, 1: s = 100 / (3/1.02 + 2/1.0404 + 1/1.0612 + 1/1.0824)."""
    profile = np.array([3.0, 2.0, 1.0, 1.0])
    loan = facility(amortization="sculpted", due=4, profile=profile)
    principal = book.amortization(loan, 6)[1:5]
    opening = 1.0 - np.cumsum([0.0, *principal[:-1]])
    service = principal + 0.02 * opening
    np.testing.assert_allclose(service / profile, service[0] / 3.0)
    assert service[0] / 3.0 == pytest.approx(0.148595, abs=5e-7)
    assert principal.sum() == pytest.approx(1.0)
    dear = facility(amortization="sculpted", due=4, profile=7.0 * profile)
    np.testing.assert_allclose(book.amortization(dear, 6)[1:5], principal)


def test_a_flat_profile_is_a_level_loan_with_its_balloon() -> None:
    for balloon in (0.0, 0.3):
        flat = facility(amortization="sculpted", profile=np.ones(20), balloon=balloon)
        level = facility(balloon=balloon)
        np.testing.assert_allclose(book.amortization(flat, 26), book.amortization(level, 26), atol=1e-12)


def test_what_a_lender_expects_falls_with_contracts_and_with_rents() -> None:
    """Price 3.00, cost .50; half of the contracts end with quarter 1 and half with 2; rents halve a quarter.

    | quarter | let | hours paid                  | cash           |
    |---------|-----|-----------------------------|----------------|
    | 1       | 1   | .90                         | 2.70 - .50     |
    | 2       | 1/2 | .45 + .50 × .60 / 4 = .525  | 1.575 - .50    |
    | 3       | 0   | .60 / 8 = .075              | below cost: 0  |
    """
    cash = book.expected_cash(4, (1.0, 2.0), 3.0, 0.5, 0.9, 0.6, 4.0 * np.log(2.0))
    np.testing.assert_allclose(cash, [2.2, 1.075, 0.0, 0.0])


@pytest.mark.parametrize(
    ("profile", "reason"), [(np.zeros(20), "no cash"), (np.r_[np.ones(10), np.zeros(10)], "interest")]
)
def test_a_profile_that_does_not_carry_the_loan_is_refused(profile: book.Array, reason: str) -> None:
    profile = profile if reason == "no cash" else profile[::-1]
    with pytest.raises(AssumptionError, match=reason):
        assemble(facility(amortization="sculpted", profile=profile))


def test_commitments_are_drawn_in_equal_parts_after_origination() -> None:
    b = assemble(facility(name="a"), facility(name="b", origination=4, due=24, draw_quarters=2))
    np.testing.assert_array_equal(b.draws[:, 0], 0.0)
    np.testing.assert_array_equal(b.draws[:, 1], np.where(np.isin(np.arange(27), (5, 6)), 0.5, 0.0))


def test_codes_and_flags_follow_their_columns() -> None:
    b = assemble(
        facility(name="later", origination=4, instrument=book.VENDOR),
        facility(name="now", instrument=book.SITE, floating=True, draw_quarters=1),
    )
    np.testing.assert_array_equal(b.instrument, [book.SITE, book.VENDOR])
    np.testing.assert_array_equal(b.floating, [True, False])
    early = b.until(3)
    np.testing.assert_array_equal(early.instrument, [book.SITE])
    np.testing.assert_array_equal(early.floating, [True])
    assert early.draws.shape == (27, 1)
    assert [book.INSTRUMENTS[i] for i in (book.DDTL, book.VENDOR, book.SITE)] == [
        "ddtl",
        "vendor",
        "site_loan",
    ]

import numpy as np
import pytest
from hypothesis import given as examples
from hypothesis import strategies as st

from risk.mechanisms.private_credit import in_kind
from tests.base_names import B_LOANS, DIRECT_LENDING, SOFTWARE, SPV
from tests.mechanisms.given import Array, column, row
from tests.mechanisms.private_credit.pools import parameters
from tests.mechanisms.worked import worked

P = parameters()
LEVEL = np.zeros((1, 4))


def aim(sofr: float = 0.0365, spread: float = 0.0278, factor: float = 0.0) -> Array:
    cover = in_kind.cover(P, column(sofr), column(spread), LEVEL + factor)
    return np.asarray(in_kind.target(P, cover)[0])


def test_worked_example() -> None:
    with worked("private-credit", "payment in kind") as w:
        w.agrees("share under 1.2", in_kind.target(P, row(0, 1.9, w["median cover"], 2.4))[0, DIRECT_LENDING])


def test_at_the_base_date_the_cover_is_the_registers() -> None:
    np.testing.assert_allclose(in_kind.cover(P, column(0.0365), column(0.0278), LEVEL), P.interest_cover)


@pytest.mark.parametrize("worse", [{"sofr": 0.05}, {"spread": 0.09}, {"factor": 1.5}])
def test_lower_cover_means_more_payment_in_kind(worse: dict[str, float]) -> None:
    assert (aim(**worse)[[SOFTWARE, DIRECT_LENDING]] > aim()[[SOFTWARE, DIRECT_LENDING]]).all()


def test_a_rate_cut_helps_less_than_a_bust_hurts() -> None:
    """Stress: SOFR at 2.25%, spread at 950 bp, factor at 2."""
    assert aim(0.0225, 0.095, 2.0)[DIRECT_LENDING] > 3 * aim()[DIRECT_LENDING]


def test_only_loans_that_allow_it_pay_in_kind() -> None:
    assert aim(factor=9.0)[[SPV, B_LOANS]].tolist() == [0.0, 0.0]


@examples(st.floats(0.0, 0.08), st.floats(0.02, 0.2), st.floats(-4.0, 8.0), st.floats(0.0, 1.0))
def test_a_share_stays_a_share_and_moves_a_quarter_of_the_gap(
    sofr: float, spread: float, factor: float, before: float
) -> None:
    after = in_kind.moved(P, LEVEL + before, column(sofr), column(spread), LEVEL + factor)[0]
    assert ((after >= 0.0) & (after <= 1.0)).all()
    np.testing.assert_allclose(after, 0.75 * before + 0.25 * aim(sofr, spread, factor), atol=1e-12)


def test_hazard_of_a_book() -> None:
    np.testing.assert_allclose(in_kind.hazard(P, row(0.0, 0.1, 0.5, 1.0)), row(1.0, 1.075, 1.375, 1.75))

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given as examples
from hypothesis import strategies as st

from risk.assumptions import load
from risk.axes import ordinal
from risk.errors import AssumptionError
from risk.mechanisms.private_credit import wall
from tests.base_names import B_LOANS
from tests.mechanisms.given import Array, column, row
from tests.mechanisms.private_credit.pools import BN, parameters
from tests.mechanisms.worked import worked

P = parameters()
CLO = row(0.0, 0.0, 0.0, 0.75)
SAME = np.ones((1, 4))
LABELS = [f"{2026 + (i + 1) // 4}Q{(i + 1) % 4 + 1}" for i in range(27)]


def placed(spread: float, weakness: float = 1.0, frozen: float = 0.0) -> Array:
    return np.asarray(wall.placed(P, column(spread), SAME * weakness, column(frozen), CLO)[0])


def test_worked_example() -> None:
    with worked("private-credit", "B loans at the wall") as w:
        book, extended = row(0, 0, 0, BN * w["performing"]), row(0, 0, 0, BN * w["extended before"])
        weakness = w["lowest rating over base"]
        w.agrees("refinanced with CLOs", placed(w["spread"], weakness)[B_LOANS])
        share = placed(w["spread"], weakness, w["CLO bid gone"])
        w.agrees("refinanced", share[B_LOANS])
        f = wall.fall_due(P, 5, book, extended, share[None, :])
        w.agrees("due", f.due[0, B_LOANS] / BN)
        w.agrees("extended", f.extended[0, B_LOANS] / BN)
        w.agrees("defaulted", f.defaulted[0, B_LOANS] / BN)
        w.agrees("of it extended before", f.defaulted_again[0, B_LOANS] / BN)
        w.agrees("repaid", f.repaid[0, B_LOANS] / BN)
        w.agrees("extended after", f.stock[0, B_LOANS] / BN)


def test_refinancing_gets_harder() -> None:
    """Wider spreads, a weaker book, fewer CLOs; the last two reach only whom they concern."""
    assert (placed(0.06) < placed(0.04)).all()
    assert (placed(0.06, 1.5) < placed(0.06)).all()
    frozen, free = placed(0.06, frozen=0.5), placed(0.06)
    assert frozen[B_LOANS] == pytest.approx(free[B_LOANS] * (1 - 0.75 * 0.5))
    np.testing.assert_array_equal(frozen[:B_LOANS], free[:B_LOANS])


def test_a_shut_market_places_nothing_with_clos() -> None:
    """At 751 bp two thirds would find a lender; of B loans those that CLOs don't buy."""
    open_, shut = placed(0.0749), placed(0.0751)
    assert open_[B_LOANS] == pytest.approx(open_[0])
    assert shut[0] == pytest.approx(open_[0], abs=0.01)
    assert shut[B_LOANS] == 0.25


@examples(
    st.floats(0.0, 1e12), st.floats(0.0, 1.0), st.floats(0.0, 1.0), st.floats(0.0, 1.0), st.integers(0, 26)
)
def test_what_falls_due_goes_one_of_four_ways(
    book: float, extended: float, share: float, agreed: float, t: int
) -> None:
    p = replace(P, wall_extension=column(agreed))
    performing = np.full((1, 4), book)
    f = wall.fall_due(p, t, performing, extended * performing, np.full((1, 4), share))
    np.testing.assert_allclose(f.refinanced + f.extended + f.defaulted + f.repaid, f.due, rtol=1e-9)
    assert all((x >= 0.0).all() for x in (f.refinanced, f.extended, f.defaulted, f.repaid, f.stock))
    assert (f.due <= performing * (1 + 1e-12)).all()
    assert (f.stock <= (performing - f.defaulted - f.repaid) * (1 + 1e-9) + 1e-9).all()
    assert (f.defaulted_again <= f.defaulted).all()


def test_without_extension_more_defaults_now_and_nothing_later() -> None:
    book, none, share = SAME * 100 * BN, SAME * 0.0, SAME * 0.5
    now, put_off = (
        wall.fall_due(replace(P, wall_extension=column(e)), 5, book, none, share) for e in (0.0, 0.5)
    )
    assert now.defaulted[0, B_LOANS] == pytest.approx(2 * put_off.defaulted[0, B_LOANS])
    assert now.stock.sum() == 0.0
    quiet = replace(P, wall=0.0 * P.wall)
    again = wall.fall_due(quiet, 6, book, put_off.stock, share)
    assert again.defaulted[0, B_LOANS] == again.defaulted_again[0, B_LOANS] > 0.0


def test_amounts_of_a_year_are_spread_over_its_quarters_after_the_base_date() -> None:
    """70 of 700 in the two quarters left of 2026, 210 over 2028; years outside the run fall outside."""
    rows = [("b", 2026, 70.0), ("b", 2028, 210.0), ("b", 2025, 90.0), ("b", 2040, 90.0), ("a", 2027, 10.0)]
    due = wall.maturity_shares(rows, LABELS, ("a", "b"), (100.0, 700.0))
    assert due.shape == (27, 2)
    assert due[:3, 1].tolist() == pytest.approx([0.0, 0.05, 0.05])
    in_2028 = [i for i, label in enumerate(LABELS) if label.startswith("2028")]
    np.testing.assert_allclose(due[in_2028, 1], 0.075)
    assert due[:, 1].sum() == pytest.approx(0.1 + 0.3)
    assert due[:, 0].sum() == pytest.approx(0.1)
    assert [ordinal(label) for label in LABELS] == list(range(ordinal("2026Q2"), ordinal("2032Q4") + 1))


def test_a_base_date_at_the_end_of_a_year_has_nothing_left_of_it() -> None:
    due = wall.maturity_shares([("a", 2026, 10.0), ("a", 2027, 40.0)], LABELS[2:], ("a",), (100.0,))
    assert due[:6, 0].tolist() == pytest.approx([0.0, 0.1, 0.1, 0.1, 0.1, 0.0])


def test_no_more_falls_due_than_there_is() -> None:
    with pytest.raises(AssumptionError, match="more than its book"):
        wall.maturity_shares([("a", 2028, 401.0)], LABELS, ("a",), (100.0,))
    empty = wall.maturity_shares([("a", 2028, 0.0)], LABELS, ("a",), (0.0,))
    assert empty.sum() == 0.0


def wall_of(scenario: str) -> tuple[Array, float]:
    """B loans of the register: share due by quarter, and the book in USD bn."""
    tables = load(scenario=scenario).tables
    rows, pools = tables["credit.maturity"], tables["credit.segment"]
    given = zip(rows.words("segment"), rows.numbers("year"), rows.numbers("amount"), strict=True)
    due = wall.maturity_shares(given, LABELS, pools.names, tuple(pools.numbers("exposure")))
    return due[:, pools.names.index("b_loans")], pools.numbers("exposure")[pools.names.index("b_loans")] / BN


def test_two_readings_of_the_pages_wall() -> None:
    """122 + 140 + 180 + 240 = 682 to 2028, most of 2026 past; or 682 in 2028 alone. Both books add up."""
    base, book = wall_of("base")
    assert base[:11].sum() * book == pytest.approx(682 - 122 - 0.75 * 140)
    assert base[:19].sum() * book == pytest.approx(book)
    annual, larger = wall_of("wall-annual")
    assert annual[7:11].sum() * larger == pytest.approx(682)
    assert annual[:19].sum() * larger == pytest.approx(larger)
    assert annual[7] > 1.9 * base[7]

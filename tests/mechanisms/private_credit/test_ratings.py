from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given as examples
from hypothesis import strategies as st

from risk.assumptions.tables import CreditRating
from risk.mechanisms.private_credit import ratings
from tests.base_names import B_LOANS, SOFTWARE, SPV
from tests.mechanisms.given import Array, row
from tests.mechanisms.private_credit.pools import parameters

P = parameters()
NO_DEFAULT, NOTHING_NEW = np.zeros((1, 10)), np.zeros((1, 4))


def later(factor: float, rate: Array = NO_DEFAULT, new: Array = NOTHING_NEW) -> Array:
    return ratings.renewed(P, P.rating_share, rate, new, np.full((1, 4), factor))


def test_the_base_mix_has_the_default_probability_of_its_segment() -> None:
    pd = row(0.002, 0.02, 0.015, 0.0125)
    rows = ratings.default_probability(P, pd)
    np.testing.assert_allclose(ratings.by_segment(P, P.rating_share * rows), pd, rtol=1e-14)
    assert rows[0, 4] / rows[0, 3] == pytest.approx(2.0)


def test_a_bad_year_leaves_a_weaker_book() -> None:
    lowest = [ratings.lowest(P, later(x)) for x in (-2.0, 0.0, 2.0)]
    assert (np.diff(np.array(lowest), axis=0) > 0).all()


def test_migration_by_hand_and_its_limit() -> None:
    """A of SPV notes: .6 of which 1.5% fall, 3% of .4 rise; at a factor of 30 a fifth falls."""
    assert later(0.0)[0, 0] == pytest.approx(0.6 - 0.009 + 0.012)
    assert later(30.0)[0, 0] == pytest.approx(0.6 - 0.12 + 0.012)


def test_who_defaults_leaves_and_new_loans_bring_the_base_mix_back() -> None:
    only_ccc = np.zeros((1, 10))
    only_ccc[0, 9] = 0.5
    assert later(0.0, only_ccc)[0, 9] < later(0.0)[0, 9]
    renewed = later(2.0, only_ccc, np.ones((1, 4)))
    np.testing.assert_allclose(renewed, P.rating_share)


@examples(st.floats(-4.0, 8.0), st.floats(0.0, 0.5), st.floats(0.0, 1.0))
def test_shares_stay_shares(factor: float, rate: float, new: float) -> None:
    mix = later(factor, np.linspace(0.0, rate, 10)[None, :], np.full((1, 4), new))
    assert (mix >= 0.0).all()
    np.testing.assert_allclose(ratings.by_segment(P, mix), 1.0, rtol=1e-12)


def test_without_migration_and_defaults_the_mix_stays() -> None:
    still = replace(P, downgrade=0.0, upgrade=0.0)
    after = ratings.renewed(still, P.rating_share, NO_DEFAULT, NOTHING_NEW, np.ones((1, 4)))
    np.testing.assert_allclose(after, P.rating_share, rtol=1e-15)


def test_lowest_is_the_last_row_of_each_segment() -> None:
    found = ratings.lowest(P, P.rating_share)[0]
    assert found[[SPV, SOFTWARE, B_LOANS]].tolist() == [0.4, 0.25, 0.15]


def test_ratings_follow_their_segments_and_a_segment_without_any_has_one() -> None:
    rows = [("b", 0.8, 1.0), ("a", 1.0, 2.0), ("b", 0.2, 3.0)]
    segment, share, multiple = ratings.columns(rows, ("a", "b", "c"))
    assert segment.tolist() == [[0.0, 1.0, 1.0, 2.0]]
    assert share.tolist() == [[1.0, 0.8, 0.2, 1.0]]
    assert multiple.tolist() == [[2.0, 1.0, 3.0, 1.0]]


def table(*rows: tuple[str, str, float, float]) -> list[CreditRating]:
    words = {"source": "judgement", "as_of": date(2026, 6, 30), "grade": "judgement"}
    keys = ("segment", "rating", "share", "pd_multiple")
    return [CreditRating.model_validate(dict(zip(keys, r, strict=True)) | words) for r in rows]


def test_the_table_is_checked() -> None:
    good = table(("a", "B", 0.8, 1.0), ("a", "CCC", 0.2, 3.0), ("b", "B", 1.0, 0.5))
    assert not list(CreditRating.faults(good))
    short = table(("a", "B", 0.8, 1.0), ("a", "CCC", 0.1, 3.0))
    assert [fault[1:3] for fault in CreditRating.faults(short)] == [("share", "A017")]
    alike = table(("a", "CCC", 0.2, 3.0), ("a", "B", 0.8, 3.0))
    assert [fault[:3] for fault in CreditRating.faults(alike)] == [(1, "pd_multiple", "A011")]

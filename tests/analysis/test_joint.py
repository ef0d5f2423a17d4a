"""Lifts, medians and combinations in the tail, by hand and against brute force."""

from __future__ import annotations

import numpy as np
import pytest

from risk.analysis.joint import combinations, lift, middle
from risk.analysis.ranking import edge, worst

LOSS = np.array([1.0, 9.0, 3.0, 10.0, 2.0, 8.0, 4.0, 7.0, 5.0, 6.0])
INSIDE = LOSS >= 7.0  # paths 1, 3, 5, 7


def flags(*paths: int) -> np.ndarray:
    found = np.zeros(len(LOSS))
    found[list(paths)] = 1.0
    return found


def test_lift_by_hand() -> None:
    found = lift(flags(1, 3, 0), INSIDE, INSIDE)  # two of four in the tail, three of ten everywhere
    assert (found.tail.value, found.everywhere.value) == (0.5, 0.3)
    assert found.lift.value == pytest.approx(0.5 / 0.3)
    assert found.lift.standard_error > 0.0


def test_an_event_that_never_comes_has_no_lift() -> None:
    found = lift(flags(), INSIDE, INSIDE)
    assert found.never
    assert np.isnan(found.lift.value)
    assert np.isnan(found.lift.standard_error)


def test_an_event_that_always_comes_has_lift_one() -> None:
    found = lift(np.ones(len(LOSS)), INSIDE, INSIDE)
    assert not found.never
    assert (found.lift.value, found.lift.standard_error) == (1.0, 0.0)


def test_lift_of_what_is_independent_is_one_within_its_error() -> None:
    rng = np.random.default_rng(3)
    inside = np.arange(20_000) < 1_000
    around = inside | (np.arange(20_000) < 1_250)
    found = [lift((rng.random(20_000) < 0.3).astype(float), inside, around).lift for _ in range(400)]
    assert abs(found[0].value - 1.0) < 4.0 * found[0].standard_error
    spread = np.std([each.value for each in found])
    assert found[0].standard_error == pytest.approx(spread, rel=0.15)  # 400 repeats know it to 4%


def test_the_error_of_a_lift_is_its_spread() -> None:
    rng = np.random.default_rng(1)
    found = []
    for _ in range(400):
        loss = rng.standard_normal(4_000)
        event = (0.8 * loss + rng.standard_normal(4_000) > 0.5).astype(float)
        found.append(lift(event, worst(loss, 0.05), edge(loss, 0.05)).lift)
    spread = np.std([e.value for e in found], ddof=1)
    stated = np.mean([e.standard_error for e in found])
    assert 0.85 < stated / spread < 1.15  # the spread over 400 repetitions is known to 4%


def test_combinations_are_exact_sets_and_make_up_the_tail() -> None:
    found = combinations({"A": flags(1, 3, 0), "B": flags(1, 3, 5)}, INSIDE, LOSS)
    assert [(c.names, c.count) for c in found] == [(("A", "B"), 2), ((), 1), (("B",), 1)]
    assert sum(c.count for c in found) == INSIDE.sum()
    both = found[0]
    assert (both.tail.value, both.everywhere.value, both.loss.value) == (0.5, 0.2, 9.5)


def test_medians_and_their_place() -> None:
    values = np.where(INSIDE, LOSS, -LOSS)
    values[0] = np.nan
    found = middle(values, INSIDE)
    assert found.tail.value == 8.5  # of 7, 8, 9, 10
    assert found.everywhere.value == -2.0  # of −6 … −2, 7 … 10: the middle of nine
    assert found.place.value == pytest.approx(7 / 9)


def test_a_tail_like_the_rest_stands_in_the_middle() -> None:
    rng = np.random.default_rng(2)
    values, loss = rng.standard_normal((2, 20_000))
    place = middle(values, worst(loss, 0.05)).place
    assert abs(place.value - 0.5) < 4.0 * place.standard_error
    assert place.standard_error == pytest.approx(0.5 / np.sqrt(1_000), rel=0.15)  # of a median's rank


def test_the_lift_of_what_is_rare_in_the_tail_leans_as_wilson_does() -> None:
    came = np.zeros(2_000)
    came[:20] = 1.0  # one in a hundred of all
    inside = np.zeros(2_000, dtype=bool)
    inside[18:118] = True  # two of a hundred in the tail
    found = lift(came, inside, inside)
    low, high = found.lift.interval
    assert found.lift.value == pytest.approx(2.0)
    assert 0.0 <= low < 2.0 < high
    assert high - 2.0 > 2.0 - low  # the first edition printed a symmetric interval here


def test_intervals_of_rare_lifts_hold() -> None:
    rng, held = np.random.default_rng(6), []
    for _ in range(1_000):
        inside = np.arange(2_000) < 100
        came = (rng.random(2_000) < np.where(inside, 0.03, 0.01)).astype(float)
        truth = 0.03 / (0.05 * 0.03 + 0.95 * 0.01)
        found = lift(came, inside, inside)
        held.append(found.lift.interval[0] <= truth <= found.lift.interval[1])
    assert 0.92 < np.mean(held) <= 0.99

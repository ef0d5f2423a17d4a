"""Calibrated words, and probabilities that never read as certainties they are not."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from risk.analysis.statistics import Estimate, probability
from risk.analysis.words import NESTED, SCALE, half_width, percent, probability_text, ranged, word, words


@pytest.mark.parametrize(
    ("chance", "expected"),
    [
        (0.0, "exceptionally unlikely"),
        (0.0099, "exceptionally unlikely"),
        (0.01, "very unlikely"),
        (0.099, "very unlikely"),
        (0.10, "unlikely"),
        (0.33, "about as likely as not"),
        (0.50, "about as likely as not"),
        (0.66, "likely"),
        (0.90, "very likely"),
        (0.99, "very likely"),
        (0.991, "virtually certain"),
        (1.0, "virtually certain"),
    ],
)
def test_scale(chance: float, expected: str) -> None:
    assert word(chance) == expected


@given(st.floats(0, 1), st.floats(0, 1))
def test_words_rise_with_the_probability(a: float, b: float) -> None:
    order = [name for _, name in SCALE]
    low, high = sorted((a, b))
    assert order.index(word(low)) <= order.index(word(high))


def test_both_words_where_the_interval_straddles_a_boundary() -> None:
    assert words(Estimate(0.32, 0.002, 20_000)) == "unlikely"
    assert words(Estimate(0.328, 0.004, 20_000)) == "unlikely to about as likely as not"
    assert words(Estimate(0.895, 0.01, 1_000)) == "likely to very likely"
    assert words(Estimate(float("nan"), float("nan"), 0)) == "not defined"


def test_no_hits_are_worded_by_their_bound() -> None:
    assert words(probability(np.zeros(20_000))) == "exceptionally unlikely"
    assert words(probability(np.zeros(100))) == "exceptionally unlikely to very unlikely"


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0.0, 0.009, "exceptionally unlikely"),
        (0.0, 0.2, "unlikely"),
        (0.02, 0.45, "less likely than not"),
        (0.35, 0.6, "about as likely as not"),
        (0.55, 0.97, "more likely than not"),
        (0.67, 0.95, "likely"),
        (0.93, 0.97, "very likely"),
        (0.01, 0.87, "undecided"),
    ],
)
def test_a_range_has_one_word_that_holds_it(low: float, high: float, expected: str) -> None:
    assert ranged(low, high) == expected


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1))
def test_no_range_is_worded_beyond_it(a: float, b: float, c: float) -> None:
    low, middle, high = sorted((a, b, c))
    found = {name: (start, end) for name, start, end in NESTED}.get(ranged(low, high), (0.0, 1.0))
    assert found[0] <= low <= middle <= high <= found[1]


@pytest.mark.parametrize(
    ("chance", "shown"),
    [
        (0.0004, "< 0.1 %"),
        (0.0, "0.0 %"),
        (0.042, "4.2 %"),
        (0.0996, "10 %"),
        (0.234, "23 %"),
        (0.995, "99.5 %"),
        (0.9996, "> 99.9 %"),
        (1.0, "100 %"),
    ],
)
def test_percent(chance: float, shown: str) -> None:
    assert percent(chance) == shown


@given(st.floats(0, 1, exclude_min=True, exclude_max=True))
def test_what_may_happen_is_never_printed_as_impossible_or_certain(chance: float) -> None:
    assert percent(chance) not in ("0.0 %", "100 %", "100.0 %", "0 %")


def test_text_carries_its_error() -> None:
    assert probability_text(Estimate(0.234, 0.003, 20_000)) == "23 % (± 0.6 %)"
    assert probability_text(Estimate(0.5, 0.0001, 10_000_000)) == "50 % (± < 0.1 %)"
    assert probability_text(probability(np.zeros(20_000))) == "< 3/20,000"
    assert probability_text(probability(np.ones(20_000))) == "> 1 − 3/20,000"
    assert probability_text(probability([])) == "not defined"
    assert half_width(0.0123) == "± 1.2 %"

"""Digits follow errors; probabilities follow the rules of the verdict."""

from __future__ import annotations

import math

import pytest

from risk.analysis import statistics
from risk.analysis.statistics import Estimate, probability
from risk.report.terminal import numbers


@pytest.mark.parametrize(
    ("value", "error", "unit", "shown"),
    [
        (147.437, 0.83, "USD bn", "147.4"),
        (147.437, 2.0, "USD bn", "147"),
        (1_473.4, 38.0, "USD bn", "1,470"),
        (0.0, 0.0, "USD bn", "–"),
        (2.6531, 0.012, "USD/h", "2.65"),
        (0.04561, 0.003, "fraction", "4.6%"),
        (0.456, 0.02, "fraction", "46%"),
        (0.1993, 0.0031, "1", "0.199"),
        (437.4, 3.2, "bp", "437 bp"),
        (0.51, 0.0, "1", "0.51"),
        (math.nan, math.nan, "1", "not defined"),
    ],
)
def test_no_more_digits_than_the_error_supports(value: float, error: float, unit: str, shown: str) -> None:
    assert numbers.number(value, error, unit) == shown


def test_the_error_is_the_half_width_of_the_interval() -> None:
    assert numbers.error(Estimate(147.4, 0.83, 20_000), "USD bn") == "±1.6"
    assert numbers.error(Estimate(147.4, 5.1, 20_000, (137.9, 157.9)), "USD bn") == "±10"
    assert numbers.error(Estimate(147.4, 0.0, 20_000), "USD bn") == ""
    assert numbers.error(Estimate(2.65, 0.0016, 20_000), "USD/h") == "±0.003"


def test_an_interval_that_is_not_symmetric_is_printed_by_its_ends() -> None:
    assert numbers.error(Estimate(147.4, 5.1, 20, (140.0, 160.0)), "USD bn") == "140–160"
    assert numbers.error(Estimate(2.0, 5.1, 20, (-1.0, 19.0)), "USD bn") == "-1 to 19"
    assert numbers.with_error(Estimate(147.4, 5.1, 20, (140.0, 160.0), tail=1), "USD bn") == "147 (140–160) *"


@pytest.mark.parametrize(
    ("hits", "n", "shown"),
    [
        (1, 31, "3.2% (0.6–16%)"),
        (30, 31, "97% (84–99.4%)"),
        (19, 20, "95% (76–99.1%)"),
        (10, 1_000, "1.0% (0.5–1.8%)"),
        (25, 100, "25% (18–34%)"),
        (2, 4, "50% ±35.0%"),
        (29, 20_000, "0.1% (0.1–0.2%)"),
        (3, 20_000, "<0.1% ±<0.1%"),
        (150, 20_000, "0.8% ±0.1%"),
        (400, 1_000, "40% ±3.0%"),
    ],
)
def test_a_probability_has_the_interval_that_it_has(hits: int, n: int, shown: str) -> None:
    """Wilson's interval by hand for 1 of 31: (0.0323 + 0.0620 ∓ 0.0876) / 1.1239."""
    assert numbers.with_interval(statistics.proportion(hits, n)) == shown


def test_a_thin_tail_is_starred() -> None:
    assert numbers.with_error(Estimate(514.6, 4.2, 2_000, tail=50), "USD bn") == "515 ±8 *"
    assert numbers.with_error(Estimate(514.6, 4.2, 20_000, tail=500), "USD bn") == "515 ±8"


@pytest.mark.parametrize(
    ("hits", "n", "shown", "margin"),
    [
        (0, 20_000, "< 3/20,000", ""),
        (20_000, 20_000, "> 99.98%", ""),
        (1, 20_000, "<0.1%", "±<0.1%"),
        (760, 20_000, "3.8%", "±0.3%"),
        (3_720, 20_000, "19%", "±0.5%"),
        (19_920, 20_000, "99.6%", "±0.1%"),
        (19_999, 20_000, ">99.9%", "±<0.1%"),
    ],
)
def test_probabilities_never_read_zero_or_one(hits: int, n: int, shown: str, margin: str) -> None:
    found = probability([1] * hits + [0] * (n - hits))
    assert numbers.probability(found) == shown
    assert numbers.interval(found) == margin


def test_a_probability_of_nothing_is_a_dash() -> None:
    assert numbers.probability(Estimate(math.nan, math.nan, 0)) == "–"
    assert numbers.interval(Estimate(math.nan, math.nan, 0)) == ""

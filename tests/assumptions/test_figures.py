"""Printed numbers, units and expressions: what they mean, and what is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from risk.assumptions.figures import (
    FigureError,
    Numbers,
    Span,
    evaluate,
    names,
    printed,
    rounding,
    scale,
)

NUMBERS = Numbers(
    entries={
        "gpu.power_lead": (10.0, "quarter"),
        "capex.ceiling": ([5.6, 6.7], "USD tn"),
        "dependence.correlation": ([[1.0]], "1"),
        "run.base_date": ("2026-06-30", "date"),
    },
    tables={
        "capex.actual": {
            "AMZN 2025Q1": {"capex": 10.0, "cfo": 20.0},
            "AMZN 2025Q2": {"capex": 11.0, "cfo": 22.0},
            "AMZN 2026Q1": {"capex": 40.0, "cfo": 50.0},
        }
    },
    figures={
        "required": ("600", "$bn a year"),
        "guide": ("660-690", "$bn"),
        "share": ("~75", "%"),
        "words": ("a few", "x"),
        "miles": ("70,400", "miles"),
        "none": ("0", "x"),
    },
)


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("22", 22, 22),
        ("~120", 120, 120),
        ("660-690", 660, 690),
        ("~5-7", 5, 7),
        ("120+", 120, 120),
        (">1", 1, 1),
        ("<1", 1, 1),
        ("up to 5.0", 5, 5),
        ("+600", 600, 600),
        ("70,400", 70_400, 70_400),
        ("50,000-500,000", 50_000, 500_000),
        ("1/3", 1 / 3, 1 / 3),
        (">2/3", 2 / 3, 2 / 3),
        ("2 x 2", 4, 4),
        (">100K", 100_000, 100_000),
        ("500K+", 500_000, 500_000),
        ("73.5M", 73.5e6, 73.5e6),
        ("~32K-100K", 32_000, 100_000),
    ],
)
def test_printed_numbers(text: str, low: float, high: float) -> None:
    assert printed(text) == pytest.approx((low, high))


@pytest.mark.parametrize(
    "text", ["", "few hundred", "46.7; 12.9", "late 2026-2027", "binary", "1.2.3", "-5", "5 x", ",", "1/0"]
)
def test_words_and_lists_are_no_number(text: str) -> None:
    assert printed(text) is None


@pytest.mark.parametrize(
    ("text", "half"), [("22", 0.5), ("20.5", 0.05), ("3.35", 0.005), ("100K", 500), ("1/3", 0)]
)
def test_rounding_is_half_a_unit_of_the_last_digit(text: str, half: float) -> None:
    assert rounding(text) == pytest.approx(half)


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("13 * {gpu.power_lead}", 130, 130),
        ("{capex.ceiling}", 5.6e12, 6.7e12),
        ("{capex.ceiling[1]}", 6.7e12, 6.7e12),
        ("{capex.ceiling[0:2]}", 12.3e12, 12.3e12),
        ("{capex.actual.AMZN 2025Q1.capex}", 10e9, 10e9),
        ("{capex.actual.* 2025Q?.capex}", 21e9, 21e9),
        ("{capex.actual.* 2025Q?.capex} / {capex.actual.* 2025Q?.cfo}", 0.5, 0.5),
        ("{share} * {guide}", 495e9, 517.5e9),
        ("1 / {guide}", 1 / 690e9, 1 / 660e9),
        ("{guide} - {guide}", 0, 0),
        ("-({required} - 2 * {required})", 600e9, 600e9),
        ("e ** (2 - 1)", 2.718281828459045, 2.718281828459045),
    ],
)
def test_expressions(text: str, low: float, high: float) -> None:
    assert evaluate(text, NUMBERS) == pytest.approx((low, high))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{nothing}", "no figure, fact, entry"),
        ("{capex.actual.GOOGL 2025Q1.capex}", "no figure, fact, entry"),
        ("{capex.actual.AMZN 2025Q1.source}", "no figure, fact, entry"),
        ("{capex.ceiling[2]}", "no components"),
        ("{capex.ceiling[1:1]}", "no components"),
        ("{gpu.power_lead[0]}", "no components"),
        ("{dependence.correlation}", "in words or a matrix"),
        ("{run.base_date}", "in words or a matrix"),
        ("{words}", "not one number or range"),
        ("{miles}", "'miles' has no factor"),
        ("1 / {none}", "has no value"),
        ("(-8) ** 0.5", "has no value"),
        ("9.0 ** 9.0 ** 9.0", "has no value"),
        ("", "is no expression"),
        ("{share", "is no expression"),
        ("_0", "is no expression"),
        ("{share} and 1", "is no expression"),
        ("abs({share})", "is no expression"),
        ("'a' * 3", "is no expression"),
        ("True + 1", "is no expression"),
        ("(" * 250 + "1" + ")" * 250, "is no expression"),
        ("-" * 250 + "x", "is no expression"),
    ],
)
def test_what_is_no_expression_or_has_no_value_is_refused(text: str, words: str) -> None:
    with pytest.raises(FigureError, match=words):
        evaluate(text, NUMBERS)


@given(st.text(alphabet="{}gpu.ower_lads[]0123456789+-*/() e", max_size=60))
def test_any_text_has_a_value_or_is_refused(text: str) -> None:
    try:
        low, high = evaluate(text, NUMBERS)
    except FigureError:
        return
    assert low <= high


def test_names_and_spans() -> None:
    assert names("{a} / {b} + {a}") == ("a", "b")
    assert Span(1, 2).meets(Span(2, 3))
    assert not Span(1, 2).meets(Span(2.1, 3))
    assert Span(1, 3).middle == 2
    assert Span(1, 3).scaled(2) == Span(2, 6)
    assert scale("$bn") == scale("USD bn") == 1e9
    assert scale("TWh") == pytest.approx(1e12)

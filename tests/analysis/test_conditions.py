"""Conditions on paths: which paths meet them by hand, in which units, and what is refused in which words."""

from __future__ import annotations

import ast
from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from risk.analysis.conditions import check, condition, names, quantity
from risk.assumptions import load
from risk.errors import UsageError
from risk.runs import Run
from tests.stored_paths import stored


@cache
def run() -> Run:
    register = load()
    steps = np.arange(register.calendar.quarters + 1.0)[:, None]
    return stored(
        register,
        outcomes={
            "headline_loss": [100e9, 250e9, 300e9, 50e9],
            "h100_2028": [0.5, 1.5, 0.8, 2.0],
            "loss.notes": [1e9, 2e9, 3e9, 4e9],
            "B2": [0.0, 1.0, 1.0, 0.0],
            "B4": [0.0, 1.0, 0.0, 1.0],
            "B4_quarter": [np.nan, 3.0, np.nan, 12.0],
            "bust": [0.0, 1.0, 0.0, 0.0],
        },
        parameters={
            "gpu.power_growth": [0.1, 0.2, 0.3, 0.4],
            "gpu.delivery_weights[1]": [0.2, 0.3, 0.4, 0.5],
        },
        series={"hy_spread": (steps * 1e-3 + np.array([0.0, 0.01, 0.02, 0.03])).astype(np.float32)},
    )


@pytest.mark.parametrize(
    ("words", "met"),
    [
        ("headline_loss > 200", [0, 1, 1, 0]),
        ("headline_loss > 200 and h100_2028 < 1.0", [0, 0, 1, 0]),
        ("headline_loss>0.2 USD tn", [0, 1, 1, 0]),
        ("50 < headline_loss <= 250", [1, 1, 0, 0]),
        ("bust", [0, 1, 0, 0]),
        ("not bust", [1, 0, 1, 1]),
        ("B2 + B4 >= 2", [0, 1, 0, 0]),
        ("B2 == B4", [1, 1, 0, 0]),
        ("B2 or (B4 and not headline_loss < 60)", [0, 1, 1, 0]),
        ("B4_quarter < 2028Q1", [0, 1, 0, 0]),  # the third quarter after 2026Q3 is 2027Q2
        ("loss.notes / headline_loss > 1%", [0, 0, 0, 1]),
        ("2 * loss.notes - 1 >= 5", [0, 0, 1, 1]),
        ("gpu.power_growth > 0.25", [0, 0, 1, 1]),
        ("gpu.delivery_weights[1] > 35%", [0, 0, 1, 1]),
        ("hy_spread@2027Q3 > 200", [0, 0, 1, 1]),  # four quarters on: 40, 140, 240, 340 bp
        ("hy_spread@2027Q3 > 2.0 %", [0, 0, 1, 1]),
        ("headline_loss / (h100_2028 - 0.5) > 0", [0, 1, 1, 1]),  # divided by zero is no value
    ],
)
def test_which_paths_meet_it(words: str, met: list[int]) -> None:
    found = condition(run(), words)
    assert found.flags.tolist() == [bool(flag) for flag in met]
    assert found.words == words
    assert [column.name for column in found.quantities] == list(names(words))


def test_what_never_came_meets_no_comparison() -> None:
    before, after = (condition(run(), f"B4_quarter {sign} 2030Q1").flags for sign in ("<", ">="))
    assert (before | after).tolist() == [False, True, False, True]


def test_a_quantity_is_in_the_unit_of_reports() -> None:
    loss, spread, bust = (quantity(run(), name) for name in ("headline_loss", "hy_spread@2026Q3", "bust"))
    assert (loss.values.tolist(), loss.unit, loss.flag) == ([100.0, 250.0, 300.0, 50.0], "USD bn", False)
    assert spread.values == pytest.approx([0.0, 100.0, 200.0, 300.0], abs=1e-4)
    assert spread.unit == "bp"
    assert spread.label.endswith("2026Q3")
    assert (bust.unit, bust.flag, bust.label) == ("1", True, "Bust")


@pytest.mark.parametrize(
    ("words", "reason", "fix"),
    [
        ("headline_los > 1", "no quantity of a path called headline_los", "did you mean headline_loss?"),
        ("hy_spred@2028Q4 > 1", "no series called hy_spred", "did you mean hy_spread?"),
        ("hy_spread > 1", "hy_spread is a series", "hy_spread@2032Q4"),
        ("hy_spread@2050Q1 > 1", "2050Q1 lies outside 2026Q3", "from 2026Q3 to 2032Q4"),
        ("hy_spread@soon > 1", "'soon' is not a quarter", "from 2026Q3 to 2032Q4"),
        ("h100_2028@2028Q4 > 1", "not a series", "leave out @"),
        ("headline_loss > 1 parsec", "unknown unit 'parsec'", "known units"),
        ("headline_loss > 1 USD/h", "headline_loss is in USD bn, 1 USD/h in USD/h", "same unit"),
        ("headline_loss + h100_2028 > 1", "h100_2028 in USD/h", "same unit"),
        ("bust and headline_loss", "headline_loss is a number in USD bn", "compare it"),
        ("1", "1 is a number", "compare it"),
        ("", "is not a condition", "write one like"),
        ("headline_loss >", "is not a condition", "write one like"),
        ("bust ** 2 > 1", "is not a condition", "write one like"),
        ("bust if bust else bust", "is not a condition", "write one like"),
        ("headline_loss > 'x'", "''x'' is not understood", "write one like"),
        ("bust or " * 200 + "bust", "at most 1,000 letters", ""),
    ],
)
def test_what_is_refused(words: str, reason: str, fix: str) -> None:
    with pytest.raises(UsageError) as refused:
        condition(run(), words)
    assert reason in refused.value.reason
    assert fix in " ".join(refused.value.fixes)


def test_words_are_checked_without_a_run() -> None:
    register = run().register
    check(register, "headline_loss > 200 and loss.notes > 1 and gpu.delivery_weights[2] < 0.5 and B5i")
    for words, reason in (
        ("headline_los > 1", "headline_los"),
        ("los.notes > 1", "los.notes"),
        ("gpu.delivery_weights[3] < 0.5", "gpu.delivery_weights"),
        ("h100_2028 > 1 USD bn", "USD/h"),
    ):
        with pytest.raises(UsageError, match=reason):
            check(register, words)


ATOMS = ("headline_loss > 200", "h100_2028 < 1.0", "bust", "B2", "B4")


@st.composite
def sentences(draw: st.DrawFn) -> str:
    parts = draw(st.lists(st.sampled_from(ATOMS), min_size=1, max_size=5))
    joined = parts[0]
    for part in parts[1:]:
        joined = f"({joined}) {draw(st.sampled_from(('and', 'or', 'and not', 'or not')))} {part}"
    return joined


@given(sentences())
def test_it_means_what_python_means(words: str) -> None:
    met = condition(run(), words).flags
    columns = {name: quantity(run(), name).values for name in names(words)}
    for path in range(4):
        here = {name: float(values[path]) for name, values in columns.items()}
        told = eval(compile(ast.parse(words, mode="eval"), "", "eval"), {}, here)
        assert bool(told) == met[path]

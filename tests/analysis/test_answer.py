"""The numbers of the answer: what a bust costs, what moves it, between which ends a class lies."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from risk.analysis import answer
from risk.analysis.attribution import ranks
from risk.analysis.statistics import FEWEST, Estimate
from risk.analysis.verdict import OutcomeClass
from tests.analysis.errors import student

N = 4_000


def test_a_bust_costs_what_its_paths_lose_more() -> None:
    bust = np.array([1.0] * 40 + [0.0] * 60)
    loss = np.concatenate([np.arange(40.0), np.full(60, 3.0)])
    found = answer.cost(bust, loss)
    assert found.more.value == pytest.approx(19.5 - 3.0)
    assert found.more.standard_error == pytest.approx(student(np.arange(40.0)), rel=1e-6)
    assert found.ends is not None
    low, high = found.ends
    assert -3.0 < low < 1.0
    assert 33.0 < high < 36.0


@pytest.mark.parametrize("busts", [0, FEWEST - 1, 100 - FEWEST + 1, 100])
def test_too_few_busts_or_too_few_others_tell_no_cost(busts: int) -> None:
    bust = np.where(np.arange(100) < busts, 1.0, 0.0)
    found = answer.cost(bust, np.arange(100.0))
    assert np.isnan(found.more.value)
    assert found.ends is None


def test_planted_movers_are_found_in_order_and_an_idle_input_is_not() -> None:
    rng = np.random.default_rng(7)
    draws = {name: rng.standard_normal(N) for name in ("weak", "strong", "idle")}
    bust = 1.5 * draws["strong"] - 0.7 * draws["weak"] + rng.standard_normal(N) > 0.0
    places = {name: ranks(drawn) for name, drawn in draws.items()}
    found = answer.movers(bust.astype(float), places)
    assert [each.id for each in found] == ["strong", "weak"]
    strong, weak = found
    assert strong.low.value < 0.1 < 0.9 < strong.high.value
    assert weak.low.value > weak.high.value
    cut = draws["strong"] <= np.sort(draws["strong"])[N // 10 - 1]
    assert strong.low.value == bust[cut].mean()


def test_no_more_movers_than_there_is_room_for() -> None:
    rng = np.random.default_rng(3)
    draws = {f"x{i}": rng.standard_normal(N) for i in range(8)}
    bust = np.where(np.sum(list(draws.values()), axis=0) > 0.0, 1.0, 0.0)
    assert len(answer.movers(bust, {name: ranks(drawn) for name, drawn in draws.items()}, 5)) == 5


def test_ends_hold_the_run_itself() -> None:
    found: Any = OutcomeClass("bust", "Bust", Estimate(0.35, 0.01, 100), "")
    assert answer._ends(found, [0.4, 0.5]) == (0.35, 0.5)
    assert answer._ends(found, [0.1]) == (0.1, 0.35)
    assert answer._ends(found, []) is None

"""The smallest sets of inputs: planted drivers are found, inert ones not, and no other push is cheaper."""

from __future__ import annotations

import numpy as np
import pytest

from risk.analysis.views import sets
from risk.analysis.views.sets import CLOSE, Event, smallest

N = 5_000
DRAW = np.random.default_rng(5)
STRONG, WEAK, INERT, LUCK = DRAW.standard_normal((4, N))
FLAGS = (2.0 * STRONG - WEAK + LUCK > 0.8).astype(np.float64)
INPUTS = {"inert": INERT, "weak": 3.0 + 10.0 * WEAK, "strong": STRONG, "fixed": np.ones(N)}


def cost(weights: np.ndarray) -> float:
    return float((weights * np.log(N * weights)).sum())


def test_one_driver_is_enough_for_a_low_bar() -> None:
    one, two = smallest(Event(FLAGS, 0.5, above=True), INPUTS)
    assert one.names == ("strong",)
    assert set(two.names) == {"strong", "weak"}
    assert one.cost > two.cost  # and the inert input, which saves nothing, makes no third
    for found in (one, two):
        assert float((found.weights * FLAGS).sum()) == pytest.approx(0.5, abs=CLOSE)
        assert found.cost == pytest.approx(cost(found.weights), abs=1e-8)


def test_where_no_single_input_does_it_the_smallest_set_has_two() -> None:
    (found,) = smallest(Event(FLAGS, 0.9, above=True), INPUTS)
    assert set(found.names) == {"strong", "weak"}


def test_where_none_does_it_there_is_none() -> None:
    assert smallest(Event(FLAGS, 0.99, above=True), INPUTS) == ()
    assert smallest(Event(FLAGS, 0.5, above=True), {"inert": INERT, "fixed": np.ones(N)}) == ()


@pytest.mark.parametrize("above", [True, False])
def test_means_stay_inside_their_priors_and_go_the_way_that_helps(above: bool) -> None:
    for found in smallest(Event(FLAGS, 0.8 if above else 0.05, above), INPUTS):
        for name in found.names:
            mean = float((found.weights * INPUTS[name]).sum())
            low, high = np.quantile(INPUTS[name], sets.RANGE)
            assert low - 1e-3 * (high - low) <= mean <= high + 1e-3 * (high - low)
        if "strong" in found.names:
            assert bool((found.weights * STRONG).sum() > STRONG.mean()) is above
        if "weak" in found.names:
            assert bool((found.weights * WEAK).sum() < WEAK.mean()) is above


def test_no_push_on_a_grid_is_cheaper() -> None:
    event = Event(FLAGS, 0.6, above=True)
    (found,) = (each for each in smallest(event, INPUTS) if len(each.names) == 2)
    rows = np.array([STRONG, WEAK])
    best = np.inf
    for push in np.stack(np.meshgrid(np.linspace(0.0, 1.5, 61), np.linspace(-1.5, 0.0, 61)), -1).reshape(
        -1, 2
    ):
        tilt = np.exp((push[:, None] * rows).sum(axis=0))
        weights = tilt / tilt.sum()
        if float((weights * FLAGS).sum()) >= 0.6:
            best = min(best, cost(weights))
    assert found.cost <= best + 1e-6
    assert found.cost == pytest.approx(best, rel=0.05)


def test_an_inert_input_that_hangs_together_with_a_real_one_is_not_the_set() -> None:
    shadow = 0.6 * STRONG + 0.8 * INERT
    one, *_ = smallest(Event(FLAGS, 0.45, above=True), {"shadow": shadow, "strong": STRONG})
    assert one.names == ("strong",)

"""What information is worth: closed forms lie inside the intervals, and what tells nothing is worth nothing."""

from __future__ import annotations

from math import erf, exp, pi, sqrt

import numpy as np
import pytest

from risk.analysis.voi import FEWEST, NOTHING, Information, information
from risk.errors import UsageError

N, REPLICATES = 4_096, 60
MEAN, SLOPE, WAVE, NOISE = 0.3, 1.0, 0.8, 2.0


def worth(mean: float, deviation: float) -> float:
    """``E[max(0, Z)] − max(0, E[Z])`` of a normal Z."""
    z = abs(mean) / deviation
    return deviation * exp(-z * z / 2) / sqrt(2 * pi) - abs(mean) * (1 - erf(z / sqrt(2))) / 2


def drawn(seed: int, n: int = N) -> Information:
    """One action that pays ``0.3 + x + 0.8 y z + noise``, and an input that is in nothing."""
    generator = np.random.default_rng(seed)
    x, y, z, idle, noise = generator.standard_normal((5, n))
    pays = MEAN + SLOPE * x + WAVE * y * z + NOISE * noise
    inputs = {"x": x, "y": y, "z": z, "idle": idle, "echo": np.exp(x) + 0.01 * idle}
    return information({"act": pays}, inputs, {"real": ["x", "y"], "idle": ["idle"]})


@pytest.fixture(scope="module")
def found() -> list[Information]:
    return [drawn(seed) for seed in range(REPLICATES)]


def covered(found: list[Information], name: str, true: float) -> int:
    values = [next(each for each in one.single if each.name == name).value for one in found]
    return sum(value.interval[0] <= true <= value.interval[1] for value in values)


def test_a_known_worth_lies_inside_the_interval_as_often_as_it_says(found: list[Information]) -> None:
    true = worth(MEAN, SLOPE)
    assert true == pytest.approx(0.2667, abs=1e-4)
    assert covered(found, "x", true) >= 53  # 95% of 60, less two binomial errors
    values = [one.single[0].value.value for one in found]
    assert np.mean(values) == pytest.approx(true, abs=3 * np.std(values) / sqrt(REPLICATES) + 0.003)


def test_all_that_comes_is_worth_what_the_whole_spread_is(found: list[Information]) -> None:
    generator = np.random.default_rng(99)
    x, y, z, noise = generator.standard_normal((4, 2_000_000))
    pays = MEAN + SLOPE * x + WAVE * y * z + NOISE * noise
    true = np.maximum(pays, 0.0).mean() - MEAN
    inside = [one.perfect.interval[0] <= true <= one.perfect.interval[1] for one in found]
    assert sum(inside) >= 53


def test_what_tells_nothing_is_worth_nothing(found: list[Information]) -> None:
    for name in ("idle", "y", "z"):  # y and z each tell nothing without the other
        values = [next(w for w in one.single if w.name == name) for one in found]
        assert sum(w.value.interval[0] <= 0.0 for w in values) >= 57
        assert np.mean([w.value.value for w in values]) <= 0.0
        assert sum(w.found for w in values) <= 3


def test_what_is_worth_most_comes_first_and_is_found(found: list[Information]) -> None:
    for one in found:
        assert {one.single[0].name, one.single[1].name} == {"x", "echo"}
        assert one.single[0].found
        assert one.groups[0].name == "real"
        assert one.inputs.found
        assert one.best == "act"


def test_where_one_action_is_always_best_nothing_is_worth_knowing() -> None:
    generator = np.random.default_rng(3)
    x = generator.standard_normal(N)
    found = information({"good": 10.0 + x, "bad": -10.0 - x}, {"x": x}, {})
    assert found.best == "good"
    assert (found.single[0].value.value, found.single[0].found) == (0.0, False)
    assert found.perfect.value == 0.0
    none = information({"bad": -10.0 - x}, {"x": x}, {})
    assert none.best == NOTHING


def test_components_that_add_up_to_one_can_be_regressed_together() -> None:
    generator = np.random.default_rng(4)
    x = generator.random(N)
    found = information({"act": x - 0.5}, {"w[0]": x, "w[1]": 1.0 - x}, {"w": ["w[0]", "w[1]"]})
    assert found.groups[0].value.value == pytest.approx(0.125, abs=0.006)


def test_too_few_paths_are_refused() -> None:
    with pytest.raises(UsageError, match="too few"):
        drawn(0, FEWEST - 1)

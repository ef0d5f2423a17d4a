"""First-order shares against the variance decomposition of functions known in closed form."""

from __future__ import annotations

import numpy as np
import pytest

from risk.analysis.attribution import Ranks, ranks
from risk.analysis.shares import first_order, shares

N, REPETITIONS = 4_000, 200


def draw(rng: np.random.Generator, n: int = N) -> tuple[dict[str, Ranks], np.ndarray]:
    strong, weak, idle, noise = rng.standard_normal((4, n))
    draws = {"strong": strong, "weak": weak, "idle": idle}
    return {name: ranks(drawn) for name, drawn in draws.items()}, 2.0 * strong + weak + strong * weak + noise


def test_shares_are_those_of_the_variance() -> None:
    # Variance 4 + 1 + 1 + 1: shares 4/7 and 1/7, an interaction and noise. Ten bins hold 97% of the variance
    # of a normal between them: the mean squared bin mean of a standard normal.
    edges = np.sort(np.random.default_rng(1).standard_normal(1_000_000)).reshape(10, -1).mean(axis=1)
    kept = float((edges**2).mean())
    found = shares(*draw(np.random.default_rng(2), 200_000))
    for name, expected in (("strong", 4.0 / 7.0), ("weak", 1.0 / 7.0), ("idle", 0.0)):
        estimate = found.single[name]
        assert abs(estimate.value - kept * expected) < 4.0 * estimate.standard_error
    total = found.total
    assert total.value == pytest.approx(sum(e.value for e in found.single.values()), rel=1e-12)
    assert abs(total.value - kept * 5.0 / 7.0) < 4.0 * total.standard_error


def test_the_jackknife_is_the_spread_over_repetitions() -> None:
    rng = np.random.default_rng(3)
    found = [shares(*draw(rng)) for _ in range(REPETITIONS)]
    for name in ("strong", "weak"):
        spread = np.std([f.single[name].value for f in found], ddof=1)
        stated = np.mean([f.single[name].standard_error for f in found])
        assert 0.85 < stated / spread < 1.15  # the spread over 200 repetitions is known to 5%
    spread = np.std([f.total.value for f in found], ddof=1)
    assert 0.85 < np.mean([f.total.standard_error for f in found]) / spread < 1.15


def test_no_effect_is_zero_on_average_and_its_error_is_not_too_small() -> None:
    rng = np.random.default_rng(4)
    idle = [shares(*draw(rng)).single["idle"] for _ in range(REPETITIONS)]
    values = np.array([e.value for e in idle])
    spread = values.std(ddof=1)
    assert abs(values.mean()) < 4.0 * spread / np.sqrt(REPETITIONS)
    assert np.mean([e.standard_error for e in idle]) > 0.9 * spread


def test_leaving_one_out_is_leaving_one_out() -> None:
    rng = np.random.default_rng(5)
    place, values = np.arange(50), rng.standard_normal(50)
    share, pseudo = first_order(place, values, bins=5)
    bins = np.arange(50) // 10
    for j in (0, 17, 49):
        kept = np.arange(50) != j
        y, k = values[kept], bins[kept]
        between = sum((k == b).sum() * (y[k == b].mean() - y.mean()) ** 2 for b in range(5))
        left = 1.0 - (1.0 - between / ((y - y.mean()) ** 2).sum()) * 48.0 / 44.0
        assert pseudo[j] == pytest.approx(50.0 * share - 49.0 * left, rel=1e-9)


def test_a_loss_that_never_varies_has_no_drivers() -> None:
    found = shares({"any": np.arange(100)}, np.full(100, 3.0))
    assert (found.total.value, found.total.standard_error) == (0.0, 0.0)

"""First-order shares against the variance decomposition of functions known in closed form."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from risk.analysis.attribution import Ranks, ranks
from risk.analysis.shares import first_order, shares, spline

N, REPETITIONS = 2_048, 200

Array = np.ndarray
Drawn = tuple[dict[str, Ranks], Array]


def product(rng: np.random.Generator, n: int) -> Drawn:
    """Variance 4 + 1 + 1 + 1: two inputs, their product and noise."""
    strong, weak, idle, noise = rng.standard_normal((4, n))
    draws = {"strong": strong, "weak": weak, "idle": idle}
    return {name: ranks(drawn) for name, drawn in draws.items()}, 2.0 * strong + weak + strong * weak + noise


def ishigami(rng: np.random.Generator, n: int) -> Drawn:
    """Ishigami and Homma (1990): sin x₁ + 7 sin² x₂ + 0.1 x₃⁴ sin x₁."""
    x = rng.uniform(-np.pi, np.pi, (3, n))
    values = np.sin(x[0]) + 7.0 * np.sin(x[1]) ** 2 + 0.1 * x[2] ** 4 * np.sin(x[0])
    return {f"x{k + 1}": ranks(drawn) for k, drawn in enumerate(x)}, values


def lognormal(rng: np.random.Generator, n: int) -> Drawn:
    """exp(.8 z + b noise), whose share of z, (e^.64 − 1) / (e^(.64 + b²) − 1), is .73."""
    z, noise = rng.standard_normal((2, n))
    spread = np.sqrt(np.log(1.0 + np.expm1(0.64) / 0.73) - 0.64)
    return {"z": ranks(z)}, np.exp(0.8 * z + spread * noise)


KNOWN = [
    (product, {"strong": 4 / 7, "weak": 1 / 7, "idle": 0.0}),
    (ishigami, {"x1": 0.3139, "x2": 0.4424, "x3": 0.0}),
    (lognormal, {"z": 0.73}),
]


@pytest.mark.parametrize(("draw", "known"), KNOWN)
def test_intervals_hold_the_shares_that_are_known(
    draw: Callable[[np.random.Generator, int], Drawn], known: dict[str, float]
) -> None:
    rng = np.random.default_rng(2)
    found = [shares(*draw(rng, N)) for _ in range(REPETITIONS)]
    for name, share in known.items():
        estimates = [each.single[name] for each in found]
        held = np.mean([e.interval[0] <= share <= e.interval[1] for e in estimates])
        assert held > 0.90, name  # of 200, .95 is known to 1.5 points
        spread = np.std([e.value for e in estimates], ddof=1)
        stated = np.mean([e.standard_error for e in estimates])
        assert stated > 0.85 * spread, name
        assert abs(np.mean([e.value for e in estimates]) - share) < 0.01, name
        if share:
            assert stated < 1.2 * spread, name


@pytest.mark.parametrize(("draw", "known"), KNOWN)
def test_a_long_run_comes_near(
    draw: Callable[[np.random.Generator, int], Drawn], known: dict[str, float]
) -> None:
    found = shares(*draw(np.random.default_rng(7), 100_000))
    for name, share in known.items():
        low, high = found.single[name].interval
        assert low - 1e-3 <= share <= high + 1e-3, name


def test_the_error_of_the_sum_is_its_spread() -> None:
    rng = np.random.default_rng(3)
    found = [shares(*product(rng, N)).total for _ in range(REPETITIONS)]
    spread = np.std([each.value for each in found], ddof=1)
    assert 0.85 < np.mean([each.standard_error for each in found]) / spread < 1.15
    assert found[0].value == pytest.approx(
        sum(e.value for e in shares(*product(rng, N)).single.values()), abs=0.2
    )


def test_curves_are_orthonormal_and_know_no_constant() -> None:
    basis = spline(500)
    assert np.allclose(basis.T @ basis, np.eye(12), atol=1e-12)
    assert np.allclose(basis.sum(axis=0), 0.0, atol=1e-9)


def test_the_influence_is_that_of_a_path() -> None:
    """Weighing a path a little more moves the share as its influence says, up to what the curve gives way."""
    rng = np.random.default_rng(5)
    place, values = ranks(rng.standard_normal(4_000)), rng.standard_normal(4_000)
    values = values + np.sin(place / 500.0)
    share, influence = first_order(place, values)
    assert influence.mean() == pytest.approx(0.0, abs=1e-9)
    j = int(np.argmax(np.abs(values)))
    kept = np.arange(4_000) != j
    without, _ = first_order(ranks(place[kept].astype(float)), values[kept])
    assert share - without == pytest.approx(influence[j] / 4_000, rel=0.2)


def test_a_loss_that_never_varies_has_no_drivers() -> None:
    found = shares({"any": np.arange(100)}, np.full(100, 3.0))
    assert (found.total.value, found.total.standard_error) == (0.0, 0.0)


def test_too_few_paths_tell_none() -> None:
    found = shares({"any": np.arange(29)}, np.arange(29.0))
    assert np.isnan(found.total.value)
    assert np.isnan(found.total.standard_error)

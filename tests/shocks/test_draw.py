"""What a block draws: priors by inverse CDF, and shocks by name."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from scipy import stats

from risk.assumptions import load
from risk.assumptions.priors import parse
from risk.factors import FACTORS, LETTERS
from risk.shocks.draw import dirichlet, draw_parameters, draw_shocks, sample_parameter
from risk.shocks.stream import BLOCK


def entry(
    value: Any,
    prior: dict[str, Any] | None = None,
    scale: float = 1.0,
    id: str = "x",
    labels: tuple[str, ...] = (),
) -> Any:
    parsed = None if prior is None else parse(prior)
    return SimpleNamespace(id=id, value=value, scale=scale, prior=parsed, labels=labels)


def of(entries: dict[str, Any]) -> Any:
    return SimpleNamespace(entries=entries)


def register(*, correlation: Any = None, freedom: dict[str, Any] | None = None) -> Any:
    matrix = np.eye(len(FACTORS)).tolist() if correlation is None else correlation
    entries = {
        "dependence.correlation": entry(matrix, id="dependence.correlation", labels=LETTERS),
        "dependence.degrees_of_freedom": entry(5, freedom, id="dependence.degrees_of_freedom"),
    }
    return of(entries)


PRIORS = {
    "normal": ({"mean": 0.2, "sd": 0.05}, stats.norm(0.2, 0.05)),
    "truncated": ({"mean": 0.2, "sd": 0.1, "low": 0.15, "high": 0.5}, stats.truncnorm(-0.5, 3.0, 0.2, 0.1)),
    "uniform": ({"low": -1.0, "high": 3.0}, stats.uniform(-1.0, 4.0)),
    "triangular": ({"low": 0.05, "mode": 0.15, "high": 0.4}, stats.triang(0.1 / 0.35, 0.05, 0.35)),
    "lognormal": ({"median": 0.006, "sigma": 0.5}, stats.lognorm(0.5, scale=0.006)),
}


@pytest.mark.parametrize("name", PRIORS)
def test_draws_follow_the_prior(name: str) -> None:
    fields, law = PRIORS[name]
    shape = "normal" if name == "truncated" else name
    prior = {"shape": shape, **fields}
    draws = np.concatenate([sample_parameter(entry(0.2, prior), seed=1, block=b) for b in range(20)])
    assert draws.shape == (20 * BLOCK,)
    # Kolmogorov–Smirnov at one in ten thousand.
    assert stats.kstest(draws, law.cdf).pvalue > 1e-4


def test_discrete_uniform_is_even() -> None:
    prior = {"shape": "discrete_uniform", "low": 3, "high": 8}
    draws = np.concatenate([sample_parameter(entry(5, prior), seed=2, block=b) for b in range(20)])
    values, counts = np.unique(draws, return_counts=True)
    np.testing.assert_array_equal(values, np.arange(3, 9))
    assert stats.chisquare(counts).pvalue > 1e-4


def test_draws_are_in_base_units() -> None:
    prior = {"shape": "uniform", "low": 100, "high": 200}
    draws = sample_parameter(entry(150, prior, scale=1e9), 1, 0)
    assert 1e11 <= draws.min() < draws.max() <= 2e11
    np.testing.assert_array_equal(sample_parameter(entry(150, scale=1e9), 1, 0), np.full(BLOCK, 1.5e11))


def test_moved_prior_keeps_every_path_in_its_rank() -> None:
    low = sample_parameter(entry(0.2, {"shape": "uniform", "low": 0.1, "high": 0.3}), 1, 0)
    high = sample_parameter(entry(0.6, {"shape": "normal", "mean": 0.6, "sd": 0.2}), 1, 0)
    np.testing.assert_array_equal(np.argsort(low), np.argsort(high))


def test_dirichlet_has_its_moments() -> None:
    weights = entry([0.2, 0.5, 0.3], {"shape": "dirichlet", "concentration": 20})
    draws = np.concatenate([sample_parameter(weights, seed=4, block=b) for b in range(40)])
    mean, n = np.array([0.2, 0.5, 0.3]), 40 * BLOCK
    variance = mean * (1 - mean) / 21
    np.testing.assert_allclose(draws.sum(axis=1), 1.0, atol=1e-12)
    np.testing.assert_array_less(np.abs(draws.mean(axis=0) - mean), 4 * np.sqrt(variance / n))
    # The sd of a sample variance is near variance * sqrt(2/n), a little less for bounded shares.
    np.testing.assert_array_less(np.abs(draws.var(axis=0) - variance), 4 * variance * np.sqrt(2 / n))


def test_dirichlet_zero_stays_zero() -> None:
    draws = dirichlet(np.array([0.0, 1.0, 1.0]), 4.0, np.array([[0.9, 0.5, 0.5]]))
    np.testing.assert_allclose(draws, [[0.0, 0.5, 0.5]])


def test_parameters_come_in_broadcastable_shapes() -> None:
    entries = {
        "a.drawn": entry(0.2, {"shape": "uniform", "low": 0, "high": 1}, id="a.drawn"),
        "a.weights": entry([0.2, 0.8], {"shape": "dirichlet", "concentration": 5}, id="a.weights"),
        "a.fixed": entry(3, scale=1e9, id="a.fixed"),
        "a.curve": entry([1, 2, 3], scale=0.01, id="a.curve"),
        "a.matrix": entry([[1, 0], [0, 1]], id="a.matrix"),
        "run.base_date": entry("2026-06-30", id="run.base_date"),
    }
    drawn = draw_parameters(of(entries), 1, 0)
    assert {key: np.shape(value) for key, value in drawn.items()} == {
        "a.drawn": (BLOCK, 1),
        "a.weights": (BLOCK, 2),
        "a.fixed": (),
        "a.curve": (3,),
        "a.matrix": (2, 2),
    }
    assert isinstance(drawn["a.fixed"], float)
    np.testing.assert_allclose(drawn["a.curve"], [0.01, 0.02, 0.03])
    assert not any(value.flags.writeable for value in drawn.values() if isinstance(value, np.ndarray))


def test_an_added_assumption_moves_no_other() -> None:
    prior = {"shape": "uniform", "low": 0, "high": 1}
    one = {"a.x": entry(0, prior, id="a.x")}
    two = {"a.new": entry(0, prior, id="a.new"), **one}
    before = draw_parameters(of(one), 1, 0)["a.x"]
    after = draw_parameters(of(two), 1, 0)["a.x"]
    np.testing.assert_array_equal(before, after)


def test_shapes_of_the_shocks() -> None:
    shocks = draw_shocks(
        register(),
        1,
        0,
        4,
        {"firm": range(5), "capex": range(1)},
        {"regime": range(1), "facility:default": range(7)},
    )
    assert shocks.common.shape == (4, BLOCK, 6)
    assert shocks.factor("L").shape == (4, BLOCK, 1)
    assert {k: v.shape for k, v in shocks.idiosyncratic.items()} == {
        "firm": (4, BLOCK, 5),
        "capex": (4, BLOCK, 1),
    }
    assert shocks.uniform["facility:default"].shape == (4, BLOCK, 7)
    assert shocks.uniform["regime"].min() > 0.0
    assert shocks.uniform["regime"].max() < 1.0
    with pytest.raises(ValueError, match="read-only"):
        shocks.common[0, 0, 0] = 0.0


def test_nothing_drawn_moves_when_the_model_grows() -> None:
    """More quarters, more entities, more groups and events: what was drawn before stays."""
    small = draw_shocks(register(), 1, 3, 4, {"firm": range(2)}, {"regime": range(1)})
    large = draw_shocks(
        register(),
        1,
        3,
        9,
        {"segment": range(4), "firm": range(5)},
        {"digestion": range(1), "regime": range(2)},
    )
    np.testing.assert_array_equal(small.common, large.common[:4])
    np.testing.assert_array_equal(small.idiosyncratic["firm"], large.idiosyncratic["firm"][:4, :, :2])
    np.testing.assert_array_equal(small.uniform["regime"], large.uniform["regime"][:4, :, :1])


def test_more_entities_than_a_tile() -> None:
    few = draw_shocks(register(), 1, 0, 2, {}, {"default": range(16)})
    many = draw_shocks(register(), 1, 0, 2, {}, {"default": range(37)})
    np.testing.assert_array_equal(few.uniform["default"], many.uniform["default"][..., :16])
    assert np.unique(many.uniform["default"]).size == 2 * BLOCK * 37


def test_correlation_touches_later_factors_only() -> None:
    correlation = np.eye(6)
    correlation[0, 5] = correlation[5, 0] = -0.5
    free = draw_shocks(register(), 1, 0, 26, {"firm": range(1)}, {})
    tied = draw_shocks(register(correlation=correlation.tolist()), 1, 0, 26, {"firm": range(1)}, {})
    np.testing.assert_array_equal(free.common[..., :5], tied.common[..., :5])
    np.testing.assert_array_equal(free.idiosyncratic["firm"], tied.idiosyncratic["firm"])
    moved = np.corrcoef(tied.factor("M").ravel(), tied.factor("L").ravel())[0, 1]
    assert moved == pytest.approx(-0.5, abs=0.03)  # t5 tails: a generous multiple of 1/sqrt(26,624)


def test_streams_are_uncorrelated() -> None:
    shocks = draw_shocks(register(), 1, 0, 26, {"firm": range(3), "segment": range(2)}, {"regime": range(2)})
    columns = [shocks.common, *shocks.idiosyncratic.values(), *shocks.uniform.values()]
    table = np.concatenate(columns, axis=-1).reshape(-1, 13)
    ranks = stats.spearmanr(table).statistic
    # Shared mixing does not move rank correlations from zero, but fattens their sampling error a little.
    assert np.abs(ranks - np.eye(13)).max() < 6 / np.sqrt(len(table))


def test_blocks_and_parameters_are_independent() -> None:
    first, second = (draw_shocks(register(), 1, block, 26, {}, {}).common for block in (0, 1))
    # Squares would betray a mixing variable shared by the blocks.
    pair = np.abs(first).ravel(), np.abs(second).ravel()
    assert abs(stats.spearmanr(*pair).statistic) < 4 / np.sqrt(len(pair[0]) / len(FACTORS))
    prior = {"shape": "uniform", "low": 0, "high": 1}
    x, y = (sample_parameter(entry(0, prior, id=name), 1, 0) for name in ("a.x", "a.y"))
    assert abs(np.corrcoef(x, y)[0, 1]) < 4 / np.sqrt(BLOCK)


def test_freedom_follows_its_prior_path_by_path() -> None:
    """Paths drawn at ν = 8 have thinner tails than those drawn at ν = 3."""
    assumptions = register(freedom={"shape": "discrete_uniform", "low": 3, "high": 8})
    freedom = sample_parameter(assumptions.entries["dependence.degrees_of_freedom"], 1, 0)
    common = draw_shocks(assumptions, 1, 0, 26, {}, {}).common
    far = (np.abs(common) > 4.0).mean(axis=(0, 2))
    assert far[freedom == 3].mean() > 2 * far[freedom == 8].mean()


def test_every_draw_of_the_shipped_register_lies_in_its_prior() -> None:
    assumptions = load()
    drawn = draw_parameters(assumptions, 1, 0)
    uncertain = {key: entry.prior for key, entry in assumptions.entries.items() if entry.prior is not None}
    assert uncertain
    for key, prior in uncertain.items():
        low, high = prior.support
        values = np.asarray(drawn[key]) / assumptions.entries[key].scale
        slack = 1e-12 * abs(values).max()
        assert low - slack <= values.min() <= values.max() <= high + slack, key


def test_other_shocks_share_degrees_of_freedom_and_nothing_else() -> None:
    freedom = {"shape": "discrete_uniform", "low": 3, "high": 8}
    given = register(freedom=freedom)
    own, again, other, third = (
        draw_shocks(given, 1, 0, 26, {"firm": range(2)}, {"regime": range(1)}, k) for k in (0, 0, 1, 2)
    )
    assert np.array_equal(own.common, again.common)
    for a, b in ((own, other), (own, third), (other, third)):
        pairs = [(a.common, b.common), (a.uniform["regime"], b.uniform["regime"])]
        pairs += [(a.idiosyncratic["firm"], b.idiosyncratic["firm"])]
        # Four standard errors of a correlation of as many independent pairs.
        assert all(abs(np.corrcoef(x.ravel(), y.ravel())[0, 1]) < 4 / x.size**0.5 for x, y in pairs)
    # Paths with few degrees of freedom have the largest mixing under either.
    large = [np.log(x.mixing[..., 0]).std(axis=0) for x in (own, other)]
    assert np.corrcoef(*large)[0, 1] > 0.5

"""The dual: against the package `entropy-pooling`, ceilings that come and go, systems by hand."""

from __future__ import annotations

import numpy as np
import pytest
from entropy_pooling import ep
from hypothesis import given
from hypothesis import strategies as st

from risk.analysis.views.dual import Array, multipliers, newton, products, solved, tilted
from risk.analysis.views.moments import Moment, Relation
from risk.analysis.views.pooling import pool

N = 300


@st.composite
def problems(draw: st.DrawFn) -> list[Moment]:
    """Up to four views that some weights meet."""
    random = np.random.default_rng(draw(st.integers(0, 10_000)))
    known = random.dirichlet(np.full(N, 2.0))
    rows = [random.standard_normal(N), random.gamma(2.0, size=N), random.random(N) < 0.4, random.random(N)]
    signs: list[Relation] = draw(st.lists(st.sampled_from(["=", "<=", ">="]), min_size=1, max_size=4))
    values = [np.asarray(row, dtype=np.float64) for row in rows]
    return [Moment(v, sign, float((known * v).sum())) for v, sign in zip(values, signs, strict=False)]


def by_package(moments: list[Moment]) -> Array:
    """The same weights by the package `entropy-pooling`."""
    scaled = []
    for m in moments:
        mean, deviation = m.values.mean(), m.values.std()
        scaled.append((m.relation, (m.values - mean) / deviation, (m.bound - mean) / deviation))
    equal = [(row, b) for sign, row, b in scaled if sign == "="]
    most = [(row, b) if sign == "<=" else (-row, -b) for sign, row, b in scaled if sign != "="]
    found = ep(
        np.full((N, 1), 1.0 / N),
        np.vstack([np.ones(N), *(row for row, _ in equal)]),
        np.array([[1.0], *([b] for _, b in equal)]),
        np.vstack([row for row, _ in most]) if most else None,
        np.array([[b] for _, b in most]) if most else None,
    )
    return np.asarray(found[:, 0])


@given(problems())
def test_weights_are_those_of_the_package(moments: list[Moment]) -> None:
    assert pool(moments, N).weights == pytest.approx(by_package(moments), rel=1e-3, abs=1e-8)


def test_a_ceiling_that_was_taken_up_too_soon_is_let_go() -> None:
    """Once the first row is held to its ceiling the second, which hangs together with it, has room again."""
    random = np.random.default_rng(4)
    x, y = random.standard_normal((2, 4_000))
    rows = np.array([x, 0.9 * x + 0.1 * y])
    rows = (rows - rows.mean(axis=1, keepdims=True)) / rows.std(axis=1, keepdims=True)
    push = multipliers(rows, np.array([-0.8, -0.5]), [True, True])
    assert push is not None
    means = (tilted(rows, push)[0] * rows).sum(axis=1)
    assert means[0] == pytest.approx(-0.8)
    assert means[1] < -0.5
    assert push[0] < 0.0
    assert push[1] == 0.0


def test_views_that_say_the_same_twice_are_one() -> None:
    x = np.random.default_rng(8).standard_normal(500)
    once = pool([Moment(x, "=", 0.4)], 500)
    twice = pool([Moment(x, "=", 0.4), Moment(2.0 * x, "=", 0.8)], 500)
    assert twice.weights == pytest.approx(once.weights)
    assert twice.influence(x**2) == pytest.approx(once.influence(x**2), abs=1e-9)


def test_a_mean_that_no_push_reaches_has_none() -> None:
    rows = np.linspace(-1.0, 1.0, 50)[None]
    assert newton(rows, np.array([1.5]), np.zeros(1)) is None


@given(st.integers(1, 6), st.integers(0, 1_000))
def test_systems_are_solved(size: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    root = random.standard_normal((size, size + 2))
    matrix, known = products(root, root), random.standard_normal(size)
    right = (matrix * known).sum(axis=1)
    assert (matrix * solved(matrix, right)).sum(axis=1) == pytest.approx(right, abs=1e-8)


def test_what_a_system_leaves_open_is_zero() -> None:
    matrix = np.array([[2.0, 2.0, 0.0], [2.0, 2.0, 0.0], [0.0, 0.0, 0.0]])
    found = solved(matrix, np.array([4.0, 4.0, 0.0]))
    assert (matrix * found).sum(axis=1).tolist() == [4.0, 4.0, 0.0]
    assert found[2] == 0.0

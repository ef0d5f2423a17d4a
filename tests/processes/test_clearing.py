"""Clearing payments of two and three banks by hand, seniority, and the laws every clearing obeys."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from risk.errors import NumericalError
from risk.processes import Array
from risk.processes.clearing import clear

seeds = st.integers(0, 2**32 - 1)


def network(*owed: tuple[int, int, float], nodes: int, level: int = 0, levels: int = 1) -> Array:
    obligations = np.zeros((levels, nodes, nodes))
    for debtor, creditor, amount in owed:
        obligations[level, debtor, creditor] += amount
    return obligations


def test_two_banks_one_fails() -> None:
    """A (assets 2) owes B 10, B (assets 5) owes A 4: B pays 4 in full, A pays 2 + 4 = 6 of 10."""
    result = clear(np.array([2.0, 5.0]), network((0, 1, 10.0), (1, 0, 4.0), nodes=2))
    np.testing.assert_allclose(result.paid[0], [[0, 6], [4, 0]])
    np.testing.assert_allclose(result.equity, [0, 7])


def test_three_banks_in_a_chain() -> None:
    """A (1) owes B 4, B (1) owes C 3: A pays 1, B pays 1 + 1 = 2, C keeps 2."""
    result = clear(np.array([1.0, 1.0, 0.0]), network((0, 1, 4.0), (1, 2, 3.0), nodes=3))
    np.testing.assert_allclose(result.paid[0], [[0, 1, 0], [0, 0, 2], [0, 0, 0]])
    np.testing.assert_allclose(result.equity, [0, 0, 2])


def test_three_banks_in_a_ring_with_two_failures() -> None:
    """A (1) owes B 8; B (1) owes A 4 and C 4; C (0) owes nothing.

    Both fail: a = 1 + b/2 and b = 1 + a give a = 3, b = 4; C receives 2.
    """
    result = clear(np.array([1.0, 1.0, 0.0]), network((0, 1, 8.0), (1, 0, 4.0), (1, 2, 4.0), nodes=3))
    np.testing.assert_allclose(
        result.paid[0], [[0.0, 3.0, 0.0], [2.0, 0.0, 2.0], [0.0, 0.0, 0.0]], atol=1e-11
    )
    np.testing.assert_allclose(result.equity, [0.0, 0.0, 2.0], atol=1e-11)


def test_senior_creditor_is_paid_first() -> None:
    """A (6) owes B 4 senior, B 6 and C 2 junior: B has its 4, the remaining 2 split 3 to 1."""
    obligations = network((0, 1, 4.0), nodes=3, levels=2) + network(
        (0, 1, 6.0), (0, 2, 2.0), nodes=3, level=1, levels=2
    )
    result = clear(np.array([6.0, 0.0, 0.0]), obligations)
    np.testing.assert_allclose(result.paid[:, 0], [[0.0, 4.0, 0.0], [0.0, 1.5, 0.5]])


def test_without_means_a_ring_of_claims_settles_in_full() -> None:
    """The greatest clearing vector: each pays the other with the other's payment."""
    result = clear(np.array([0.0, 0.0]), network((0, 1, 3.0), (1, 0, 3.0), nodes=2))
    np.testing.assert_array_equal(result.paid[0], [[0, 3], [3, 0]])


def test_a_ring_that_hardly_leaks_is_reported() -> None:
    ring = network((0, 1, 1.0), (1, 0, 1.0), (0, 2, 1e-5), nodes=3)
    with pytest.raises(NumericalError, match="did not clear"):
        clear(np.zeros(3), ring)


def random_network(seed: int, paths: int = 6, levels: int = 2, nodes: int = 5) -> tuple[Array, Array]:
    stream = np.random.default_rng(seed)
    obligations = stream.exponential(1.0, (paths, levels, nodes, nodes)) * stream.integers(
        0, 2, (nodes, nodes)
    )
    obligations *= 1.0 - np.eye(nodes)
    obligations[..., -1, :] = 0.0  # an outside holder, so that every ring leaks
    obligations[..., :-1, -1] += 0.3
    return stream.exponential(1.0, (paths, nodes)), obligations


@given(seeds)
@settings(max_examples=50)
def test_laws_of_clearing(seed: int) -> None:
    assets, obligations = random_network(seed)
    result = clear(assets, obligations)
    assert np.all(result.paid <= obligations * (1 + 1e-12))
    assert result.equity.min() > -1e-10
    # What the nodes have after paying is what came from outside: nothing is created or lost.
    np.testing.assert_allclose(result.equity.sum(axis=-1), assets.sum(axis=-1), rtol=1e-9)
    # Absolute priority: who leaves a senior claim unpaid pays no junior one, and keeps nothing.
    unpaid = (obligations - result.paid).sum(axis=-1)
    short = unpaid > 1e-8
    assert np.all(result.paid[:, 1].sum(axis=-1)[short[:, 0]] < 1e-8)
    assert np.all(result.equity[short.any(axis=1)] < 1e-8)


@given(seeds)
@settings(max_examples=20)
def test_more_means_never_hurt_anyone(seed: int) -> None:
    assets, obligations = random_network(seed)
    richer = assets + np.eye(assets.shape[-1])[0]
    poor, rich = clear(assets, obligations), clear(richer, obligations)
    assert np.all(rich.paid >= poor.paid - 1e-9)


def test_a_path_clears_alone_to_the_same_bits() -> None:
    assets, obligations = random_network(5, paths=40)
    together = clear(assets, obligations).paid
    np.testing.assert_array_equal(clear(assets[7:8], obligations[7:8]).paid, together[7:8])

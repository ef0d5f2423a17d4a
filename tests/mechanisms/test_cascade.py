import numpy as np
import pytest

from risk.mechanisms import cascade
from tests.mechanisms.given import Array, row
from tests.mechanisms.worked import worked

SHARES = np.array([[0.5, 0.3, 0.2], [0.25, 0.0, 0.75]])


def booked(losses: Array, shares: Array = SHARES) -> Array:
    p = cascade.Params(shares)
    return cascade.step(p, cascade.init(p, len(losses)), losses)[1].losses


def test_worked_example() -> None:
    with worked("cascade", "holders") as w:
        found = booked(1e9 * row(w["loss on facilities"], w["loss on notes"]))[0] / 1e9
        for holder, loss in zip("ABC", found, strict=True):
            w.agrees(f"loss of {holder}", loss)


def test_every_loss_is_booked_once() -> None:
    """Relations 14 and 27."""
    losses = np.random.default_rng(1).random((50, 2)) * 1e9
    np.testing.assert_allclose(booked(losses).sum(axis=1), losses.sum(axis=1), rtol=1e-14)


def test_losses_add_up_over_quarters() -> None:
    p = cascade.Params(SHARES)
    s = cascade.init(p, 1)
    for _ in range(3):
        s, f = cascade.step(p, s, row(1.0, 2.0))
    np.testing.assert_allclose(s.cumulative, 3 * f.losses)


def test_renaming_holders_permutes_and_merging_adds() -> None:
    """Relation 16."""
    losses = row(10.0, 4.0)
    order = [2, 0, 1]
    np.testing.assert_array_equal(booked(losses, SHARES[:, order]), booked(losses)[:, order])
    merged = np.stack([SHARES[:, 0] + SHARES[:, 1], SHARES[:, 2]], axis=1)
    assert booked(losses, merged)[0, 0] == pytest.approx(booked(losses)[0, :2].sum())

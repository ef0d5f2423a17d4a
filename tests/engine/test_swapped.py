"""Other parameters under the same shocks: what moves is theirs alone."""

from __future__ import annotations

import numpy as np
import pytest

from risk.assumptions import Assumptions
from risk.engine.simulate import simulate
from risk.engine.swapped import _freed, parameter_seed, swapped
from risk.shocks.draw import DEGREES_OF_FREEDOM, draw_shocks, sample_parameter
from risk.shocks.stream import BLOCK
from tests.engine.base import SEED

NAMES = ("bust", "headline_loss")


@pytest.mark.slow
def test_with_nothing_drawn_anew_it_is_the_run(register: Assumptions) -> None:
    found = swapped(register, SEED, {0: BLOCK, 1: 64}, NAMES, ())
    blocks = [simulate(register, SEED, 0), simulate(register, SEED, 1, 64)]
    for name in NAMES:
        np.testing.assert_array_equal(found[name], np.concatenate([b.outcomes[name] for b in blocks]))


@pytest.mark.slow
def test_all_drawn_anew_are_the_parameters_of_another_seed_under_the_same_shocks(
    register: Assumptions,
) -> None:
    every = [entry.id for entry in register.entries.values() if entry.prior is not None]
    own = simulate(register, SEED, 0).outcomes["headline_loss"]
    other = simulate(register, parameter_seed(SEED), 0).outcomes["headline_loss"]
    found = swapped(register, SEED, {0: BLOCK}, NAMES, every)["headline_loss"]
    by_shocks, by_parameters = (np.corrcoef(found, x)[0, 1] for x in (own, other))
    assert by_shocks > 3.0 / np.sqrt(BLOCK)
    assert by_parameters > 3.0 / np.sqrt(BLOCK)
    assert abs(np.corrcoef(own, other)[0, 1]) < 4.0 / np.sqrt(BLOCK)


def test_degrees_of_freedom_shape_the_same_normals(register: Assumptions) -> None:
    other = parameter_seed(SEED)
    freed = _freed(register, other, 3, {DEGREES_OF_FREEDOM})
    entry = register.entries[DEGREES_OF_FREEDOM]
    new = sample_parameter(freed.entries[DEGREES_OF_FREEDOM], SEED, 3)
    np.testing.assert_array_equal(new, sample_parameter(entry, other, 3))
    before, after = (draw_shocks(each, SEED, 3, 4, {}, {}) for each in (register, freed))
    same = sample_parameter(entry, SEED, 3) == new
    assert 0.05 < same.mean() < 0.95
    np.testing.assert_array_equal(before.common[:, same], after.common[:, same])
    np.testing.assert_array_equal(np.sign(before.common), np.sign(after.common))
    assert _freed(register, other, 3, {"credit.pd_software"}) is register

"""A trial has the outcomes of a run, or says in a sentence why there are none."""

from __future__ import annotations

import numpy as np
import pytest

from risk.assumptions import Assumptions
from risk.engine.conditions import opening_faults
from risk.engine.quarters import opening
from risk.engine.simulate import simulate
from risk.engine.trial import trial
from risk.errors import NumericalError
from risk.shocks.stream import BLOCK
from tests.engine.base import SEED, changed


@pytest.mark.slow
def test_its_outcomes_are_those_of_a_run(register: Assumptions) -> None:
    found = trial(register, SEED, {0: BLOCK, 1: 64}, ("bust", "headline_loss"))
    blocks = [simulate(register, SEED, 0), simulate(register, SEED, 1, 64)]
    assert set(found) == {"bust", "headline_loss"}
    for name, values in found.items():
        np.testing.assert_array_equal(values, np.concatenate([block.outcomes[name] for block in blocks]))


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"neoclouds.cohort_spacing": 4000}, "at most"),
        ({"gpu.recent_purchases": (30.0, 30.0, 30.0)}, "nothing is left for internal use"),
        ({"capex.smallest_build": float("nan")}, r"plan\.growth of .* is not finite"),
    ],
)
def test_what_does_not_run_is_said(register: Assumptions, values: dict[str, object], reason: str) -> None:
    with pytest.raises(NumericalError, match=reason):
        trial(changed(register, values), SEED, {0: 64}, ("bust",))


@pytest.mark.parametrize(("paths", "refused"), [(1, False), (20, True)])
def test_one_path_in_a_thousand_may_begin_with_nothing_for_internal_use(
    register: Assumptions, paths: int, refused: bool
) -> None:
    """Its market starts tighter; on more paths the register contradicts itself."""
    start = opening(register, SEED, 0)
    start.world.demand.internal[:paths] = 0.0
    assert bool(list(opening_faults(register, start))) is refused

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from risk.assumptions import Assumptions, load
from risk.assumptions.table import entry_columns
from risk.engine import simulate, world
from risk.errors import AssumptionError
from risk.parameters import DRAWN, Array, Drawn, build, entry, entry_ids
from tests.engine.base import changed, fixed_parameters


@dataclass(frozen=True)
class Reads:
    speed: Drawn = entry("a.speed")
    weights: Drawn = entry("a.weights")
    limit: float = entry("a.limit")
    cash: Array = entry("a.firm.cash")


INPUTS = {
    "a.speed": np.array([[1.0], [2.0], [3.0]]),
    "a.weights": np.full((3, 2), 0.5),
    "a.limit": 0.3,
    "a.firm.cash": np.array([[5.0, 6.0]]),
}


@pytest.fixture(scope="module")
def register() -> Assumptions:
    return load()


def test_fields_are_filled_by_id() -> None:
    found = build(Reads, INPUTS, 3)
    assert found.speed is INPUTS["a.speed"]
    assert found.cash is INPUTS["a.firm.cash"]
    assert found.limit == 0.3
    assert entry_ids(Reads) == ("a.speed", "a.weights", "a.limit", "a.firm.cash")


def test_an_entry_whose_prior_was_taken_away_is_the_same_on_every_path() -> None:
    found = build(Reads, INPUTS | {"a.speed": 2.0, "a.weights": np.array([0.2, 0.8])}, 3)
    np.testing.assert_array_equal(found.speed, [[2.0], [2.0], [2.0]])
    np.testing.assert_array_equal(found.weights, [[0.2, 0.8]] * 3)


def test_a_prior_on_what_is_read_as_one_number_is_refused() -> None:
    with pytest.raises(AssumptionError, match=r"a\.limit has a prior"):
        build(Reads, INPUTS | {"a.limit": np.zeros((3, 1))}, 3)


def test_every_entry_with_a_prior_is_read_by_path(register: Assumptions) -> None:
    """And only register entries are: a table column is not drawn."""
    drawn = {
        f.metadata["id"]
        for reader in world.READERS.values()
        for f in reader.__dataclass_fields__.values()
        if f.type == DRAWN
    }
    columns = {
        f"{name}.{c}": t.words(c) for name, t in register.tables.items() for c in entry_columns(t.model)
    }
    drawn = {id for name in drawn for id in columns.get(name, (name,))}
    fixed = {id for ids in columns.values() for id in ids if register.entries[id].prior is None}
    drawn -= fixed  # a column may name both
    with_prior = {name for name, e in register.entries.items() if e.prior is not None}
    assert drawn == with_prior


@pytest.mark.slow
@pytest.mark.parametrize("which", ["gpu.delivery_weights", "revenue.run_rate", "capex.payout"])
def test_any_prior_may_be_taken_away(register: Assumptions, which: str) -> None:
    certain = changed(register, {which: register.entries[which].value})
    block = simulate(certain, 1, 0, paths=8)
    assert not any(name.partition("[")[0] == which for name in block.parameters)


def test_all_priors_may_be_taken_away(register: Assumptions) -> None:
    block = simulate(fixed_parameters(register), 1, 0, paths=8)
    assert block.parameters == {}
    assert block.series["capex"].shape == (register.calendar.quarters + 1, 8)
